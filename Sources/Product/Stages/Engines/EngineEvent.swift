import Glibc
import JSON
import Platform

/// What a training engine says, a line of JSON each (docs/engines.md).
enum EngineEvent: Sendable, Hashable {
  struct Step: Sendable, Hashable {
    var step: Int
    var loss: Double
    /// `nil` where the engine knows none, or it overflowed as float16's may.
    var gradientNorm: Double?
    var learningRate: Double?
    /// Bytes of the device's memory at their highest.
    var memory: Int64?
    /// Seconds since 1970.
    var time: Double
  }

  case loading
  case started(step: Int, device: String, versions: JSONObject, trainable: Int?)
  case step(Step)
  case evaluation(step: Int, loss: Double, roles: JSONObject)
  /// The lowest validation loss so far, and the adapter of that moment where it is kept.
  case best(step: Int, loss: Double, path: String?)
  /// Everything that continuing needs lies there, whole.
  case checkpoint(step: Int, path: String, stale: Int)
  case ended(step: Int, early: Bool)
  /// It stopped because it was asked to, after a checkpoint.
  case stopped(step: Int)
  case failed(cause: String, rank: Int, kind: String, message: String)

  /// - Returns: `nil` for a torn line, and for events of a newer contract.
  init?(line: some Collection<UInt8>) {
    guard let json = try? JSONValue(parsing: line), let name = json["event"]?.stringValue else { return nil }
    let step = json["step"]?.intValue ?? 0
    switch name {
    case "loading": self = .loading
    case "started":
      self = .started(
        step: step, device: json["device"]?.stringValue ?? "unknown",
        versions: json["versions"]?.objectValue ?? JSONObject(), trainable: json["trainable"]?.intValue)
    case "step":
      guard let loss = json["loss"]?.doubleValue else { return nil }
      self = .step(
        Step(
          step: step, loss: loss, gradientNorm: json["gradient_norm"]?.doubleValue,
          learningRate: json["learning_rate"]?.doubleValue, memory: json["memory"]?.intValue.map(Int64.init),
          time: json["time"]?.doubleValue ?? 0))
    case "evaluation":
      guard let loss = json["loss"]?.doubleValue else { return nil }
      self = .evaluation(step: step, loss: loss, roles: json["roles"]?.objectValue ?? JSONObject())
    case "best":
      guard let loss = json["loss"]?.doubleValue else { return nil }
      self = .best(step: step, loss: loss, path: json["path"]?.stringValue)
    case "checkpoint":
      guard let path = json["path"]?.stringValue else { return nil }
      self = .checkpoint(step: step, path: path, stale: json["stale"]?.intValue ?? 0)
    case "ended": self = .ended(step: step, early: json["early"]?.boolValue ?? false)
    case "stopped": self = .stopped(step: step)
    case "failed":
      self = .failed(
        cause: json["cause"]?.stringValue ?? "error", rank: json["rank"]?.intValue ?? 0,
        kind: json["kind"]?.stringValue ?? "", message: json["message"]?.stringValue ?? "")
    default: return nil
    }
  }

  /// The update it belongs to; `nil` for what belongs to none.
  var update: Int? {
    switch self {
    case .step(let step): step.step
    case .evaluation(let step, _, _), .best(let step, _, _), .checkpoint(let step, _, _): step
    case .loading, .started, .ended, .stopped, .failed: nil
    }
  }
}

/// The file of events, read as it grows.
struct EngineEventFile {
  let path: String
  private var offset = 0
  private var pending: [UInt8] = []

  init(path: String) { self.path = path }

  /// The whole lines that came since the last call.
  mutating func next() -> [ArraySlice<UInt8>] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { return [] }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      offset += count
      pending += chunk[0..<count]
    }
    guard let end = pending.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    let lines = pending[...end].split(separator: UInt8(ascii: "\n"))
    pending = Array(pending[(end + 1)...])
    return lines.map { Array($0)[...] }
  }
}

/// What an earlier attempt left: where it can be continued, and what it had said up to there.
struct EngineHistory {
  /// The lines up to the last whole checkpoint.
  private(set) var lines: [ArraySlice<UInt8>] = []
  private(set) var events: [EngineEvent] = []
  private(set) var checkpoint: (step: Int, path: String, stale: Int)?
  private(set) var best: (step: Int, loss: Double, path: String?)?

  /// - Parameter events: the file; empty or missing for a first attempt.
  init(events path: String) {
    var file = EngineEventFile(path: path)
    let checkpoints = TrainingJob.checkpoints(FileSystem.parent(of: path))
    let all = file.next().compactMap { line in Self.here(line, checkpoints) }
    for (_, event) in all {
      // Only what an event named is whole: checkpoints are written in place.
      if case .checkpoint(let step, let path, let stale) = event, FileStamp.of(path)?.isDirectory == true {
        checkpoint = (step, path, stale)
      }
    }
    guard let last = checkpoint?.step else { return }
    for (line, event) in all {
      guard let step = event.update, step <= last else { continue }
      lines.append(line)
      events.append(event)
      if case .best(let step, let loss, let path) = event { best = (step, loss, path) }
    }
  }

  /// An event and its line, with the path it names on this machine: a work folder that another machine began has moved.
  private static func here(
    _ line: ArraySlice<UInt8>, _ checkpoints: String
  ) -> (line: ArraySlice<UInt8>, event: EngineEvent)? {
    guard let event = EngineEvent(line: line) else { return nil }
    switch event {
    case .checkpoint(_, let path, _), .best(_, _, let path?):
      let moved = checkpoints + "/" + FileSystem.name(of: path)
      guard path != moved, FileStamp.of(path) == nil, FileStamp.of(moved)?.isDirectory == true,
        var json = (try? JSONValue(parsing: line))?.objectValue
      else { return (line, event) }
      json["path"] = .string(moved)
      let line = JSONValue.object(json).bytes()[...]
      return EngineEvent(line: line).map { (line, $0) }
    default: return (line, event)
    }
  }

  /// Writes the lines back, so that what was done after the checkpoint is not told twice.
  func rewrite(_ path: String) throws {
    try FileSystem.replace(path, with: lines.flatMap { Array($0) + [UInt8(ascii: "\n")] })
  }
}
