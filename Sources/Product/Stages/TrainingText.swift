/// The line beside a training's progress, whoever trains.
enum TrainingText {
  /// `loss 1.83  lr 9.1e-5  240 tok/s  1.2 GB`.
  /// - Parameter memory: bytes.
  static func detail(loss: Double, rate: Double?, tokensPerSecond: Double?, memory: Int64?) -> String {
    var parts = ["loss \(decimals(loss))"]
    if let rate { parts.append("lr \(self.rate(rate))") }
    if let tokensPerSecond, tokensPerSecond.isFinite, tokensPerSecond < 1e12 {
      parts.append("\(Int(tokensPerSecond)) tok/s")
    }
    if let memory { parts.append("\(decimals(Double(memory) / 1e9)) GB") }
    return parts.joined(separator: "  ")
  }

  /// Two digits and a power of ten: `9.1e-5`.
  static func rate(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return "0" }
    var exponent = 0
    var digits = value
    while digits < 0.995, exponent > -30 {
      digits *= 10
      exponent -= 1
    }
    let tenths = Int((digits * 10).rounded())
    let text = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return exponent == 0 ? text : "\(text)e\(exponent)"
  }

  static func decimals(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e6 else { return "\(value)" }
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
