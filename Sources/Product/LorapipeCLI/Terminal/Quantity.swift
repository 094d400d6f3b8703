import Reports

/// Numbers as people read them on a terminal.
enum Quantity {
  /// `1.4 GB`, decimal multiples as disks and downloads are sold.
  static func bytes(_ count: UInt64) -> String { NumberText.bytes(count) }

  /// `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3.5 days`.
  static func duration(_ seconds: Double) -> String {
    let parts = NumberText.duration(seconds)
    if parts.isEmpty { return "–" }
    return parts.map { number, unit in
      switch unit {
      case .milliseconds: say("\(number) ms")
      case .seconds: say("\(number) s")
      case .minutes: say("\(number) min")
      case .hours: say("\(number) h")
      case .days: say("\(number) days")
      }
    }.joined(separator: " ")
  }

  /// `about 3.2 s`, or `40 s to 1 min 50 s` when the two ends differ by more than a fifth.
  static func durations(_ shortest: Double, _ longest: Double) -> String {
    guard isRange(shortest, longest) else { return say("about \(duration(max(shortest, longest)))") }
    return say("\(duration(shortest)) to \(duration(longest))")
  }

  /// Whether two times are so far apart that both are printed.
  static func isRange(_ shortest: Double, _ longest: Double) -> Bool { longest > shortest * 1.2 && longest >= 1 }

  /// `12,345`.
  static func count(_ value: Int) -> String { NumberText.count(value) }

  /// `1 stage`, `2 stages`.
  static func plural(_ value: Int, _ word: String) -> String {
    say(Wording(template: "{0} " + word + (value == 1 ? "" : "s"), arguments: [count(value)]))
  }

  /// Four significant digits, without a useless tail: for metrics.
  static func figure(_ value: Double) -> String { NumberText.figure(value) }

  static func fixed(_ value: Double, _ decimals: Int) -> String { NumberText.fixed(value, decimals) }
}
