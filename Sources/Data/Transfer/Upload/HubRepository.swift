import Diagnostics
import Platform

/// A file that the repository lacks, or has with other content.
struct FileChange: Sendable {
  var file: PreparedFile
  /// Whether the commit names it by digest; else the commit holds its bytes.
  var isLarge: Bool
}

/// A large file that the hub's storage lacks, and what the hub says of how to send it.
struct PendingObject: Sendable {
  var file: PreparedFile
  var url: String
  /// What requests must say, by name; for a file in parts also their addresses by number, and `chunk_size`.
  var header: [(name: String, value: String)] = []
  /// Where to say that the file is there.
  var verifyURL: String?
}

/// What one request can hold.
struct HubLimits: Sendable {
  /// Large files in a question about the storage.
  var objects: Int
  /// Files in a commit.
  var operations: Int
  /// Bytes of files in a commit, before they are encoded.
  var inlineBytes: Int64
}

/// A repository as an upload sees it.
protocol HubRepository {
  /// Its page, for people.
  var page: String { get }
  var limits: HubLimits { get }

  /// Who can see it; `nil` when there is none, or the token cannot see it.
  func visibility() throws(Diagnostic) -> RepositoryVisibility?
  func create(_ visibility: RepositoryVisibility, license: String?) throws(Diagnostic)
  /// The files that differ from the repository's, in their order.
  func changes(_ files: [PreparedFile]) throws(Diagnostic) -> [FileChange]
  /// The files that the storage lacks.
  func missing(_ files: [PreparedFile]) throws(Diagnostic) -> [PendingObject]
  func store(_ object: PendingObject) throws(Diagnostic)
  /// - Returns: the commit's identifier, where the hub says it.
  func commit(_ changes: [FileChange], message: String) throws(Diagnostic) -> String?
}
