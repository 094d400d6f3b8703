import Diagnostics
import JSON
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Transfer

/// A hub of the Hugging Face kind for uploads: what a test wants to go wrong goes wrong.
private final class SmallHub: Sendable {
  struct State {
    var files: [String: [UInt8]] = [:]
    var large: Set<String> = []
    var stored: [String: [UInt8]] = [:]
    var parts: [String: [Int: [UInt8]]] = [:]
    var exists = true
    var isPrivate = true
    var created: JSONValue?
    var message: String?
    /// Answers to give before the usual ones, by the beginning of the target.
    var faults: [(target: String, response: FakeServer.Response)] = []
    /// Tokens that reached a signed address.
    var strayTokens = 0
  }

  let server: FakeServer

  init(_ state: State = State()) throws {
    let box = Box(state)
    server = try FakeServer { request in box.answer(request) }
    self.box = box
  }

  private let box: Box
  var now: State { box.state.withLock { $0 } }
  func change(_ body: (inout State) -> Void) { box.state.withLock { body(&$0) } }

  final class Box: Sendable {
    let state: Mutex<State>
    init(_ state: State) { self.state = Mutex(state) }

    func answer(_ request: FakeServer.Request) -> FakeServer.Response {
      state.withLock { state in
        if let index = state.faults.firstIndex(where: { request.target.hasPrefix($0.target) }) {
          return state.faults.remove(at: index).response
        }
        return Self.usual(request, &state)
      }
    }

    private static func json(_ value: JSONValue, status: Int = 200, _ headers: [(String, String)] = [])
      -> FakeServer
      .Response
    { .text(value.text(), status: status, headers: headers) }

    private static func usual(_ request: FakeServer.Request, _ state: inout State) -> FakeServer.Response {
      let path = String(request.target.prefix { $0 != "?" })
      let body = try? JSONValue(parsing: request.body)
      let host = "http://\(request.headers["host"] ?? "")"
      if path.hasPrefix("/upload/") {
        if request.headers["authorization"] != nil { state.strayTokens += 1 }
        let digest = String(path.dropFirst("/upload/".count).prefix(64))
        if let part = request.target.split(separator: "=").last.flatMap({ Int($0) }) {
          state.parts[digest, default: [:]][part] = request.body
          return json([:], [("ETag", "\"tag\(part)\"")])
        }
        guard SHA256.hash(request.body).hex == digest else { return json(["error": "another digest"], status: 400) }
        state.stored[digest] = request.body
        return json([:])
      }
      guard request.headers["authorization"] == "Bearer hf_write" else {
        return json(["error": "Invalid credentials, hf_other"], status: 401)
      }
      switch path {
      case "/api/models/me/tiny":
        return state.exists
          ? json(["private": .bool(state.isPrivate)])
          : json(["error": "Repository not found"], status: 404, [("X-Error-Code", "RepoNotFound")])
      case "/api/repos/create":
        state.created = body
        state.exists = true
        return json(["url": "x"])
      case "/api/models/me/tiny/preupload/main":
        let files = (body?["files"]?.arrayValue ?? []).map { file -> JSONValue in
          let name = file["path"]?.stringValue ?? ""
          let isLarge = name.hasSuffix(".safetensors")
          var entry = JSONObject([
            ("path", .string(name)), ("uploadMode", isLarge ? "lfs" : "regular"), ("shouldIgnore", false),
          ])
          if let there = state.files[name] {
            entry["oid"] = .string(
              isLarge
                ? SHA256.hash(there).hex
                : (try? PreparedFile(.init(path: name, content: .bytes(there))).gitIdentifier()) ?? "")
          }
          return .object(entry)
        }
        return json(["files": .array(files)])
      case "/me/tiny.git/info/lfs/objects/batch":
        let objects = (body?["objects"]?.arrayValue ?? []).map { object -> JSONValue in
          let digest = object["oid"]?.stringValue ?? ""
          let size = object["size"]?.intValue ?? 0
          guard state.stored[digest] == nil else { return ["oid": .string(digest), "size": .integer(Int64(size))] }
          // The storage is another host.
          let other = host.replacing("127.0.0.1", with: "localhost")
          var upload: JSONValue = ["href": .string("\(other)/upload/\(digest)?signature=abc")]
          if size > 1000 {
            var header = JSONObject([("chunk_size", "400")])
            for part in 1...((size + 399) / 400) {
              header["\(part)"] = .string("\(other)/upload/\(digest)?part=\(part)")
            }
            upload = ["href": .string("\(host)/complete/\(digest)"), "header": .object(header)]
          }
          return ["oid": .string(digest), "size": .integer(Int64(size)), "actions": ["upload": upload]]
        }
        return json(["objects": .array(objects)])
      case "/api/models/me/tiny/commit/main":
        for line in request.body.split(separator: 0x0A) {
          guard let json = try? JSONValue(parsing: Array(line)), let value = json["value"] else { continue }
          let name = value["path"]?.stringValue ?? ""
          switch json["key"]?.stringValue {
          case "header": state.message = value["summary"]?.stringValue
          case "file": state.files[name] = Base64.decode((value["content"]?.stringValue ?? "")[...]) ?? []
          default: state.files[name] = state.stored[value["oid"]?.stringValue ?? ""]
          }
        }
        return json(["commitOid": "c0ffee", "commitUrl": "x"])
      default:
        if path.hasPrefix("/complete/") {
          let digest = String(path.dropFirst("/complete/".count))
          let parts = state.parts[digest] ?? [:]
          let whole = parts.keys.sorted().flatMap { parts[$0] ?? [] }
          let tags = body?["parts"]?.arrayValue?.compactMap { $0["etag"]?.stringValue }
          guard SHA256.hash(whole).hex == digest, tags == parts.keys.sorted().map({ "\"tag\($0)\"" }) else {
            return json(["error": "not the file"], status: 400)
          }
          state.stored[digest] = whole
          return json([:])
        }
        return .missing
      }
    }
  }

