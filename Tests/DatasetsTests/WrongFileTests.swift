import Datasets
import Diagnostics
import JSON
import TestSupport
import Testing

/// A file that is wrong as a whole is told in one sentence that says which wrong it is.
@Suite struct WrongFileTests {
  private func source(_ bytes: [UInt8], _ name: String) throws -> (TemporaryFolder, DatasetSource) {
    let folder = try TemporaryFolder()
    let files = try DatasetFiles(path: try folder.write(name, bytes), label: name)
    return (folder, DatasetSource(files: files))
  }

  private func errors(_ bytes: [UInt8], _ name: String) throws -> [Diagnostic] {
    let (folder, source) = try source(bytes, name)
    defer { withExtendedLifetime(folder) {} }
    do {
      try source.forEach { _ in true }
      return []
    } catch let error as Diagnostic {
      return [error]
    } catch let list as DiagnosticList {
      return list.diagnostics
    }
  }

  private struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var code: String
    /// What the message or the remedy must say.
    var says: [String]
    var testDescription: String { "\(name) \(code)" }

    init(_ name: String, _ text: String, _ code: String, _ says: String...) {
      self.init(name, Array(text.utf8), code, says)
    }

    init(_ name: String, _ bytes: [UInt8], _ code: String, _ says: [String]) {
      self.name = name
      self.bytes = bytes
      self.code = code
      self.says = says
    }
  }

  /// "query,response\n你好,很高兴见到你\n" as a Chinese spreadsheet program saves it.
  private static let gbk: [UInt8] =
    Array("query,response\n".utf8) + [0xC4, 0xE3, 0xBA, 0xC3, 0x2C, 0xBA, 0xDC, 0xB8, 0xDF, 0xD0, 0xCB]
    + [0xBC, 0xFB, 0xB5, 0xBD, 0xC4, 0xE3, 0x0A]

  private static let pair = "{\"query\": \"a\", \"response\": \"b\"}"
  private static let utf16: [UInt8] = Array("query,response\na,b\n".utf16).flatMap {
    [UInt8($0 & 0xFF), UInt8($0 >> 8)]
  }

  private static let cases: [Case] = [
    Case("array.jsonl", "[\n \(pair),\n \(pair)\n]\n", "json-not-lines", "array", ".json"),
    Case("array-one-line.jsonl", "[\(pair), \(pair)]", "row-not-object", "array"),
    Case("array-cut.jsonl", "[\n {\"query\": \"a\",\n", "json-not-lines", "array"),
    Case(
      "pretty.jsonl", "{\n  \"query\": \"a\",\n  \"response\": \"b\"\n}\n", "json-not-lines", "several lines", ".json"),
    Case("comma.json", "[\(pair),]", "invalid-json", "comma before the closing ']'"),
    Case("comma.jsonl", "{\"query\": \"a\", \"response\": \"b\",}\n", "row-invalid-json", "a comma before '}'"),
    Case("nan.jsonl", "{\"query\": \"a\", \"response\": \"b\", \"score\": NaN}\n", "row-invalid-json", "NaN is not"),
    Case("infinity.jsonl", "{\"query\": \"a\", \"score\": -Infinity}\n", "row-invalid-json", "-Infinity is not"),
    Case("none.jsonl", "{\"query\": None}\n", "row-invalid-json", "None is Python's"),
    Case("quotes.jsonl", "{'query': 'a'}\n", "row-invalid-json", "single quotes"),
    Case("space.jsonl", "{\"query\":\u{A0}\"a\"}\n", "row-invalid-json", "no-break space", "U+00A0"),
    Case("wide.jsonl", "{\"query\":\u{3000}\"a\"}\n", "row-invalid-json", "ideographic space"),
    Case("curly.jsonl", "{\u{201C}query\u{201D}: 1}\n", "row-invalid-json", "typographic quotes"),
    Case("gbk.csv", gbk, "row-invalid-utf8", ["GBK", "iconv -f GB18030"]),
    Case(
      "latin.csv", Array("query,response\ncaf".utf8) + [0xE9] + Array(" noir,b\n".utf8), "row-invalid-utf8",
      ["WINDOWS-1252"]),
    Case("utf16.csv", utf16, "unknown-data-format", ["UTF-16", "encoding: utf-16,"]),
    Case("semicolon.csv", "query;response\nhi;hello, you\n", "wrong-delimiter", "semicolon", "commas"),
    Case("tabs.csv", "query\tresponse\nhi\thello\n", "wrong-delimiter", "tab", ".tsv"),
    Case("commas.tsv", "query,response\nhi,hello\n", "wrong-delimiter", "comma", ".csv"),
    Case("mac.csv", "query,response\rhi,hello\rho,hey\r", "wrong-line-ends", "CR alone", "tr "),
    Case("mac.jsonl", "\(pair)\r\(pair)\r", "wrong-line-ends", "CR alone"),
    Case("zst.jsonl", [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x01], "damaged-compression", ["cannot be decompressed"]),
    Case("lfs.jsonl", "version https://git-lfs.github.com/spec/v1\n", "unknown-data-format", "Git LFS"),
  ]

  @Test(arguments: cases)
  private func oneSentenceSaysWhichWrong(_ wrong: Case) throws {
    let found = try errors(wrong.bytes, wrong.name)
    #expect(found.map(\.code) == [wrong.code])
    let text = found.map { $0.message + " " + ($0.remedy ?? "") }.joined()
    for word in wrong.says { #expect(text.contains(word), "\(text)") }
  }

  @Test(arguments: [
    ("one.jsonl", "{\"query\": \"a\", \"response\": \"b\"}"), ("semicolon.csv", "a;b,query,response\nx,q,r\n"),
    ("spaces.jsonl", "\n\n  {\"query\": \"a\", \"response\": \"b\"}  \n"),
    ("broken-later.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\n"),
    ("cr.csv", "query,response\r\nhi,\"a\rb\"\r\n"), ("header spaces.csv", "query , \u{FEFF}response\na,b\n"),
  ])
  func whatIsRightIsStillRead(name: String, text: String) throws {
    let (folder, source) = try source(Array(text.utf8), name)
    defer { withExtendedLifetime(folder) {} }
    #expect(try source.forEach { _ in true }.rows == 1)
  }

  @Test func equalProblemsAreOneWithACount() throws {
    let bad =
      (0..<25).map { _ in "{\"question\": \"a\"}" } + ["{\"response\": 1}"]
      + (0..<3).map { _ in "{\"question\": \"a\"}" }
    let found = try errors(Array((bad.joined(separator: "\n") + "\n").utf8), "x.jsonl")
    #expect(found.count == 2)
    #expect(found.first?.message == "row 1: has no column for the answer: only question")
    #expect(found.first?.notes == ["27 more rows with this problem: 2, 3, 4, 5, 6, …"])
    #expect(found.last?.message.hasPrefix("row 26: ") == true)
  }

  @Test func manyKindsOfProblemAreCountedBeyondTheTenth() throws {
    let bad = (0..<14).map { "{\"c\($0)\": 1}" }
    let found = try errors(Array((bad.joined(separator: "\n") + "\n").utf8), "x.jsonl")
    #expect(found.count == RowProblems.namedKinds)
    #expect(found.last?.notes.first == "4 more rows have other problems")
  }

  @Test func columnsThatNoConversationShowsAreCounted() throws {
    let (folder, source) = try source(
      Array(
        """
        {"instruction": "Summarize.", "context": "Whales.", "response": "W.", "category": "s", "empty": ""}
        {"query": "q", "response": "r", "text": "lost", "tools": []}
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}], "id": 7, "system": "s"}
        {"messages": [{"role": "system", "content": "m"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}], "system": "s"}
        """.utf8), "x.jsonl")
    defer { withExtendedLifetime(folder) {} }
    #expect(
      try source.forEach { _ in true }.unusedColumns == ["context": 1, "category": 1, "text": 1, "id": 1, "system": 1])
  }
}
