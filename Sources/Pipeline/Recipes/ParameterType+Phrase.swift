import YAML

extension ParameterType {
  /// The type in a sentence: "must be …".
  public var phrase: String {
    switch self {
    case .string: return "a string"
    case .text: return "a word or a number"
    case .boolean: return "true or false"
    case .integer(let range): return "an integer" + Self.phrase(range.map { ($0.lowerBound, $0.upperBound) })
    case .number(let range, let minimum):
      var text = "a number" + Self.phrase(range)
      if let minimum { text += " above \(Self.short(minimum))" }
      return text
    case .choice(let choices, _): return choices.count == 1 ? "'\(choices[0])'" : "one of \(Self.list(choices))"
    case .ratio: return "a ratio such as \"1:5\""
    case .uri: return "a URI such as hf:org/name or file:path"
    case .list(let element): return "a list of \(element.plural)"
    case .map(let element): return "a map of names to \(element.plural)"
    case .object: return "a map"
    case .oneOf(let alternatives):
      // A comma may stand in an alternative, so it cannot stand between two.
      return alternatives.isEmpty ? "nothing" : Self.phrases(alternatives).joined(separator: " or ")
    case .any: return "a value"
    }
  }

  /// Each alternative; a list of the words that one may also be names only what these leave out.
  private static func phrases(_ alternatives: [ParameterType]) -> [String] {
    var words: [String] = []
    return alternatives.map { type in
      if case .choice(let choices, _) = type { words += choices }
      guard case .list(.choice(let choices, _)) = type, words.count > 1, Set(words).isSubset(of: choices) else {
        return type.phrase
      }
      let others = choices.filter { !words.contains($0) }
      return others.isEmpty ? "a list of these" : "a list of these and of \(list(others))"
    }
  }

  private var plural: String {
    switch self {
    case .string: "strings"
    case .text: "words"
    case .boolean: "booleans"
    case .integer: "integers"
    case .number: "numbers"
    case .choice(let choices, _): "\(Self.list(choices))"
    case .ratio: "ratios"
    case .uri: "URIs"
    case .list: "lists"
    case .map, .object: "maps"
    case .oneOf, .any: "values"
    }
  }

  private static func phrase(_ range: (Int, Int)?) -> String {
    guard let (lower, upper) = range else { return "" }
    if upper == Int.max { return " of at least \(lower)" }
    if lower == Int.min { return " of at most \(upper)" }
    return " from \(lower) to \(upper)"
  }

  private static func phrase(_ range: ClosedRange<Double>?) -> String {
    guard let range else { return "" }
    if range.upperBound >= .greatestFiniteMagnitude { return " of at least \(short(range.lowerBound))" }
    if range.lowerBound <= -.greatestFiniteMagnitude { return " of at most \(short(range.upperBound))" }
    return " from \(short(range.lowerBound)) to \(short(range.upperBound))"
  }

  /// A number without a needless `.0`.
  static func short(_ value: Double) -> String {
    if let whole = Int(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
    return "\(value)"
  }

  private static func list(_ choices: [String]) -> String { choices.map { "'\($0)'" }.joined(separator: ", ") }

  /// What to do about a scalar of another type.
  func remedy(for node: YAMLNode) -> String? {
    guard let scalar = node.scalar else {
      if case .ratio = self { return "quote it: \"1:5\"" }
      return takesMap ? node.elements.flatMap(Self.mapRemedy) : nil
    }
    switch (self, scalar.value) {
    case (.oneOf(let alternatives), .integer), (.oneOf(let alternatives), .number),
      (.oneOf(let alternatives), .boolean):
      return alternatives.contains(.string) ? "quote it: \"\(scalar.text)\"" : nil
    case (.oneOf(let alternatives), .string(let text))
    where alternatives.contains(where: { $0.isList(ofChoices: text) }):
      return Self.brackets(text)
    case (.string, .integer), (.string, .number), (.string, .boolean): return "quote it: \"\(scalar.text)\""
    case (.boolean, .string(let text)) where ["yes", "on"].contains(text.lowercased()): return "write true"
    case (.boolean, .string(let text)) where ["no", "off"].contains(text.lowercased()): return "write false"
    case (.integer, .string(let text)), (.number, .string(let text)), (.boolean, .string(let text)):
      guard scalar.style != .plain else { return nil }
      switch YAMLScalar(text).value {
      case .integer, .number, .boolean: return "remove the quotes"
      default: return nil
      }
    case (.list, .string(let text)) where text.contains(","): return Self.brackets(text)
    case (.list, _): return "write it in brackets: [\(node.description)]"
    case (.oneOf(let alternatives), .string(let text)) where text.contains(","):
      return alternatives.contains { if case .list = $0 { true } else { false } } ? Self.brackets(text) : nil
    case (.object(let members), .string(let text)):
      return members.first { $0.type.hasChoice(text) }.map { "write it as a map: { \($0.name): \(text) }" }
    default: return nil
    }
  }

  /// Whether it is a list of words, and a text consists of such words.
  private func isList(ofChoices text: String) -> Bool {
    guard case .list(let element) = self, case .choice = element else { return false }
    let words = Self.words(of: text)
    return !words.isEmpty && words.allSatisfy { element.hasChoice($0) }
  }

  private static func words(of text: String) -> [String] {
    text.split { $0 == "," || $0 == " " || $0 == "+" || $0 == "|" }.map(String.init)
  }

  /// Texts between commas as the list that was meant. The shell needs the quotes, and a recipe takes them too.
  private static func brackets(_ text: String) -> String {
    let parts =
      text.contains(",") ? text.split(separator: ",").map { String($0.trimmingPrefix(" ")) } : words(of: text)
    return "write it in brackets: '[\(parts.joined(separator: ", "))]'"
  }

  /// Whether it is a choice that has this word, or another tool's word for one of its own.
  func hasChoice(_ text: String) -> Bool {
    if case .choice(let choices, let foreign) = self { choices.contains(text) || foreign[text] != nil } else { false }
  }

  private var takesMap: Bool {
    switch self {
    case .map: true
    case .oneOf(let alternatives): alternatives.contains(where: \.takesMap)
    default: false
    }
  }

  /// A list of texts as the map that was meant: other tools tell languages apart by their order.
  private static func mapRemedy(for elements: [YAMLNode]) -> String? {
    let texts = elements.compactMap { $0.scalar?.text }
    guard texts.count == elements.count, !texts.isEmpty, texts.count <= 2, texts.allSatisfy({ $0.count <= 40 }) else {
      return "write a map of names to values: { zh: …, en: … }"
    }
    let names = texts.map { text in
      text.unicodeScalars.contains { (0x3400...0x9FFF).contains($0.value) } ? "zh" : "en"
    }
    guard texts.count == 2, names[0] != names[1] else { return "write a map of names to values: { zh: …, en: … }" }
    return "write a map of names to values: { "
      + zip(names, texts).map { "\($0): \($1.contains(",") ? "\"\($1)\"" : $1)" }.joined(separator: ", ") + " }"
  }

  /// Whether a node is of the shape this type takes: scalar, list or map.
  func takesShape(of node: YAMLNode) -> Bool {
    switch (self, node.content) {
    case (.any, _): true
    case (.oneOf(let alternatives), _): alternatives.contains { $0.takesShape(of: node) }
    case (.list, .sequence), (.map, .mapping), (.object, .mapping): true
    case (.list, _), (.map, _), (.object, _): false
    case (_, .scalar): true
    default: false
    }
  }

  var takesNull: Bool {
    switch self {
    case .any: true
    case .oneOf(let alternatives): alternatives.contains(where: \.takesNull)
    default: false
    }
  }
}
