import JSON
import YAML

/// A number written in another way than YAML has it: `10%`, `10 percent`, `1/10`, `0,1`, `2k`, `3 epochs`, `百分之十`.
public struct MeantNumber: Sendable, Hashable {
  public var value: Double
  /// Whether it was written as a part of a hundred or a thousand.
  public var isPercentage = false

  /// `nil` for a text in which no number can be told.
  public init?(_ text: String) {
    var text = Self.narrowed(text)
    guard text.utf8.count <= 40 else { return nil }
    var divisor = 1.0
    for (ending, parts) in Self.parts where text.hasSuffix(ending) {
      text = Self.trimmed(String(text.dropLast(ending.count)))
      divisor = parts
      break
    }
    for (beginning, parts) in Self.fractions where divisor == 1 && text.hasPrefix(beginning) {
      text = String(text.dropFirst(beginning.count))
      divisor = parts
    }
    guard let number = Self.number(text, allowsUnit: divisor == 1), number.isFinite else { return nil }
    value = Self.part(number, of: divisor)
    isPercentage = divisor > 1
  }

  /// `0.03 / 100` is not what `0.0003` is read as, so the point is moved.
  static func part(_ number: Double, of divisor: Double) -> Double {
    let places = divisor == 1 ? 0 : divisor == 1000 ? 3 : 2
    return Double("\(number)e-\(places)") ?? number / divisor
  }

  private static let parts: [(String, Double)] = [
    ("%", 100), ("percent", 100), ("pct", 100), ("个百分点", 100), ("‰", 1000),
  ]
  private static let fractions: [(String, Double)] = [("百分之", 100), ("千分之", 1000)]
  private static let powers: [(String, Double)] = [("k", 1e3), ("m", 1e6), ("千", 1e3), ("万", 1e4), ("百万", 1e6)]

  /// In lower case and half width, without space at its ends.
  private static func narrowed(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xFF01...0xFF5E: scalars.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
      case 0x3000, 0xA0: scalars.append(" ")
      default: scalars.append(scalar)
      }
    }
    return trimmed(String(scalars).lowercased())
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// - Parameter allowsUnit: whether a word may stand behind it: `3 epochs`.
  private static func number(_ text: String, allowsUnit: Bool) -> Double? {
    if let plain = YAMLScalar(text).value.double ?? chinese(text) { return plain }
    // `1/10`
    let sides = text.split(separator: "/", omittingEmptySubsequences: false).map { trimmed(String($0)) }
    if sides.count == 2, let top = YAMLScalar(sides[0]).value.double, let bottom = YAMLScalar(sides[1]).value.double,
      bottom > 0
    {
      return top / bottom
    }
    let groups = text.split(separator: ",", omittingEmptySubsequences: false)
    if groups.count > 1, groups.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }) {
      // `1,000` has groups of three; `0,1` a decimal comma.
      let isGrouped = groups[0] != "0" && groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 }
      if isGrouped { return Double(groups.joined()) }
      return groups.count == 2 ? Double("\(groups[0]).\(groups[1])") : nil
    }
    guard allowsUnit else { return nil }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || ".,".contains($0)) }
    let unit = trimmed(String(text[digits.endIndex...]))
    guard !digits.isEmpty, !unit.isEmpty, unit.allSatisfy({ $0.isLetter || $0 == " " }),
      let number = number(String(digits), allowsUnit: false)
    else { return nil }
    return number * (powers.first { $0.0 == unit }?.1 ?? 1)
  }

  /// Numbers up to ninety-nine in Chinese.
  private static func chinese(_ text: String) -> Double? {
    let digits: [Character: Int] = [
      "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]
    let sides = text.split(separator: "十", omittingEmptySubsequences: false)
    guard sides.count <= 2, sides.allSatisfy({ $0.count <= 1 }), !text.isEmpty else { return nil }
    let values = sides.map { $0.first.map { digits[$0] } ?? nil }
    guard zip(sides, values).allSatisfy({ $0.isEmpty || $1 != nil }) else { return nil }
    if values.count == 1 { return values[0].map { Double($0) } }
    return Double((values[0] ?? 1) * 10 + (values[1] ?? 0))
  }

  /// As YAML has it.
  public var text: String { ParameterType.short(value) }
}

extension ParameterType {
  /// Whether it is a number from 0 to 1, such as the share of rows kept for validation.
  private var isShare: Bool {
    if case .number(let range?, _) = self { range.lowerBound >= 0 && range.upperBound <= 1 } else { false }
  }

  /// What to write for a number that is not as YAML has it, or is a percentage where a share is meant; `nil` where that cannot be
  /// told, or only the quotes are wrong.
  func numberRemedy(for scalar: YAMLScalar) -> String? {
    switch self {
    case .oneOf(let alternatives): return alternatives.lazy.compactMap { $0.numberRemedy(for: scalar) }.first
    case .ratio: return Self.ratioRemedy(for: scalar.text)
    case .integer, .number: break
    default: return nil
    }
    func fits(_ value: Double) -> Bool { stored(.number(value)) != nil }
    func share(_ value: Double) -> String { "write \(Self.short(value)): it is a share, not a percentage" }
    guard let meant = MeantNumber(scalar.text) else { return nil }
    if fits(meant.value) {
      if YAMLScalar(scalar.text).value.double != nil { return nil }
      return meant.isPercentage && isShare ? share(meant.value) : "did you mean '\(meant.text)'?"
    }
    guard isShare, meant.value > 0 else { return nil }
    let hundredth = MeantNumber.part(meant.value, of: 100)
    if meant.value >= 1, fits(hundredth) { return share(hundredth) }
    return fits(0.1) ? "write a share, such as 0.1 for 10 %" : nil
  }

  /// `1/5`, `1 : 5`, `1 to 5`, `1比5`, or only `5`.
  private static func ratioRemedy(for text: String) -> String? {
    // `FullWidth.remedy` names the mark itself.
    if text.contains("：") { return nil }
    var text = text
    for other in ["∶", "比", "to", "/", "-"] { text = text.replacing(other, with: ":") }
    text = text.filter { $0 != " " }
    if !text.contains(":"), Double(text).map({ $0 >= 1 }) ?? false { text = "1:" + text }
    return Ratio(text) == nil ? nil : "write \"\(text)\""
  }
}
