import Diagnostics
import JSON

/// What a file is, told by its first bytes: refuses what is not rows of the promised format before any row is read, so
/// that one mistake is one message and not one per row.
struct FileSignature {
  /// Enough to hold a header and some rows.
  private static let sampleLength = 1 << 16

  private let window: FileWindow
  private let format: DatasetFormat

  /// Skips a byte order mark and checks the rest.
  /// - Throws: `Diagnostic` that names what the file is and what to do.
  static func check(_ window: FileWindow, _ format: DatasetFormat) throws {
    while window.count < sampleLength, try window.extend(line: 1) {}
    if window.slice(0..<min(window.count, 3)).elementsEqual([0xEF, 0xBB, 0xBF]) { window.advance(3) }
    let signature = FileSignature(window: window, format: format)
    try signature.checkBytes()
    try signature.checkEncoding()
    try signature.checkLineEnds()
    if format == .jsonl { try signature.checkLines() }
  }

  private var sample: ArraySlice<UInt8> { window.slice(0..<min(window.count, Self.sampleLength)) }

  private func written(in encoding: TextEncoding) -> String { window.reading.sentence(.encoding(encoding)) }

  private func refusal(_ code: String, _ message: String, _ remedy: String, line: Int? = nil) -> Diagnostic {
    Diagnostic(
      code: code, "'\(window.label)' \(message)", remedy: remedy,
      location: SourceLocation(file: window.label, line: line))
  }

  private func checkBytes() throws {
    let kinds: [(signature: [UInt8], what: String, remedy: String)] = [
      ([0xFF, 0xFE], "UTF-16 text", written(in: .utf16)),
      ([0xFE, 0xFF], "UTF-16 text", written(in: .utf16)),
      (Array("PAR1".utf8), "a Parquet file", "Give the file a name that ends in .parquet."),
      (Array("ARROW1".utf8), "an Arrow file", "Arrow is not read; convert it to jsonl first."),
      (
        Array("version https://git-lfs".utf8), "a Git LFS pointer, not the file", "Fetch the file itself: git lfs pull."
      ),
    ]
    if let other = UnreadFile.told(sample, name: window.label) {
      throw refusal("unknown-data-format", "is \(other.form), not rows in UTF-8", other.remedy)
    }
    for kind in kinds where sample.starts(with: kind.signature) {
      throw refusal("unknown-data-format", "is \(kind.what), not rows in UTF-8", kind.remedy)
    }
    // UTF-16 without a mark: every other byte of Latin text is zero.
    let head = sample.prefix(512)
    if head.count >= 4, head.count(where: { $0 == 0 }) * 3 >= head.count {
      let encoding: TextEncoding = head.dropFirst().first == 0 ? .utf16 : .utf16BigEndian
      throw refusal("unknown-data-format", "is UTF-16 text, not rows in UTF-8", written(in: encoding))
    }
  }

  /// Refuses a file of which no line with other than ASCII characters is UTF-8; single lines that are not are bad rows.
  private func checkEncoding() throws {
    guard sample.contains(where: { $0 >= 0x80 }) else { return }
    var lines = sample.split(separator: 0x0A)
    // The last one may be cut off by the end of the sample.
    if lines.count > 1, sample.last != 0x0A { lines.removeLast() }
    let telling = lines.enumerated().filter { $0.element.contains(where: { $0 >= 0x80 }) }
    let isHeader = format != .jsonl && format != .json && telling.first?.offset == 0
    guard telling.count > 1 || isHeader,
      telling.allSatisfy({ String(validating: $0.element, as: UTF8.self) == nil })
    else { return }
    let guess = TextEncodingGuess.encoding(of: telling.lazy.flatMap(\.element))
    throw refusal(
      "wrong-encoding", guess.map { "is not UTF-8 text: it looks like \($0.title)" } ?? "is not UTF-8 text",
      guess.map { written(in: $0) } ?? "Say its encoding (\(TextEncoding.choices)), or save the file as UTF-8.",
      line: 1 + sample[..<(telling.first?.element.startIndex ?? sample.startIndex)].count(where: { $0 == 0x0A }))
  }

