import YAML

/// The identity as ms-swift's command line gives it, `model_name: [小猫, Kitty]` and `model_author: […]`, in a stage that takes
/// the values of placeholders: all of it is one mistake, with one replacement to paste.
struct MSSwiftIdentity {
  /// The first pair of it, for the place of the error.
  var first: YAMLPair
  /// What says the same here.
  var remedy: String

  /// Options of ms-swift, and the placeholders of its rows that they fill.
  private static let placeholders = [("model_name", "NAME"), ("model_author", "AUTHOR")]
  private static let values = "values"

  /// - Parameter pairs: the keys of a stage.
  /// - Returns: `nil` for a stage without these options, or of a kind that does not know them.
  init?(_ pairs: [YAMLPair], _ entry: StageRegistry.Entry) {
    guard entry.exactPath(of: Self.placeholders[0].0) == Self.values else { return nil }
    let written = pairs.first { $0.key == Self.values }?.value.pairs ?? []
    func isOption(_ pair: YAMLPair) -> Bool { Self.placeholders.contains { $0.0 == pair.key } }
    guard let first = (pairs + written).first(where: isOption) else { return nil }
    self.first = first
    var byTag = false
    var texts: [String] = []
    for pair in pairs + written {
      guard let (_, name) = Self.placeholders.first(where: { $0.0 == pair.key }) else { continue }
      let words = pair.value.elements.map { $0.compactMap { $0.scalar?.text } } ?? pair.value.scalar.map { [$0.text] }
      switch words {
      case let words? where words.count == 1: texts.append("\(name): \(Self.quoted(words[0]))")
      case let words? where words.count == 2:
        byTag = true
        // ms-swift takes the Chinese name first; a name in Chinese letters is Chinese wherever it stands.
        let isReversed = Self.isChinese(words[1]) && !Self.isChinese(words[0])
        let (chinese, english) = isReversed ? (words[1], words[0]) : (words[0], words[1])
        texts.append("\(name): { zh: \(Self.quoted(chinese)), en: \(Self.quoted(english)) }")
      default:
        byTag = true
        texts.append("\(name): { zh: …, en: … }")
      }
    }
    texts += written.filter { !isOption($0) }.map(Self.flow)
    let values = "\(Self.values): { \(texts.joined(separator: ", ")) }"
    // Two keys in one line would be right only inside braces.
    remedy =
      byTag && !pairs.contains { $0.key == "by" }
      ? "write two keys instead: by: tag and \(values)" : "write instead: \(values)"
  }

  /// Whether a key of the stage belongs to it, so that nothing more is to be said of it.
  func replaces(_ key: String) -> Bool { key == Self.values || Self.placeholders.contains { $0.0 == key } }

  private static func isChinese(_ text: String) -> Bool {
    text.unicodeScalars.contains { (0x3400...0x9FFF).contains($0.value) }
  }

  private static func flow(_ pair: YAMLPair) -> String { "\(quoted(pair.key)): \(flow(pair.value))" }

  private static func flow(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let scalar): quoted(scalar.text)
    case .sequence(let elements): "[\(elements.map(flow).joined(separator: ", "))]"
    case .mapping(let pairs): "{ \(pairs.map(flow).joined(separator: ", ")) }"
    }
  }

  /// A text as it may stand inside braces.
  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == " " }
      && YAMLScalar(text).value == .string(text)
    if isPlain { return text }
    let escaped = String(text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })
    return "\"\(escaped)\""
  }
}
