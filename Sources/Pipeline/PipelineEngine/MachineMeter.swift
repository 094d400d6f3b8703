import Glibc
import Platform
import Synchronization

/// The load of the machine: `cpu` (the share of all cores that was busy since the last sample, 0 to 1), `memory` (bytes
/// that cannot be had without swapping) and `disk_free` (bytes).
final class MachineMeter: Sendable {
  private let disk: String
  private let last: Mutex<(busy: Double, all: Double)?> = Mutex(nil)

  init(disk: String) { self.disk = disk }

  func sample() -> [(series: String, value: Double)] {
    var result: [(String, Double)] = []
    if let now = Self.processorTimes() {
      let before = last.withLock { last in
        defer { last = now }
        return last
      }
      if let before, now.all > before.all { result.append(("cpu", (now.busy - before.busy) / (now.all - before.all))) }
    }
    if let total = ProcessMemory.total, let available = ProcessMemory.available {
      result.append(("memory", Double(total - available)))
    }
    var status = statvfs()
    if statvfs(disk, &status) == 0 { result.append(("disk_free", Double(status.f_bavail) * Double(status.f_frsize))) }
    return result
  }

  /// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, in clock ticks.
  private static func processorTimes() -> (busy: Double, all: Double)? {
    guard let bytes = (try? FileSystem.readIfPresent("/proc/stat")) ?? nil else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let ticks = String(decoding: line, as: UTF8.self).split(separator: " ").dropFirst().prefix(8).compactMap {
      Double($0)
    }
    guard ticks.count >= 5 else { return nil }
    let all = ticks.reduce(0, +)
    return (all - ticks[3] - ticks[4], all)
  }
}
