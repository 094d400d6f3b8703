import Diagnostics
import Glibc
import Platform
import TestSupport
import Testing

@testable import Transfer

@Suite struct ArchiveExtractorTests {
  private typealias Entry = ArchiveBytes.Entry

  /// Unpacks into a folder of its own inside the temporary one.
  private func extract(
    _ bytes: [UInt8], _ folder: TemporaryFolder, limits: ArchiveLimits = ArchiveLimits(),
    filter: GlobFilter = GlobFilter()
  ) throws -> [ResolvedSource.File] {
    let path = try folder.write("archive", bytes)
    try folder.folder("out")
    return try ArchiveExtractor(limits: limits).extract(
      path, named: "archive", to: folder.path + "/out", filter: filter)
  }

  private func text(_ folder: TemporaryFolder, _ name: String) throws -> String {
    String(decoding: try folder.read("out/" + name), as: UTF8.self)
  }

  @Test(arguments: [true, false])
  func filesAndFoldersComeOut(isZip: Bool) throws {
    let folder = try TemporaryFolder()
    var entries = [Entry.file("a.txt", "one"), .file("./b/c/d.txt", "two"), .file("b/文.txt", "三")]
    if !isZip { entries.insert(Entry(name: "./", type: "5"), at: 0) }
    let files = try extract(isZip ? ArchiveBytes.zip(entries) : ArchiveBytes.tar(entries), folder)
    #expect(files.map(\.path) == ["a.txt", "b/c/d.txt", "b/文.txt"])
    #expect(files.map(\.size) == [3, 3, 3])
    #expect(files[0].sha256 == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed")
    #expect(try text(folder, "b/文.txt") == "三")
  }

  @Test(arguments: [
    "../x", "/tmp/lorapipe-escape", "a/../../x", "..", "a/..", "a\\..\\x", "x\u{1}y",
    String(repeating: "d/", count: 49) + "../x",
  ])
  func namesThatLeaveTheFolderAreRefused(name: String) throws {
    for bytes in [ArchiveBytes.zip([.file(name, "x")]), ArchiveBytes.tar([.file(name, "x")])] {
      let folder = try TemporaryFolder()
      let error = try #require(throws: Diagnostic.self) { try extract(bytes, folder) }
      #expect(error.code == "unsafe-archive")
      #expect(access(folder.path + "/x", F_OK) != 0 && access("/tmp/lorapipe-escape", F_OK) != 0)
    }
  }

  @Test(arguments: [
    ("1", "../secret"), ("2", "../secret"), ("2", "/etc/passwd"), ("1", "/etc/passwd"), ("2", "missing"),
  ])
  func linksOutOfTheArchiveAreRefused(type: String, target: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("secret", "secret")
    let link = Entry(name: "link", type: Character(type), link: target)
    let error = try #require(throws: Diagnostic.self) { try extract(ArchiveBytes.tar([link]), folder) }
    #expect(error.code == "unsafe-archive")
    #expect(access(folder.path + "/out/link", F_OK) != 0)
  }

  @Test func nothingIsWrittenThroughALink() throws {
    let folder = try TemporaryFolder()
    try folder.folder("elsewhere")
    let entries = [Entry(name: "d", type: "2", link: "e"), Entry.file("d/x", "x"), Entry(name: "e", type: "5")]
    let error = try #require(throws: Diagnostic.self) { try extract(ArchiveBytes.tar(entries), folder) }
    #expect(error.code == "unsafe-archive")
  }

  @Test func linksInsideBecomeCopies() throws {
    let folder = try TemporaryFolder()
    let entries = [
      Entry(name: "s/link", type: "2", link: "../d/x"), Entry.file("d/x", "text"),
      Entry(name: "hard", type: "1", link: "d/x"),
    ]
    let files = try extract(ArchiveBytes.tar(entries), folder)
    #expect(files.map(\.path) == ["d/x", "hard", "s/link"])
    #expect(try text(folder, "s/link") == "text")
    var status = stat()
    lstat(folder.path + "/out/s/link", &status)
    #expect(status.st_mode & S_IFMT == S_IFREG)
  }

  @Test(arguments: ["3", "4", "6"])
  func devicesAndPipesAreRefused(type: String) throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: Diagnostic.self) {
      try extract(ArchiveBytes.tar([Entry(name: "dev", type: Character(type))]), folder)
    }
    #expect(error.code == "unsafe-archive")
  }

  @Test func twoEntriesOfOneNameAreRefused() throws {
    for entries in [
      [Entry.file("a", "1"), .file("a", "2")], [.file("a", "1"), .file("./a", "2")],
      [.file("a", "1"), .file("a/b", "2")],
      [.file("a/b", "1"), .file("a", "2")],
    ] {
      let folder = try TemporaryFolder()
      #expect(throws: Diagnostic.self) { try extract(ArchiveBytes.zip(entries), folder) }
    }
  }

  @Test func bombsAreStopped() throws {
    let folder = try TemporaryFolder()
    var limits = ArchiveLimits()
    limits.bytes = 1000
    let big = Entry(name: "big", body: [UInt8](repeating: 0, count: 1001))
    #expect(
      try #require(throws: Diagnostic.self) { try extract(ArchiveBytes.tar([big]), folder, limits: limits) }.code
        == "archive-bomb")
    let other = try TemporaryFolder()
    limits = ArchiveLimits()
    limits.entries = 3
    let many = (0..<4).map { Entry.file("f\($0)", "x") }
    #expect(
      try #require(throws: Diagnostic.self) { try extract(ArchiveBytes.zip(many), other, limits: limits) }.code
        == "archive-bomb")
  }

  @Test func filterChoosesWhatIsWritten() throws {
    let folder = try TemporaryFolder()
    let bytes = ArchiveBytes.zip([.file("m/model.gguf", "g"), .file("m/__init__.py", "p")])
    #expect(try extract(bytes, folder, filter: GlobFilter(include: ["*.gguf"])).map(\.path) == ["m/model.gguf"])
    #expect(access(folder.path + "/out/m/__init__.py", F_OK) != 0)
  }

  @Test func mutatedArchivesNeverEscape() throws {
    let folder = try TemporaryFolder()
    try folder.write("secret", "secret")
    try folder.folder("out")
    let entries = [
      Entry.file("a.txt", String(repeating: "text ", count: 30)), .file("b/c.txt", "x"),
      Entry(name: "b/link", type: "2", link: "../a.txt"),
    ]
    var random = SplitMix64(seed: 11)
    for original in [ArchiveBytes.zip(entries), ArchiveBytes.tar(entries)] {
      for round in 0..<400 {
        var bytes = original
        if round % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
        for _ in 0..<(1 + random.next() % 6) where !bytes.isEmpty {
          let place = Int(random.next() % UInt64(bytes.count))
          bytes[place] = random.next() % 3 == 0 ? UInt8(ascii: "/") : UInt8(truncatingIfNeeded: random.next())
        }
        let path = try folder.write("archive", bytes)
        let out = "\(folder.path)/out/\(round)-\(original.count)"
        mkdir(out, 0o755)
        do {
          let files = try ArchiveExtractor().extract(path, named: "archive", to: out)
          for file in files {
            let real = try #require(realpath(out + "/" + file.path, nil))
            #expect(String(cString: real).hasPrefix(out + "/"))
            free(real)
          }
        } catch is Diagnostic {
          continue
        }
      }
    }
    #expect(try folder.read("secret") == Array("secret".utf8))
  }
}