  func uploader(token: String? = "hf_write", _ more: [String: String] = [:]) -> Uploader {
    var variables = more
    variables["HF_ENDPOINT"] = server.url
    variables["HF_TOKEN"] = token
    var retry = RetryPolicy()
    (retry.firstDelay, retry.attempts) = (0.01, 3)
    return Uploader(HubAccess(environment: variables, retry: retry))
  }
}

@Suite struct UploaderTests {
  private static let weights = (0..<2500).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  private static let target = FetchSource.repository(.huggingFace, .model, id: "me/tiny")
  private static let files: [UploadFile] = [
    .init(path: "README.md", content: .bytes(Array("# tiny\n".utf8))),
    .init(path: "config.json", content: .bytes(Array("{}".utf8))),
    .init(path: "weights/model.safetensors", content: .bytes(weights)),
  ]

  private func code(_ body: () throws -> UploadResult) -> String? {
    do {
      _ = try body()
      return nil
    } catch { return (error as? Diagnostic)?.code }
  }

  @Test func whatIsPushedLiesThereAndIsNotSentAgain() throws {
    let hub = try SmallHub()
    let result = try hub.uploader().push(Self.files, to: Self.target, message: "First")
    #expect(result.commit == "c0ffee" && result.committedFiles == 3 && result.sentBytes == 2500)
    #expect(hub.now.files["weights/model.safetensors"] == Self.weights)
    #expect(hub.now.files["config.json"] == Array("{}".utf8))
    #expect(hub.now.message == "First" && hub.now.strayTokens == 0)
    let again = try hub.uploader().push(Self.files, to: Self.target, message: "Second")
    #expect(again.commit == nil && again.equalFiles == 3 && again.sentBytes == 0 && hub.now.message == "First")
    var changed = Self.files
    changed[1].content = .bytes(Array("{ }".utf8))
    let third = try hub.uploader().push(changed, to: Self.target, message: "Third")
    #expect(third.committedFiles == 1 && third.equalFiles == 2 && third.sentBytes == 0)
  }

  /// A part that breaks off is sent again, and an upload that ended early leaves what arrived.
  @Test func aTornUploadContinues() throws {
    let hub = try SmallHub()
    let digest = SHA256.hash(Self.weights).hex
    hub.change {
      $0.faults = [
        ("/upload/\(digest)?part=2", .init(status: 503)),
        ("/upload/\(digest)?part=3", .init(body: [1, 2, 3], cutAfter: 1)),
        ("/api/models/me/tiny/commit", .init(status: 400, body: Array("{\"error\": \"no\"}".utf8))),
      ]
    }
    #expect(code { try hub.uploader().push(Self.files, to: Self.target, message: "m") } == "upload-refused")
    #expect(hub.now.files.isEmpty && hub.now.stored[digest] == Self.weights)
    let result = try hub.uploader().push(Self.files, to: Self.target, message: "m")
    #expect(result.storedFiles == 1 && result.sentBytes == 0 && hub.now.files.count == 3)
  }

