import Diagnostics
import JSON
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Transfer

@Suite struct FetcherTests {
  private static let commit = String(repeating: "c", count: 40)

  private func fetcher(_ variables: [String: String]) -> Fetcher {
    var retry = RetryPolicy()
    retry.firstDelay = 0.005
    retry.maximumDelay = 0.02
    return Fetcher(HubAccess(environment: variables, retry: retry))
  }

  private static func content(_ name: String, _ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: UInt64(name.utf8.reduce(0) { $0 + Int($1) }))
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  /// A repository with two files, one of them large and known by digest.
  private static let files: [String: [UInt8]] = [
    "config.json": Array("{}".utf8), "sub/model.bin": content("model", 300_000), "README.md": Array("# hi".utf8),
  ]

  private static func revision() -> FakeServer.Response {
    let siblings = files.map { name, body -> JSONValue in
      var object = JSONObject([("rfilename", .string(name)), ("size", .integer(Int64(body.count)))])
      if body.count > 1000 {
        object["lfs"] = [
          "sha256": .string(SHA256.hash(body).hex), "size": .integer(Int64(body.count)), "pointerSize": 134,
        ]
      }
      return .object(object)
    }
    return .text(JSONValue.object(JSONObject([("sha", .string(commit)), ("siblings", .array(siblings))])).text())
  }

  private static func serve(_ request: FakeServer.Request) -> FakeServer.Response {
    if request.target == "/api/models/me/it/revision/main?blobs=true" { return revision() }
    let prefix = "/me/it/resolve/\(commit)/"
    guard request.target.hasPrefix(prefix), let body = files[String(request.target.dropFirst(prefix.count))] else {
      return .missing
    }
    return FakeServer.file(body, request, etag: "\"\(SHA256.hash(body).hex.prefix(8))\"")
  }

  private func request(_ text: String = "hf:me/it", revision: String? = nil, include: [String] = []) throws
    -> FetchRequest
  {
    FetchRequest(source: try FetchSource(parsing: text), revision: revision, filter: GlobFilter(include: include))
  }

  /// Resolves and downloads into `out`.
  private func fetch(_ fetcher: Fetcher, _ request: FetchRequest, _ folder: TemporaryFolder) throws -> FetchSummary {
    try folder.folder("out")
    return try fetcher.download(
      request, try fetcher.resolve(request), to: folder.path + "/out", work: folder.path + "/work")
  }

  @Test func repositoryComesAsItIs() throws {
    let server = try FakeServer(Self.serve)
    let folder = try TemporaryFolder()
    let fetcher = fetcher(["HF_ENDPOINT": server.url + "/"])
    let resolved = try fetcher.resolve(try request())
    #expect(resolved.revision == Self.commit && !resolved.isPinned)
    #expect(resolved.files.map(\.path) == ["README.md", "config.json", "sub/model.bin"])
    let summary = try fetch(fetcher, try request(), folder)
    #expect(summary.files.map(\.path) == resolved.files.map(\.path))
    for (name, body) in Self.files { #expect(try folder.read("out/" + name) == body) }
    #expect(summary.resumedBytes == 0 && summary.bytes == 300_006)
  }

  @Test func mirrorsGiveAnEqualResolution() throws {
    let first = try FakeServer(Self.serve)
    let second = try FakeServer(Self.serve)
    #expect(
      try fetcher(["HF_ENDPOINT": first.url]).resolve(try request())
        == fetcher(["HF_ENDPOINT": second.url]).resolve(try request()))
  }

