import Diagnostics
import Glibc
import JSON

/// One JSON object a line; blank lines are skipped.
struct JSONLinesSource: RecordSource {
  private let window: FileWindow
  private var line = 0
  private var row = 0

  init(_ window: FileWindow) { self.window = window }

  mutating func next() throws -> DatasetRecord? {
    guard let length = try nextLine() else { return nil }
    var text = window.slice(0..<length)
    defer { window.advance(length + 1) }
    if text.last == 0x0D { text = text.dropLast() }
    return JSONRow.record(text, window, line: line, row: row)
  }

  mutating func skip() throws -> Bool {
    guard let length = try nextLine() else { return false }
    window.advance(length + 1)
    return true
  }

  /// Moves to the next line that is not blank.
  /// - Returns: its length without its LF; `nil` at the end.
  private mutating func nextLine() throws -> Int? {
    while let length = try lineLength() {
      line += 1
      if window.slice(0..<length).contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) {
        row += 1
        return length
      }
      window.advance(length + 1)
    }
    return nil
  }

  /// Length of the next line without its LF; `nil` at the end of the file.
  private func lineLength() throws -> Int? {
    var scanned = 0
    while true {
      let found = window.withUnread { bytes -> Int? in
        guard let base = bytes.baseAddress, bytes.count > scanned else { return nil }
        return memchr(base + scanned, 0x0A, bytes.count - scanned).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
      }
      if let found { return found }
      scanned = window.count
      if try !window.extend(line: line + 1) { return window.count > 0 ? window.count : nil }
    }
  }
}

/// Turns the text of one JSON value into a record.
enum JSONRow {
  static func record(_ text: ArraySlice<UInt8>, _ window: FileWindow, line: Int, row: Int) -> DatasetRecord {
    do throws(JSONParseError) {
      // Of a member that stands twice, one would be lost.
      let value = try JSONValue(parsing: text, rejectsDuplicateKeys: true, keepsNumerals: true)
      guard case .object(let object) = value else {
        let problem = RowProblem(
          code: "row-not-object", "is \(name(of: value)), not an object",
          remedy: "Write each row as {\"query\": …, \"response\": …} or {\"messages\": […]}.")
        return .bad(number: row, problem.diagnostic(file: window.label, line: line, row: row, window.reading))
      }
      return .row(DatasetRow(number: row, line: line, fields: object))
    } catch {
      let isEncoding = error.message.hasPrefix("invalid UTF-8")
      let problem =
        isEncoding
        ? TextEncodingGuess.problem(error.message, text)
        : commaBehind(text, error) ?? RowProblem(code: "row-invalid-json", error.message)
      var diagnostic = problem.diagnostic(
        file: window.label, line: line + error.line - 1, row: row, window.reading)
      let lineStart = text.startIndex + min(error.offset, text.count) - min(error.column - 1, error.offset)
      let place = text.startIndex + min(error.offset, text.count)
      diagnostic.location?.column = String(decoding: text[lineStart..<place], as: UTF8.self).unicodeScalars.count + 1
      return .bad(number: row, diagnostic)
    }
  }

  /// Elements of an array, written line by line without the array's brackets; `nil` for any other mistake.
  private static func commaBehind(_ text: ArraySlice<UInt8>, _ error: JSONParseError) -> RowProblem? {
    let rest = text.dropFirst(error.offset)
    let comma = [Array(",".utf8), Array("，".utf8)].first { rest.starts(with: $0) }
    guard let comma, rest.dropFirst(comma.count).allSatisfy(isJSONSpace),
      (try? JSONValue(parsing: text.prefix(error.offset)))?.objectValue != nil
    else { return nil }
    return RowProblem(
      code: "row-invalid-json", "has a comma behind its object",
      remedy: "Remove it: a line holds one JSON object and nothing else.")
  }

  /// What a value is, with its article.
  static func name(of value: JSONValue) -> String {
    switch value {
    case .null: return "null"
    case .bool: return "a boolean"
    case .integer, .numeral, .number: return "a number"
    case .string: return "a string"
    case .array: return "an array"
    case .object: return "an object"
    }
  }
}
