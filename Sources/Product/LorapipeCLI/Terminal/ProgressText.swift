import PipelineEngine
import Platform
import RunHistory

/// How far a stage is, in words: `12/300 steps  1.9 s a step  ETA 9 min  loss 1.23`.
struct ProgressText {
  var completed: Double
  var total: Double?
  var unit: String
  /// Units per second.
  var rate: Double?
  /// Seconds.
  var remaining: Double?
  var elapsed: Double
  var detail: String?
  /// Bytes that the stage's process has.
  var memory: Int?

  var text: String {
    var parts: [String] = []
    if !unit.isEmpty {
      if let total {
        parts.append(figure("\(amount(completed))/\(amount(total))"))
      } else {
        parts.append(figure(amount(completed)))
      }
    }
    if let rate, rate.isFinite, rate > 0 {
      if isBytes {
        parts.append(Quantity.bytes(UInt64(min(rate, 9e18))) + "/s")
      } else if rate < 1 {
        let one = unit.hasSuffix("s") ? String(unit.dropLast()) : unit
        parts.append(say(Wording(template: "{0} a \(one)", arguments: [Quantity.duration(1 / rate)])))
      } else {
        parts.append(say(Wording(template: "{0} \(unit)/s", arguments: [Quantity.figure(rate)])))
      }
    }
    parts.append(remaining.map { say("ETA \(Quantity.duration($0))") } ?? Quantity.duration(elapsed))
    if let detail, !detail.isEmpty {
      // Each figure is a text of its own: `loss 2.17  lr 0 (warm-up 1/4)  312 tok/s`.
      parts.append(Console.visible(detail.split(separator: "  ").map { said(String($0)) }.joined(separator: "  ")))
    }
    if let memory { parts.append(say("memory \(Quantity.bytes(UInt64(clamping: memory)))")) }
    return parts.joined(separator: "  ")
  }

  private var isBytes: Bool { unit == "bytes" }

  private func figure(_ amount: String) -> String {
    isBytes ? amount : say(Wording(template: "{0} \(unit)", arguments: [amount]))
  }

  private func amount(_ value: Double) -> String {
    guard value.isFinite, value >= 0, value < 9e18 else { return "?" }
    return isBytes ? Quantity.bytes(UInt64(value)) : Quantity.count(Int(value))
  }
}

extension ProgressText {
  /// How far a running stage is, as another process sees it.
  static func text(_ stage: StageEntry, _ progress: StageProgress?) -> String {
    let elapsed = max(0, SystemClock.now() - (stage.started ?? SystemClock.now()))
    guard let progress else { return Quantity.duration(elapsed) }
    return ProgressText(
      completed: progress.completed, total: progress.total, unit: progress.unit, rate: progress.rate,
      remaining: progress.remaining, elapsed: elapsed,
      detail: [progress.activity.map { reworded($0) }, progress.detail].compactMap { $0 }.joined(separator: "  "),
      memory: progress.memory
    ).text
  }
}
