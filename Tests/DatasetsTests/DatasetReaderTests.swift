import Datasets
import Diagnostics
import Glibc
import JSON
import TestSupport
import Testing

@Suite struct DatasetReaderTests {
  private func records(_ text: String, _ name: String) throws -> [DatasetRecord] {
    try records(Array(text.utf8), name)
  }

  private func records(_ bytes: [UInt8], _ name: String) throws -> [DatasetRecord] {
    let folder = try TemporaryFolder()
    let reader = try DatasetReader(path: try folder.write(name, bytes), label: name)
    var list: [DatasetRecord] = []
    while let record = try reader.next() { list.append(record) }
    return list
  }

  private func rows(_ text: String, _ name: String) throws -> [DatasetRow] {
    try records(text, name).map { record in
      guard case .row(let row) = record else {
        Issue.record("a bad row in \(text)")
        return DatasetRow(number: 0, line: 0, fields: JSONObject())
      }
      return row
    }
  }

  private func badRows(_ bytes: [UInt8], _ name: String) throws -> [Diagnostic] {
    try records(bytes, name).compactMap { record in
      if case .bad(_, let diagnostic) = record { return diagnostic }
      return nil
    }
  }

  @Test(arguments: ["\n", "\r\n"], [true, false])
  func jsonLinesKeepRowAndLineNumbers(newline: String, endsWithNewline: Bool) throws {
    let lines = ["{\"a\":1}", "", "   ", "{\"a\":\"二\"}"]
    let text = lines.joined(separator: newline) + (endsWithNewline ? newline : "")
    let found = try rows(text, "x.jsonl")
    #expect(found.map(\.number) == [1, 2])
    #expect(found.map(\.line) == [1, 4])
    #expect(found.map(\.fields["a"]) == [1, "二"])
  }

  @Test(arguments: ["x.jsonl", "x.json", "x.csv", "x.tsv"])
  func byteOrderMarkIsNoPartOfTheFirstRow(name: String) throws {
    let body = name.hasSuffix("v") ? "a\nb\n" : "{\"a\": \"b\"}"
    #expect(try rows("\u{FEFF}" + body, name).first?.fields["a"] == "b")
  }

  @Test func rowThatIsNotAnObjectIsNamed() throws {
    let bad = try badRows(Array("{\"a\":1}\n[1]\n{\"a\":2}\n\"x\"\n".utf8), "x.jsonl")
    #expect(bad.map(\.code) == ["row-not-object", "row-not-object"])
    #expect(bad.map(\.message) == ["row 2: is an array, not an object", "row 4: is a string, not an object"])
    #expect(bad.map(\.location?.line) == [2, 4])
    #expect(bad.first?.location?.file == "x.jsonl")
  }

  @Test func brokenJSONIsNamedByColumnInScalars() throws {
    let bad = try badRows(Array("{\"a\":1}\n{\"好\": oops}\n{\"a\":2}\n".utf8), "x.jsonl")
    #expect(bad.count == 1)
    #expect(bad.first?.location == SourceLocation(file: "x.jsonl", line: 2, column: 7))
  }

  @Test(arguments: ["x.jsonl", "x.csv"])
  func invalidUTF8IsNamed(name: String) throws {
    let bytes: [UInt8] =
      name == "x.csv"
      ? Array("a,b\n1,2\n3,".utf8) + [0xC3, 0x28] + Array("\n5,6\n".utf8)
      : Array("{\"a\":1}\n{\"a\":\"".utf8) + [0xFF] + Array("\"}\n{\"a\":3}\n".utf8)
    let bad = try badRows(bytes, name)
    #expect(bad.map(\.code) == ["row-invalid-utf8"])
    #expect(bad.first?.message.hasPrefix("row 2:") == true)
    #expect(bad.first?.location?.line == (name == "x.csv" ? 3 : 2))
  }

  @Test func quotedFieldsHoldNewlinesDelimitersAndQuotes() throws {
    let text = "q,r\r\n\"a,\r\nb\",\"say \"\"hi\"\"\"\r\nplain \"x\",\r\n\"\",\"\"\"\"\r\n"
    let found = try rows(text, "x.csv")
    #expect(found.map(\.line) == [2, 4, 5])
    #expect(found.map(\.fields["q"]) == ["a,\r\nb", "plain \"x\"", ""])
    #expect(found.map(\.fields["r"]) == ["say \"hi\"", "", "\""])
  }

  @Test func tabSeparatedValuesKeepCommas() throws {
    let found = try rows("q\tr\n1,2\t\"x\ty\"\n", "x.tsv")
    #expect(found.first?.fields == JSONObject([("q", "1,2"), ("r", "x\ty")]))
  }

