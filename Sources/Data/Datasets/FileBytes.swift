import Diagnostics
import Glibc

/// Whole files, for the small ones this module writes beside the rows.
enum FileBytes {
  /// - Parameter limit: where reading stops.
  static func read(_ path: String, atMost limit: Int = .max) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileWindow.failure("open", path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let got = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileWindow.failure("read", path, errno) }
      if got == 0 { return bytes }
      bytes += chunk[0..<min(got, limit - bytes.count)]
      if bytes.count == limit { return bytes }
    }
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try FileAppender(path: path)
    try file.append(bytes)
    try file.finish()
  }
}

/// Writes a file from its start, in large pieces.
final class FileAppender {
  private let path: String
  private var descriptor: Int32
  private var pending: [UInt8] = []

  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileWindow.failure("write", path, errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func append(_ bytes: some Sequence<UInt8>) throws {
    pending.append(contentsOf: bytes)
    if pending.count >= 1 << 18 { try flush() }
  }

  private func flush() throws {
    var offset = 0
    while offset < pending.count {
      let written = pending.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw FileWindow.failure("write", path, errno) }
      offset += written
    }
    pending.removeAll(keepingCapacity: true)
  }

  /// Writes what is pending and closes; a file without it is not complete.
  func finish() throws {
    try flush()
    let status = close(descriptor)
    descriptor = -1
    guard status == 0 else { throw FileWindow.failure("write", path, errno) }
  }
}
