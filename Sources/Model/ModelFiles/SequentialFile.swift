import Diagnostics
import Glibc

/// A file written from start to end through one buffer.
final class SequentialFile {
  let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private(set) var byteCount = 0
  private var isOpen = true
  private static let bufferSize = 1 << 20

  /// Creates or truncates the file.
  /// - Throws: `Diagnostic` (`cannot-write-file`).
  init(_ path: String) throws {
    self.path = path
    descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit { if isOpen { close(descriptor) } }

  private static func failure(_ path: String) -> Diagnostic {
    let full = errno == ENOSPC || errno == EDQUOT
    return Diagnostic(
      code: full ? "disk-full" : "cannot-write-file", "cannot write the file: \(String(cString: strerror(errno)))",
      remedy: full ? "free some space and run again" : nil, location: SourceLocation(file: path))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    byteCount += bytes.count
    if buffer.count + bytes.count <= Self.bufferSize {
      buffer.append(contentsOf: bytes)
    } else {
      try flush()
      if bytes.count < Self.bufferSize { buffer.append(contentsOf: bytes) } else { try writeAll(bytes) }
    }
  }

  func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  func write(padding count: Int, byte: UInt8 = 0) throws {
    if count > 0 { try write([UInt8](repeating: byte, count: count)) }
  }

  private func flush() throws {
    try buffer.withUnsafeBytes { try writeAll($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while rest.count > 0 {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw Self.failure(path)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Writes what is buffered and closes the file.
  func finish() throws {
    try flush()
    isOpen = false
    guard close(descriptor) == 0 else { throw Self.failure(path) }
  }

  /// Writes a small file whole.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try SequentialFile(path)
    try file.write(bytes)
    try file.finish()
  }
}