  @Test func aMissingRepositoryIsMadeOnlyWhenAsked() throws {
    let hub = try SmallHub()
    hub.change { $0.exists = false }
    #expect(code { try hub.uploader().push(Self.files, to: Self.target, message: "m") } == "not-on-server")
    #expect(hub.now.created == nil)
    let result = try hub.uploader().push(Self.files, to: Self.target, message: "m", creates: .private)
    #expect(result.wasCreated && hub.now.created?["visibility"]?.stringValue == "private")
    #expect(hub.now.created?["organization"]?.stringValue == "me" && hub.now.created?["name"]?.stringValue == "tiny")
    // What was meant to be private is not put where all can see it.
    hub.change { $0.isPrivate = false }
    #expect(
      code { try hub.uploader().push(Self.files, to: Self.target, message: "m", creates: .private) }
        == "repository-is-public")
  }

  @Test func refusalsNameTheirCauseAndNeverTheToken() throws {
    let hub = try SmallHub()
    #expect(code { try hub.uploader(token: nil).push(Self.files, to: Self.target, message: "m") } == "no-token")
    do {
      _ = try hub.uploader(token: "hf_other").push(Self.files, to: Self.target, message: "m")
      Issue.record("a wrong token was accepted")
    } catch {
      #expect(error.code == "access-denied" && error.remedy?.contains("HF_TOKEN") == true)
      #expect(!"\(error)".contains("hf_other") && error.notes.contains { $0.contains("Invalid credentials") })
    }
    hub.change { $0.faults = [("/api/models/me/tiny/preupload", .init(status: 403))] }
    #expect(code { try hub.uploader().push(Self.files, to: Self.target, message: "m") } == "access-denied")
    // A wait that is asked for is waited, a long one is reported.
    hub.change { $0.faults = [("/api/models/me/tiny/commit", .init(status: 429, headers: [("Retry-After", "0")]))] }
    #expect(code { try hub.uploader().push(Self.files, to: Self.target, message: "m") } == nil)
    hub.change {
      $0.faults = [
        ("/api/models/me/tiny/preupload", .init(status: 429, headers: [("RateLimit", "\"api\";r=0;t=4000")]))
      ]
    }
    #expect(code { try hub.uploader().push(Self.files, to: Self.target, message: "m") } == "rate-limited")
  }

  @Test func aFileThatChangesMeanwhileIsNotCommitted() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    try FileSystem.replace(path, with: Self.weights)
    let hub = try SmallHub()
    let found = try UploadFile.all(in: folder.path)
    #expect(found.files.map(\.path) == ["model.safetensors"] && found.skipped.isEmpty)
    let changes = Mutex(false)
    let problem = code {
      try hub.uploader().push(found.files, to: Self.target, message: "m") { event in
        guard case .sending = event,
          changes.withLock({ first in
            defer { first = true }; return !first
          })
        else { return }
        try? FileSystem.replace(path, with: Array(Self.weights.dropLast(700)))
      }
    }
    #expect(problem == "file-changed" && hub.now.files.isEmpty)
    #expect(
      try hub.uploader().push(UploadFile.all(in: folder.path).files, to: Self.target, message: "m").committedFiles == 1)
    #expect(hub.now.files["model.safetensors"]?.count == 1800)
  }

  @Test func answersThatAreNoneAreErrors() throws {
    let hub = try SmallHub()
    let nonsense: [(String, String)] = [
      ("/api/models/me/tiny/preupload", "{\"files\": []}"), ("/api/models/me/tiny/preupload", "<html>"),
      ("/me/tiny.git", "{\"objects\": 7}"), ("/api/models/me/tiny/commit", "[]"),
      (
        "/me/tiny.git",
        "{\"objects\": [{\"oid\": \"\(SHA256.hash(Self.weights).hex)\", \"actions\": {\"upload\": {\"href\": \"http://localhost:1/x\", \"header\": {\"chunk_size\": \"0\", \"1\": \"x\"}}}}]}"
      ),
    ]
    for (target, text) in nonsense {
      hub.change {
        $0.faults = [(target, .text(text))]
        $0.stored = [:]
        $0.files = [:]
      }
      #expect(code { try hub.uploader().push(Self.files, to: Self.target, message: "m") } == "bad-answer", "\(text)")
    }
    for bad in ["../x", "/x", "a\\b", ""] {
      #expect(
        code { try hub.uploader().push([.init(path: bad, content: .bytes([1]))], to: Self.target, message: "m") }
          == "bad-upload-path")
    }
  }

  /// Large commits are split, and the page's text comes last.
  @Test func aCommitThatIsTooLargeIsSplit() throws {
    let changes = try (0..<5).map { index in
      FileChange(
        file: try PreparedFile(
          .init(path: index == 1 ? "README.md" : "f\(index)", content: .bytes([UInt8](repeating: 1, count: 40)))),
        isLarge: index == 3)
    }
    let batches = Uploader.batches(changes, limits: HubLimits(objects: 1, operations: 3, inlineBytes: 90))
    #expect(batches.map { $0.map(\.file.path) } == [["f0", "f2", "f3"], ["f4", "README.md"]])
  }

  @Test func gitKnowsAFileByTheSameName() throws {
    // printf 'hello\n' | git hash-object --stdin
    let file = try PreparedFile(.init(path: "x", content: .bytes(Array("hello\n".utf8))))
    #expect(try file.gitIdentifier() == "ce013625030ba8dba906f756967f9e9ca394464a")
  }
}

