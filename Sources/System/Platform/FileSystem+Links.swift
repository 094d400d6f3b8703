import Glibc

extension FileSystem {
  /// Where a symbolic link points; `nil` when there is none.
  public static func linkTarget(_ path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let length = bytes.withUnsafeMutableBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in text.baseAddress.map { readlink(path, $0, 4096) } ?? -1 }
    }
    guard length > 0 else { return nil }
    return String(validating: bytes[0..<length], as: UTF8.self)
  }

  /// Replaces a symbolic link in one step. Links are a convenience for people: failure is not an error.
  public static func replaceLink(_ path: String, destination: String) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
    guard symlink(destination, temporary) == 0 else { return }
    if rename(temporary, path) != 0 { unlink(temporary) }
  }
}
