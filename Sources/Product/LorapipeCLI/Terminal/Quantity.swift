import Glibc

/// Numbers as people read them.
enum Quantity {
  /// `1.4 GB`, decimal multiples as disks and downloads are sold.
  static func bytes(_ count: UInt64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(count) B" }
    return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0) + " " + units[unit]
  }

  /// `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3.5 days`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 0.0995 { return say("\(fixed(seconds * 1000, seconds < 0.00995 ? 1 : 0)) ms") }
    if seconds < 9.95 { return say("\(fixed(seconds, 1)) s") }
    if seconds < 59.5 { return say("\(fixed(seconds, 0)) s") }
    if seconds < 3599.5 {
      let whole = Int(seconds.rounded())
      return say("\(whole / 60) min") + (whole % 60 == 0 ? "" : " " + say("\(whole % 60) s"))
    }
    if seconds < 86_400 {
      let minutes = Int((seconds / 60).rounded())
      return say("\(minutes / 60) h") + (minutes % 60 == 0 ? "" : " " + say("\(minutes % 60) min"))
    }
    return say("\(fixed(seconds / 86_400, 1)) days")
  }

  /// `about 3.2 s`, or `40 s to 1 min 50 s` when the two ends differ by more than a fifth.
  static func durations(_ shortest: Double, _ longest: Double) -> String {
    guard longest > shortest * 1.2, longest >= 1 else { return say("about \(duration(max(shortest, longest)))") }
    return say("\(duration(shortest)) to \(duration(longest))")
  }

  /// `12,345`.
  static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return (value < 0 ? "-" : "") + result
  }

  /// `1 stage`, `2 stages`.
  static func plural(_ value: Int, _ word: String) -> String {
    "\(count(value)) \(say(Wording(template: word + (value == 1 ? "" : "s"))))"
  }

  /// Four significant digits, without a useless tail: for metrics.
  static func figure(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), abs(value) < 1e9 { return count(Int(value)) }
    let magnitude = abs(value)
    if magnitude >= 1000, magnitude < 1e9 { return count(Int(value.rounded())) }
    if magnitude >= 0.001, magnitude < 1e6 {
      let decimals = magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 1 ? 3 : 4
      return fixed(value, decimals)
    }
    return scientific(value)
  }

  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let scale = pow(10, Double(decimals))
    let scaled = (value * scale).rounded()
    let digits = String(UInt64(scaled.magnitude))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = scaled < 0 ? "-" : ""
    return decimals == 0 ? sign + digits : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  private static func scientific(_ value: Double) -> String {
    let exponent = Int(log10(abs(value)).rounded(.down))
    return fixed(value / pow(10, Double(exponent)), 2) + "e\(exponent)"
  }
}