@Suite struct StoredTokenTests {
  /// As modelscope-hub 0.5.1 stores a token: `HubConfig().save_token("ms-0123456789abcdef")`.
  private static let jar = """
    gASVxwIAAAAAAACMEHJlcXVlc3RzLmNvb2tpZXOUjBFSZXF1ZXN0c0Nvb2tpZUphcpSTlCmBlH2UKIwHX3BvbGljeZSMDmh0dHAuY29va2llamFy\
    lIwTRGVmYXVsdENvb2tpZVBvbGljeZSTlCmBlH2UKIwIbmV0c2NhcGWUiIwHcmZjMjk2NZSJjBNyZmMyMTA5X2FzX25ldHNjYXBllE6MDGhpZGVf\
    Y29va2llMpSJjA1zdHJpY3RfZG9tYWlulImMG3N0cmljdF9yZmMyOTY1X3VudmVyaWZpYWJsZZSIjBZzdHJpY3RfbnNfdW52ZXJpZmlhYmxllImM\
    EHN0cmljdF9uc19kb21haW6USwCMHHN0cmljdF9uc19zZXRfaW5pdGlhbF9kb2xsYXKUiYwSc3RyaWN0X25zX3NldF9wYXRolImMEHNlY3VyZV9w\
    cm90b2NvbHOUjAVodHRwc5SMA3dzc5SGlIwQX2Jsb2NrZWRfZG9tYWluc5QpjBBfYWxsb3dlZF9kb21haW5zlE51YowIX2Nvb2tpZXOUfZSMDW1v\
    ZGVsc2NvcGUuY26UfZSMAS+UfZSMDG1fc2Vzc2lvbl9pZJRoBowGQ29va2lllJOUKYGUfZQojAd2ZXJzaW9ulEsAjARuYW1llGghjAV2YWx1ZZSM\
    E21zLTAxMjM0NTY3ODlhYmNkZWaUjARwb3J0lE6MDnBvcnRfc3BlY2lmaWVklImMBmRvbWFpbpRoHYwQZG9tYWluX3NwZWNpZmllZJSIjBJkb21h\
    aW5faW5pdGlhbF9kb3SUiYwEcGF0aJRoH4wOcGF0aF9zcGVjaWZpZWSUiIwGc2VjdXJllImMB2V4cGlyZXOUSlddMmuMB2Rpc2NhcmSUiYwHY29t\
    bWVudJROjAtjb21tZW50X3VybJROjAdyZmMyMTA5lImMBV9yZXN0lH2UdWJzc3N1Yi4=
    """

  private func bytes() throws -> [UInt8] { try #require(Base64.decode(Self.jar[...])) }

  @Test func whatTheHubsProgramsStoredIsFound() throws {
    let folder = try TemporaryFolder()
    try FileSystem.makeDirectory(folder.path + "/credentials")
    try FileSystem.replace(folder.path + "/credentials/cookies", with: try bytes())
    #expect(StoredTokens.modelScope(["MODELSCOPE_HOME": folder.path]) == "ms-0123456789abcdef")
    try FileSystem.replace(folder.path + "/token", with: Array("hf_stored\n".utf8))
    let variables = ["HF_HOME": folder.path]
    #expect(HubEnvironment(variables).token(.huggingFace, variables) == "hf_stored")
    let both = ["HF_HOME": folder.path, "HF_TOKEN": "hf_given"]
    #expect(HubEnvironment(both).token(.huggingFace, both) == "hf_given")
    #expect(HubEnvironment([:]).token(.huggingFace, [:]) == nil && HubEnvironment([:]).token(.modelScope, [:]) == nil)
  }

  @Test func aDamagedJarGivesNoTokenAndNoTrap() throws {
    let jar = try bytes()
    var random = SplitMix64(seed: 5)
    for _ in 0..<3000 {
      var damaged = jar
      for _ in 0..<Int(random.below(4)) + 1 {
        damaged[Int(random.below(UInt64(damaged.count)))] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = StoredTokens.cookie(Array(damaged.prefix(Int(random.below(UInt64(damaged.count + 1))))))
      _ = StoredTokens.cookie(damaged)
    }
  }
}
