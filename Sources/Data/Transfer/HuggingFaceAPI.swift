import Diagnostics
import JSON
import Platform

/// The part of the Hugging Face hub's HTTP interface that is needed to read a repository.
struct HuggingFaceAPI: Sendable {
  /// Without a trailing slash.
  let endpoint: String

  private func folder(_ content: FetchSource.Content) -> String { content == .dataset ? "datasets/" : "" }

  /// Commit and files of a branch, tag or commit.
  func revisionURL(_ content: FetchSource.Content, _ id: String, _ revision: String) -> String {
    "\(endpoint)/api/\(content.rawValue)s/\(id)/revision/\(WebAddress.encoded(revision))?blobs=true"
  }

  /// All files of a commit, a page at a time.
  func treeURL(_ content: FetchSource.Content, _ id: String, _ commit: String) -> String {
    "\(endpoint)/api/\(content.rawValue)s/\(id)/tree/\(WebAddress.encoded(commit))?recursive=true"
  }

  func fileURL(_ content: FetchSource.Content, _ id: String, _ commit: String, _ path: String) -> String {
    "\(endpoint)/\(folder(content))\(id)/resolve/\(WebAddress.encoded(commit))/\(WebAddress.encodedPath(path))"
  }

  /// Whether a revision is a commit, which never changes.
  static func isCommit(_ revision: String) -> Bool {
    revision.utf8.count == 40
      && revision.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
  }

  /// Reads the answer to `revisionURL`.
  /// - Returns: `files` is `nil` when the answer lists none, and the tree must be asked for.
  static func parse(revision value: JSONValue) throws(Diagnostic) -> (commit: String, files: [ResolvedSource.File]?) {
    guard let commit = value["sha"]?.stringValue, isCommit(commit) else { throw HubAnswer.unexpected("a commit") }
    guard let siblings = value["siblings"]?.arrayValue else { return (commit, nil) }
    var files: [ResolvedSource.File] = []
    for entry in siblings {
      guard let path = entry["rfilename"]?.stringValue else { throw HubAnswer.unexpected("a file's name") }
      files.append(
        try HubAnswer.file(
          path: path, size: entry["lfs"]?["size"] ?? entry["size"], sha256: entry["lfs"]?["sha256"]))
    }
    return (commit, files)
  }

  /// Reads one page of the answer to `treeURL`.
  static func parse(tree value: JSONValue) throws(Diagnostic) -> [ResolvedSource.File] {
    guard let entries = value.arrayValue else { throw HubAnswer.unexpected("a list of files") }
    var files: [ResolvedSource.File] = []
    for entry in entries where entry["type"]?.stringValue == "file" {
      guard let path = entry["path"]?.stringValue else { throw HubAnswer.unexpected("a file's path") }
      // Here the digest of a large file is called its object identifier.
      files.append(
        try HubAnswer.file(path: path, size: entry["lfs"]?["size"] ?? entry["size"], sha256: entry["lfs"]?["oid"]))
    }
    return files
  }

  /// The next page in a `Link` header: `<https://…>; rel="next"`.
  static func nextPage(_ link: String?) -> String? {
    for entry in (link ?? "").split(separator: ",") where entry.contains("rel=\"next\"") {
      guard let open = entry.firstIndex(of: "<"), let close = entry.firstIndex(of: ">"), open < close else { continue }
      return String(entry[entry.index(after: open)..<close])
    }
    return nil
  }
}

/// What the hubs' answers have in common.
enum HubAnswer {
  static func unexpected(_ what: String) -> Diagnostic {
    Diagnostic(
      code: "bad-answer", "the hub's answer lacks \(what)",
      remedy: "Check HF_ENDPOINT or MODELSCOPE_DOMAIN: a mirror or a login page may have answered.")
  }

  /// A file in a listing, its path checked: it will be a path on this machine.
  static func file(path: String, size: JSONValue?, sha256: JSONValue?) throws(Diagnostic) -> ResolvedSource.File {
    guard SafePath.normalized(path) == path else {
      throw Diagnostic(
        code: "unsafe-path", "the hub lists a file whose path would leave its folder: '\(path)'",
        remedy: "Do not use this repository, or exclude the file by include:.")
    }
    var digest = sha256?.stringValue?.lowercased()
    if let text = digest, Digest(text) == nil { digest = nil }
    let bytes = size?.intValue.flatMap { $0 >= 0 ? Int64($0) : nil }
    return ResolvedSource.File(path: path, size: bytes, sha256: digest)
  }

  static func parse(_ body: [UInt8], _ what: String) throws(Diagnostic) -> JSONValue {
    do throws(JSONParseError) {
      return try JSONValue(parsing: body)
    } catch {
      throw Diagnostic(
        code: "bad-answer", "the hub's answer about \(what) is not JSON (line \(error.line): \(error.message))",
        remedy: "Check HF_ENDPOINT or MODELSCOPE_DOMAIN: a mirror or a login page may have answered.")
    }
  }
}
