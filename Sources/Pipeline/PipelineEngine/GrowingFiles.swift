import Glibc
import Platform
import Synchronization

/// Bytes on their way to files that only grow. What is added is kept in memory until `flush`, so that whoever adds never
/// waits for a disk.
package final class GrowingFiles: Sendable {
  private struct Pending {
    /// Written first when the file is new.
    var header: [UInt8]
    var bytes: [UInt8]
  }

  private let pending = Mutex<[String: Pending]>([:])
  /// Held while files are written, so that two flushes cannot change the order of bytes.
  private let writing = Mutex(())
  /// Bytes kept for a file that cannot be written, on a full disk for example. The run's end holds the same values in the
  /// store, so more than this is given up.
  private static let limit = 1 << 22

  package init() {}

  package func append(_ bytes: [UInt8], to path: String, header: @autoclosure () -> [UInt8] = []) {
    pending.withLock { pending in
      if pending[path]?.bytes.append(contentsOf: bytes) == nil {
        pending[path] = Pending(header: header(), bytes: bytes)
      }
    }
  }

  /// Writes what was added. What cannot be written stays for the next time.
  package func flush() {
    writing.withLock { _ in
      let taken = pending.withLock { pending in
        defer { pending = [:] }
        return pending
      }
      for (path, part) in taken where !Self.write(part, to: path) {
        pending.withLock { pending in
          let bytes = part.bytes + (pending[path]?.bytes ?? [])
          pending[path] = bytes.count > Self.limit ? nil : Pending(header: part.header, bytes: bytes)
        }
      }
    }
  }

  private static func write(_ part: Pending, to path: String) -> Bool {
    let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC
    var descriptor = open(path, flags, 0o644)
    if descriptor < 0, errno == ENOENT {
      try? FileSystem.makeDirectory(FileSystem.parent(of: path))
      descriptor = open(path, flags, 0o644)
    }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let end = lseek(descriptor, 0, SEEK_END)
    var bytes = part.bytes
    if end == 0 {
      bytes = part.header + bytes
    } else if part.header.isEmpty {
      // A program's last line may have no end.
      var last = UInt8(ascii: "\n")
      if pread(descriptor, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") { bytes = [UInt8(ascii: "\n")] + bytes }
    }
    if (try? FileSystem.writeAll(descriptor, bytes, path: path)) != nil { return true }
    // Half a record would shift all that follow. A log, which a stage's own process also writes, has no header.
    if end >= 0, !part.header.isEmpty { ftruncate(descriptor, end) }
    return false
  }
}
