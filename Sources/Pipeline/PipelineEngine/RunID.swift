import Glibc
import Platform

/// Identifiers of runs: `20261123-231500-3f9a`, the time in UTC and the second's fraction in four digits, so that names
/// sort by age.
public enum RunID {
  /// - Parameter newest: the newest identifier there is. The new one sorts after it even when the clock was set back, so
  ///   that the newest run is always the last.
  public static func make(after newest: String? = nil) -> String {
    let now = SystemClock.nowNanoseconds()
    let ticks = (now / 1_000_000_000) << 16 | (now % 1_000_000_000) / 15_259
    return text(max(ticks, (newest.flatMap(Self.ticks) ?? 0) &+ 1))
  }

  /// Seconds since 1970 in the upper bits, 65536ths of a second in the lower 16.
  private static func text(_ ticks: Int64) -> String {
    var seconds = time_t(ticks >> 16)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map(padded).joined()
    let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)].map(padded).joined()
    let tail = String(0x1_0000 + (ticks & 0xFFFF), radix: 16).dropFirst()
    return "\(date)-\(clock)-\(tail)"
  }

  /// When a run was named, in seconds since 1970; `nil` for what is no identifier.
  public static func seconds(of id: String) -> Double? { ticks(id).map { Double($0) / 65_536 } }

  /// Undoes `text`; `nil` for what is no time.
  private static func ticks(_ id: String) -> Int64? {
    let digits = Array(id.utf8)
    guard isValid(id), let fraction = Int64(id.suffix(4), radix: 16) else { return nil }
    func number(_ range: Range<Int>) -> Int32? {
      digits[range].reduce(0 as Int32?) { sum, byte in
        guard let sum, byte >= 0x30, byte <= 0x39 else { return nil }
        return sum * 10 + Int32(byte - 0x30)
      }
    }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
      let minute = number(11..<13), let second = number(13..<15)
    else { return nil }
    var parts = tm()
    parts.tm_year = year - 1900
    parts.tm_mon = month - 1
    parts.tm_mday = day
    parts.tm_hour = hour
    parts.tm_min = minute
    parts.tm_sec = second
    let seconds = Int64(timegm(&parts))
    return seconds > 0 ? seconds << 16 | fraction : nil
  }

  public static func isValid(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].utf8.count == 8 && parts[1].utf8.count == 6 && parts[2].utf8.count == 4
      && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
