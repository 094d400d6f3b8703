import Conversations
import Datasets
import Diagnostics
import Glibc
import JSON
import Platform
import TestSupport
import Testing

/// Files in declared encodings are read as what they say; an undeclared one is named with what to write.
@Suite struct EncodingTests {
  private static let text = "问题,答案\n你好€𠮷,\"很高兴，\n见到你\"\n"

  /// The text in an encoding, by the C library: an encoder where the reader is a decoder.
  private static func encoded(_ text: String, _ name: String) throws -> [UInt8] {
    let converter = try #require(iconv_open(name, "UTF-8"))
    defer { iconv_close(converter) }
    var input = text.utf8.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: input.count * 4 + 8)
    var written = 0
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var from = input.baseAddress
        var fromLeft = input.count
        var to = output.baseAddress
        var toLeft = output.count
        #expect(iconv(converter, &from, &fromLeft, &to, &toLeft) != -1)
        written = output.count - toLeft
      }
    }
    return output[0..<written].map { UInt8(bitPattern: $0) }
  }

  private func conversations(_ path: String, _ reading: ReadingOptions = ReadingOptions()) throws -> [[String]] {
    var rows: [[String]] = []
    try DatasetSource(files: try DatasetFiles(path: path, reading: reading)).forEach { row in
      rows.append(row.conversation.messages.map(\.text))
      return true
    }
    return rows
  }

  /// Bytes that CPython's codecs write for "问题,答案\n你好,𠮷\n", so that not one library judges itself.
  @Test(arguments: [
    (
      TextEncoding.gb18030,
      "CECACCE22CB4F0B0B80AC4E3BAC32C9534B2350A"
    ), (.utf16, "FFFEEE9598982C00547B48680A00604F7D592C0042D8B7DF0A00"),
    (.utf16BigEndian, "95EE9898002C7B546848000A4F60597D002CD842DFB7000A"),
  ])
  func whatPythonWroteIsRead(_ encoding: TextEncoding, _ hex: String) throws {
    let digits = Array(hex.utf8)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { index in
      UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
    }
    let folder = try TemporaryFolder()
    let path = try folder.write("rows.csv", bytes)
    #expect(try conversations(path, ReadingOptions(encoding: encoding)) == [["你好", "𠮷"]])
  }

  @Test(arguments: [(TextEncoding.gb18030, "GB18030"), (.utf16, "UTF-16"), (.utf16BigEndian, "UTF-16BE")])
  func aTableIsReadInItsDeclaredEncoding(_ encoding: TextEncoding, _ name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rows.csv", Self.encoded(Self.text, name))
    #expect(try conversations(path, ReadingOptions(encoding: encoding)) == [["你好€𠮷", "很高兴，\n见到你"]])
  }

  @Test func big5AndWindows1252AreRead() throws {
    let folder = try TemporaryFolder()
    let chinese = try folder.write("a.csv", Self.encoded("問題,答案\n你好,很高興\n", "BIG5"))
    #expect(try conversations(chinese, ReadingOptions(encoding: .big5)) == [["你好", "很高興"]])
    let western = try folder.write("b.csv", Self.encoded("query,response\ncafé,“déjà”\n", "WINDOWS-1252"))
    #expect(try conversations(western, ReadingOptions(encoding: .windows1252)) == [["café", "“déjà”"]])
  }

  /// A mix declares one encoding, and its general rows are UTF-8.
  @Test func aFileInUTF8IsReadAsSuchWhateverIsDeclared() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rows.csv", Self.text)
    #expect(try conversations(path, ReadingOptions(encoding: .gb18030)).count == 1)
    #expect(try conversations(path, ReadingOptions(encoding: .utf16)).count == 1)
  }

  /// Characters that the ends of the buffer cut in two.
  @Test func longFilesAreDecodedWhole() throws {
    let folder = try TemporaryFolder()
    var text = "query,response\n"
    var rng = SplitMix64(seed: 7)
    var expected: [String] = []
    for index in 0..<4000 {
      let answer = String(repeating: "龙", count: Int(rng.next() % 90)) + "a𠮷"
      expected.append(answer)
      text += "问\(index),\(answer)\n"
    }
    let path = try folder.write("rows.csv", Self.encoded(text, "GB18030"))
    #expect(try conversations(path, ReadingOptions(encoding: .gb18030)).map { $0[1] } == expected)
  }

  @Test func compressedFilesAreDecodedToo() throws {
    let folder = try TemporaryFolder()
    try folder.write("rows.csv", Self.encoded(Self.text, "GB18030"))
    guard system("gzip \(folder.path)/rows.csv") == 0 else { return }
    #expect(try conversations(folder.path + "/rows.csv.gz", ReadingOptions(encoding: .gb18030)).count == 1)
  }

  @Test func anUndeclaredEncodingIsNamedOnceWithWhatToWrite() throws {
    let folder = try TemporaryFolder()
    for (name, says) in [("GB18030", "encoding: gb18030"), ("UTF-16", "encoding: utf-16")] {
      let path = try folder.write("rows.csv", Self.encoded(Self.text, name))
      let error = try #require(throws: Diagnostic.self) { try conversations(path) }
      #expect(error.remedy?.contains(says) == true, "\(error)")
    }
  }

  @Test func bytesOfNoCharacterAreAnErrorWithTheirLine() throws {
    let folder = try TemporaryFolder()
    let wrong: [UInt8] = try Self.encoded("query,response\n你好,很好\n", "GB18030") + [0x61, 0xFF, 0xFF, 0x2C, 0x62, 0x0A]
    let path = try folder.write("rows.csv", wrong)
    let error = try #require(throws: Diagnostic.self) {
      try conversations(path, ReadingOptions(encoding: .gb18030))
    }
    #expect(error.code == "wrong-encoding" && error.location?.line == 3, "\(error)")
    let cut = try folder.write("cut.csv", wrong.prefix(16) + [0xC4])
    #expect(throws: Diagnostic.self) { try conversations(cut, ReadingOptions(encoding: .gb18030)) }
  }

  @Test func anyBytesAreRowsOrAnError() throws {
    let folder = try TemporaryFolder()
    var rng = SplitMix64(seed: 11)
    let seedBytes = try Self.encoded(Self.text + Self.text, "GB18030")
    for round in 0..<300 {
      var bytes = seedBytes
      for _ in 0...Int(rng.next() % 8) {
        bytes[Int(rng.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: rng.next())
      }
      bytes.removeLast(Int(rng.next() % 20))
      let path = try folder.write("rows.csv", bytes)
      let encoding = TextEncoding.allCases[round % TextEncoding.allCases.count]
      do { _ = try conversations(path, ReadingOptions(encoding: encoding)) } catch is Diagnostic {
      } catch is DiagnosticList {}
    }
  }
}
