import Glibc
import Platform

/// Identifiers of runs: `20261123-231500-3f9a`, the time in UTC and the second's fraction in four digits, so that names
/// sort by age.
public enum RunID {
  public static func make() -> String {
    let now = SystemClock.nowNanoseconds()
    var seconds = time_t(now / 1_000_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map(padded).joined()
    let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)].map(padded).joined()
    let fraction = UInt32(truncatingIfNeeded: now % 1_000_000_000) / 15_259
    let tail = String(0x1_0000 + (fraction & 0xFFFF), radix: 16).dropFirst()
    return "\(date)-\(clock)-\(tail)"
  }

  public static func isValid(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].utf8.count == 8 && parts[1].utf8.count == 6 && parts[2].utf8.count == 4
      && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
