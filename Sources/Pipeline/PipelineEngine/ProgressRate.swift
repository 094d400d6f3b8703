/// How fast a stage goes, from the figures that it reports: one clock for all who show it.
///
/// The time that counts ends with the last figure. A step under way is no slow step: only what it takes beyond the usual
/// time between two figures is added.
public struct ProgressRate: Sendable {
  private var base: (time: Double, completed: Double)?
  private var last: (time: Double, completed: Double) = (0, 0)
  private var unit = ""
  /// Figures since `base` that were higher than the one before.
  private var changes = 0

  public init() {}

  /// - Parameter time: seconds on any clock, the same as in `rate`.
  public mutating func update(completed: Double, unit: String, at time: Double) {
    guard base != nil, unit == self.unit, completed >= last.completed else {
      // The rate is measured from the first figure of a unit.
      (base, last, changes) = ((time, completed), (time, completed), 0)
      self.unit = unit
      return
    }
    guard completed > last.completed else { return }
    last = (time, completed)
    changes += 1
  }

  /// Seconds from one figure to the next.
  private var interval: Double { base.map { changes > 0 ? (last.time - $0.time) / Double(changes) : 0 } ?? 0 }

  /// Units a second; `nil` until something was done in measurable time.
  public func rate(now: Double) -> Double? {
    guard let base, last.completed > base.completed else { return nil }
    let seconds = last.time - base.time + max(0, now - last.time - interval)
    return seconds > 0.5 ? (last.completed - base.completed) / seconds : nil
  }

  /// Seconds until `total`.
  public func remaining(of total: Double, now: Double) -> Double? {
    guard last.completed <= total, let rate = rate(now: now), rate > 0 else { return nil }
    return max(0, (total - last.completed) / rate - min(max(0, now - last.time), interval))
  }
}
