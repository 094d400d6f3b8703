import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform
import Testing

@testable import RemoteCache

@Suite struct RemoteCacheTests {
  let stores: TwoStores
  let server: CacheServer

  init() throws {
    stores = try TwoStores()
    server = try CacheServer()
  }

  private func url(_ kind: String) -> String { kind == "folder" ? "file:\(stores.share)" : server.url }

  @Test(arguments: ["folder", "http"]) func whatOneMachineMadeAnotherHas(_ kind: String) throws {
    let record = try stores.act()
    let curves = try required(stores.first.seriesBytes(of: record)).count
    // The two equal files go once.
    let sent = PushOutcome.sent(bytes: Int64(300_000 + 4 + 10 + curves))
    #expect(stores.push(record, try stores.cache(stores.first, url(kind))) == sent)
    let cache = try stores.cache(stores.second, url(kind))
    let got = try required(stores.pull(record.key, cache))
    #expect(got.artifact == record.artifact)
    guard case .hit(let found) = stores.second.lookup(record.key) else {
      Issue.record("no hit")
      return
    }
    #expect(found.metrics == record.metrics && found.warnings == ["mind"] && found.cost == record.cost)
    #expect(found.finished == record.finished && found.document == record.document)
    #expect(stores.second.series(of: found) == ["loss": [[1, 2.5], [2, 1.5]]])
    let folder = stores.second.objectPath(found.artifact)
    for file in TwoStores.files {
      #expect(try FileSystem.read("\(folder)/\(file.path)") == file.bytes)
      #expect(FileStamp.of("\(folder)/\(file.path)")?.isExecutable == file.isExecutable)
    }
    #expect(cache.report.fetched == 1 && cache.report.failures == [] && stores.warnings == [])
    #expect(try FileSystem.names(in: stores.second.root + "/tmp") == [])
  }

  @Test func theSecondTimeNothingIsSent() throws {
    let record = try stores.act()
    let cache = try stores.cache(stores.first, server.url)
    _ = stores.push(record, cache)
    server.forgetRequests()
    #expect(stores.push(record, cache) == .present)
    #expect(server.requests.allSatisfy { $0.method != "PUT" })
    // A record that is no longer whole is written again.
    server["ac/\(record.key)"] = Array(try required(server["ac/\(record.key)"]).prefix(100))
    #expect(stores.push(record, cache) == .sent(bytes: 0))
    #expect(stores.pull(record.key, try stores.cache(stores.second, server.url)) != nil)
  }

  @Test func theRecordComesLast() throws {
    let record = try stores.act()
    _ = stores.push(record, try stores.cache(stores.first, server.url))
    let puts = server.requests.filter { $0.method == "PUT" }.map(\.name)
    #expect(puts.last == "ac/\(record.key)")
    #expect(puts.dropLast().allSatisfy { $0.hasPrefix("cas/") })
  }

  @Test func whatTravelsNamesNoInodeAndNoTime() throws {
    let record = try stores.act()
    _ = stores.push(record, try stores.cache(stores.first, server.url))
    let entry = try required(ActionResult(required(server["ac/\(record.key)"])))
    let text = String(decoding: entry.record, as: UTF8.self)
    for file in record.files {
      #expect(!text.contains("\(file.modified)") && !text.contains("\(file.changed)"))
      #expect(!text.contains("\"\(file.inode)\""))
    }
  }

  @Test func anEvictedBlobIsAMissAndIsSentAgain() throws {
    let record = try stores.act()
    let first = try stores.cache(stores.first, "file:\(stores.share)")
    _ = stores.push(record, first)
    let blob = record.files[1].entry.digest
    unlink("\(stores.share)/cas/\(blob)")
    let cache = try stores.cache(stores.second, "file:\(stores.share)")
    #expect(stores.pull(record.key, cache) == nil)
    #expect(stores.second.lookup(record.key) == .absent)
    #expect(cache.report.failures.map(\.code) == ["incomplete"])
    #expect(try FileSystem.names(in: stores.second.root + "/objects") == [])
    #expect(stores.push(record, first) == .sent(bytes: Int64(record.files[1].entry.size)))
    #expect(stores.pull(record.key, try stores.cache(stores.second, "file:\(stores.share)")) != nil)
  }

