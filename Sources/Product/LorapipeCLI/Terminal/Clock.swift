import Reports

/// Times as people read them.
enum Clock {
  /// `2026-11-23 23:15`, local time.
  static func local(_ seconds: Double) -> String { NumberText.localTime(seconds) }
}
