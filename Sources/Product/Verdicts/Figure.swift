import JSON

/// Numbers as the verdicts write them.
enum Figure {
  /// A loss with two digits behind the point, or one from ten on.
  static func loss(_ value: Double) -> String { fixed(value, value >= 10 ? 1 : 2) }

  static func share(_ value: Double) -> String {
    let percent = value * 100
    return (percent < 10 && percent != percent.rounded() ? fixed(percent, 1) : fixed(percent, 0)) + " %"
  }

  /// A count that may be a half: `3`, `2.5`.
  static func count(_ value: Double) -> String { value == value.rounded() ? fixed(value, 0) : fixed(value, 1) }

  /// A setting as the recipe has it: `1e-4`, `3.2e-5`, `0.02`, `100`.
  static func setting(_ value: Double) -> String { SettingText.number(value) }

  private static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scale = places == 0 ? 1.0 : places == 1 ? 10 : 100
    let scaled = Int((abs(value) * scale).rounded())
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let fraction = "\(scaled % Int(scale))"
    return "\(sign)\(scaled / Int(scale))." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
