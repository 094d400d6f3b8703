import Compression
import Diagnostics
import Glibc
import Platform

/// A file seen through a buffer that slides forward: constant memory for any size, one `read` for many rows.
final class FileWindow {
  /// No row is this long; a quote that is never closed would otherwise take the whole file into memory.
  static let maximumRecord = 64 << 20
  private static let initialCapacity = 1 << 18

  let label: String
  /// How the file is read, for what messages advise.
  let reading: ReadingOptions
  private let stream: any ByteStream
  private(set) var bytes: [UInt8]
  /// The unread part of `bytes` is `start..<end`.
  private(set) var start = 0
  private(set) var end = 0
  private(set) var isAtEnd = false

  /// A file that gzip, Zstandard, xz or bzip2 wrote is read as what it holds.
  /// - Parameters:
  ///   - label: the path to show in messages.
  ///   - reading: the encoding of a file that is not UTF-8, and where that is written.
  init(path: String, label: String, reading: ReadingOptions = ReadingOptions()) throws {
    self.label = label
    self.reading = reading
    let encoding = reading.encoding
    func open() throws -> any ByteStream {
      let file = try FileStream(path: path, label: label)
      return try file.isCompressed() ? CompressedStream(path: path, label: label) : file
    }
    // One encoding is declared for all files of a stage, so those in UTF-8 are told by looking.
    if encoding != .utf8, try !Self.isUTF8(open()) {
      stream = try DecodedStream(open(), encoding, label: label)
    } else {
      stream = try open()
    }
    bytes = [UInt8](repeating: 0, count: Self.initialCapacity)
  }

  private static func isUTF8(_ stream: any ByteStream) throws -> Bool {
    var check = UTF8Check()
    var piece = [UInt8](repeating: 0, count: initialCapacity)
    while check.isValid {
      let got = try piece.withUnsafeMutableBytes { try stream.read(into: $0) }
      if got == 0 { break }
      check.add(piece[0..<got])
    }
    return check.finish()
  }

  static func failure(_ verb: String, _ label: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      code: code == ENOENT ? "file-not-found" : "io-error",
      "cannot \(verb) '\(label)': \(String(cString: strerror(code)))",
      remedy: code == ENOENT ? similar(to: label) ?? "Check the path." : nil,
      location: SourceLocation(file: label))
  }

  /// The file of the same folder whose name is nearly that of one that is not there.
  private static func similar(to path: String) -> String? {
    let name = FileSystem.name(of: path)
    let folder = path.contains("/") ? FileSystem.parent(of: path) : "."
    let near = (try? FileSystem.names(in: folder)).flatMap { didYouMean(name, among: $0.sorted()) }
    return near.map { "Did you mean '\(path.contains("/") ? FileSystem.parent(of: path) + "/" : "")\($0)'?" }
  }

  /// How many bytes are at hand.
  var count: Int { end - start }

  /// Reads more; what is unread keeps its offsets relative to `start`.
  /// - Returns: false at the end of the file.
  /// - Throws: `Diagnostic` when reading fails or the unread part outgrows `maximumRecord`.
  func extend(line: Int) throws -> Bool {
    if isAtEnd { return false }
    if start > 0 {
      let unread = end - start
      let from = start
      bytes.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        memmove(base, base + from, unread)
      }
      start = 0
      end = unread
    }
    if end == bytes.count {
      guard end < Self.maximumRecord else {
        throw Diagnostic(
          code: "row-too-long", "the row that begins here is longer than \(byteText(Self.maximumRecord))",
          remedy: "Look for a quote or bracket that is never closed.",
          location: SourceLocation(file: label, line: line))
      }
      bytes.append(contentsOf: repeatElement(0, count: bytes.count))
    }
    let offset = end
    let got = try bytes.withUnsafeMutableBytes { buffer in
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]))
    }
    if got == 0 { isAtEnd = true }
    end += got
    return got > 0
  }

  /// Moves past the first `length` unread bytes.
  func advance(_ length: Int) { start = min(start + length, end) }

  /// The unread bytes from `range`, whose bounds are relative to `start`.
  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    bytes[(start + range.lowerBound)..<(start + range.upperBound)]
  }

  /// Runs `body` over the unread bytes.
  func withUnread<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<end])) }
  }
}