  enum Damage: String, CaseIterable, Sendable {
    case poisoned, short, long, empty
  }

  @Test(arguments: Damage.allCases) func aDamagedBlobIsAMissAndIsReplaced(_ damage: Damage) throws {
    let record = try stores.act()
    let first = try stores.cache(stores.first, "file:\(stores.share)")
    _ = stores.push(record, first)
    let blob = "\(stores.share)/cas/\(record.files[1].entry.digest)"
    var bytes = try FileSystem.read(blob)
    switch damage {
    case .poisoned: bytes[bytes.count / 2] ^= 1
    case .short: bytes.removeLast()
    case .long: bytes.append(0)
    case .empty: bytes = []
    }
    try FileSystem.replace(blob, with: bytes)
    let cache = try stores.cache(stores.second, "file:\(stores.share)")
    #expect(stores.pull(record.key, cache) == nil)
    #expect(stores.second.lookup(record.key) == .absent)
    #expect(cache.report.failures.map(\.code) == ["damaged"])
    // The machine that met it makes it again, and what it then sends replaces the bad bytes.
    let remade = try stores.cache(stores.first, "file:\(stores.share)")
    remade.remotes[0].spoil(record.key)
    #expect(stores.push(record, remade) != .present)
    #expect(stores.pull(record.key, try stores.cache(stores.second, "file:\(stores.share)")) != nil)
  }

  @Test func aRecordOfAnotherKeyIsNotBelieved() throws {
    let record = try stores.act()
    let other = try stores.act("other")
    _ = stores.push(record, try stores.cache(stores.first, server.url))
    server["ac/\(other.key)"] = server["ac/\(record.key)"]
    let cache = try stores.cache(stores.second, server.url)
    #expect(cache.find(other.key) == nil)
    #expect(cache.report.failures.map(\.code) == ["damaged"])
  }

  @Test func mutatedEntriesAreMissesAndNothingElse() throws {
    let record = try stores.act()
    _ = stores.push(record, try stores.cache(stores.first, server.url))
    let bytes = try required(server["ac/\(record.key)"])
    var random = SplitMix(state: 7)
    for _ in 0..<400 {
      var mutated = bytes
      for _ in 0...random.next() % 3 {
        let place = Int(random.next() % UInt64(mutated.count))
        switch random.next() % 3 {
        case 0: mutated[place] ^= UInt8(1 << (random.next() % 8))
        case 1: mutated.remove(at: place)
        default: mutated.removeSubrange(place...)
        }
        if mutated.isEmpty { mutated = [0] }
      }
      guard mutated != bytes, let result = ActionResult(mutated),
        let action = try? result.action(record.key, source: 0, trusted: [])
      else { continue }
      // What a flipped bit may change without anybody's harm: fields nobody reads.
      #expect(action.record.artifact == record.artifact && action.manifest == record.manifest)
    }
  }

  @Test func onlyWhatATrustedKeySignedIsUsed() throws {
    let record = try stores.act()
    let pem = try required(SigningKey.generate())
    let key = try SigningKey(pem: pem, path: "key.pem")
    let stranger = try SigningKey(pem: try required(SigningKey.generate()), path: "other.pem")
    try FileSystem.replace(stores.path + "/key.pem", with: pem)
    let unsigned = try stores.cache(stores.first, server.url)
    _ = stores.push(record, unsigned)
    let careful = try stores.cache(stores.second, server.url) { $0.trust = [key.publicKey] }
    #expect(careful.find(record.key) == nil)
    #expect(careful.report.failures.map(\.code) == ["untrusted"])
    server["ac/\(record.key)"] = nil
    let signing = try stores.cache(
      stores.first, server.url, environment: ["LORAPIPE_CACHE_SIGNING_KEY": stores.path + "/key.pem"])
    _ = stores.push(record, signing)
    #expect(try stores.cache(stores.second, server.url) { $0.trust = [stranger.publicKey] }.find(record.key) == nil)
    let trusting = try stores.cache(stores.second, server.url) { $0.trust = [stranger.publicKey, key.publicKey] }
    #expect(stores.pull(record.key, trusting)?.artifact == record.artifact)
    #expect(PublicKey(key.publicKey.description) == key.publicKey)
  }

