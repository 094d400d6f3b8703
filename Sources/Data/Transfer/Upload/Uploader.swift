public import Diagnostics
import Platform

/// Who can see a repository.
public enum RepositoryVisibility: String, Sendable, Hashable, CaseIterable {
  case `private`, `public`
}

extension FetchSource {
  /// The parts of a source that names a repository of a hub with its owner, `hf:OWNER/NAME`.
  /// - Throws: `Diagnostic` (`bad-target`) for any other source.
  public func pushTarget() throws(Diagnostic) -> (hub: Hub, content: Content, id: String) {
    guard case .repository(let hub, let content, let id) = self, id.contains("/") else {
      throw Diagnostic(
        code: "bad-target", "'\(canonical)' is no repository that can be pushed to",
        remedy: "write hf:OWNER/NAME or modelscope:OWNER/NAME")
    }
    return (hub, content, id)
  }
}

/// How far an upload is.
public enum UploadEvent: Sendable, Hashable {
  /// Files are read to know their digests.
  case hashing(String)
  /// So many bytes of a large file have been sent.
  case sending(String, Int64, Int64)
  /// The hub refused, or could not be reached, and is asked again.
  case waiting(seconds: Double, reason: String)
  case created(RepositoryVisibility)
  case committing(files: Int)
}

/// What an upload came to.
public struct UploadResult: Sendable, Hashable {
  /// The repository's page.
  public var url: String
  /// The last commit's identifier, where the hub says it; `nil` when nothing differed.
  public var commit: String?
  /// Files in the commits.
  public var committedFiles = 0
  /// Files that the repository had already, byte for byte.
  public var equalFiles = 0
  /// Large files whose bytes the hub's storage had already, and their bytes.
  public var storedFiles = 0
  /// Bytes of large files that were sent.
  public var sentBytes: Int64 = 0
  public var wasCreated = false
  public var visibility: RepositoryVisibility?

  init(url: String) { self.url = url }
}

/// Uploads files to a repository of a hub, by the requests that the hubs' own clients make.
///
/// Large files go to the hub's storage first, each checked by its SHA-256; then one commit names them all. So an upload that
/// was cut off leaves the repository as it was, and the next one sends only what the storage lacks.
public struct Uploader: Sendable {
  private let access: HubAccess
  /// After the last byte a hub may take minutes to store a file.
  private static let timeouts = HTTPTimeouts(stall: 300)

  public init(_ access: HubAccess) { self.access = access }

  /// - Parameters:
  ///   - source: a repository: `hf:owner/name`, `modelscope-dataset:owner/name`.
  ///   - message: of the commit.
  ///   - creates: makes a missing repository, seen by so many. A repository that more can see than asked for is refused.
  ///   - license: of a repository that is made.
  /// - Throws: `Diagnostic`: `no-token`, `access-denied`, `not-on-server`, `rate-limited`, `file-changed`,
  ///   `repository-is-public`, `unreachable` and others.
  public func push(
    _ files: [UploadFile], to source: FetchSource, message: String, creates: RepositoryVisibility? = nil,
    license: String? = nil, report: @escaping (UploadEvent) -> Void = { _ in }
  ) throws(Diagnostic) -> UploadResult {
    let (hub, content, id) = try source.pushTarget()
    guard !files.isEmpty else { throw Diagnostic(code: "no-files", "there is no file to push") }
    guard let token = access.hubs.token(hub, access.variables) else { throw Self.withoutToken(hub) }
    let client = access.client(Self.timeouts)
    let connection = HubConnection(
      hub, endpoint: hub == .huggingFace ? access.hubs.huggingFace.endpoint : access.hubs.modelScope.endpoint,
      token: token, client: client, report: report)
    // Listings of ModelScope are read with the token of this upload, which may be a stored one.
    let repository: any HubRepository =
      hub == .huggingFace
      ? HuggingFaceRepository(connection, content, id)
      : ModelScopeRepository(connection, content, id, Fetcher(access.withModelScopeToken(token)))
    var result = UploadResult(url: repository.page)
    try settle(repository, creates, license, &result, report)
    var prepared: [PreparedFile] = []
    for file in files {
      report(.hashing(file.path))
      prepared.append(try PreparedFile(file))
      if access.isCancelled() { throw Diagnostic(code: "cancelled", "the upload was cancelled") }
    }
    let changes = try repository.changes(prepared)
    result.equalFiles = prepared.count - changes.count
    try store(changes.filter(\.isLarge).map(\.file), repository, &result)
    for file in prepared { try file.requireUnchanged() }
    let batches = Self.batches(changes, limits: repository.limits)
    for (index, batch) in batches.enumerated() {
      report(.committing(files: batch.count))
      let suffix = batches.count > 1 ? " (\(index + 1)/\(batches.count))" : ""
      result.commit = try repository.commit(batch, message: message + suffix) ?? result.commit
      result.committedFiles += batch.count
    }
    return result
  }

  /// Makes sure that there is a repository, and that no more people see it than was asked for.
  private func settle(
    _ repository: any HubRepository, _ creates: RepositoryVisibility?, _ license: String?,
    _ result: inout UploadResult, _ report: (UploadEvent) -> Void
  ) throws(Diagnostic) {
    result.visibility = try repository.visibility()
    if let visibility = result.visibility {
      guard visibility == .public, creates == .private else { return }
      throw Diagnostic(
        code: "repository-is-public", "'\(repository.page)' is there already, and it is public",
        remedy: "Make it private on the hub, push to another name, or leave out --create.")
    }
    guard let creates else {
      throw Diagnostic(
        code: "not-on-server", "there is no repository '\(repository.page)'",
        remedy:
          "Add --create private or --create public, or check the name; of a private one the token must be able to see it."
      )
    }
    try repository.create(creates, license: license)
    result.wasCreated = true
    result.visibility = creates
    report(.created(creates))
  }

  /// Brings large files into the hub's storage, equal ones once.
  private func store(
    _ files: [PreparedFile], _ repository: any HubRepository, _ result: inout UploadResult
  ) throws(Diagnostic) {
    var seen: Set<String> = []
    let distinct = files.filter { seen.insert($0.sha256.hex).inserted }
    var start = 0
    while start < distinct.count {
      // Addresses to upload to are valid for a limited time, so they are asked for when they are needed.
      let group = Array(distinct[start..<min(start + repository.limits.objects, distinct.count)])
      start += group.count
      let missing = try repository.missing(group)
      result.storedFiles += group.count - missing.count
      for upload in missing {
        try repository.store(upload)
        result.sentBytes += upload.file.size
      }
    }
  }

  /// Splits a commit that one request cannot hold; what the page is made from comes last.
  static func batches(_ changes: [FileChange], limits: HubLimits) -> [[FileChange]] {
    var batches: [[FileChange]] = []
    var bytes: Int64 = 0
    for change in changes.filter({ $0.file.path != "README.md" }) + changes.filter({ $0.file.path == "README.md" }) {
      let size = change.isLarge ? 0 : change.file.size
      if let last = batches.last, last.count < limits.operations, bytes + size <= limits.inlineBytes {
        batches[batches.count - 1].append(change)
        bytes += size
      } else {
        batches.append([change])
        bytes = size
      }
    }
    return batches
  }

  private static func withoutToken(_ hub: FetchSource.Hub) -> Diagnostic {
    let login = hub == .huggingFace ? "hf auth login" : "modelscope login"
    return Diagnostic(
      code: "no-token", "pushing needs a token of the hub",
      remedy: "Set \(HubEnvironment.tokenName(hub)) to a token with the right to write, or log in once with '\(login)'."
    )
  }
}
