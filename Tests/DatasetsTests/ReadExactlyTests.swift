import Conversations
import Datasets
import Glibc
import JSON
import Platform
import TestSupport
import Testing

/// What is read is byte for byte what the file says, whichever reader reads it.
@Suite struct ReadExactlyTests {
  /// Texts that careless readers change.
  static let texts: [String] = [
    " leading and trailing ", "tab\there", "two\nlines", "crlf\r\nkept", "a \"quoted\" word, and commas", "''",
    "\u{FEFF}mark", "zero\u{200B}width", "e\u{301} and é", "ﬁ ligature", "全角　空格", "𠮷野家 🦊👩‍👩‍👧", "\u{1}control\u{7F}",
    "NULL", "nan", "007", "1.50", "1e400", "12345678901234567890", "-0", "true", "<|im_end|>", "{{NAME}}",
    "\\n \\u0041",
    "end with backslash\\", "a\u{2028}b\u{2029}c\u{85}d",
  ]

  private static let pairs: [(String, String)] = zip(texts, texts.reversed()).map { ($0, $1) }

  private func read(_ path: String, _ reading: ReadingOptions = ReadingOptions()) throws -> [(String, String)] {
    var rows: [(String, String)] = []
    try DatasetSource(files: try DatasetFiles(path: path, reading: reading)).forEach { row in
      rows.append((row.conversation.messages[0].text, row.conversation.messages[1].text))
      return true
    }
    return rows
  }

  private func expect(_ rows: [(String, String)], _ label: String) {
    #expect(rows.count == Self.pairs.count, "\(label)")
    // Bytes, since Swift compares strings by canonical equivalence.
    for (row, pair) in zip(rows, Self.pairs) {
      #expect(Array(row.0.utf8) == Array(pair.0.utf8), "\(label)")
      #expect(Array(row.1.utf8) == Array(pair.1.utf8), "\(label)")
    }
  }

  private static func object(_ pair: (String, String)) -> JSONObject {
    JSONObject([("query", .string(pair.0)), ("response", .string(pair.1))])
  }

  private static func table(_ delimiter: String, end: String) -> String {
    func field(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
    return (["query\(delimiter)response"] + pairs.map { field($0.0) + delimiter + field($0.1) })
      .joined(separator: end) + end
  }

  private static var files: [(name: String, text: String)] {
    let rows = pairs.map { JSONValue.object(object($0)) }
    return [
      ("rows.jsonl", rows.map { $0.text() + "\n" }.joined()),
      ("rows.ndjson", rows.map { $0.text() }.joined(separator: "\r\n")),
      ("rows.json", JSONValue.array(rows).text(.pretty)),
      ("more.json", rows.map { $0.text(.pretty) }.joined(separator: "\n")),
      ("rows.csv", table(",", end: "\n")), ("crlf.csv", table(",", end: "\r\n")), ("rows.tsv", table("\t", end: "\n")),
    ]
  }

  @Test func everyFormatOfText() throws {
    let folder = try TemporaryFolder()
    for (name, text) in Self.files {
      let path = try folder.write(name, text)
      expect(try read(path), name)
      expect(try read(path, ReadingOptions(encoding: .gb18030)), name + " declared as gb18030")
      try folder.write("bom-" + name, "\u{FEFF}" + text)
      expect(try read(folder.path + "/bom-" + name), name + " with a byte order mark")
      for (program, ending) in [("gzip", ".gz"), ("xz", ".xz"), ("bzip2", ".bz2"), ("zstd", ".zst")] {
        guard system("\(program) -k -q \(folder.path)/\(name) 2>/dev/null") == 0 else { continue }
        expect(try read(path + ending), name + ending)
      }
    }
  }

  @Test func everyEncodingThatHasTheCharacters() throws {
    let folder = try TemporaryFolder()
    for (name, text) in Self.files {
      try folder.write(name, text)
      for (encoding, iconv) in [
        (TextEncoding.gb18030, "GB18030"), (.utf16, "UTF-16"), (.utf16, "UTF-16LE"), (.utf16BigEndian, "UTF-16BE"),
      ] {
        let other = iconv + "-" + name
        guard system("iconv -f UTF-8 -t \(iconv) \(folder.path)/\(name) > \(folder.path)/\(other)") == 0 else {
          continue
        }
        expect(try read(folder.path + "/" + other, ReadingOptions(encoding: encoding)), other)
      }
    }
  }

  @Test func numbersAreLearnedAsTheyAreWritten() throws {
    let folder = try TemporaryFolder()
    let numbers = [
      "1.50", "0.10", "1e5", "1E+05", "-0", "-0.0", "12345678901234567890", "3.14159265358979323846", "1.0", "7",
      "0.1", "100000000000000000000000.5",
    ]
    let lines = numbers.map { "{\"query\": \($0), \"response\": \($0)}\n" }.joined()
    expectNumbers(try read(try folder.write("rows.jsonl", lines)), numbers)
    let turns = numbers.map {
      "{\"messages\": [{\"role\": \"user\", \"content\": \($0)}, {\"role\": \"assistant\", \"content\": \($0)}]}\n"
    }.joined()
    expectNumbers(try read(try folder.write("turns.jsonl", turns)), numbers)
    // In the list that CSV holds as text.
    let table =
      "messages\n"
      + numbers.map {
        "\"[{\"\"from\"\": \"\"human\"\", \"\"value\"\": \($0)}, {\"\"from\"\": \"\"gpt\"\", \"\"value\"\": \($0)}]\"\n"
      }.joined()
    expectNumbers(try read(try folder.write("turns.csv", table)), numbers)
    // And through a substitution, which writes rows.
    let files = try DatasetFiles(path: folder.path + "/rows.jsonl")
    let out = folder.path + "/out.jsonl"
    _ = try Substitution(values: [:], tagColumn: "tag").rewrite(DatasetSource(files: files), to: out)
    expectNumbers(try read(out), numbers)
  }

  private func expectNumbers(_ rows: [(String, String)], _ numbers: [String]) {
    #expect(rows.map(\.0) == numbers)
    #expect(rows.map(\.1) == numbers)
  }

  /// Written by pyarrow, see Tests/Fixtures/Datasets/exact.py.
  @Test func parquet() throws {
    let fixtures = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/Datasets"
    expect(try read(fixtures + "/exact.parquet"), "parquet")
    expect(try read(fixtures + "/exact-zstd.parquet"), "parquet, zstd")
  }

  @Test func aSelectionAndAConversionHoldTheSame() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rows.csv", Self.table(",", end: "\n"))
    let files = try DatasetFiles(path: path)
    let selection = try Mix.run(
      [MixInput(name: "a", role: .domain, digest: SHA256.hash("d"), files: files)], options: MixOptions()
    ).selection
    let chosen = try selection.rows(.train, path: { _ in path }).sorted { $0.reference.row < $1.reference.row }
    expect(chosen.map { ($0.conversation.messages[0].text, $0.conversation.messages[1].text) }, "selection")
    for form in RowConversion.Form.allCases {
      let out = try JSONLinesFile(path: folder.path + "/out-\(form.rawValue).jsonl")
      let tally = try RowConversion(DatasetSource(files: files), form: form).run { try out.append($0) }
      try out.finish()
      #expect(tally.rows == Self.pairs.count)
      expect(try read(folder.path + "/out-\(form.rawValue).jsonl"), "converted, \(form.rawValue)")
    }
  }
}
