import Diagnostics
import JSON
import Platform

/// A repository of ModelScope: which files are large is decided here, their storage is asked by the batch request of Git
/// LFS, and a commit lists actions, as modelscope-hub does it.
struct ModelScopeRepository: HubRepository {
  private let connection: HubConnection
  private let content: FetchSource.Content
  private let id: String
  private let fetcher: Fetcher
  private static let branch = "master"

  let limits = HubLimits(objects: 64, operations: 256, inlineBytes: 6 << 20)

  init(_ connection: HubConnection, _ content: FetchSource.Content, _ id: String, _ fetcher: Fetcher) {
    self.connection = connection
    self.content = content
    self.id = id
    self.fetcher = fetcher
  }

  private var kind: String { content.rawValue + "s" }
  private var repository: String { "\(connection.endpoint)/api/v1/repos/\(kind)/\(id)" }

  var page: String { "\(connection.endpoint)/\(kind)/\(id)" }

  // MARK: Repository

  /// The hub's numbers for who can see a repository.
  private static let numbers: [RepositoryVisibility: Int] = [.private: 1, .public: 5]

  func visibility() throws(Diagnostic) -> RepositoryVisibility? {
    let what = "the question about the repository"
    let answer = try connection.json("GET", "\(connection.endpoint)/api/v1/\(kind)/\(id)", what)
    let code = answer.json?["Code"]?.intValue
    if answer.response.status == 404 || code == 404 || code == 10_010_205_001 || code == 10_010_202_001 { return nil }
    try requireSuccess(answer, what)
    // What is neither is seen by the members of an organization.
    return answer.json?["Data"]?["Visibility"]?.intValue == Self.numbers[.public] ? .public : .private
  }

  func create(_ visibility: RepositoryVisibility, license: String?) throws(Diagnostic) {
    guard let license else {
      throw Diagnostic(
        code: "no-license", "ModelScope makes a repository only with a license",
        remedy: "Add --license, such as --license apache-2.0.")
    }
    let parts = id.split(separator: "/").map(String.init)
    let what = "the new repository"
    let url = "\(connection.endpoint)/api/v1/\(kind)"
    let number = Self.numbers[visibility] ?? 1
    let answer: HubConnection.Answer
    if content == .dataset {
      // This address takes a form.
      let fields = [
        ("Owner", parts.first ?? ""), ("Name", parts.last ?? id), ("Visibility", "\(number)"), ("License", license),
      ]
      let boundary = "lorapipe-form-boundary"
      let text =
        fields.map { "--\(boundary)\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }.joined()
        + "--\(boundary)--\r\n"
      answer = try connection.json(
        "POST", url, what, type: "multipart/form-data; boundary=\(boundary)", bytes: Array(text.utf8))
    } else {
      let body: JSONValue = [
        "Path": .string(parts.first ?? ""), "Name": .string(parts.last ?? id), "Visibility": .integer(Int64(number)),
        "License": .string(license),
      ]
      answer = try connection.json("POST", url, what, body: body)
    }
    try requireSuccess(answer, what)
  }

  /// An answer may be a refusal although its status is 200.
  private func requireSuccess(_ answer: HubConnection.Answer, _ what: String) throws(Diagnostic) {
    let json = answer.json
    let code = json?["Code"]?.intValue ?? 200
    guard answer.isSuccess, json?["Success"]?.boolValue != false, code == 200 else {
      throw connection.refused(answer, what)
    }
  }

  // MARK: Files

  /// Files that the hub reads itself: never large.
  private static let read: Set<String> = [
    "README.MD", ".GITATTRIBUTES", ".GITIGNORE", "CONFIGURATION.JSON", "CONFIGURATION.YAML", "CONFIGURATION.YML",
    "DATASET_INFOS.JSON", "CONFIG.JSON", ".MSC", ".MDL",
  ]
  private static let alwaysLarge: [FetchSource.Content: Set<String>] = [
    .model: [
      "7z", "arrow", "bin", "bz2", "ckpt", "ftz", "gz", "h5", "joblib", "mlmodel", "model", "msgpack", "npy", "npz",
      "onnx", "ot", "parquet", "pb", "pickle", "pkl", "pt", "pth", "rar", "safetensors", "tar", "tflite", "tgz", "wasm",
      "xz", "zip", "zst",
    ],
    .dataset: [
      "7z", "aac", "arrow", "audio", "bmp", "bin", "bz2", "flac", "ftz", "gif", "gz", "h5", "jack", "jpeg", "jpg",
      "png",
      "jsonl", "joblib", "lz4", "msgpack", "npy", "npz", "ot", "parquet", "pb", "pickle", "pcm", "pkl", "raw", "rar",
      "sam", "tar", "tgz", "wasm", "wav", "webm", "webp", "zip", "zst", "tiff", "mp3", "mp4", "ogg",
    ],
  ]
  /// Beyond so many bytes every other file is large.
  private static let largestSmall: Int64 = 64 << 10

  private func isLarge(_ file: PreparedFile) -> Bool {
    let name = FileSystem.name(of: file.path)
    if Self.read.contains(name.uppercased()) { return false }
    if file.size > Self.largestSmall { return true }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return false }
    return Self.alwaysLarge[content]?.contains(name[name.index(after: dot)...].lowercased()) ?? false
  }

