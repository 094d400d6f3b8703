import Diagnostics
import Glibc

/// The bytes of another stream, decoded to UTF-8.
final class DecodedStream: ByteStream {
  private let source: any ByteStream
  private let encoding: TextEncoding
  private let label: String
  private let converter: iconv_t
  private var input = [UInt8](repeating: 0, count: 1 << 16)
  /// Bytes of `input` that are not converted yet.
  private var pending = 0..<0
  private var isAtEnd = false
  /// Newlines written so far, for the place of an error.
  private var newlines = 0

  /// - Throws: `Diagnostic` when the C library does not know the encoding.
  init(_ source: any ByteStream, _ encoding: TextEncoding, label: String) throws {
    self.source = source
    self.encoding = encoding
    self.label = label
    guard let converter = iconv_open("UTF-8", encoding.name), Int(bitPattern: converter) != -1 else {
      throw Diagnostic(
        code: "unknown-encoding", "this machine's C library cannot decode \(encoding.name), which '\(label)' needs",
        remedy: "Install its converters (libc-bin, or glibc-gconv-extra), or convert the file to UTF-8.",
        location: SourceLocation(file: label))
    }
    self.converter = converter
  }

  deinit { iconv_close(converter) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard buffer.count >= 8 else { return try readThroughScratch(into: buffer) }
    while true {
      if pending.isEmpty, isAtEnd { return 0 }
      if !isAtEnd { try refill() }
      let written = try convert(into: buffer)
      if written > 0 { return written }
    }
  }

  /// A buffer too small for one character gets a part of what is decoded elsewhere.
  private func readThroughScratch(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if leftover.isEmpty {
      var scratch = [UInt8](repeating: 0, count: 64)
      let got = try scratch.withUnsafeMutableBytes { try read(into: $0) }
      leftover = scratch[0..<got]
    }
    let count = min(buffer.count, leftover.count)
    buffer.copyBytes(from: leftover.prefix(count))
    leftover = leftover.dropFirst(count)
    return count
  }

  private var leftover: ArraySlice<UInt8> = []

  /// Moves what is pending to the front and reads more behind it.
  private func refill() throws {
    let count = pending.count
    let start = pending.lowerBound
    input.withUnsafeMutableBytes { bytes in
      if start > 0, count > 0, let base = bytes.baseAddress { memmove(base, base + start, count) }
    }
    pending = 0..<count
    guard count < input.count else { return }
    let got = try input.withUnsafeMutableBytes {
      try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
    }
    if got == 0 { isAtEnd = true }
    pending = 0..<(count + got)
  }

  private func convert(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let range = pending
    let (left, written, code) = input.withUnsafeMutableBytes { bytes -> (Int, Int, Int32) in
      var from = bytes.baseAddress.map { ($0 + range.lowerBound).assumingMemoryBound(to: CChar.self) }
      var fromLeft = range.count
      var to = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      var toLeft = buffer.count
      errno = 0
      let result = iconv(converter, &from, &fromLeft, &to, &toLeft)
      return (fromLeft, buffer.count - toLeft, result == -1 ? errno : 0)
    }
    pending = (range.upperBound - left)..<range.upperBound
    newlines += buffer[0..<written].count(where: { $0 == 0x0A })
    // A character that is cut off by the end of what was read waits for the rest, which never comes at the file's end.
    if code == EILSEQ || (code == EINVAL && isAtEnd) {
      if written > 0 { return written }
      throw invalid(code == EINVAL)
    }
    return written
  }

  private func invalid(_ isCut: Bool) -> Diagnostic {
    let bytes = input[pending.prefix(4)].map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined(separator: " ")
    return Diagnostic(
      code: "wrong-encoding",
      isCut
        ? "the file ends inside a character of \(encoding.name)"
        : "the bytes \(bytes) are no character of \(encoding.name)",
      remedy: "Check encoding: \(encoding.rawValue), or repair the file.",
      location: SourceLocation(file: label, line: newlines + 1))
  }
}

/// Whether bytes that come in pieces are UTF-8 text; a NUL is none, since UTF-16 of Latin letters is full of them.
struct UTF8Check {
  private(set) var isValid = true
  private var carried: [UInt8] = []

  mutating func add(_ bytes: some Collection<UInt8>) {
    guard isValid else { return }
    var piece = carried
    piece += bytes
    // The last character may be cut off: at most three bytes wait for the next piece.
    let tail = piece.suffix(3)
    var cut = 0
    if let lead = tail.lastIndex(where: { $0 >= 0xC0 }) {
      let length = piece[lead] >= 0xF0 ? 4 : piece[lead] >= 0xE0 ? 3 : 2
      if piece.endIndex - lead < length { cut = piece.endIndex - lead }
    }
    carried = Array(piece.suffix(cut))
    piece.removeLast(cut)
    isValid = !piece.contains(0) && String(validating: piece, as: UTF8.self) != nil
  }

  /// - Returns: whether all of it was UTF-8.
  mutating func finish() -> Bool { isValid && carried.isEmpty }
}
