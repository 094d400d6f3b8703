import Platform

/// Times as people read them.
enum Clock {
  /// `2026-11-23 23:15`, local time.
  static func local(_ seconds: Double) -> String {
    let text = LocalTime.text(seconds)
    return text.count > 3 ? String(text.dropLast(3)) : text
  }
}
