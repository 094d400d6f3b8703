import Diagnostics
import JSON

/// The elements of a top-level array, or top-level values one after the other, each parsed on its own.
struct JSONElementsSource: RecordSource {
  private enum Place {
    case start, firstElement, afterElement, sequence, finished
  }

  private let window: FileWindow
  private var line = 1
  private var row = 0
  private var place = Place.start

  init(_ window: FileWindow) { self.window = window }

  mutating func next() throws -> DatasetRecord? {
    guard place != .finished else { return nil }
    var byte = try skipSpace()
    if place == .start {
      guard let first = byte else { return nil }
      place = .sequence
      if first == UInt8(ascii: "[") {
        window.advance(1)
        place = .firstElement
        byte = try skipSpace()
      }
    }
    if place == .sequence {
      guard byte != nil else { return nil }
      if byte == UInt8(ascii: ","), row > 0 {
        throw failure(
          "a comma behind row \(row), and no array around the rows",
          remedy: "Write [ before the first row and ] behind the last.")
      }
      return try element()
    }
    if byte == UInt8(ascii: "]") {
      window.advance(1)
      place = .finished
      if try skipSpace() != nil { throw failure("text after the closing ']' of the array") }
      return nil
    }
    if place == .afterElement {
      guard byte == UInt8(ascii: ",") else { throw failure("expected ',' or ']' after row \(row)") }
      window.advance(1)
      byte = try skipSpace()
      if byte == UInt8(ascii: "]") { throw failure("a comma before the closing ']'", remedy: "Remove the comma.") }
    }
    guard byte != nil else { throw failure("the array is not closed") }
    place = .afterElement
    return try element()
  }

  private func failure(_ message: String, remedy: String = "Check that the file is complete.") -> Diagnostic {
    Diagnostic(
      code: "invalid-json", message, remedy: remedy,
      location: SourceLocation(file: window.label, line: line))
  }

  /// Moves to the next byte that is not white space.
  private mutating func skipSpace() throws -> UInt8? {
    while true {
      let (length, newlines) = window.withUnread { bytes in
        var index = 0
        var newlines = 0
        while index < bytes.count, isJSONSpace(bytes[index]) {
          if bytes[index] == 0x0A { newlines += 1 }
          index += 1
        }
        return (index, newlines)
      }
      window.advance(length)
      line += newlines
      if window.count > 0 { return window.slice(0..<1).first }
      if try !window.extend(line: line) { return nil }
    }
  }

  /// Reads the value that begins at the first unread byte, by its brackets and quotes alone.
  private mutating func element() throws -> DatasetRecord {
    var scan = ElementScan()
    while !window.withUnread({ scan.run($0) }) {
      if try !window.extend(line: line) {
        guard scan.isScalar else { throw failure("row \(row + 1) is cut off: the file ends inside it") }
        break
      }
    }
    row += 1
    let record = JSONRow.record(window.slice(0..<scan.offset), window, line: line, row: row)
    line += scan.newlines
    window.advance(max(scan.offset, 1))
    return record
  }
}

/// White space between JSON values.
func isJSONSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

/// Finds where a JSON value ends without building it; keeps its place between reads.
struct ElementScan {
  private(set) var offset = 0
  private(set) var newlines = 0
  private var depth = 0
  private var inString = false
  private var escaped = false

  /// Whether the text so far ends inside a string.
  var isInString: Bool { inString }

  /// Whether the value so far is a number or a word, which the end of the file may end.
  var isScalar: Bool { depth == 0 && !inString }

  /// - Returns: whether the value is complete and ends before `offset`.
  mutating func run(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == 0x0A { newlines += 1 }
      if inString {
        offset += 1
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
          if depth == 0 { return true }
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        if depth == 0 && offset > 0 { return true }
        inString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 0 && offset > 0 { return true }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return true }
        depth -= 1
        if depth == 0 {
          offset += 1
          return true
        }
      case UInt8(ascii: ","):
        if depth == 0 { return true }
      case 0x20, 0x0A, 0x0D, 0x09:
        if depth == 0 {
          if byte == 0x0A { newlines -= 1 }
          return true
        }
      default: break
      }
      offset += 1
    }
    return false
  }
}
