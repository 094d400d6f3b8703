import Diagnostics
import JSON
import Platform

/// A repository of the Hugging Face hub: `preupload`, the batch protocol of Git LFS, and `commit`, as huggingface_hub uses
/// them without Xet.
struct HuggingFaceRepository: HubRepository {
  private let connection: HubConnection
  private let content: FetchSource.Content
  private let id: String
  private static let branch = "main"

  let limits = HubLimits(objects: 100, operations: 1000, inlineBytes: 32 << 20)

  init(_ connection: HubConnection, _ content: FetchSource.Content, _ id: String) {
    self.connection = connection
    self.content = content
    self.id = id
  }

  private var folder: String { content == .dataset ? "datasets/" : "" }
  private var api: String { "\(connection.endpoint)/api/\(content.rawValue)s/\(id)" }

  var page: String { "\(connection.endpoint)/\(folder)\(id)" }

  func visibility() throws(Diagnostic) -> RepositoryVisibility? {
    let answer = try connection.json("GET", api, "the question about the repository")
    if answer.isSuccess { return answer.json?["private"]?.boolValue == true ? .private : .public }
    // A repository that the token cannot see answers as one that is not there, with either status.
    if answer.response.status == 404 || answer.response.headers["x-error-code"] == "RepoNotFound" { return nil }
    throw connection.refused(answer, "the question about the repository")
  }

  func create(_ visibility: RepositoryVisibility, license: String?) throws(Diagnostic) {
    let parts = id.split(separator: "/").map(String.init)
    let body: JSONValue = [
      "name": .string(parts.last ?? id), "organization": .string(parts.first ?? ""),
      "visibility": .string(visibility.rawValue), "type": .string(content.rawValue),
    ]
    let answer = try connection.json(
      "POST", "\(connection.endpoint)/api/repos/create", "the new repository", body: body)
    guard answer.isSuccess else { throw connection.refused(answer, "the new repository") }
  }

  func changes(_ files: [PreparedFile]) throws(Diagnostic) -> [FileChange] {
    var changes: [FileChange] = []
    var start = 0
    while start < files.count {
      let group = files[start..<min(start + 256, files.count)]
      start += group.count
      let list = group.map { file -> JSONValue in
        [
          "path": .string(file.path), "sample": .string(Base64.encode(file.sample)), "size": .integer(file.size),
        ]
      }
      let what = "the list of files"
      let answer = try connection.json(
        "POST", "\(api)/preupload/\(Self.branch)", what, body: ["files": .array(list)])
      guard answer.isSuccess else { throw connection.refused(answer, what) }
      var known: [String: JSONValue] = [:]
      for entry in answer.json?["files"]?.arrayValue ?? [] {
        if let path = entry["path"]?.stringValue { known[path] = entry }
      }
      for file in group {
        guard let entry = known[file.path], let mode = entry["uploadMode"]?.stringValue,
          mode == "lfs" || mode == "regular"
        else { throw HubConnection.unexpected("how to upload '\(file.path)'") }
        // The storage takes no empty files.
        let isLarge = mode == "lfs" && file.size > 0
        if let there = entry["oid"]?.stringValue {
          if try there == (isLarge ? file.sha256.hex : file.gitIdentifier()) { continue }
        }
        if entry["shouldIgnore"]?.boolValue == true {
          throw Diagnostic(
            code: "file-ignored", "the repository's .gitignore leaves out '\(file.path)'",
            remedy: "Remove the line from the repository's .gitignore, or the file from what is pushed.")
        }
        changes.append(FileChange(file: file, isLarge: isLarge))
      }
    }
    return changes
  }

  func missing(_ files: [PreparedFile]) throws(Diagnostic) -> [PendingObject] {
    let body: JSONValue = [
      "operation": "upload", "transfers": ["basic", "multipart"],
      "objects": .array(files.map { ["oid": .string($0.sha256.hex), "size": .integer($0.size)] }),
      "hash_algo": "sha256", "ref": ["name": .string(Self.branch)],
    ]
    let what = "the list of large files"
    let answer = try connection.json(
      "POST", "\(connection.endpoint)/\(folder)\(id).git/info/lfs/objects/batch", what, body: body,
      type: HubConnection.lfs)
    guard answer.isSuccess else { throw connection.refused(answer, what) }
    var known: [String: JSONValue] = [:]
    for entry in answer.json?["objects"]?.arrayValue ?? [] {
      if let digest = entry["oid"]?.stringValue { known[digest] = entry }
    }
    var pending: [PendingObject] = []
    for file in files {
      guard let entry = known[file.sha256.hex] else { throw HubConnection.unexpected("the file '\(file.path)'") }
      if let problem = entry["error"], problem.objectValue != nil {
        throw Diagnostic(
          code: "upload-refused", "the hub does not store '\(file.path)': \(problem["message"]?.stringValue ?? "?")")
      }
      // No actions: the storage has these bytes.
      guard let actions = entry["actions"], actions.objectValue != nil, let upload = actions["upload"] else { continue }
      guard let url = upload["href"]?.stringValue else {
        throw HubConnection.unexpected("an address for '\(file.path)'")
      }
      let header = (upload["header"]?.objectValue ?? JSONObject()).compactMap { name, value in
        (value.stringValue ?? value.intValue.map(String.init)).map { (name: name, value: $0) }
      }
      pending.append(
        PendingObject(
          file: file, url: atEndpoint(url), header: header,
          verifyURL: actions["verify"]?["href"]?.stringValue.map(atEndpoint)))
    }
    return pending
  }

