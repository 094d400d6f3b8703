import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform
import Synchronization
import Testing

@testable import RemoteCache

/// Unfinished work that goes from one machine to another.
@Suite struct CheckpointTests {
  let stores: TwoStores
  let server: CacheServer
  let key = CacheKey(SHA256.hash("an action"))

  init() throws {
    stores = try TwoStores()
    server = try CacheServer()
  }

  enum Kind: CaseIterable, Sendable { case folder, http }

  private func url(_ kind: Kind) -> String { kind == .folder ? "file:\(stores.share)" : server.url }

  private static let none = { @Sendable in false }

  /// Writes a checkpoint of a training: two files, the second of which makes it whole.
  @discardableResult
  private func write(_ step: Int, in store: ArtifactStore, fill: UInt8 = 1) throws -> WorkCheckpoint {
    let work = try store.workDirectory(key)
    try FileSystem.makeDirectory(work + "/checkpoints")
    let files = ["checkpoints/best", "checkpoints/step-\(step)"]
    try FileSystem.replace("\(work)/\(files[0])", with: [UInt8](repeating: fill, count: 70_000))
    try FileSystem.replace("\(work)/\(files[1])", with: (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* step) })
    return WorkCheckpoint(position: .init(step: step), files: files)
  }

  @discardableResult
  private func push(_ checkpoint: WorkCheckpoint, _ cache: RemoteCache) throws -> RemoteCheckpoint? {
    let work = try stores.first.workDirectory(key)
    return try cache.push(
      checkpoint.position, of: key, kind: "sft", to: 0,
      bundle: { () throws(RemoteFailure) in try CheckpointBundle.make(checkpoint, in: work, store: stores.first) },
      isCancelled: Self.none)
  }

  private func fetch(_ cache: RemoteCache, newerThan step: Int? = nil) throws -> RemoteCheckpoint? {
    cache.fetchCheckpoint(
      of: key, newerThan: step.map { .init(step: $0) }, into: try stores.second.workDirectory(key))
  }

  private func work(_ store: ArtifactStore) throws -> [String: [UInt8]] {
    let folder = try store.workDirectory(key)
    return Dictionary(
      uniqueKeysWithValues: try FileSystem.files(below: folder).map { ($0, try FileSystem.read("\(folder)/\($0)")) })
  }

  @Test(arguments: Kind.allCases) func whatOneMachineSentTheOtherHas(_ kind: Kind) throws {
    let checkpoint = try write(7, in: stores.first)
    try push(checkpoint, stores.cache(stores.first, url(kind)))
    let cache = try stores.cache(stores.second, url(kind))
    let fetched = try #require(try fetch(cache))
    #expect(fetched.position == .init(step: 7) && fetched.host == Environment.hostName() && fetched.kind == "sft")
    #expect(try work(stores.second) == work(stores.first))
    #expect(cache.report.checkpointsFetched == 1 && cache.report.failures == [] && stores.warnings == [])
    for store in [stores.first, stores.second] { #expect(try FileSystem.names(in: store.root + "/tmp") == []) }
    // What is as new as the own one is not fetched again.
    #expect(try fetch(cache, newerThan: 7) == nil && fetch(cache, newerThan: 6) != nil)
  }

  @Test(arguments: Kind.allCases) func aNewerOneReplacesAnOlderOneAndNothingIsLeftOfIt(_ kind: Kind) throws {
    let cache = try stores.cache(stores.first, url(kind))
    try push(write(7, in: stores.first), cache)
    try push(write(9, in: stores.first), cache)
    // An older one is not sent in its place.
    #expect(try push(write(8, in: stores.first), cache)?.position == .init(step: 9))
    #expect(cache.report.checkpointsSent == 2)
    #expect(try fetch(stores.cache(stores.second, url(kind)))?.position == .init(step: 9))
    if kind == .http { #expect(server.names.count == 2) }
    if kind == .folder { #expect(try FileSystem.names(in: stores.share + "/cas").count == 1) }
  }

  @Test(arguments: Kind.allCases) func itIsDroppedWhenTheResultIsThere(_ kind: Kind) throws {
    let cache = try stores.cache(stores.first, url(kind))
    let record = try stores.act()
    let uploads = CheckpointUploads(cache)
    let other = CacheKey(record.key.digest)
    let checkpoint = try write(7, in: stores.first)
    let work = try stores.first.workDirectory(key)
    let sent = try cache.push(
      checkpoint.position, of: other, kind: "sft", to: 0,
      bundle: { () throws(RemoteFailure) in try CheckpointBundle.make(checkpoint, in: work, store: stores.first) },
      isCancelled: Self.none)
    uploads.remember(try #require(sent))
    #expect(uploads.states().map(\.isThere) == [true])
    // A result that waits to be sent keeps the checkpoint.
    let line = "\(stores.first.root)/uploads/\(cache.remotes[0].fileName).\(other)"
    try FileSystem.replace(line, with: [])
    uploads.dropFinished()
    #expect(uploads.states().map(\.isThere) == [true])
    unlink(line)
    uploads.dropFinished()
    #expect(uploads.states() == [])
    if kind == .http { #expect(server.names == []) }
    if kind == .folder {
      #expect(try FileSystem.names(in: stores.share + "/cas") == [])
      #expect(try FileSystem.names(in: stores.share + "/ac") == [])
    }
    #expect(cache.report.failures == [])
  }

  @Test func aCacheThatRemovesNothingIsToldThatTheWorkHasEnded() throws {
    server.fail { $0.method == "DELETE" ? .status(405) : nil }
    let cache = try stores.cache(stores.first, server.url)
    let sent = try #require(try push(write(7, in: stores.first), cache))
    try cache.dropCheckpoint(of: key, blob: sent.blob, from: 0, isCancelled: Self.none)
    let reader = try stores.cache(stores.second, server.url)
    #expect(try fetch(reader) == nil && reader.report.failures == [])
    // The same work, begun again, can be sent again.
    #expect(try push(write(3, in: stores.first), cache)?.position == .init(step: 3))
    #expect(try fetch(reader)?.position == .init(step: 3))
  }

  enum Damage: String, CaseIterable, Sendable {
    case evicted, torn, long, flipped, pointerTorn, pointerOfAnother, pointerLies
  }

  @Test(arguments: Damage.allCases) func whatIsNotWholeIsAMiss(_ damage: Damage) throws {
    let writer = try stores.cache(stores.first, server.url)
    let sent = try #require(try push(write(7, in: stores.first), writer))
    let blob = "cas/\(sent.blob)"
    let pointer = RemoteCheckpoint.name(key)
    var bytes = try required(server[blob])
    switch damage {
    case .evicted: server[blob] = nil
    case .torn: server[blob] = bytes.dropLast(1000)
    case .long: server[blob] = bytes + [1]
    case .flipped:
      bytes[bytes.count / 2] ^= 1
      server[blob] = bytes
    case .pointerTorn: server[pointer] = Array(try required(server[pointer]).dropLast(30))
    case .pointerOfAnother:
      let other = RemoteCheckpoint(
        key: CacheKey(SHA256.hash("another")), kind: "sft", position: .init(step: 7), host: "h", blob: sent.blob,
        size: sent.size, source: 0)
      server[pointer] = other.entry(signedBy: nil).bytes
    case .pointerLies:
      var other = sent
      other.size += 5
      other.position.step = 1_000_000
      server[pointer] = other.entry(signedBy: nil).bytes
    }
    let cache = try stores.cache(stores.second, server.url)
    #expect(try fetch(cache) == nil)
    #expect(try work(stores.second).isEmpty)
    // This server says "not found" of what refers to an evicted blob.
    #expect(cache.report.failures.map(\.code) == (damage == .evicted ? [] : ["damaged"]))
    // Whoever met it sends its own in its place, however far the entry claims to be.
    let checkpoint = try write(2, in: stores.second)
    let folder = try stores.second.workDirectory(key)
    let store = stores.second
    _ = try cache.push(
      checkpoint.position, of: key, kind: "sft", to: 0,
      bundle: { () throws(RemoteFailure) in try CheckpointBundle.make(checkpoint, in: folder, store: store) },
      isCancelled: Self.none)
    #expect(try fetch(stores.cache(stores.second, server.url))?.position == .init(step: 2))
  }

  @Test func anEvictedBlobInAFolderIsNamed() throws {
    let sent = try #require(try push(write(7, in: stores.first), stores.cache(stores.first, url(.folder))))
    unlink("\(stores.share)/cas/\(sent.blob)")
    let cache = try stores.cache(stores.second, url(.folder))
    #expect(try fetch(cache) == nil)
    #expect(cache.report.failures.map(\.code) == ["incomplete"])
  }

  /// A bundle whose digest is right and whose content is not: as a machine would write it that lies.
  @Test(arguments: ["../escaped", "/tmp/escaped", "a/../../escaped", "", ".", "a//b", "nul\0"])
  func aBundleWritesNothingOutsideTheWorkFolder(_ path: String) throws {
    try expectDamaged(bundle([(path, 3)], body: [1, 2, 3]))
    #expect(!FileSystem.exists("\(stores.second.root)/work/escaped") && !FileSystem.exists("/tmp/escaped"))
  }

  @Test func sizesThatDoNotFitAreDamage() throws {
    try expectDamaged(bundle([("a", 4)], body: [1, 2, 3]))
    try expectDamaged(bundle([("a", 2)], body: [1, 2, 3]))
    try expectDamaged(bundle([("a", -1)], body: [1, 2, 3]))
    try expectDamaged(bundle([("a", Int.max), ("b", Int.max)], body: [1, 2, 3]))
    try expectDamaged(bundle([("a", 1), ("a", 2)], body: [1, 2, 3]))
    try expectDamaged(bundle((0..<300).map { ("f\($0)", 0) }, body: []))
    try expectDamaged(Array("LPCHECK1".utf8) + [UInt8](repeating: 255, count: 8))
    try expectDamaged(Array("LPCHECK2".utf8))
    try expectDamaged([])
  }

  private func bundle(_ files: [(String, Int)], body: [UInt8]) -> [UInt8] {
    let list: JSONValue = [
      "files": .array(files.map { ["path": .string($0.0), "size": .integer(Int64($0.1))] })
    ]
    let bytes = list.bytes()
    let length = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) }
    return Array("LPCHECK1".utf8) + length + bytes + body
  }

  private func expectDamaged(_ bytes: [UInt8]) throws {
    let path = stores.path + "/bundle"
    try FileSystem.replace(path, with: bytes)
    let work = try stores.second.workDirectory(key)
    let failure = #expect(throws: RemoteFailure.self) { try CheckpointBundle.unpack(path, into: work) }
    #expect(failure?.code == "damaged")
    #expect(FileSystem.files(below: work) == [])
  }

  @Test func mutatedBundlesAreDamageOrWholeAndNothingElse() throws {
    let checkpoint = try write(7, in: stores.first)
    let made = try required(
      CheckpointBundle.make(checkpoint, in: try stores.first.workDirectory(key), store: stores.first))
    let bytes = try FileSystem.read(made.path)
    #expect(SHA256.hash(bytes) == made.digest && Int64(bytes.count) == made.size)
    var random = SplitMix(state: 3)
    let path = stores.path + "/bundle"
    let work = try stores.second.workDirectory(key)
    for _ in 0..<200 {
      var mutated = bytes
      let place = Int(random.next() % 200)
      switch random.next() % 3 {
      case 0: mutated[place] ^= UInt8(truncatingIfNeeded: random.next())
      case 1: mutated.removeSubrange(place..<min(place + Int(random.next() % 9), mutated.count))
      default: mutated.removeLast(Int(random.next() % UInt64(mutated.count)))
      }
      try FileSystem.replace(path, with: mutated)
      do { try CheckpointBundle.unpack(path, into: work) } catch { #expect(error.code == "damaged") }
    }
    #expect(try FileSystem.names(in: stores.second.root + "/work") == [key.hex])
  }

  @Test func onlyATrustedKeysCheckpointIsUsed() throws {
    let pem = try required(SigningKey.generate())
    let path = stores.path + "/key.pem"
    try FileSystem.replace(path, with: pem)
    let signing = try SigningKey(pem: pem, path: path)
    let checkpoint = try write(7, in: stores.first)
    try push(checkpoint, stores.cache(stores.first, server.url))
    let wary = try stores.cache(stores.second, server.url) { $0.trust = [signing.publicKey] }
    #expect(try fetch(wary) == nil)
    #expect(wary.report.failures.map(\.code) == ["untrusted"])
    let signed = try stores.cache(stores.first, server.url, environment: ["LORAPIPE_CACHE_SIGNING_KEY": path])
    try push(write(8, in: stores.first), signed)
    #expect(try fetch(stores.cache(stores.second, server.url) { $0.trust = [signing.publicKey] }) != nil)
    // The signature of a checkpoint is none of an action, and the other way round.
    let record = [UInt8]("{}".utf8)
    let signature = RecordSignatures.make(record, by: signing, domain: .checkpoint)
    #expect(!RecordSignatures.verify(signature, record: record, trusted: [signing.publicKey]))
  }

  @Test func aCheckpointThatTheStageHasReplacedIsNotSent() throws {
    var checkpoint = try write(7, in: stores.first)
    checkpoint.files.append("checkpoints/gone")
    let cache = try stores.cache(stores.first, server.url)
    #expect(try push(checkpoint, cache) == nil)
    #expect(server.names == [] && cache.report.checkpointsSent == 0)
  }

  @Test func sendingTakesATenthOfTheTimeAtMost() {
    // 200 MB at 20 MB/s take 10 s: worth it after 100 s of work.
    #expect(!CheckpointUploads.isWorth(99, size: 200_000_000, bandwidth: 20e6))
    #expect(CheckpointUploads.isWorth(101, size: 200_000_000, bandwidth: 20e6))
    #expect(!CheckpointUploads.isWorth(0.3, size: 0, bandwidth: 20e6))
    #expect(CheckpointUploads.isWorth(0.5, size: 0, bandwidth: 20e6))
  }

  @Test func aRunningStageSendsItsNewestAndAFinishedOneNothingMore() throws {
    let cache = try stores.cache(stores.first, server.url) { $0.checkpointSeconds = 1 }
    let uploads = CheckpointUploads(cache)
    let newest = Mutex<WorkCheckpoint?>(nil)
    uploads.begin(
      .init(key: key, kind: "sft", work: try stores.first.workDirectory(key)) { newest.withLock { $0 } })
    newest.withLock { $0 = try? write(3, in: stores.first) }
    // It is noted after it is counted.
    for _ in 0..<300 where uploads.states().isEmpty { usleep(20_000) }
    #expect(cache.report.checkpointsSent == 1)
    #expect(uploads.states().map(\.checkpoint.position.step) == [3])
    newest.withLock { $0 = try? write(4, in: stores.first) }
    uploads.end(key, isFinished: true) { false }
    #expect(cache.report.checkpointsSent == 1)
    // One that was stopped sends what it wrote last.
    uploads.begin(
      .init(key: key, kind: "sft", work: try stores.first.workDirectory(key)) { newest.withLock { $0 } })
    usleep(600_000)
    uploads.end(key, isFinished: false) { false }
    #expect(try fetch(stores.cache(stores.second, server.url))?.position.step == 4)
  }

  @Test func whatWouldComeOutOtherwiseStaysUnlessWanted() throws {
    for wanted in [false, true] {
      let cache = try stores.cache(stores.first, server.url) { $0.sendsUnreproducible = wanted }
      let uploads = CheckpointUploads(cache)
      var checkpoint = try write(3, in: stores.first)
      checkpoint.isReproducible = false
      uploads.begin(
        .init(key: key, kind: "sft", work: try stores.first.workDirectory(key)) { [checkpoint] in checkpoint })
      usleep(600_000)
      uploads.end(key, isFinished: false) { false }
      #expect(cache.report.checkpointsSent == (wanted ? 1 : 0))
    }
  }

  @Test func aCacheThatIsFullOrAwayFailsNothingAndIsNamedOnce() throws {
    for (status, code) in [(507, "refused"), (503, "unavailable"), (403, "denied")] {
      server.fail { $0.method == "PUT" ? .status(status) : nil }
      let cache = try stores.cache(stores.first, server.url)
      let uploads = CheckpointUploads(cache)
      let checkpoint = try write(3, in: stores.first)
      uploads.begin(.init(key: key, kind: "sft", work: try stores.first.workDirectory(key)) { checkpoint })
      usleep(600_000)
      uploads.end(key, isFinished: false) { false }
      #expect(cache.report.failures.map(\.code) == [code])
      #expect(cache.report.checkpointsSent == 0 && uploads.states() == [])
    }
  }

  @Test func aReaderSendsNothing() throws {
    let cache = try stores.cache(stores.first, server.url) { $0.push = .never }
    let uploads = CheckpointUploads(cache)
    let checkpoint = try write(3, in: stores.first)
    uploads.begin(.init(key: key, kind: "sft", work: try stores.first.workDirectory(key)) { checkpoint })
    uploads.end(key, isFinished: false) { false }
    #expect(server.requests.isEmpty)
  }
}
