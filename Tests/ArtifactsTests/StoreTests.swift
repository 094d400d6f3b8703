import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform
import TestSupport
import Testing

@Suite struct StoreTests {
  let folder: TemporaryFolder
  let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path + "/store")
  }

  @Test func aPublishedActionIsAHit() throws {
    let record = try store.make(["a.txt": "one", "sub/b.txt": "two"])
    #expect(store.lookup(record.key) == .hit(record))
    #expect(try FileSystem.read(store.objectPath(record.artifact) + "/sub/b.txt") == Array("two".utf8))
    #expect(store.lookup(CacheKey(SHA256.hash("other"))) == .absent)
    let stamp = try #require(FileStamp.of(store.objectPath(record.artifact) + "/a.txt"))
    #expect(stamp.mode & 0o777 == 0o444)
    #expect(try FileSystem.names(in: store.root + "/tmp").isEmpty)
  }

  @Test func equalWorkIsOneArtifact() throws {
    let first = try store.make(["a": "same"], kind: "one")
    let second = try store.make(["a": "same"], kind: "two")
    #expect(first.artifact == second.artifact)
    #expect(try store.artifactDigests() == [first.artifact])
    #expect(store.lookup(first.key) == .hit(first))
    #expect(store.lookup(second.key) == .hit(second))
  }

  @Test func everyTruncationOfARecordIsAMiss() throws {
    let record = try store.make(["a": "x"])
    let bytes = record.bytes
    #expect(ActionRecord(bytes, key: record.key) == record)
    for length in 0..<bytes.count {
      #expect(ActionRecord(Array(bytes[0..<length]), key: record.key) == nil)
    }
  }

  @Test func everyFlippedBitOfARecordIsAMiss() throws {
    let record = try store.make(["a": "x"])
    var bytes = record.bytes
    for position in bytes.indices {
      let bit = UInt8(1) << UInt8(position % 8)
      bytes[position] ^= bit
      #expect(ActionRecord(bytes, key: record.key) == nil)
      bytes[position] ^= bit
    }
  }

  @Test func aDamagedRecordIsSetAsideAndHeals() throws {
    let record = try store.make(["a": "x"])
    try scribble("\(store.root)/actions/\(record.key.hex.prefix(2))/\(record.key).json") { $0[10] ^= 1 }
    #expect(store.lookup(record.key) == .absent)
    #expect(try FileSystem.names(in: store.root + "/quarantine").count == 1)
    #expect(try store.make(["a": "x"]).artifact == record.artifact)
    guard case .hit = store.lookup(record.key) else { Issue.record("not healed"); return }
  }

  @Test(arguments: [0, 1, 2])
  func aChangedFileIsAMissAndIsSetAside(_ how: Int) throws {
    let record = try store.make(["a": "content", "b": "other"])
    let path = store.objectPath(record.artifact) + "/a"
    let before = try #require(FileStamp.of(path))
    switch how {
    case 0: try scribble(path) { $0[0] ^= 1 }
    case 1: try scribble(path) { $0.removeLast() }
    default:
      // Same size, times put back: the change time still tells.
      try scribble(path) { $0[0] ^= 1 }
      let time = timespec(
        tv_sec: Int(before.modified / 1_000_000_000), tv_nsec: Int(before.modified % 1_000_000_000))
      let times = [time, time]
      #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
    }
    #expect(store.lookup(record.key) == .artifactMissing(record))
    #expect(!FileSystem.exists(store.objectPath(record.artifact)))
    #expect(try FileSystem.names(in: store.root + "/quarantine").count == 1)
    #expect(throws: Diagnostic.self) { try store.artifactPath(digest: record.artifact) }
    let again = try store.make(["a": "content", "b": "other"])
    #expect(store.lookup(record.key) == .hit(again))
  }

  @Test func aTouchedButEqualFileIsHashedAgainAndStaysAHit() throws {
    let record = try store.make(["a": "content"])
    let path = store.objectPath(record.artifact) + "/a"
    #expect(utimensat(AT_FDCWD, path, nil, 0) == 0)
    guard case .hit(let mended) = store.lookup(record.key) else { Issue.record("a miss"); return }
    #expect(mended.artifact == record.artifact)
    #expect(mended.files != record.files)
    #expect(store.lookup(record.key) == .hit(mended))
  }

  @Test func aMissingFileOrFolderIsAMiss() throws {
    let record = try store.make(["a": "content", "b": "x"])
    let path = store.objectPath(record.artifact)
    chmod(path, 0o755)
    #expect(unlink(path + "/b") == 0)
    #expect(store.lookup(record.key) == .artifactMissing(record))
    let empty = try store.make([:], kind: "empty")
    #expect(store.lookup(empty.key) == .hit(empty))
    chmod(store.objectPath(empty.artifact), 0o755)
    #expect(rmdir(store.objectPath(empty.artifact)) == 0)
    #expect(store.lookup(empty.key) == .artifactMissing(empty))
  }

  @Test func aMissingUsedArtifactIsAMiss() throws {
    let piece = try store.make(["piece": "1"], kind: "piece")
    let whole = try store.make(["whole": "1"], kind: "whole", uses: [piece.artifact])
    #expect(store.lookup(whole.key) == .hit(whole))
    try FileSystem.removeTree(store.objectPath(piece.artifact))
    #expect(store.lookup(whole.key) == .artifactMissing(whole))
  }

  @Test func linksInAnOutputAreRefused() throws {
    let directory = try store.makeTemporaryDirectory(for: CacheKey(SHA256.hash("k")))
    #expect(symlink("/etc/passwd", directory + "/link") == 0)
    #expect { try store.publish(directory) } throws: { ($0 as? Diagnostic)?.code == "link-in-output" }
  }

  @Test func aHardLinkToAUsersFileLeavesThatFileAlone() throws {
    let mine = try folder.write("mine.txt", "precious")
    let directory = try store.makeTemporaryDirectory(for: CacheKey(SHA256.hash("k")))
    #expect(link(mine, directory + "/copy.txt") == 0)
    let artifact = try store.publish(directory)
    #expect((FileStamp.of(mine)?.mode ?? 0) & 0o200 != 0)
    try scribble(mine) { $0[0] = 0 }
    #expect(try FileSystem.read(artifact.path + "/copy.txt") == Array("precious".utf8))
  }

  @Test func aNewerStoreIsRefused() throws {
    try FileSystem.replace(store.root + "/VERSION", with: Array("2\n".utf8))
    #expect { try ArtifactStore(at: store.root) } throws: { ($0 as? Diagnostic)?.code == "store-too-new" }
    try FileSystem.replace(store.root + "/VERSION", with: Array("x".utf8))
    #expect { try ArtifactStore(at: store.root) } throws: { ($0 as? Diagnostic)?.code == "store-damaged" }
  }

  @Test func curvesComeBackAndADamagedCurveIsNone() throws {
    var record = try store.make(["a": "x"])
    try store.record(record, series: ["loss": [[1, 2.5]]])
    record = try #require(store.actionRecord(record.key))
    #expect(store.series(of: record) == ["loss": [[1, 2.5]]])
    try scribble("\(store.root)/actions/\(record.key.hex.prefix(2))/\(record.key).series.json") { $0[20] ^= 1 }
    #expect(store.series(of: record) == nil)
  }

  @Test func verifyFindsAFlippedBitThatNoStampShows() throws {
    let record = try store.make(["a": "content"])
    #expect(try store.verify().isClean)
    let path = store.objectPath(record.artifact) + "/a"
    try scribble(path) { $0[3] ^= 4 }
    let report = try store.verify()
    #expect(report.damagedArtifacts == [record.artifact])
    #expect(report.missingArtifacts == [record.key])
  }

  @Test func onlyOneHoldsAKeysLock() throws {
    let key = CacheKey(SHA256.hash("k"))
    let lock = try store.lock(key: key)
    #expect(try FileLock.tryAcquire("\(store.root)/locks/\(key)") == nil)
    withExtendedLifetime(lock) {}
  }
}

