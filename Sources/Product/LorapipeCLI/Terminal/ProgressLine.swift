import PipelineEngine

/// One running stage as a line of text.
struct ProgressLine: Sendable {
  var name: String
  /// Seconds on a steady clock.
  var started: Double
  var completed: Double = 0
  var total: Double?
  var unit = ""
  var detail: String?
  /// Stands in the detail's place while it lasts.
  var activity: String?
  /// Bytes that the stage's process has; `nil` until it has said so.
  var memory: Int?
  private var speed = ProgressRate()

  init(name: String, started: Double) {
    self.name = name
    self.started = started
  }

  mutating func update(completed: Double, total: Double?, unit: String, detail: String?, now: Double) {
    speed.update(completed: completed, unit: unit, at: now)
    self.completed = completed
    self.total = total
    self.unit = unit
    if let detail { self.detail = detail }
  }

  /// Units a second since this unit began; `nil` until something was done in measurable time.
  func rate(now: Double) -> Double? { speed.rate(now: now) }

  func remaining(now: Double) -> Double? {
    guard let total, completed < total else { return nil }
    return speed.remaining(of: total, now: now)
  }

  /// The line, no wider than `width` columns.
  /// - Parameters:
  ///   - nameWidth: columns of the name's field.
  ///   - spinner: a frame number; turns while nothing else moves.
  func text(width: Int, nameWidth: Int, now: Double, spinner: Int) -> String {
    let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    var text = frames[((spinner % frames.count) + frames.count) % frames.count] + " "
    text += DisplayWidth.pad(DisplayWidth.fit(name, nameWidth), nameWidth) + "  "
    if let total, total > 0, width >= 60 {
      text += Self.bar(completed / total, columns: width >= 100 ? 20 : 12) + " "
    }
    text += summary(now: now)
    return DisplayWidth.fit(text, width)
  }

  /// Figures without bar: what plain output and the line have in common.
  func summary(now: Double) -> String {
    ProgressText(
      completed: completed, total: total, unit: unit, rate: rate(now: now), remaining: remaining(now: now),
      elapsed: now - started, detail: activity ?? detail, memory: memory
    ).text
  }

  /// Eighths of a block, so that the bar moves before a whole column is done.
  static func bar(_ fraction: Double, columns: Int) -> String {
    let fraction = fraction.isFinite ? min(max(fraction, 0), 1) : 0
    let eighths = Int(fraction * Double(columns * 8))
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    let filled = String(repeating: "█", count: eighths / 8) + partial
    return filled + String(repeating: "░", count: max(0, columns - DisplayWidth.of(filled)))
  }
}
