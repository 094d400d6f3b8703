import Diagnostics
import JSON

/// Comma- or tab-separated values under a header (RFC 4180): quoted fields may hold delimiters, newlines and `""`.
struct DelimitedSource: RecordSource {
  private let window: FileWindow
  private let delimiter: UInt8
  private var header: [String]?
  private var line = 1
  private var row = 0

  init(_ window: FileWindow, delimiter: UInt8) {
    self.window = window
    self.delimiter = delimiter
  }

  mutating func next() throws -> DatasetRecord? {
    if header == nil {
      guard let record = try nextRecord() else { return nil }
      header = try readHeader(record)
    }
    guard let header, let record = try nextRecord() else { return nil }
    row += 1
    do throws(RowProblem) {
      let fields = try split(record.bytes)
      guard fields.count == header.count else {
        throw RowProblem(
          code: "row-columns", "has \(fields.count) fields where the header has \(header.count)",
          remedy: "Put fields that hold a \(HeaderDelimiter.name(delimiter)) or a quote in double quotes.")
      }
      var object = JSONObject()
      for (name, value) in zip(header, fields) { object[name] = .string(value) }
      return .row(DatasetRow(number: row, line: record.line, fields: object))
    } catch {
      return .bad(number: row, error.diagnostic(file: window.label, line: record.line, row: row, window.reading))
    }
  }

  private func readHeader(_ record: (bytes: ArraySlice<UInt8>, line: Int)) throws -> [String] {
    let location = SourceLocation(file: window.label, line: record.line)
    do throws(RowProblem) {
      let names = try split(record.bytes)
      var seen = Set<String>()
      for name in names where !seen.insert(name).inserted {
        throw RowProblem(
          code: "duplicate-column", "names the column '\(name)' twice", remedy: "Give every column a name of its own.")
      }
      if let problem = HeaderDelimiter.problem(of: names, delimiter: delimiter) { throw problem }
      return names
    } catch {
      throw Diagnostic(
        code: error.code, "the header \(error.message)", remedy: error.remedy(window.reading), location: location)
    }
  }

  /// The bytes of the next record without its line ending, blank lines skipped.
  private mutating func nextRecord() throws -> (bytes: ArraySlice<UInt8>, line: Int)? {
    while true {
      var scan = RecordScan(delimiter: delimiter)
      while !window.withUnread({ scan.run($0) }) {
        if try window.extend(line: line) { continue }
        if scan.inQuotes {
          throw Diagnostic(
            code: "unclosed-quote", "row \(row + 1): a quoted field is never closed",
            remedy: "Close the quote; inside a quoted field write \"\" for one quote.",
            location: SourceLocation(file: window.label, line: line + scan.quoteLine))
        }
        if scan.offset == 0 { return nil }
        break
      }
      var bytes = window.slice(0..<scan.offset)
      let begin = line
      line += scan.newlines + 1
      window.advance(scan.offset + 1)
      if bytes.last == 0x0D { bytes = bytes.dropLast() }
      if !bytes.isEmpty { return (bytes, begin) }
    }
  }

  /// The fields of a record.
  private func split(_ record: ArraySlice<UInt8>) throws(RowProblem) -> [String] {
    var fields: [String] = []
    fields.reserveCapacity(header?.count ?? 8)
    var index = record.startIndex
    while true {
      if index < record.endIndex, record[index] == UInt8(ascii: "\"") {
        fields.append(try quotedField(record, &index, number: fields.count + 1))
      } else {
        let start = index
        while index < record.endIndex, record[index] != delimiter { index += 1 }
        fields.append(try text(record[start..<index], number: fields.count + 1))
      }
      guard index < record.endIndex else { return fields }
      index += 1
    }
  }

  /// Reads from the opening quote to just before the next delimiter or the end.
  private func quotedField(_ record: ArraySlice<UInt8>, _ index: inout Int, number: Int) throws(RowProblem) -> String {
    index += 1
    var start = index
    var pieces: [UInt8] = []
    while index < record.endIndex {
      guard record[index] == UInt8(ascii: "\"") else {
        index += 1
        continue
      }
      if index + 1 < record.endIndex, record[index + 1] == UInt8(ascii: "\"") {
        pieces.append(contentsOf: record[start...index])
        index += 2
        start = index
        continue
      }
      let field = record[start..<index]
      index += 1
      guard index == record.endIndex || record[index] == delimiter else {
        throw RowProblem(
          code: "row-quotes", "field \(number) has text after its closing quote",
          remedy: "Inside a quoted field write \"\" for one quote.")
      }
      return try text(pieces.isEmpty ? field : ArraySlice(pieces + field), number: number)
    }
    throw RowProblem(code: "row-quotes", "field \(number) is not closed")
  }

  private func text(_ bytes: ArraySlice<UInt8>, number: Int) throws(RowProblem) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TextEncodingGuess.problem("field \(number) is not valid UTF-8", bytes)
    }
    return text
  }
}

/// Finds the newline that ends a record; keeps its place between reads.
private struct RecordScan {
  let delimiter: UInt8
  private(set) var offset = 0
  /// Newlines inside quoted fields.
  private(set) var newlines = 0
  private(set) var inQuotes = false
  /// `newlines` where the last quoted field began.
  private(set) var quoteLine = 0
  private var atFieldStart = true

  init(delimiter: UInt8) { self.delimiter = delimiter }

  mutating func run(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    while offset < bytes.count {
      let byte = bytes[offset]
      if inQuotes {
        // A doubled quote leaves and enters again, which comes to the same.
        if byte == UInt8(ascii: "\"") { inQuotes = false } else if byte == 0x0A { newlines += 1 }
      } else if byte == UInt8(ascii: "\"") && (atFieldStart || previousWasQuote(bytes)) {
        if atFieldStart { quoteLine = newlines }
        inQuotes = true
        isQuotedField = true
      } else if byte == 0x0A {
        return true
      }
      atFieldStart = !inQuotes && byte == delimiter
      if atFieldStart { isQuotedField = false }
      offset += 1
    }
    return false
  }

  private var isQuotedField = false

  /// Whether the byte before is the quote that closed this quoted field, so that this one is its double.
  private func previousWasQuote(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    isQuotedField && offset > 0 && bytes[offset - 1] == UInt8(ascii: "\"")
  }
}