@Suite struct ExternalReferenceTests {
  let folder: TemporaryFolder
  let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path + "/store")
  }

  @Test func aFileIsFoundAgainByItsDigestUntilItChanges() throws {
    let path = try folder.write("data.jsonl", "{}\n")
    let reference = try store.reference(path)
    #expect(try store.reference(path) == reference)
    #expect(try store.artifactPath(digest: reference.digest) == reference.path)
    try folder.write("data.jsonl", "[]\n")
    #expect(throws: Diagnostic.self) { try store.artifactPath(digest: reference.digest) }
    let copy = try folder.write("elsewhere/copy.jsonl", "{}\n")
    #expect(try store.reference(copy).digest == reference.digest)
    #expect(try store.artifactPath(digest: reference.digest) == FileSystem.resolved(copy))
  }

  @Test func aFolderOfLinksIsFollowed() throws {
    try folder.write("blobs/1", "one")
    try folder.write("plain/model.bin", "one")
    try FileSystem.makeDirectory(folder.path + "/snapshot")
    #expect(symlink("../blobs/1", folder.path + "/snapshot/model.bin") == 0)
    #expect(
      try store.reference(folder.path + "/snapshot").digest == store.reference(folder.path + "/plain").digest)
  }

  @Test func loopsAndDeadLinksAreNamed() throws {
    try folder.write("tree/a", "x")
    #expect(symlink("..", folder.path + "/tree/up") == 0)
    #expect { try store.reference(folder.path + "/tree") } throws: { ($0 as? Diagnostic)?.code == "symlink-loop" }
    try folder.write("dead/a", "x")
    #expect(symlink("nowhere", folder.path + "/dead/link") == 0)
    #expect { try store.reference(folder.path + "/dead") } throws: { ($0 as? Diagnostic)?.code == "not-found" }
    #expect(symlink("self", folder.path + "/self") == 0)
    #expect(throws: Diagnostic.self) { try store.reference(folder.path + "/self") }
  }

  @Test func aYoungFileIsNotRemembered() throws {
    let path = try folder.write("data.csv", "a,b\n")
    _ = try store.reference(path)
    store.saveDigestCache()
    #expect(try FileSystem.readIfPresent(store.root + "/digests") == nil)
    usleep(150_000)
    _ = try store.reference(path)
    store.saveDigestCache()
    #expect(try FileSystem.readIfPresent(store.root + "/digests") != nil)
  }

  @Test func aDamagedDigestCacheIsNotBelieved() throws {
    let path = try folder.write("data.csv", "a,b\n")
    usleep(150_000)
    let reference = try store.reference(path)
    store.saveDigestCache()
    let cache = store.root + "/digests"
    let bytes = try FileSystem.read(cache)
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1
      try FileSystem.replace(cache, with: damaged)
      #expect(try ArtifactStore(at: store.root).reference(path) == reference)
      try FileSystem.replace(cache, with: Array(bytes[0..<position]))
      #expect(try ArtifactStore(at: store.root).reference(path) == reference)
    }
  }
}

