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

  /// A forecast: `about 3.2 s`, or `40 s to 1 min 10 s` where a third more or less makes a difference to whoever waits.
  ///
  /// So far a forecast may be off: a machine's rate is measured for a quarter of a second, and other programs come and go.
  static func forecast(_ seconds: Double) -> String {
    guard seconds >= 10 else { return say("about \(duration(seconds))") }
    return say("\(duration(rounded(seconds * 0.75))) to \(duration(rounded(seconds * 1.3)))")
  }

  /// To the second below a minute, then to five seconds, to the minute from ten minutes on, to ten from two hours on.
  private static func rounded(_ seconds: Double) -> Double {
    let unit: Double = seconds < 60 ? 1 : seconds < 600 ? 5 : seconds < 7200 ? 60 : seconds < 86_400 ? 600 : 8640
    return (seconds / unit).rounded() * unit
  }

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
