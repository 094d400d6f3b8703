import Glibc

/// What the kernel says of memory, in bytes.
public enum ProcessMemory {
  /// The most this process has had resident, mapped files included.
  public static var peak: Int? { field("VmHWM:", in: "/proc/self/status") }
  /// What this process has resident now.
  public static var resident: Int? { field("VmRSS:", in: "/proc/self/status") }
  /// What could be taken without swapping.
  public static var available: Int? { field("MemAvailable:", in: "/proc/meminfo") }

  private static func field(_ name: String, in path: String) -> Int? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16384)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    for line in bytes[..<count].split(separator: UInt8(ascii: "\n")) {
      let words = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
      guard words.count >= 2, words[0].elementsEqual(name.utf8) else { continue }
      return Int(String(decoding: words[1], as: UTF8.self)).map { $0 * 1024 }
    }
    return nil
  }
}