  @Test func wrongFieldCountIsABadRowAndReadingGoesOn() throws {
    let all = try records("q,r\n1\n1,2\n1,2,3\n\"a\"b,2\n3,4\n", "x.csv")
    let bad = try badRows(Array("q,r\n1\n1,2\n1,2,3\n\"a\"b,2\n3,4\n".utf8), "x.csv")
    #expect(all.count == 5)
    #expect(bad.map(\.code) == ["row-columns", "row-columns", "row-quotes"])
    #expect(bad.map(\.location?.line) == [2, 4, 5])
  }

  @Test func unclosedQuoteNamesTheLineWhereItOpens() throws {
    let error = try #require(throws: Diagnostic.self) {
      try records("q,r\n1,2\n3,\"never\nclosed\n", "x.csv")
    }
    #expect(error.code == "unclosed-quote")
    #expect(error.location?.line == 3)
  }

  @Test func headerMayNotNameAColumnTwice() throws {
    let error = try #require(throws: Diagnostic.self) { try records("a,a\n1,2\n", "x.csv") }
    #expect(error.code == "duplicate-column")
  }

  @Test(arguments: [
    "[{\"a\":1},{\"a\":2}]", "[\n {\"a\": 1},\n {\"a\": 2}\n]\n", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}{\"a\":2}",
    " [ {\"a\":1} , {\"a\" : 2 } ] ",
  ])
  func jsonIsReadAsArrayOrSequence(text: String) throws {
    #expect(try rows(text, "x.json").map(\.fields["a"]) == [1, 2])
  }

  @Test func jsonElementsKeepTheirLines() throws {
    let found = try rows("[\n{\"a\":\n\"}]\\\"\"},\n\n{\"a\":2}]", "x.json")
    #expect(found.map(\.line) == [2, 5])
    #expect(found.first?.fields["a"] == "}]\"")
  }

  @Test(arguments: ["[{\"a\":1}", "[{\"a\":1},", "[{\"a\":1}{\"a\":2}]", "[{\"a\":1}] x", "[{\"a\":"])
  func brokenArrayStops(text: String) throws {
    let error = try #require(throws: Diagnostic.self) { try records(text, "x.json") }
    #expect(error.code == "invalid-json")
  }

  @Test func scalarsInAnArrayAreBadRows() throws {
    let bad = try badRows(Array("[1, \"x\", null, {\"a\":1}, [2]]".utf8), "x.json")
    #expect(bad.map(\.message).map { $0.split(separator: ":")[0] } == ["row 1", "row 2", "row 3", "row 5"])
  }

  @Test(
    arguments: [
      ([0xFF, 0xFE, 0x7B, 0x00], "UTF-16"), ([0x50, 0x41, 0x52, 0x31], "Parquet"),
    ] as [([UInt8], String)])
  func otherKindsOfFileAreRefused(bytes: [UInt8], word: String) throws {
    let error = try #require(throws: Diagnostic.self) { try records(bytes, "x.jsonl") }
    #expect(error.code == "unknown-data-format")
    #expect(error.message.contains(word))
    #expect(error.remedy != nil)
  }

  @Test func recordsCrossTheBuffersEdge() throws {
    // Rows of growing length around and beyond the buffer of 256 KiB.
    let lengths = [1, 200_000, 62_000, 62_135, 62_136, 62_137, 600_000, 3]
    let texts = lengths.enumerated().map { String(repeating: "\($0.offset)", count: $0.element) }
    let jsonl = texts.map { "{\"a\":\"\($0)\"}\n" }.joined()
    #expect(try rows(jsonl, "x.jsonl").map { $0.fields["a"]?.stringValue } == texts)
    let csv = "a\n" + texts.map { "\"\($0)\n\"\"\"\n" }.joined()
    #expect(try rows(csv, "x.csv").map { $0.fields["a"]?.stringValue } == texts.map { $0 + "\n\"" })
    let array = "[" + texts.map { "{\"a\":\"\($0)\"}" }.joined(separator: ",\n") + "]"
    #expect(try rows(array, "x.json").map { $0.fields["a"]?.stringValue } == texts)
  }

  @Test func aPipeIsRefusedAndNotWaitedFor() throws {
    let folder = try TemporaryFolder()
    mkfifo(folder.path + "/x.jsonl", 0o600)
    let error = try #require(throws: Diagnostic.self) { _ = try DatasetReader(path: folder.path + "/x.jsonl") }
    #expect(error.code == "not-a-file")
  }

  @Test func missingFileSaysWhere() throws {
    let error = try #require(throws: Diagnostic.self) { _ = try DatasetReader(path: "/nowhere/x.jsonl") }
    #expect(error.code == "file-not-found")
  }
}