  /// Lines that end in CR alone are one long line to every reader.
  private func checkLineEnds() throws {
    guard format != .json, !sample.contains(0x0A), let first = sample.firstIndex(of: 0x0D),
      sample[first...].contains(where: { $0 != 0x0D && $0 != 0x20 })
    else { return }
    throw refusal(
      "wrong-line-ends", "has lines that end in CR alone, so all of it is one line",
      "Convert it: tr '\\r' '\\n' < FILE > NEW.")
  }

  /// An array, or objects over several lines, is JSON but not one object per line.
  private func checkLines() throws {
    guard let first = sample.firstIndex(where: { !isJSONSpace($0) }) else { return }
    let line = 1 + sample[..<first].count(where: { $0 == 0x0A })
    let firstLine = sample[first...].prefix { $0 != 0x0A }
    guard firstLine.endIndex < sample.endIndex || sample[first] == UInt8(ascii: "["), !isValue(firstLine) else {
      return
    }
    var scan = ElementScan()
    let rest = Array(sample[first...])
    let isWhole = rest.withUnsafeBufferPointer { scan.run($0) }
    // A value that its line does not end, and that its brackets end later, goes over several lines.
    let spansLines = isWhole && scan.newlines > 0 && isValue(rest[..<scan.offset])
    let isOpen = !isWhole && !scan.isInString && scan.newlines > 0
    let bracket = sample[first]
    if bracket == UInt8(ascii: "["), spansLines || isOpen || firstLine.endIndex == sample.endIndex {
      throw refusal(
        "json-not-lines", "holds one JSON array, not one object per line",
        "Give the file a name that ends in .json.", line: line)
    }
    if bracket == UInt8(ascii: "{"), spansLines || (isOpen && firstLine.dropFirst().allSatisfy(isJSONSpace)) {
      throw refusal(
        "json-not-lines", "holds objects that go over several lines, not one object per line",
        "Give the file a name that ends in .json, or write each row on one line.", line: line)
    }
  }

  private func isValue(_ bytes: ArraySlice<UInt8>) -> Bool { (try? JSONValue(parsing: bytes)) != nil }
}

/// The delimiter that a table's header shows when it is not the one its format promises.
enum HeaderDelimiter {
  private static let names: [(byte: UInt8, name: String)] = [
    (UInt8(ascii: ","), "comma"), (UInt8(ascii: ";"), "semicolon"), (0x09, "tab"), (UInt8(ascii: "|"), "bar"),
  ]

  /// What an input method for Chinese types on the same keys.
  private static let wide: [(sign: Character, name: String)] = [
    ("，", "comma"), ("；", "semicolon"), ("｜", "bar"), ("、", "enumeration comma"),
  ]

  /// Whether a sign stands between short names, and not in a sentence.
  private static func isSeparator(_ sign: Character, in column: String) -> Bool {
    let parts = column.split(separator: sign, omittingEmptySubsequences: false)
    return parts.count > 1 && parts.allSatisfy { (1...16).contains($0.count) }
      && !column.contains { "。？！?!".contains($0) }
  }

  static func name(_ byte: UInt8) -> String { names.first { $0.byte == byte }?.name ?? "delimiter" }

  /// What to say of a header that reads as one column; `nil` when it may be one.
  static func problem(of header: [String], delimiter: UInt8) -> RowProblem? {
    guard header.count == 1, let column = header.first else { return nil }
    if let wide = wide.first(where: { isSeparator($0.sign, in: column) }) {
      return RowProblem(
        code: "wrong-delimiter",
        "is one column, '\(column)': its columns are separated by a full-width \(wide.name), not a \(name(delimiter))",
        remedy: "Replace each \(wide.sign) between columns by a \(name(delimiter)), in every line.")
    }
    guard let found = names.first(where: { $0.byte != delimiter && column.utf8.contains($0.byte) }) else { return nil }
    let remedy =
      switch found.byte {
      case 0x09: "Give the file a name that ends in .tsv."
      case UInt8(ascii: ","): "Give the file a name that ends in .csv."
      default: "Save it with commas between the columns."
      }
    return RowProblem(
      code: "wrong-delimiter",
      "is one column, '\(column)': its columns are separated by a \(found.name), not a \(name(delimiter))",
      remedy: remedy)
  }
}