  @Test func includeLimitsWhatIsAskedFor() throws {
    let server = try FakeServer(Self.serve)
    let folder = try TemporaryFolder()
    let summary = try fetch(
      fetcher(["HF_ENDPOINT": server.url]), try request(include: ["*.json"]), folder)
    #expect(summary.files.map(\.path) == ["config.json"])
    #expect(!server.requests.contains { $0.target.contains("model.bin") })
    #expect(
      try #require(throws: Diagnostic.self) {
        try fetcher(["HF_ENDPOINT": server.url]).resolve(try request(include: ["*.gguf"]))
      }.code == "no-files")
  }

  @Test func treeIsAskedForWhenTheRevisionListsNoFiles() throws {
    let box = Mutex("")
    let server = try FakeServer { request in
      if request.target.contains("/revision/") { return .text("{\"sha\": \"\(Self.commit)\"}") }
      let next =
        request.target.contains("cursor")
        ? [] : [("Link", "<\(box.withLock { $0 })/api/models/me/it/tree/x?cursor=1>; rel=\"next\"")]
      let name = request.target.contains("cursor") ? "b" : "a"
      return .text("[{\"type\": \"file\", \"path\": \"\(name)\", \"size\": 1}]", headers: next)
    }
    box.withLock { $0 = server.url }
    #expect(try fetcher(["HF_ENDPOINT": server.url]).resolve(try request()).files.map(\.path) == ["a", "b"])
    box.withLock { $0 = "http://localhost:1" }
    #expect(throws: Diagnostic.self) { try fetcher(["HF_ENDPOINT": server.url]).resolve(try request()) }
  }

  @Test func aCutConnectionIsContinuedWhereItBroke() throws {
    let body = Self.files["sub/model.bin"] ?? []
    let tries = Atomic(0)
    let server = try FakeServer { request in
      guard request.target.hasSuffix("model.bin") else { return Self.serve(request) }
      let number = tries.wrappingAdd(1, ordering: .relaxed).newValue
      return FakeServer.file(body, request, etag: "\"v1\"", cutAfter: number < 4 ? 70_000 : nil)
    }
    let folder = try TemporaryFolder()
    _ = try fetch(fetcher(["HF_ENDPOINT": server.url]), try request(), folder)
    #expect(try folder.read("out/sub/model.bin") == body)
    let ranges = server.requests.filter { $0.target.hasSuffix("model.bin") }.map { $0.headers["range"] ?? "" }
    #expect(ranges == ["", "bytes=70000-", "bytes=140000-", "bytes=210000-"])
    #expect(server.requests.last { $0.target.hasSuffix("model.bin") }?.headers["if-range"] == "\"v1\"")
  }

  @Test func alaterRunContinuesWhatAnEarlierBegan() throws {
    let body = Self.files["sub/model.bin"] ?? []
    let isBroken = Atomic(true)
    let server = try FakeServer { request in
      guard request.target.hasSuffix("model.bin") else { return Self.serve(request) }
      // Cut once, then refuse everything, so that the first run gives up.
      if isBroken.load(ordering: .relaxed), request.headers["range"] != nil { return FakeServer.Response(status: 503) }
      return FakeServer.file(
        body, request, etag: "\"v1\"", cutAfter: isBroken.load(ordering: .relaxed) ? 100_000 : nil)
    }
    let folder = try TemporaryFolder()
    let fetcher = fetcher(["HF_ENDPOINT": server.url])
    #expect(try #require(throws: Diagnostic.self) { try fetch(fetcher, try request(), folder) }.code == "unreachable")
    isBroken.store(false, ordering: .relaxed)
    let summary = try fetch(fetcher, try request(), folder)
    #expect(summary.resumedBytes >= 100_000)
    #expect(server.requests.last { $0.target.hasSuffix("model.bin") }?.headers["range"] == "bytes=100000-")
    #expect(try folder.read("out/sub/model.bin") == body)
  }

  @Test func aServerThatCutsForEverIsGivenUp() throws {
    let server = try FakeServer { request in
      request.target.hasSuffix("model.bin")
        ? FakeServer.Response(body: Self.files["sub/model.bin"] ?? [], cutAfter: 70_000) : Self.serve(request)
    }
    let folder = try TemporaryFolder()
    let error = try #require(throws: Diagnostic.self) {
      try fetch(fetcher(["HF_ENDPOINT": server.url]), try request(), folder)
    }
    #expect(error.code == "unreachable")
    #expect(server.requests.filter { $0.target.hasSuffix("model.bin") }.count <= 6)
  }

  @Test func aFileThatChangedMeanwhileBeginsAnew() throws {
    let old = Self.content("old", 50_000)
    let new = Self.content("new", 60_000)
    let tries = Atomic(0)
    let server = try FakeServer { request in
      if request.method == "HEAD" { return FakeServer.Response(headers: [("ETag", "\"1\"")]) }
      let number = tries.wrappingAdd(1, ordering: .relaxed).newValue
      return number == 1
        ? FakeServer.file(old, request, etag: "\"1\"", cutAfter: 20_000) : FakeServer.file(new, request, etag: "\"2\"")
    }
    let folder = try TemporaryFolder()
    _ = try fetch(fetcher([:]), try request(server.url + "/x.bin"), folder)
    #expect(try folder.read("out/x.bin") == new)
  }

  @Test func damagedBytesAreNeverKept() throws {
    let server = try FakeServer { request in
      guard request.target.hasSuffix("model.bin") else { return Self.serve(request) }
      var body = Self.files["sub/model.bin"] ?? []
      body[1000] ^= 1
      return FakeServer.file(body, request, etag: "\"v1\"")
    }
    let folder = try TemporaryFolder()
    let error = try #require(throws: Diagnostic.self) {
      try fetch(fetcher(["HF_ENDPOINT": server.url]), try request(), folder)
    }
    #expect(error.code == "sha256-mismatch")
    #expect(server.requests.filter { $0.target.hasSuffix("model.bin") }.count == 2)
    #expect(FileStamp.of(folder.path + "/out/sub/model.bin") == nil)
  }

  @Test(arguments: [429, 500, 502, 503, 504, 408])
  func passingFaultsAreTriedAgain(status: Int) throws {
    let tries = Atomic(0)
    let server = try FakeServer { request in
      tries.wrappingAdd(1, ordering: .relaxed).newValue <= 2
        ? .text("busy", status: status, headers: [("Retry-After", "0")]) : Self.serve(request)
    }
    #expect(try fetcher(["HF_ENDPOINT": server.url]).resolve(try request()).files.count == 3)
    #expect(server.requests.count == 3)
  }

  @Test(arguments: [(401, "access-denied"), (403, "access-denied"), (404, "not-on-server"), (418, "bad-answer")])
  func refusalsAreNotTriedAgain(status: Int, code: String) throws {
    let server = try FakeServer { _ in .text("no", status: status) }
    let error = try #require(throws: Diagnostic.self) {
      try fetcher(["HF_ENDPOINT": server.url]).resolve(try request())
    }
    #expect(error.code == code)
    #expect(server.requests.count == 1)
    if status == 401 { #expect(error.remedy?.contains("HF_TOKEN") == true) }
  }

  @Test func nobodyThereIsUnreachable() throws {
    let error = try #require(throws: Diagnostic.self) {
      try fetcher(["HF_ENDPOINT": "http://127.0.0.1:1"]).resolve(try request())
    }
    #expect(error.code == "unreachable")
  }

  @Test func tokenGoesToTheHubAndNowhereElse() throws {
    let body = Self.files["sub/model.bin"] ?? []
    let storage = try FakeServer { FakeServer.file(body, $0, etag: "\"s\"") }
    let storageURL = storage.url
    let server = try FakeServer { request in
      request.target.hasSuffix("model.bin") ? .redirect(storageURL + "/blob?sig=abc") : Self.serve(request)
    }
    let folder = try TemporaryFolder()
    let fetcher = fetcher(["HF_ENDPOINT": server.url, "HF_TOKEN": " hf_secret\n"])
    let resolved = try fetcher.resolve(try request())
    #expect(!resolved.json.text().contains("hf_secret"))
    _ = try fetch(fetcher, try request(), folder)
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(!storage.requests.isEmpty)
    #expect(storage.requests.allSatisfy { $0.headers["authorization"] == nil })
    #expect(try folder.read("out/sub/model.bin") == body)
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"])
  func redirectsToOtherSchemesAreRefused(location: String) throws {
    let server = try FakeServer { _ in .redirect(location) }
    let error = try #require(throws: Diagnostic.self) {
      try fetcher(["HF_ENDPOINT": server.url]).resolve(try request())
    }
    #expect(error.code == "bad-redirect")
  }

  @Test func redirectLoopsEnd() throws {
    let server = try FakeServer { .redirect($0.target + "x") }
    let error = try #require(throws: Diagnostic.self) {
      try fetcher(["HF_ENDPOINT": server.url]).resolve(try request())
    }
    #expect(error.code == "bad-redirect")
    #expect(server.requests.count == 11)
  }

  @Test func modelScopeModelsAndDatasets() throws {
    let row = Array("{\"query\": \"a\"}".utf8)
    let server = try FakeServer { request in
      let entry =
        "{\"Path\": \"train.csv\", \"Type\": \"blob\", \"Size\": \(row.count), \"Sha256\": \"\(SHA256.hash(row))\"}"
      switch request.target {
      case "/api/v1/models/me/it/repo/files?Revision=master&Recursive=true":
        return .text("{\"Code\": 200, \"Data\": {\"Files\": [\(entry)]}}")
      case "/api/v1/datasets/me/it": return .text("{\"Code\": 200, \"Data\": {\"Id\": 77, \"Type\": 1}}")
      case "/api/v1/datasets/77/repo/tree?Revision=v2&Root=%2F&Recursive=True&PageNumber=1&PageSize=200":
        let fill = (0..<199).map { "{\"Path\": \"d/\($0)\", \"Type\": \"blob\", \"Size\": 1}" }.joined(separator: ",")
        return .text("{\"Code\": 200, \"Data\": {\"Files\": [\(fill),\(entry)], \"TotalCount\": 201}}")
      case "/api/v1/datasets/77/repo/tree?Revision=v2&Root=%2F&Recursive=True&PageNumber=2&PageSize=200":
        return .text("{\"Code\": 200, \"Data\": {\"Files\": [{\"Path\": \"last\", \"Type\": \"blob\", \"Size\": 1}]}}")
      case "/api/v1/models/me/it/repo?Revision=master&FilePath=train.csv",
        "/api/v1/datasets/me/it/repo?Source=SDK&Revision=v2&FilePath=train.csv":
        return FakeServer.file(row, request, etag: "\"x\"")
      default: return .missing
      }
    }
    let fetcher = fetcher(["MODELSCOPE_DOMAIN": server.url, "MODELSCOPE_API_TOKEN": "ms-secret"])
    for (source, revision) in [("modelscope:me/it", nil), ("modelscope-dataset:me/it", "v2")] as [(String, String?)] {
      let folder = try TemporaryFolder()
      let request = try request(source, revision: revision, include: ["train.csv"])
      let resolved = try fetcher.resolve(request)
      #expect(resolved.revision.hasPrefix("files-") && resolved.reference == revision ?? "master")
      _ = try fetch(fetcher, request, folder)
      #expect(try folder.read("out/train.csv") == row)
    }
    #expect(try fetcher.resolve(try request("modelscope-dataset:me/it", revision: "v2")).files.count == 201)
    #expect(server.requests.allSatisfy { $0.headers["cookie"] == "m_session_id=ms-secret" })
  }

  @Test func webFileIsKnownByItsValidator() throws {
    let version = Atomic(1)
    let server = try FakeServer { request in
      FakeServer.file(Array("text".utf8), request, etag: "\"\(version.load(ordering: .relaxed))\"")
    }
    let fetcher = fetcher([:])
    let first = try fetcher.resolve(try request(server.url + "/a.txt"))
    #expect(try fetcher.resolve(try request(server.url + "/a.txt")) == first)
    version.store(2, ordering: .relaxed)
    #expect(try fetcher.resolve(try request(server.url + "/a.txt")).revision != first.revision)
    var pinned = try request(server.url + "/a.txt")
    pinned.sha256 = SHA256.hash("other").hex
    let count = server.requests.count
    #expect(try fetcher.resolve(pinned).isPinned)
    #expect(server.requests.count == count)
    let folder = try TemporaryFolder()
    #expect(try #require(throws: Diagnostic.self) { try fetch(fetcher, pinned, folder) }.code == "sha256-mismatch")
  }

  @Test func webArchiveIsUnpacked() throws {
    let bytes = ArchiveBytes.zip([.file("d/a.csv", "q,r\n"), .file("b.txt", "b")])
    let server = try FakeServer { FakeServer.file(bytes, $0, etag: "\"1\"") }
    let folder = try TemporaryFolder()
    let summary = try fetch(fetcher([:]), try request(server.url + "/data.zip", include: ["*.csv"]), folder)
    #expect(summary.files.map(\.path) == ["d/a.csv"])
    #expect(summary.archiveSHA256 == SHA256.hash(bytes).hex)
  }

  @Test func whatCannotFitIsRefusedBeforeItBegins() throws {
    let server = try FakeServer { _ in
      .text("{\"sha\": \"\(Self.commit)\", \"siblings\": [{\"rfilename\": \"x\", \"size\": 4000000000000000000}]}")
    }
    let folder = try TemporaryFolder()
    let error = try #require(throws: Diagnostic.self) {
      try fetch(fetcher(["HF_ENDPOINT": server.url]), try request(), folder)
    }
    #expect(error.code == "disk-full")
    #expect(server.requests.count == 1)
  }

  @Test func progressEndsAtTheTotal() throws {
    let server = try FakeServer(Self.serve)
    let folder = try TemporaryFolder()
    try folder.folder("out")
    let fetcher = fetcher(["HF_ENDPOINT": server.url])
    let reports = Mutex<[FetchProgress]>([])
    _ = try fetcher.download(
      try request(), try fetcher.resolve(try request()), to: folder.path + "/out", work: folder.path + "/work"
    ) { progress in reports.withLock { $0.append(progress) } }
    let all = reports.withLock { $0 }
    #expect(all.last?.bytes == 300_006 && all.last?.totalBytes == 300_006)
    #expect(all.map(\.bytes) == all.map(\.bytes).sorted())
  }

  @Test func cancellingStopsAtOnce() throws {
    let server = try FakeServer { _ in FakeServer.Response(status: 503, headers: [("Retry-After", "100")]) }
    let asked = Atomic(0)
    let access = HubAccess(environment: ["HF_ENDPOINT": server.url]) {
      asked.wrappingAdd(1, ordering: .relaxed).newValue > 5
    }
    let fetcher = Fetcher(access)
    #expect(try #require(throws: Diagnostic.self) { try fetcher.resolve(try request()) }.code == "cancelled")
  }

  @Test func tooManyRequestsAreNamedAsSuch() throws {
    let server = try FakeServer { _ in .text("slow down", status: 429, headers: [("Retry-After", "0")]) }
    let error = try #require(throws: Diagnostic.self) {
      try fetcher(["HF_ENDPOINT": server.url]).resolve(try request())
    }
    #expect(error.code == "rate-limited")
    #expect(error.remedy?.contains("Wait") == true && error.remedy?.contains("https_proxy") == false)
  }

  /// The hub says "access denied" of a repository that does not exist.
  @Test(arguments: [401, 404])
  func aRepositoryWithoutAnOwnerIsToldToNameOne(_ status: Int) throws {
    let server = try FakeServer { _ in FakeServer.Response(status: status) }
    let fetcher = fetcher(["HF_ENDPOINT": server.url])
    let bare = try #require(throws: Diagnostic.self) { try fetcher.resolve(try request("hf-dataset:rows")) }
    #expect(bare.remedy?.contains("hf-dataset:OWNER/rows") == true)
    let owned = try #require(throws: Diagnostic.self) { try fetcher.resolve(try request("hf:me/it")) }
    #expect(owned.remedy?.contains("OWNER") == false)
  }
}
