import Glibc
import JSON
import LinearAlgebra
import Platform

/// What the machine has, as far as this program cares.
struct Machine: Sendable {
  var cores: Int
  var memory: UInt64
  var availableMemory: UInt64
  var freeDisk: UInt64
  var processor: String
  var features: Set<String>
  var pip: String?
  var python: String?

  struct Finding: Sendable {
    enum Verdict: String, Sendable {
      case good, limited, bad
    }

    var name: String
    var verdict: Verdict
    var text: String
    var remedy: String?
  }

  static func current(folder: String) -> Machine {
    let processor = fields(of: "/proc/cpuinfo")
    let memory = fields(of: "/proc/meminfo")
    var disk = statvfs()
    let free = statvfs(folder, &disk) == 0 ? UInt64(disk.f_bavail) * UInt64(disk.f_frsize) : 0
    return Machine(
      cores: allowedCores(), memory: kilobytes(memory["MemTotal"]), availableMemory: kilobytes(memory["MemAvailable"]),
      freeDisk: free, processor: name(of: processor),
      features: Set((processor["flags"] ?? processor["Features"] ?? "").split(separator: " ").map(String.init)),
      pip: Environment.program("pip3") ?? Environment.program("pip"), python: Environment.program("python3"))
  }

  /// Cores this process may run on, which a container may have narrowed.
  static func allowedCores() -> Int {
    Processors.count
  }

  /// Memory for the key/value cache of a model that is talked to: a quarter of what is free, and enough to talk.
  static func cacheByteCount() -> Int {
    min(max(Int(clamping: availableMemory() / 4), 256 << 20), 8 << 30)
  }

  /// Bytes that can be had without swapping.
  static func availableMemory() -> UInt64 {
    let bytes = kilobytes(fields(of: "/proc/meminfo")["MemAvailable"])
    return bytes > 0 ? bytes : .max
  }

  /// Processes that ran or waited to run in the last minute, on average; `nil` where the system does not tell.
  static func load() -> Double? {
    LocalText.read("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) }
  }

  /// Who runs this process: the name of its effective user, or the number where it has none.
  static func userName() -> String {
    guard let entry = getpwuid(geteuid()) else { return "\(geteuid())" }
    return String(cString: entry.pointee.pw_name)
  }

  static func processorName() -> String {
    name(of: fields(of: "/proc/cpuinfo"))
  }

  /// Linux on ARM tells a maker and a part, both numbers, instead of a model.
  private static func name(of processor: [String: String]) -> String {
    if let model = processor["model name"] { return model }
    guard let part = processor["CPU part"] else { return "unknown" }
    return "ARM part \(part), maker \(processor["CPU implementer"] ?? "unknown")"
  }

  private static func fields(of path: String) -> [String: String] {
    var result: [String: String] = [:]
    guard let text = LocalText.read(path) else { return result }
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = trimmed(line[..<colon])
      if result[key] == nil { result[key] = trimmed(line[line.index(after: colon)...]) }
    }
    return result
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }

  private static func kilobytes(_ text: String?) -> UInt64 {
    (text?.split(separator: " ").first.flatMap { UInt64($0) } ?? 0) &* 1024
  }

  var findings: [Finding] {
    var result: [Finding] = []
    result.append(Finding(name: "cores", verdict: .good, text: "\(cores) (\(processor))"))
    let gigabyte: UInt64 = 1_000_000_000
    result.append(
      Finding(
        name: "memory", verdict: memory < 2 * gigabyte ? .bad : availableMemory < 2 * gigabyte ? .limited : .good,
        text: "\(Quantity.bytes(memory)), \(Quantity.bytes(availableMemory)) available",
        remedy: availableMemory < 2 * gigabyte
          ? "training the 135M model takes about 1.5 GB; 'lorapipe plan' says what a recipe takes" : nil))
    result.append(
      Finding(
        name: "disk", verdict: freeDisk < gigabyte ? .bad : freeDisk < 5 * gigabyte ? .limited : .good,
        text: "\(Quantity.bytes(freeDisk)) free here",
        remedy: freeDisk < 5 * gigabyte ? "'lorapipe cache gc -n' says what can be freed" : nil))
    #if arch(x86_64)
    let fast = features.isSuperset(of: ["avx2", "fma"])
    let names = ["avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_vnni"].filter { features.contains($0) }
    result.append(
      Finding(
        name: "processor", verdict: fast ? .good : .limited,
        text: names.isEmpty ? "no AVX2" : names.joined(separator: " "),
        remedy: fast ? nil : "portable kernels will be used: several times slower"))
    #elseif arch(arm64)
    // Every 64-bit ARM processor has NEON; the others are listed because kernels for them may come.
    let names = ["neon"] + ["asimddp", "i8mm", "bf16", "sve"].filter { features.contains($0) }
    result.append(Finding(name: "processor", verdict: .good, text: names.joined(separator: " ")))
    #endif
    result.append(
      Finding(
        name: "pip", verdict: pip == nil ? .limited : .good, text: pip ?? "not found",
        remedy: pip == nil ? "needed for 'pip:' sources only: apt-get install python3-pip" : nil))
    result.append(
      Finding(
        name: "python", verdict: python == nil ? .limited : .good, text: python ?? "not found",
        remedy: python == nil ? "needed for 'pip:' sources only: apt-get install python3" : nil))
    result.append(
      Finding(
        name: "algebra", verdict: LinearAlgebra.isAvailable ? .good : .limited,
        text: LinearAlgebra.version.map {
          "\($0), for singular values: the rank of an adapter, lora.init: pissa, export --rank"
        }
          ?? "OpenBLAS is not installed: the rank of an adapter is not judged, and lora.init: pissa and export --rank are refused",
        remedy: LinearAlgebra.isAvailable ? nil : Self.asThisUser(LinearAlgebra.remedy)))
    return result
  }

  /// A command that installs something, as this user types it: root needs no sudo, and may have none.
  private static func asThisUser(_ command: String) -> String {
    geteuid() == 0 ? String(command.trimmingPrefix("sudo ")) : command
  }

  func json(_ findings: [Finding]) -> JSONValue {
    [
      "cores": .integer(Int64(cores)), "processor": .string(processor),
      "memory_bytes": .integer(Int64(clamping: memory)),
      "available_memory_bytes": .integer(Int64(clamping: availableMemory)),
      "free_disk_bytes": .integer(Int64(clamping: freeDisk)),
      "features": .array(features.sorted().map { .string($0) }),
      "pip": pip.map { .string($0) } ?? .null, "python": python.map { .string($0) } ?? .null,
      "findings": .array(
        findings.map {
          [
            "name": .string($0.name), "verdict": .string($0.verdict.rawValue), "text": .string($0.text),
            "remedy": $0.remedy.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }
}
