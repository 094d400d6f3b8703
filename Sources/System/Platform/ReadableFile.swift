import Glibc

/// A regular file that another process may be appending to, open for reading at any place.
public final class ReadableFile {
  private let descriptor: Int32
  /// Bytes it had when it was opened.
  public let size: Int

  /// `nil` for what cannot be read or is no regular file.
  public init?(_ path: String) {
    // Not blocking: what lies in a folder of the user's may be a pipe.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0, let stamp = FileStamp.of(descriptor: descriptor), stamp.isRegularFile else {
      size = 0
      return nil
    }
    size = Int(clamping: stamp.size)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// So many bytes from an offset on; `nil` when the file has fewer.
  public func bytes(at offset: Int, count: Int) -> [UInt8]? {
    guard count >= 0, offset >= 0, count <= size, offset <= size - count else { return nil }
    var result = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = result.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { pread(descriptor, $0 + done, count - done, off_t(offset + done)) } ?? 0
      }
      if read < 0, errno == EINTR { continue }
      guard read > 0 else { return nil }
      done += read
    }
    return result
  }

  /// What follows an offset, at most `limit` bytes; empty at the end.
  public func bytes(from offset: Int, limit: Int) -> [UInt8]? {
    bytes(at: min(max(0, offset), size), count: min(max(0, limit), size - min(max(0, offset), size)))
  }
}