@Suite struct GarbageCollectionTests {
  let folder: TemporaryFolder
  let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path + "/store")
  }

  @Test func onlyWhatNoRootReachesGoes() throws {
    let kept = try store.make(["a": "kept"], kind: "kept")
    let piece = try store.make(["a": "piece"], kind: "piece")
    let pinned = try store.make(["a": "pinned"], kind: "pinned")
    let lost = try store.make(["a": "lost"], kind: "lost")
    var whole = try store.make(["a": "whole"], kind: "whole")
    whole.subactions = [piece.key]
    try store.record(whole)
    try store.pin(pinned.key.digest, note: "best")
    let roots = CollectionRoots(keys: [kept.key, whole.key])
    let forecast = try store.collectGarbage(dryRun: true) { roots }
    #expect(forecast.actions.map(\.name) == [lost.key.hex])
    #expect(forecast.artifacts.map(\.name) == [lost.artifact.hex])
    #expect(forecast.artifacts.map(\.kind) == ["lost"])
    #expect(forecast.freedBytes == 4)
    guard case .hit = store.lookup(lost.key) else { Issue.record("a dry run removed something"); return }
    #expect(try store.collectGarbage(dryRun: false) { roots } == forecast)
    #expect(store.lookup(lost.key) == .absent)
    #expect(!FileSystem.exists(store.objectPath(lost.artifact)))
    for record in [kept, piece, pinned, whole] {
      guard case .hit = store.lookup(record.key) else { Issue.record("\(record.kind) was removed"); continue }
    }
    #expect(store.unpin(pinned.key.digest))
    #expect(try store.collectGarbage(dryRun: false) { roots }.actions.map(\.name) == [pinned.key.hex])
  }

  @Test func aPinnedArtifactKeepsTheActionThatMadeIt() throws {
    let record = try store.make(["a": "pinned"], kind: "pinned")
    try store.pin(record.artifact)
    #expect(try store.collectGarbage(dryRun: false) { CollectionRoots() }.actions.isEmpty)
    #expect(store.lookup(record.key) == .hit(record))
  }

  @Test func whatALiveRunClaimsStays() throws {
    let used = try store.make(["a": "used"], kind: "used")
    var lease: StoreLease? = try StoreLease(store, run: "run-1")
    try lease?.claim([used.key], artifacts: [])
    let report = try store.collectGarbage(dryRun: false) { CollectionRoots() }
    #expect(report.liveRuns == 1)
    #expect(report.actions.isEmpty)
    withExtendedLifetime(lease) {}
    lease = nil
    #expect(try store.collectGarbage(dryRun: false) { CollectionRoots() }.actions.count == 1)
    #expect(try FileSystem.names(in: store.root + "/locks/live").isEmpty)
  }

  @Test func leftoversOfDeadAttemptsGoAndLiveOnesStay() throws {
    let dead = CacheKey(SHA256.hash("dead"))
    let live = CacheKey(SHA256.hash("live"))
    _ = try store.makeTemporaryDirectory(for: dead)
    let working = try store.makeTemporaryDirectory(for: live)
    let checkpoint = try store.workDirectory(dead)
    let lock = try store.lock(key: live)
    let report = try store.collectGarbage(dryRun: false) { CollectionRoots() }
    #expect(report.temporary.count == 1)
    #expect(FileSystem.exists(working))
    #expect(!FileSystem.exists(checkpoint))
    withExtendedLifetime(lock) {}
  }
}
