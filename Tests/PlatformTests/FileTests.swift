import Diagnostics
import Glibc
import Platform
import TestSupport
import Testing

@Suite struct FileTests {
  @Test func replacingShowsTheOldOrTheNewAndAFailedStepLeavesTheOld() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a", "old")
    for stop in [FileSystem.ReplaceStep.written, .synced] {
      #expect(throws: Diagnostic.self) {
        try FileSystem.replace(path, with: Array("new".utf8), durably: true) { step throws(Diagnostic) in
          if step == stop { throw Diagnostic(code: "stop", "stop") }
        }
      }
      #expect(try folder.read("a") == Array("old".utf8))
      #expect(folder.names == ["a"], "the temporary file is gone")
    }
    try FileSystem.replace(path, with: Array("new".utf8), mode: 0o444, durably: true)
    #expect(try folder.read("a") == Array("new".utf8))
    #expect(FileStamp.of(path).map { $0.mode & 0o777 } == 0o444)
  }

  @Test func aTreeOfReadOnlyFoldersAndLinksIsRemovedAndWhatLinksPointToStays() throws {
    let folder = try TemporaryFolder()
    try folder.write("kept", "precious")
    try folder.write("tree/sub/file", "x")
    symlink(folder.file("kept"), folder.file("tree/link"))
    chmod(folder.file("tree/sub"), 0o555)
    chmod(folder.file("tree"), 0o555)
    try FileSystem.removeTree(folder.file("tree"))
    #expect(folder.names == ["kept"])
    try FileSystem.removeTree(folder.file("tree"))
  }

  @Test func aFileWhoseSizeTheKernelDoesNotTellIsReadWhole() throws {
    #expect(try FileSystem.read("/proc/self/status").count > 100)
    #expect(try FileSystem.readIfPresent("/nowhere/at/all") == nil)
    #expect(try #require(throws: Diagnostic.self) { try FileSystem.read("/tmp") }.message.contains("directory"))
  }

  @Test func pathsAreTakenApartAsTheShellDoes() {
    #expect(FileSystem.parent(of: "/a/b") == "/a" && FileSystem.parent(of: "/a") == "/")
    #expect(FileSystem.parent(of: "a") == "." && FileSystem.parent(of: "/a/b///") == "/a")
    #expect(FileSystem.name(of: "/a/b///") == "b")
    #expect(FileSystem.join("/a/", "b") == "/a/b" && FileSystem.join("/a", "/b") == "/b")
  }

  @Test func ofANameThatDoesNotCountTheExtensionIsLeft() {
    #expect(FileSystem.nameless("/x/train.jsonl") == "*.jsonl")
    #expect(FileSystem.nameless("/x/a.b.CSV") == "*.csv")
    #expect(FileSystem.nameless("/x/train.csv.gz") == "*.csv.gz")
    #expect(FileSystem.nameless("/x.y/plain") == "*")
  }

  @Test func aLinkIsReplacedInOneStep() throws {
    let folder = try TemporaryFolder()
    for target in ["one", "two"] {
      FileSystem.replaceLink(folder.file("link"), destination: target)
      #expect(FileSystem.linkTarget(folder.file("link")) == target)
    }
    #expect(folder.names == ["link"])
    #expect(FileSystem.linkTarget(folder.file("none")) == nil)
  }

  /// Sizes around the buffer's: a file's digest does not depend on how it is read.
  @Test(arguments: [0, 1, 131_071, 131_072, 131_073, 262_144])
  func aFileHashesAsItsBytes(_ size: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let (digest, stamp) = try hashFile(try folder.write("data", bytes))
    #expect(digest == SHA256.hash(bytes) && stamp.size == Int64(size))
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func shaOfKnownTexts(_ text: String, _ digest: String) {
    #expect(SHA256.hash(text).hex == digest)
    #expect(SHA256.hash(Array(text.utf8)).hex == digest)
  }

  @Test func aLockExcludesUntilItsHolderLetsGo() throws {
    let folder = try TemporaryFolder()
    var held: FileLock? = try FileLock.tryAcquire(folder.file("lock"))
    #expect(held != nil)
    #expect(try FileLock.tryAcquire(folder.file("lock")) == nil)
    #expect(try FileLock.tryAcquire(folder.file("lock"), shared: true) == nil)
    held = nil
    #expect(try FileLock.tryAcquire(folder.file("lock")) != nil)
    _ = held
  }
}
