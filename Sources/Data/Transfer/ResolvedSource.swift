public import Diagnostics
public import JSON

/// A source with everything that can move held still: what enters a key, and what a lock file keeps.
///
/// Addresses of servers are no part of it, so that a mirror gives an equal value.
public struct ResolvedSource: Sendable, Hashable {
  public struct File: Sendable, Hashable {
    /// Relative to the repository.
    public var path: String
    public var size: Int64?
    public var sha256: String?

    public init(path: String, size: Int64? = nil, sha256: String? = nil) {
      self.path = path
      self.size = size
      self.sha256 = sha256
    }
  }

  /// In its canonical spelling.
  public var source: String
  /// What identifies the content: a commit, a digest of the file list, a web server's validator, a version.
  public var revision: String
  /// What to ask the server for: the commit, or the branch where a hub knows no commits.
  public var reference: String
  /// Whether asking again can never bring something else.
  public var isPinned: Bool
  /// Those the filter accepts, in the order of their paths; empty when only the download shows them (`pip:`).
  public var files: [File]

  public init(source: String, revision: String, reference: String, isPinned: Bool, files: [File]) {
    self.source = source
    self.revision = revision
    self.reference = reference
    self.isPinned = isPinned
    self.files = files
  }

  /// Bytes to download, as far as they are known.
  public var totalSize: Int64? {
    guard !files.isEmpty else { return nil }
    var total: Int64 = 0
    for file in files {
      guard let size = file.size else { return nil }
      total &+= max(size, 0)
    }
    return total
  }

  public var json: JSONValue {
    let list = files.map { file -> JSONValue in
      var object = JSONObject([("path", .string(file.path))])
      if let size = file.size { object["size"] = .integer(size) }
      if let sha256 = file.sha256 { object["sha256"] = .string(sha256) }
      return .object(object)
    }
    return [
      "source": .string(source), "revision": .string(revision), "reference": .string(reference),
      "pinned": .bool(isPinned), "files": .array(list),
    ]
  }

  /// Reads what `json` wrote.
  public init(json: JSONValue) throws(Diagnostic) {
    let damaged = Diagnostic(
      code: "bad-resolution", "a stored resolution is damaged", remedy: "Run 'lorapipe lock' again.")
    guard let source = json["source"]?.stringValue, let revision = json["revision"]?.stringValue,
      let reference = json["reference"]?.stringValue, let isPinned = json["pinned"]?.boolValue,
      let list = json["files"]?.arrayValue
    else { throw damaged }
    var files: [File] = []
    for entry in list {
      guard let path = entry["path"]?.stringValue, SafePath.normalized(path) == path else { throw damaged }
      files.append(
        File(path: path, size: entry["size"]?.intValue.map(Int64.init), sha256: entry["sha256"]?.stringValue))
    }
    self.init(source: source, revision: revision, reference: reference, isPinned: isPinned, files: files)
  }
}
