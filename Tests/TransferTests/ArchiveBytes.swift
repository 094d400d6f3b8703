/// Archives built by hand, so that a test can put anything into them.
enum ArchiveBytes {
  struct Entry {
    var name: String
    var body: [UInt8] = []
    /// As in tar: "0" a file, "1" a hard link, "2" a symbolic link, "3" a device, "5" a folder, "6" a pipe.
    var type: Character = "0"
    var link = ""

    static func file(_ name: String, _ text: String) -> Entry { Entry(name: name, body: Array(text.utf8)) }
  }

  static func tar(_ entries: [Entry]) -> [UInt8] {
    var output: [UInt8] = []
    for entry in entries {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) {
        for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
      }
      put(String(entry.name.prefix(100)), at: 0)
      put("0000644", at: 100)
      put("0000000", at: 108)
      put("0000000", at: 116)
      let size = String(entry.body.count, radix: 8)
      put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
      put("00000000000", at: 136)
      put("        ", at: 148)
      put(String(entry.type), at: 156)
      put(entry.link, at: 157)
      put("ustar", at: 257)
      put("00", at: 263)
      let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
      put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
      output += header + entry.body
      output += [UInt8](repeating: 0, count: (512 - entry.body.count % 512) % 512)
    }
    return output + [UInt8](repeating: 0, count: 1024)
  }

  /// Stored, not compressed.
  static func zip(_ entries: [Entry]) -> [UInt8] {
    var output: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let name = Array(entry.name.utf8)
      let common =
        le(0x0800, 2) + le(0, 2) + le(0, 4) + le(Int(crc32(entry.body)), 4) + le(entry.body.count, 4)
        + le(entry.body.count, 4) + le(name.count, 2) + le(0, 2)
      let mode = entry.type == "2" ? 0o120777 : 0o100644
      directory += le(0x0201_4B50, 4) + le(0x0314, 2) + le(20, 2) + common
      directory += le(0, 2) + le(0, 2) + le(0, 2) + le(mode << 16, 4) + le(output.count, 4) + name
      output += le(0x0403_4B50, 4) + le(20, 2) + common + name + entry.body
    }
    let start = output.count
    output += directory
    return output + le(0x0605_4B50, 4) + le(0, 4) + le(entries.count, 2) + le(entries.count, 2) + le(directory.count, 4)
      + le(start, 4) + le(0, 2)
  }

  private static func le(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
