import Glibc
public import JSON
import Platform

/// A process that no later one can be taken for: numbers are used again, but not with the same start in the same boot.
public struct ProcessIdentity: Sendable, Hashable {
  public var host: String
  /// Identifier of the boot.
  public var boot: String
  public var process: Int32
  /// Clock ticks between the boot and the process's start.
  public var start: UInt64

  public static func current() -> ProcessIdentity {
    ProcessIdentity(
      host: Environment.hostName(), boot: bootIdentifier(), process: getpid(), start: startTime(of: getpid()) ?? 0)
  }

  init(host: String, boot: String, process: Int32, start: UInt64) {
    self.host = host
    self.boot = boot
    self.process = process
    self.start = start
  }

  /// Whether the process is certainly gone. Of one on another host nothing is known.
  var isDead: Bool {
    guard host == Environment.hostName() else { return false }
    guard boot == Self.bootIdentifier() else { return true }
    return Self.startTime(of: process) != start
  }

  /// Whether the machine has been started anew since.
  var isOfAnotherBoot: Bool { host == Environment.hostName() && boot != Self.bootIdentifier() }

  private static func bootIdentifier() -> String {
    let bytes = (try? FileSystem.readIfPresent("/proc/sys/kernel/random/boot_id")) ?? nil
    return String(decoding: bytes ?? [], as: UTF8.self).filter { !$0.isWhitespace }
  }

  /// Field 22 of `/proc/<pid>/stat`, counted after the name, which may hold anything.
  private static func startTime(of process: Int32) -> UInt64? {
    guard let bytes = try? FileSystem.readIfPresent("/proc/\(process)/stat"),
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
    // A zombie has ended.
    guard fields.count > 19, fields[0] != "Z" else { return nil }
    return UInt64(fields[19])
  }

  public var json: JSONValue {
    [
      "host": .string(host), "boot": .string(boot), "process": .integer(Int64(process)),
      "start": .string(String(start)),
    ]
  }

  init?(json: JSONValue) {
    guard let host = json["host"]?.stringValue, let boot = json["boot"]?.stringValue,
      let process = json["process"]?.intValue.flatMap(Int32.init(exactly:)),
      let start = json["start"]?.stringValue.flatMap(UInt64.init)
    else { return nil }
    self.init(host: host, boot: boot, process: process, start: start)
  }
}
