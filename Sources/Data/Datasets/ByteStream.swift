import Compression
import Diagnostics
import Glibc

/// Bytes from front to back.
protocol ByteStream: AnyObject {
  /// Fills the front of `buffer`; returns how many bytes it wrote, 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Bytes that are at hand.
final class BytesStream: ByteStream {
  private var left: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { left = bytes[...] }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let piece = left.prefix(buffer.count)
    buffer.copyBytes(from: piece)
    left = left.dropFirst(piece.count)
    return piece.count
  }
}

/// The bytes of a regular file.
///
/// The file is read rather than mapped, so one that shrinks while it is read ends early instead of killing the process.
final class FileStream: ByteStream {
  private let label: String
  private let descriptor: Int32

  init(path: String, label: String) throws {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw FileWindow.failure("open", label, errno) }
    do { size = try Self.size(of: opened, label: label) } catch {
      // The deinitializer does not run for an initializer that throws.
      close(opened)
      throw error
    }
    self.label = label
    descriptor = opened
  }

  /// Bytes of the file when it was opened.
  let size: Int

  deinit { close(descriptor) }

  private static func size(of descriptor: Int32, label: String) throws -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileWindow.failure("read", label, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Diagnostic(
        code: "not-a-file", "'\(label)' is not a regular file", remedy: "Name a \(DatasetFormat.endings) file.",
        location: SourceLocation(file: label))
    }
    return Int(status.st_size)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if got >= 0 { return got }
      guard errno == EINTR else { throw FileWindow.failure("read", label, errno) }
    }
  }

  /// The bytes at an offset; fewer where the file ends.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
      let got = result.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + have }, count - have, off_t(offset + have))
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileWindow.failure("read", label, errno) }
      if got == 0 { break }
      have += got
    }
    result.removeLast(count - have)
    return result
  }

  private static let signatures: [[UInt8]] = [
    [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A, 0x58, 0x5A], Array("BZh".utf8),
  ]

  /// Whether the first bytes are those of gzip, Zstandard, xz or bzip2.
  func isCompressed() throws -> Bool {
    let head = try bytes(at: 0, count: 6)
    return Self.signatures.contains { head.starts(with: $0) }
  }
}

extension CompressedStream: ByteStream {}
