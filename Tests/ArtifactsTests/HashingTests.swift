import Artifacts
import Diagnostics
import Glibc
import Platform
import TestSupport
import Testing

@Suite struct HashingTests {
  /// Sizes around the buffer's: a file's digest must not depend on how it is read.
  @Test(arguments: [0, 1, 131_071, 131_072, 131_073, 262_144, 1_000_000])
  func aFileHashesAsItsBytes(_ size: Int) throws {
    let folder = try TemporaryFolder()
    let store = try ArtifactStore(at: folder.path + "/store")
    var bytes = [UInt8](repeating: 0, count: size)
    for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 7) }
    try FileSystem.replace(folder.path + "/data", with: bytes)
    #expect(try store.digest(ofFile: folder.path + "/data") == SHA256.hash(bytes))
  }

  @Test func aFolderOfManyFilesHasOneDigestHoweverItIsHashed() throws {
    let folder = try TemporaryFolder()
    let store = try ArtifactStore(at: folder.path + "/store")
    for index in 0..<300 { try folder.write("tree/d\(index % 7)/f\(index)", String(repeating: "x", count: index)) }
    let digests = try (0..<5).map { _ in try store.reference(folder.path + "/tree").digest }
    #expect(Set(digests).count == 1)
  }

  @Test func whatIsNeitherFileNorFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    let store = try ArtifactStore(at: folder.path + "/store")
    #expect(mkfifo(folder.path + "/pipe", 0o644) == 0)
    #expect { try store.reference(folder.path + "/pipe") } throws: { ($0 as? Diagnostic)?.code == "not-a-file" }
    try folder.write("tree/a", "x")
    #expect(mkfifo(folder.path + "/tree/pipe", 0o644) == 0)
    #expect { try store.reference(folder.path + "/tree") } throws: { ($0 as? Diagnostic)?.code == "not-a-file" }
    #expect { try store.reference(folder.path + "/nothing") } throws: { ($0 as? Diagnostic)?.code == "not-found" }
  }
}
