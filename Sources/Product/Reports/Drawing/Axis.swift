import Glibc

/// The ticks of an axis: round numbers that span the values.
struct Axis: Hashable {
  var low: Double
  var high: Double
  var ticks: [Double]
  /// Digits behind the point that tell the ticks apart.
  private var decimals: Int

  /// - Parameter count: about how many ticks are wanted.
  init(_ values: some Sequence<Double>, count: Int = 5) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite && abs(value) < 1e300 {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = (0, 1) }
    if low == high {
      let margin = low == 0 ? 1 : abs(low) * 0.1
      (low, high) = (low - margin, high + margin)
    }
    let rough = (high - low) / Double(max(count, 1))
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
    self.low = (low / step).rounded(.down) * step
    self.high = (high / step).rounded(.up) * step
    let number = Int(((self.high - self.low) / step).rounded())
    let start = self.low
    ticks = (0...max(1, min(number, 50))).map { start + Double($0) * step }
    let fraction = step / power == 2.5 ? 1 : 0
    decimals = max(0, fraction - Int(log10(power).rounded(.down)))
  }

  /// Where a value lies, from 0 at the low end to 1 at the high one.
  func share(_ value: Double) -> Double { (value - low) / (high - low) }

  func label(_ tick: Double) -> String {
    if abs(tick) < (high - low) * 1e-9 { return "0" }
    if decimals > 4 || abs(tick) >= 1e6 { return Self.scientific(tick) }
    return decimals == 0 ? NumberText.count(Int(tick.rounded())) : NumberText.fixed(tick, decimals)
  }

  private static func scientific(_ value: Double) -> String {
    let exponent = Int(log10(abs(value)).rounded(.down))
    let digits = (value / pow(10, Double(exponent)) * 100).rounded() / 100
    let text = digits == digits.rounded() ? "\(Int(digits))" : "\(digits)"
    return "\(text)e\(exponent)"
  }
}
