/// The value of a setting as people write it in a recipe.
public enum SettingText {
  /// The shortest text that reads back as the number: `3`, `0.02`, `3e-4`.
  ///
  /// A fixed number of decimals would print a learning rate of 0.02 as `0.0`.
  public static func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value), whole.magnitude < 1_000_000_000_000_000 { return String(whole) }
    guard value.isFinite, abs(value) < 0.01 else { return "\(value)" }
    let parts = "\(abs(value))".split(separator: "e")
    let point = parts[0].prefix { $0 != "." }.count
    let digits = parts[0].filter { $0 != "." }
    let zeros = digits.prefix { $0 == "0" }.count
    let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + point - zeros - 1
    var mantissa = String(digits.dropFirst(zeros))
    while mantissa.utf8.count > 1, mantissa.hasSuffix("0") { mantissa.removeLast() }
    if mantissa.utf8.count > 1 { mantissa.insert(".", at: mantissa.index(after: mantissa.startIndex)) }
    return (value < 0 ? "-" : "") + mantissa + "e\(exponent)"
  }

  /// A scalar as a recipe has it; a list or mapping as its JSON.
  public static func text(_ value: JSONValue) -> String {
    if case .number(let number) = value { return Self.number(number) }
    return value.stringValue ?? value.text()
  }
}
