public import JSON

/// What a stage asks of the machine it runs on: `resources:` of a stage. Never part of the key.
public struct StageResources: Sendable, Hashable {
  public var cpus: Int?
  /// Bytes.
  public var memory: Int64?
  /// Per node.
  public var gpus: Int?
  /// As the cluster calls it: `a100`.
  public var gpuType: String?
  public var nodes: Int?
  /// Seconds.
  public var time: Int64?

  public init() {}

  public var isEmpty: Bool { self == StageResources() }

  /// What a recipe may write.
  static let specs: [ParameterSpec] = [
    ParameterSpec(
      "cpus", .integer(1...65536), help: "Processors.", aliases: ["cpus_per_task", "threads", "cores", "cpu"]),
    ParameterSpec("memory", .text, help: "Memory on each node, such as 16G.", aliases: ["mem"]),
    ParameterSpec("gpus", .integer(0...1024), help: "GPUs on each node.", aliases: ["gpu", "gpus_per_node"]),
    ParameterSpec("gpu_type", .string, help: "The type of GPU, as the cluster calls it."),
    ParameterSpec("nodes", .integer(1...65536), help: "Nodes.", aliases: ["num_nodes"]),
    ParameterSpec(
      "time", .text, help: "The longest it may take, such as 90m, 12h or 2d; also 1-12:00:00.",
      aliases: ["time_limit", "timeout", "walltime"]),
  ]

  /// - Parameter json: as `specs` allows it.
  /// - Throws: what is wrong with memory or time, with its key as the path.
  init(json: JSONObject) throws(ParameterProblem) {
    cpus = json["cpus"]?.intValue
    gpus = json["gpus"]?.intValue
    gpuType = json["gpu_type"]?.stringValue
    nodes = json["nodes"]?.intValue
    if let text = json["memory"]?.stringValue {
      guard let bytes = Self.bytes(text) else {
        throw ParameterProblem(
          path: "memory", "must be an amount of memory, not \"\(text)\"", remedy: "write a number and a unit: 16G, 800M"
        )
      }
      memory = bytes
    }
    if let text = json["time"]?.stringValue {
      guard let seconds = Self.seconds(text) else {
        throw ParameterProblem(
          path: "time", "must be a length of time, not \"\(text)\"", remedy: "write a number and a unit: 90m, 12h, 2d")
      }
      time = seconds
    }
  }

  /// The form that is stored and sent: amounts in bytes and seconds.
  public var json: JSONValue {
    var object = JSONObject()
    object["cpus"] = cpus.map { .integer(Int64($0)) }
    object["memory"] = memory.map { .integer($0) }
    object["gpus"] = gpus.map { .integer(Int64($0)) }
    object["gpu_type"] = gpuType.map { .string($0) }
    object["nodes"] = nodes.map { .integer(Int64($0)) }
    object["time"] = time.map { .integer($0) }
    return .object(object)
  }

  /// Reads what `json` wrote; what is not understood is left out.
  public init(stored json: JSONValue?) {
    cpus = json?["cpus"]?.intValue
    memory = json?["memory"]?.intValue.map(Int64.init)
    gpus = json?["gpus"]?.intValue
    gpuType = json?["gpu_type"]?.stringValue
    nodes = json?["nodes"]?.intValue
    time = json?["time"]?.intValue.map(Int64.init)
  }

  /// `16G`, `800M`, `1.5T`, with or without `B` or `iB`: powers of 1024, as schedulers count.
  static func bytes(_ text: String) -> Int64? {
    var text = text.uppercased()[...]
    // `16G` and `16GiB` are binary, as Slurm's are, and `16GB` is decimal, as sizes are printed.
    let base: Double = text.hasSuffix("B") && !text.hasSuffix("IB") ? 1000 : 1024
    if text.hasSuffix("IB") { text = text.dropLast(2) } else if text.hasSuffix("B") { text = text.dropLast() }
    guard let unit = text.last, let power = ["K", "M", "G", "T"].firstIndex(of: String(unit)) else { return nil }
    guard let number = number(text.dropLast()) else { return nil }
    let bytes = (0...power).reduce(number) { bytes, _ in bytes * base }
    return bytes >= 1 && bytes < 1e18 ? Int64(bytes) : nil
  }

  /// `90m`, `12h`, `2d`, `45s`, `1-12:00:00`, `12:00:00`.
  static func seconds(_ text: String) -> Int64? {
    if text.contains(":") || text.contains("-") { return clockSeconds(text) }
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    guard let unit = text.last.flatMap({ units[$0] }), let number = number(text.dropLast()) else { return nil }
    let seconds = number * unit
    return seconds >= 1 && seconds < 1e9 ? Int64(seconds) : nil
  }

  private static func clockSeconds(_ text: String) -> Int64? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, let last = halves.last else { return nil }
    let parts = last.split(separator: ":", omittingEmptySubsequences: false).map { whole($0) }
    guard !parts.contains(nil) else { return nil }
    var values = parts.compactMap { $0 }
    if halves.count == 2 {
      // days-hours[:minutes[:seconds]]
      guard let days = whole(halves[0]), values.count <= 3 else { return nil }
      while values.count < 3 { values.append(0) }
      return days * 86400 + values[0] * 3600 + values[1] * 60 + values[2]
    }
    guard values.count == 3 else { return nil }
    return values[0] * 3600 + values[1] * 60 + values[2]
  }

  private static func whole(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 6, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text)
  }

  private static func number(_ text: Substring) -> Double? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
    return Double(text).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
  }
}