  func changes(_ files: [PreparedFile]) throws(Diagnostic) -> [FileChange] {
    var known: [String: String] = [:]
    do throws(Diagnostic) {
      let source = FetchSource.repository(.modelScope, content, id: id)
      for file in try fetcher.resolve(FetchRequest(source: source, revision: Self.branch)).files {
        known[file.path] = file.sha256
      }
    } catch {
      // A repository without a commit has no branch yet.
      guard ["no-files", "not-on-server"].contains(error.code) else { throw error }
    }
    return files.filter { known[$0.path] != $0.sha256.hex }.map { FileChange(file: $0, isLarge: isLarge($0)) }
  }

  func missing(_ files: [PreparedFile]) throws(Diagnostic) -> [PendingObject] {
    let what = "the list of large files"
    let answer = try connection.json(
      "POST", "\(repository)/info/lfs/objects/batch", what,
      body: [
        "operation": "upload",
        "objects": .array(files.map { ["oid": .string($0.sha256.hex), "size": .integer($0.size)] }),
      ])
    try requireSuccess(answer, what)
    guard let objects = (answer.json?["Data"] ?? answer.json)?["objects"]?.arrayValue else {
      throw HubConnection.unexpected("the list of large files")
    }
    var urls: [String: String] = [:]
    for object in objects {
      if let digest = object["oid"]?.stringValue { urls[digest] = object["actions"]?["upload"]?["href"]?.stringValue }
    }
    // Of files that are there already the answer says nothing.
    return files.compactMap { file in urls[file.sha256.hex].map { PendingObject(file: file, url: $0) } }
  }

  func store(_ object: PendingObject) throws(Diagnostic) {
    _ = try connection.put(object.file, to: object.url, sendsToken: true)
  }

  func commit(_ changes: [FileChange], message: String) throws(Diagnostic) -> String? {
    var actions: [JSONValue] = []
    for change in changes {
      let file = change.file
      actions.append([
        "action": "create", "path": .string(file.path), "type": change.isLarge ? "lfs" : "normal",
        "size": .integer(file.size), "sha256": .string(change.isLarge ? file.sha256.hex : ""),
        "content": .string(change.isLarge ? "" : Base64.encode(try file.bytes())),
        "encoding": change.isLarge ? "" : "base64",
      ])
    }
    let answer = try connection.json(
      "POST", "\(repository)/commit/\(Self.branch)", "the commit",
      body: ["commit_message": .string(message), "actions": .array(actions)],
      // Somebody else's commit came between.
      retries: { $0.response.status == 409 || $0.json?["Code"]?.intValue == 10_030_000_001 })
    try requireSuccess(answer, "the commit")
    let data = answer.json?["Data"]
    return data?["CommitId"]?.stringValue ?? data?["commit_id"]?.stringValue ?? data?["id"]?.stringValue ?? ""
  }
}
