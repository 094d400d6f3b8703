import Diagnostics
import JSON
import Platform

/// The part of ModelScope's HTTP interface that is needed to read a repository.
///
/// It names branches and tags, not commits, so what identifies a state is a digest of the file list with the files' own
/// digests.
struct ModelScopeAPI: Sendable {
  /// Without a trailing slash.
  let endpoint: String
  static let defaultRevision = "master"
  static let pageSize = 200

  func modelFilesURL(_ id: String, _ revision: String) -> String {
    "\(endpoint)/api/v1/models/\(id)/repo/files?Revision=\(WebAddress.encoded(revision))&Recursive=true"
  }

  func datasetURL(_ id: String) -> String { "\(endpoint)/api/v1/datasets/\(id)" }

  /// - Parameter number: the dataset's numeric identifier.
  func datasetFilesURL(number: Int, _ revision: String, page: Int) -> String {
    "\(endpoint)/api/v1/datasets/\(number)/repo/tree?Revision=\(WebAddress.encoded(revision))&Root=%2F&Recursive=True"
      + "&PageNumber=\(page)&PageSize=\(Self.pageSize)"
  }

  func fileURL(_ content: FetchSource.Content, _ id: String, _ revision: String, _ path: String) -> String {
    let query = "Revision=\(WebAddress.encoded(revision))&FilePath=\(WebAddress.encoded(path))"
    return content == .model
      ? "\(endpoint)/api/v1/models/\(id)/repo?\(query)" : "\(endpoint)/api/v1/datasets/\(id)/repo?Source=SDK&\(query)"
  }

  /// The payload of an answer, which says itself whether it is a success.
  static func data(_ value: JSONValue, _ what: String) throws(Diagnostic) -> JSONValue {
    let code = value["Code"]?.intValue
    guard code == 200 || (code == nil && value["Success"]?.boolValue != false), let data = value["Data"] else {
      let message = value["Message"]?.stringValue ?? "code \(code.map(String.init) ?? "unknown")"
      let isMissing = code == 404 || code == 10_010_205_001 || code == 10_010_202_001
      throw Diagnostic(
        code: isMissing ? "not-on-server" : "bad-answer", "ModelScope refuses \(what): \(message)",
        remedy: "Check the name and the revision; a private one needs MODELSCOPE_API_TOKEN.")
    }
    return data
  }

  static func datasetNumber(_ data: JSONValue) throws(Diagnostic) -> Int {
    guard let number = data["Id"]?.intValue else { throw HubAnswer.unexpected("the dataset's number") }
    return number
  }

  /// The files in a listing, folders left out.
  /// - Returns: also how many entries the listing has, folders included, and how many there are in all when it says so.
  static func files(
    _ data: JSONValue
  ) throws(Diagnostic) -> (files: [ResolvedSource.File], entries: Int, total: Int?) {
    guard let entries = data["Files"]?.arrayValue else { throw HubAnswer.unexpected("a list of files") }
    var files: [ResolvedSource.File] = []
    for entry in entries where entry["Type"]?.stringValue != "tree" {
      guard let path = entry["Path"]?.stringValue else { throw HubAnswer.unexpected("a file's path") }
      if path == ".gitignore" || path == ".gitattributes" { continue }
      files.append(try HubAnswer.file(path: path, size: entry["Size"], sha256: entry["Sha256"]))
    }
    return (files, entries.count, data["TotalCount"]?.intValue)
  }

  /// What identifies a state of the repository.
  static func revision(of files: [ResolvedSource.File]) -> String {
    var state = SHA256()
    for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      state.update("\(file.path)\n\(file.size ?? -1)\n\(file.sha256 ?? "")\n")
    }
    return "files-" + state.finish().hex
  }
}
