import Diagnostics
import Glibc

/// A file seen through a buffer that slides forward: constant memory for any size, one `read` for many rows.
///
/// The file is read rather than mapped, so one that shrinks while it is read ends early instead of killing the process.
final class FileWindow {
  /// No row is this long; a quote that is never closed would otherwise take the whole file into memory.
  static let maximumRecord = 64 << 20
  private static let initialCapacity = 1 << 18

  let label: String
  private let descriptor: Int32
  private(set) var bytes: [UInt8]
  /// The unread part of `bytes` is `start..<end`.
  private(set) var start = 0
  private(set) var end = 0
  private(set) var isAtEnd = false

  /// - Parameter label: the path to show in messages.
  init(path: String, label: String) throws {
    self.label = label
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    bytes = [UInt8](repeating: 0, count: Self.initialCapacity)
    guard descriptor >= 0 else { throw FileWindow.failure("open", label, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw FileWindow.failure("read", label, code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Diagnostic(
        code: "not-a-file", "'\(label)' is not a regular file", remedy: "Name a jsonl, json, csv or tsv file.",
        location: SourceLocation(file: label))
    }
  }

  deinit { close(descriptor) }

  static func failure(_ verb: String, _ label: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      code: code == ENOENT ? "file-not-found" : "io-error",
      "cannot \(verb) '\(label)': \(String(cString: strerror(code)))",
      remedy: code == ENOENT ? "Check the path." : nil,
      location: SourceLocation(file: label))
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
          code: "row-too-long", "the row that begins here is longer than \(Self.maximumRecord >> 20) MiB",
          remedy: "Look for a quote or bracket that is never closed.",
          location: SourceLocation(file: label, line: line))
      }
      bytes.append(contentsOf: repeatElement(0, count: bytes.count))
    }
    while true {
      let offset = end
      let got = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileWindow.failure("read", label, errno) }
      if got == 0 { isAtEnd = true }
      end += got
      return got > 0
    }
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
