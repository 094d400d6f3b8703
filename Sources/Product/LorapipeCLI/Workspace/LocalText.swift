import Diagnostics
import Glibc
import Platform

/// Small files read and written whole.
enum LocalText {
  /// More than this is no small file, and may have no end: a device, say.
  private static let maximumBytes = 1 << 30

  /// The bytes of a file, or `nil` with `errno` set.
  /// - Parameter last: only so many from its end.
  static func bytes(_ path: String, last: Int? = nil) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    if let last { lseek(descriptor, max(0, lseek(descriptor, 0, SEEK_END) - last), SEEK_SET) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count > 0 {
        result.append(contentsOf: chunk[..<count])
        guard result.count <= maximumBytes else {
          errno = EFBIG
          return nil
        }
      } else if count == 0 {
        return result
      } else if errno != EINTR {
        return nil
      }
    }
  }

  /// The text of a file, or `nil` when it cannot be read.
  static func read(_ path: String) -> String? {
    bytes(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes a file that must not exist yet.
  /// - Throws: `Diagnostic` when it does or cannot be written.
  static func create(_ path: String, _ text: String) throws {
    try put(path, text, O_EXCL)
  }

  /// Writes a file, replacing what was there.
  static func write(_ path: String, _ text: String) throws {
    try put(path, text, O_TRUNC)
  }

  /// Adds to the end of a file, which is made when it is not there.
  static func append(_ path: String, _ text: String) throws { try put(path, text, O_APPEND) }

  private static func put(_ path: String, _ text: String, _ flag: Int32) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o644)
    guard descriptor >= 0 else { throw failure("cannot write", path) }
    defer { close(descriptor) }
    if let reason = FileSink(descriptor: descriptor).write(text) {
      errno = reason
      throw failure("cannot write", path)
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isFile(_ path: String) -> Bool { FileStamp.of(path)?.isRegularFile ?? false }
  static func isFolder(_ path: String) -> Bool { FileStamp.of(path)?.isDirectory ?? false }

  /// Whether two paths lead to one file that is there.
  static func isSame(_ one: String, _ other: String) -> Bool {
    guard let one = FileStamp.of(one), let other = FileStamp.of(other) else { return false }
    return one.device == other.device && one.inode == other.inode
  }

  /// Names in a folder, sorted; empty when there is no such folder or it cannot be read.
  static func list(_ path: String) -> [String] { (try? FileSystem.names(in: path)) ?? [] }

  static func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("cannot make folder", path) }
  }

  static func currentFolder() -> String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }

  static func failure(_ what: String, _ path: String) -> Diagnostic {
    Diagnostic(code: "file-system", "\(what) \(path): \(String(cString: strerror(errno)))")
  }
}