  @Test(arguments: [(401, "denied"), (403, "denied"), (500, "unavailable"), (503, "unavailable")])
  func aServerThatRefusesFailsNothingAndIsNamedOnce(_ status: Int, _ code: String) throws {
    let record = try stores.act()
    _ = stores.push(record, try stores.cache(stores.first, server.url))
    server.fail { _ in .status(status) }
    server.forgetRequests()
    let cache = try stores.cache(stores.second, server.url)
    for _ in 0..<10 { #expect(cache.find(try stores.act(String(UInt64.random(in: 0 ... .max))).key) == nil) }
    #expect(cache.report.failures.map(\.code) == [code])
    #expect(stores.warnings.map(\.code) == ["remote-cache-\(code)"])
    // Three questions of three tries each, and no more.
    #expect(server.requests.count <= 9)
    server.fail { $0.method == "PUT" ? .status(status) : nil }
    let pushing = try stores.cache(stores.first, server.url)
    guard case .failed(let failure) = stores.push(try stores.act("more"), pushing) else {
      Issue.record("sent")
      return
    }
    #expect(failure.code == code)
  }

  @Test(arguments: [413, 507]) func aFullServerIsNamed(_ status: Int) throws {
    server.fail { $0.method == "PUT" ? .status(status) : nil }
    let cache = try stores.cache(stores.first, server.url)
    guard case .failed(.refused) = stores.push(try stores.act(), cache) else {
      Issue.record("not refused")
      return
    }
    #expect(cache.report.failures.map(\.code) == ["refused"])
  }

  @Test func aServerThatNeverAnswersCostsItsTimeout() throws {
    server.fail { _ in .silence }
    let cache = try stores.cache(stores.second, server.url) { $0.timeout = 1 }
    let begun = ContinuousClock.now
    #expect(cache.find(try stores.act().key) == nil)
    #expect(ContinuousClock.now - begun < .seconds(12))
    #expect(cache.report.failures.map(\.code) == ["unavailable"])
  }

  @Test func aServerThatIsGoneFailsNothing() throws {
    let cache = try stores.cache(stores.second, "http://127.0.0.1:9/cache")
    #expect(cache.find(try stores.act().key) == nil)
    #expect(cache.report.failures.map(\.code) == ["unavailable"])
  }

  @Test func aBrokenTransferGoesOnWhereItBrokeOff() throws {
    let record = try stores.act()
    _ = stores.push(record, try stores.cache(stores.first, server.url))
    let big = try required(record.files.max { $0.entry.size < $1.entry.size }).entry
    server.fail { $0.name == "cas/\(big.digest)" && $0.headers["range"] == nil ? .cut(100_000) : nil }
    let cache = try stores.cache(stores.second, server.url)
    #expect(stores.pull(record.key, cache)?.artifact == record.artifact)
    #expect(server.requests.contains { $0.headers["range"] == "bytes=100000-" })
    #expect(cache.report.failures == [])
  }

  @Test func piecesTravelWithWhatIsMadeOfThem() throws {
    let piece = try stores.act("piece", kind: "shard", files: [("rows", Array("rows".utf8), false)], seconds: 0.001)
    let whole = try stores.act("whole", uses: [piece.artifact], subactions: [piece.key])
    _ = stores.push(whole, try stores.cache(stores.first, server.url))
    #expect(stores.pull(whole.key, try stores.cache(stores.second, server.url)) != nil)
    #expect(stores.second.hasContent(piece.artifact))
    // Without the piece the whole is of no use.
    let third = try ArtifactStore(at: stores.path + "/third")
    server["ac/\(piece.key)"] = nil
    let cache = try stores.cache(third, server.url)
    #expect(stores.pull(whole.key, cache) == nil)
    #expect(cache.report.failures.map(\.code) == ["incomplete"])
  }

  @Test func whatCostsLessToMakeThanToSendStays() throws {
    let cheap = try stores.act("cheap", seconds: 0.01)
    let command = try stores.act("script", isReproducible: false)
    let cache = try stores.cache(stores.first, server.url)
    #expect(stores.push(cheap, cache) == .notWorthIt("it costs less to make than to send"))
    #expect(stores.push(command, cache) == .notWorthIt("it would not come out the same again"))
    #expect(server.names == [])
    #expect(cache.report.notSent == 2)
    #expect(stores.push(cheap, cache, scope: .everything) != .present)
    let small = try stores.cache(stores.first, server.url) { $0.maximumBytes = 1000 }
    #expect(stores.push(try stores.act("big"), small) == .notWorthIt("it is larger than max_bytes"))
  }

  @Test func whoPushesIsDecidedByPolicyAndCI() {
    var configuration = RemoteCacheConfiguration(url: "https://cache.example")
    #expect(!configuration.pushes(in: ["CI": "true"]))
    configuration.push = .ci
    #expect(configuration.pushes(in: ["CI": "true"]))
    #expect(!configuration.pushes(in: [:]) && !configuration.pushes(in: ["CI": "false"]))
    configuration.push = .always
    #expect(configuration.pushes(in: [:]))
  }

  @Test func theQueueOutlivesItsProcess() throws {
    let record = try stores.act()
    server.fail { $0.method == "PUT" ? .status(503) : nil }
    let stopped = UploadQueue(try stores.cache(stores.first, server.url))
    stopped.add(record.key)
    stopped.finish()
    #expect(server.names == [])
    server.fail { _ in nil }
    let next = UploadQueue(try stores.cache(stores.first, server.url))
    #expect(next.pending == [record.key])
    next.finish()
    #expect(next.pending == [])
    #expect(stores.pull(record.key, try stores.cache(stores.second, server.url)) != nil)
  }

  @Test func aReaderHasNoQueue() throws {
    let queue = UploadQueue(try stores.cache(stores.first, server.url) { $0.push = .never })
    queue.add(try stores.act().key)
    queue.finish()
    #expect(server.requests.isEmpty && queue.pending == [])
  }

  @Test func theSecondCacheIsAskedWhatTheFirstLacks() throws {
    let record = try stores.act()
    _ = stores.push(record, try stores.cache(stores.first, "file:\(stores.share)"))
    var near = RemoteCacheConfiguration(url: server.url)
    near.timeout = 2
    let far = RemoteCacheConfiguration(url: "file:\(stores.share)")
    let cache = try RemoteCache([near, far], store: stores.second, environment: [:])
    #expect(stores.pull(record.key, cache)?.artifact == record.artifact)
  }

  @Test(arguments: [
    "ftp://host/x", "https://user:secret@host/x", "file:relative", "s3://", "https://", "https://host/?a=b", "cache",
  ]) func addressesThatCannotWorkAreRefused(_ url: String) {
    #expect(throws: Diagnostic.self) { try RemoteCacheConfiguration(json: ["url": .string(url)]) }
  }

  @Test func aTokenIsNotSentInTheClear() throws {
    #expect(throws: Diagnostic.self) {
      try stores.cache(stores.first, "http://cache.example/x", environment: ["LORAPIPE_CACHE_TOKEN": "secret"])
    }
    let cache = try stores.cache(stores.first, server.url, environment: ["LORAPIPE_CACHE_TOKEN": "secret"])
    _ = cache.find(try stores.act().key)
    #expect(server.requests.first?.headers["authorization"] == "Bearer secret")
  }

  @Test func aShareThatIsNotMountedIsNoEmptyCache() throws {
    let cache = try stores.cache(stores.first, "file:\(stores.path)/absent")
    guard case .failed(.unavailable) = stores.push(try stores.act(), cache) else {
      Issue.record("sent")
      return
    }
    #expect(!FileSystem.exists(stores.path + "/absent"))
  }
}

/// A small seeded generator.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
