import Artifacts
import Glibc
import JSON
import Platform
import TestSupport
import Testing

/// A store in a folder of a group is the group's in all its parts, whatever the umask.
@Suite struct GroupStoreTests {
  private func mode(_ path: String) -> UInt32 { FileStamp.of(path)?.mode ?? 0 }

  private func record(in store: ArtifactStore) throws -> ActionRecord {
    let key = ActionKey(kind: "make", version: 1, parameters: ["text": "one"], inputs: [])
    let folder = try store.makeTemporaryDirectory(for: key.digest)
    try FileSystem.makeDirectory(folder + "/output/deep")
    try FileSystem.replace(folder + "/output/deep/a.txt", with: [1, 2, 3])
    let artifact = try store.publish(folder + "/output")
    let record = ActionRecord(
      key: key.digest, document: key.document, artifact: artifact.digest, files: artifact.files)
    try store.record(record)
    return record
  }

  @Test func whatIsMadeInAGroupsFolderIsTheGroups() throws {
    let folder = try TemporaryFolder()
    try FileSystem.makeDirectory(folder.path + "/team")
    try #require(chmod(folder.path + "/team", 0o2775) == 0)
    let store = try ArtifactStore(at: folder.path + "/team/store")
    let record = try record(in: store)
    let lock = try store.lock(key: record.key)
    let pause = try store.holdOffCollection()
    let lease = try StoreLease(store, run: "20260101-000000-abcd")
    let work = try store.workDirectory(record.key)
    try FileSystem.makeDirectory(work + "/checkpoints/deep")
    let places = [
      "", "/objects", "/actions", "/locks", "/tmp", "/work", "/locks/live", "/objects/\(record.artifact.hex.prefix(2))",
      "/work/\(record.key)/checkpoints/deep",
    ]
    for path in places { #expect(mode(store.root + path) & 0o2070 == 0o2070, "\(path)") }
    for path in [store.root + "/locks/\(record.key)", store.root + "/locks/gc", lease.path] {
      #expect(mode(path) & 0o060 == 0o060, "\(path)")
    }
    // Artifacts are read-only for all.
    #expect(mode(store.objectPath(record.artifact)) & 0o777 == 0o555)
    guard case .hit = store.lookup(record.key) else {
      Issue.record("no hit")
      return
    }
    withExtendedLifetime((lock, pause)) {}
  }

  @Test(arguments: [0o755, 0o2755, 0o775]) func aFolderThatIsNoGroupsStaysAsTheUmaskSays(_ mode: UInt32) throws {
    let folder = try TemporaryFolder()
    try FileSystem.makeDirectory(folder.path + "/own")
    try #require(chmod(folder.path + "/own", mode) == 0)
    let store = try ArtifactStore(at: folder.path + "/own/store")
    let record = try record(in: store)
    let lock = try store.lock(key: record.key)
    let mask = umask(0)
    umask(mask)
    #expect(self.mode(store.root + "/work") & 0o777 == 0o777 & ~mask)
    #expect(self.mode(store.root + "/locks/\(record.key)") & 0o777 == 0o666 & ~mask)
    withExtendedLifetime(lock) {}
  }
}