  /// A mirror passes on addresses of the hub itself; they are meant for the mirror.
  private func atEndpoint(_ url: String) -> String {
    let hub = "https://huggingface.co/"
    return url.hasPrefix(hub) ? connection.endpoint + "/" + url.dropFirst(hub.count) : url
  }

  func store(_ object: PendingObject) throws(Diagnostic) {
    if let chunk = object.header.first(where: { $0.name == "chunk_size" })?.value {
      try storeInParts(object, chunk: Int64(chunk) ?? 0)
    } else {
      let headers = object.header.filter { !$0.value.contains(where: \.isNewline) }.map { "\($0.name): \($0.value)" }
      _ = try connection.put(object.file, to: object.url, headers: headers)
    }
    guard let verify = object.verifyURL else { return }
    let what = "the check of '\(object.file.path)'"
    let answer = try connection.json(
      "POST", verify, what, body: ["oid": .string(object.file.sha256.hex), "size": .integer(object.file.size)])
    guard answer.isSuccess else { throw connection.refused(answer, what) }
  }

  /// Parts of equal size to addresses of their own, then one request that lists what the storage called them.
  private func storeInParts(_ object: PendingObject, chunk: Int64) throws(Diagnostic) {
    let file = object.file
    let urls = object.header.compactMap { entry in
      entry.name.allSatisfy({ $0.isASCII && $0.isNumber }) ? Int(entry.name).map { ($0, entry.value) } : nil
    }.sorted { $0.0 < $1.0 }.map(\.1)
    guard chunk > 0, Int64(urls.count) == (file.size - 1) / chunk + 1 else {
      throw HubConnection.unexpected("one address for each part of '\(file.path)'")
    }
    var parts: [JSONValue] = []
    for (index, url) in urls.enumerated() {
      let offset = Int64(index) * chunk
      let response = try connection.put(file, offset: offset, size: min(chunk, file.size - offset), to: url)
      guard let tag = response.headers["etag"], !tag.isEmpty else {
        throw HubConnection.unexpected("the tag of part \(index + 1) of '\(file.path)'")
      }
      parts.append(["partNumber": .integer(Int64(index + 1)), "etag": .string(tag)])
    }
    let what = "the end of '\(file.path)'"
    let answer = try connection.json(
      "POST", object.url, what, body: ["oid": .string(file.sha256.hex), "parts": .array(parts)],
      type: HubConnection.lfs)
    guard answer.isSuccess else { throw connection.refused(answer, what) }
  }

  func commit(_ changes: [FileChange], message: String) throws(Diagnostic) -> String? {
    var lines: [JSONValue] = [
      ["key": "header", "value": ["summary": .string(message), "description": ""]]
    ]
    for change in changes {
      let file = change.file
      if change.isLarge {
        lines.append([
          "key": "lfsFile",
          "value": [
            "path": .string(file.path), "algo": "sha256", "oid": .string(file.sha256.hex), "size": .integer(file.size),
          ],
        ])
      } else {
        lines.append([
          "key": "file",
          "value": [
            "content": .string(Base64.encode(try file.bytes())), "path": .string(file.path), "encoding": "base64",
          ],
        ])
      }
    }
    let answer = try connection.json(
      "POST", "\(api)/commit/\(Self.branch)", "the commit", type: "application/x-ndjson",
      bytes: lines.flatMap { $0.bytes() + [0x0A] },
      // Somebody else's commit came between.
      retries: { $0.response.status == 409 || $0.response.status == 412 })
    guard answer.isSuccess else { throw connection.refused(answer, "the commit") }
    guard let commit = answer.json?["commitOid"]?.stringValue else { throw HubConnection.unexpected("the commit") }
    return commit
  }
}
