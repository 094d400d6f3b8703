import Diagnostics
import Glibc
import Platform

/// Numbers as people read them, in any language.
public enum NumberText {
  /// `1.4 GB`, decimal multiples as disks and downloads are sold.
  public static func bytes(_ count: UInt64) -> String { byteText(count) }

  public enum TimeUnit: String, Sendable, Hashable {
    case milliseconds = "ms"
    case seconds = "s"
    case minutes = "min"
    case hours = "h"
    case days
  }

  /// `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3.5 days`, in pieces whose units the caller names; empty for no time at all.
  public static func duration(_ seconds: Double) -> [(number: String, unit: TimeUnit)] {
    guard seconds.isFinite, seconds >= 0 else { return [] }
    if seconds < 0.0995 { return [(fixed(seconds * 1000, seconds < 0.00995 ? 1 : 0), .milliseconds)] }
    if seconds < 9.95 { return [(fixed(seconds, 1), .seconds)] }
    if seconds < 59.5 { return [(fixed(seconds, 0), .seconds)] }
    if seconds < 3599.5 {
      let whole = Int(seconds.rounded())
      return [("\(whole / 60)", .minutes)] + (whole % 60 == 0 ? [] : [("\(whole % 60)", .seconds)])
    }
    if seconds < 86_400 {
      let minutes = Int((seconds / 60).rounded())
      return [("\(minutes / 60)", .hours)] + (minutes % 60 == 0 ? [] : [("\(minutes % 60)", .minutes)])
    }
    return [(fixed(seconds / 86_400, 1), .days)]
  }

  /// `12,345`.
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return (value < 0 ? "-" : "") + result
  }

  /// Four significant digits, without a useless tail: for metrics.
  public static func figure(_ value: Double) -> String {
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

  public static func fixed(_ value: Double, _ decimals: Int) -> String {
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

  /// `2026-11-23 23:15`, local time; `?` for what is no time.
  public static func localTime(_ seconds: Double) -> String {
    let text = LocalTime.text(seconds)
    return text.count > 3 ? String(text.dropLast(3)) : text
  }
}
