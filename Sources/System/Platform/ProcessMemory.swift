/// What the kernel says of memory, in bytes.
public enum ProcessMemory {
  /// The most this process has had resident, mapped files included.
  public static var peak: Int? { bytes("VmHWM:", in: "/proc/self/status") }
  /// What this process has resident now.
  public static var resident: Int? { bytes("VmRSS:", in: "/proc/self/status") }
  /// What could be taken without swapping.
  public static var available: Int? { bytes("MemAvailable:", in: "/proc/meminfo") }

  /// What the machine has.
  public static var total: Int? { bytes("MemTotal:", in: "/proc/meminfo") }

  private static func bytes(_ name: String, in path: String) -> Int? {
    KernelFile.field(name, in: path).flatMap { Int($0) }.map { $0 * 1024 }
  }
}

/// Files that the kernel makes up as they are read.
enum KernelFile {
  /// The first word after a name at the start of a line.
  static func field(_ name: String, in path: String) -> String? {
    guard let bytes = try? FileSystem.readIfPresent(path) else { return nil }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
      guard words.count >= 2, words[0].elementsEqual(name.utf8) else { continue }
      return String(decoding: words[1], as: UTF8.self)
    }
    return nil
  }
}
