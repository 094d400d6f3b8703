/// The translations of one language, by English template.
///
/// Templates hold `{0}`, `{1}` … where the English text has a value; a translation may put them in another order. Messages
/// of this module are looked up by their template. A text that arrives whole, such as an error of another module, is
/// compared with all templates, and what stands at the places of its values goes into the translation.
struct Catalog: Sendable {
  private let entries: [String: String]
  private let wholeTexts: [String: String]
  private let patterns: [Pattern]

  /// The longest text that is compared with the patterns.
  private static let longestText = 2000
  /// How deep texts in texts are looked at: a message, its value, an alternative in that, and what the alternative is of.
  private static let deepest = 4

  private struct Pattern: Sendable {
    /// The literal pieces around the values, in order.
    var pieces: [String]
    /// Which values stay as they are.
    var isName: [Bool]
    var translation: String
    var literalLength: Int
  }

  static let chinese = Catalog(
    messages: [
      Chinese.help, Chinese.dataHelp, Chinese.modelHelp, Chinese.running, Chinese.commands, Chinese.talking,
      Chinese.live, Chinese.pushing, Chinese.reportMessages, Chinese.lintMessages, Chinese.pipeline,
      Chinese.runMessages, Chinese.metricHelp,
    ].joined(separator: "\n"),
    wholeTexts: Chinese.wholeTexts)

  /// Both parameters are pairs of lines, `= English` and the translation. A value that a translation writes `{=0}` is a name,
  /// or names, and stays as it is, even if it equals a word of the catalog.
  /// - Parameters:
  ///   - messages: looked up by their template.
  ///   - wholeTexts: looked up so too, and compared with texts of other modules.
  init(messages: String = "", wholeTexts: String) {
    let written = Self.pairs(of: wholeTexts)
    let whole = written.mapValues(Self.withoutMarks)
    self.wholeTexts = whole
    entries = Self.pairs(of: messages).mapValues(Self.withoutMarks).merging(whole) { $1 }
    patterns = whole.compactMap { english, translation in
      let pieces = Self.pieces(of: english)
      let length = pieces.reduce(0) { $0 + $1.utf8.count }
      // A pattern of hardly any letters of its own would match texts it does not know.
      guard pieces.count > 1, length >= 5 else { return nil }
      let isName = (0..<pieces.count - 1).map { index in
        // A text in quotes is a name that the user chose, even if it equals a word of the catalog.
        pieces[index].hasSuffix("'") && pieces[index + 1].hasPrefix("'") || Self.isInCode(index, translation)
          || written[english]?.contains("{=\(index)}") == true
      }
      return Pattern(pieces: pieces, isName: isName, translation: translation, literalLength: length)
    }.sorted { ($1.literalLength, $0.translation) < ($0.literalLength, $1.translation) }
  }

  /// A translation as it is filled: `{=0}` is `{0}`.
  private static func withoutMarks(_ translation: String) -> String {
    translation.contains("{=") ? translation.replacing(#/\{=(\d+)\}/#) { "{\($0.output.1)}" } : translation
  }

  private static func pairs(of text: String) -> [String: String] {
    var pairs: [String: String] = [:]
    var key: Substring?
    for line in text.split(separator: "\n") {
      if line.hasPrefix("= ") {
        key = line.dropFirst(2)
      } else if let english = key {
        pairs[String(english)] = String(line)
        key = nil
      }
    }
    return pairs
  }

  var templates: [String] { entries.keys.sorted() }

  func translation(of template: String) -> String? { entries[template] }

  /// A whole text in this language; unchanged when no template fits.
  func rendering(of text: String) -> String { rendering(of: text, depth: 0) }

  private func rendering(of text: String, depth: Int) -> String {
    if let exact = wholeTexts[text] { return exact }
    // Names side by side in a sentence are set apart as that sentence sets them.
    if depth > 0, let list = Self.listed(text) { return list }
    guard depth < Self.deepest, text.utf8.count <= Self.longestText else { return text }
    for pattern in patterns {
      guard let values = Self.values(in: text, pattern.pieces) else { continue }
      // A pattern that begins with a value begins with a name or a number, not with a whole message; and one of few letters,
      // such as `{0} rows`, is about one word, not the end of a sentence that nobody translated.
      if pattern.pieces[0].isEmpty {
        if pattern.literalLength < 8, values.contains(where: { $0.contains(" ") }) { continue }
        // `a in 1 row, b in 2 rows` is a list, not one word in the rows of another.
        if pattern.literalLength < 12, values.contains(where: { $0.contains(", ") }) { continue }
        if values[0].contains(": ") { continue }
      }
      // What stands in quotes is one name: a quote that closes before its end is another sentence's.
      if zip(pattern.pieces, values).contains(where: { $0.hasSuffix("'") && $1.contains("' ") }) { continue }
      // A last value swallows the sentences behind it, unless they are told apart first.
      if depth == 0, values.contains(where: { $0.contains(". ") }), let both = sentences(of: text) { return both }
      return Wording.fill(
        pattern.translation,
        values.enumerated().map { index, value in
          pattern.isName[index] ? value : rendering(of: value, depth: depth + 1)
        }, isSpaced: true)
    }
    return (depth == 0 ? sentences(of: text) : nil) ?? choice(of: text, depth: depth) ?? text
  }

  /// A message with its remedy behind it, when both are known.
  private func sentences(of text: String) -> String? {
    var start = text.startIndex
    while let stop = text[start...].firstRange(of: ". ") {
      let parts = [String(text[..<stop.lowerBound]), String(text[stop.upperBound...])]
      let renderings = parts.map { rendering(of: $0, depth: 1) }
      if zip(parts, renderings).allSatisfy({ $0 != $1 }) {
        let closes = renderings[0].last.map { "。！？".contains($0) } ?? false
        return renderings[0] + (closes ? "" : "。") + renderings[1]
      }
      start = stop.upperBound
    }
    return nil
  }

  /// Whether a value is part of what a person types, such as a stage's name in `lorapipe run --until {0}` or `{0}: {1}`.
  ///
  /// Chinese sentences have full-width punctuation. So a value is code where a Latin letter or half-width punctuation stands
  /// before it, or a half-width colon or equals sign behind it.
  private static func isInCode(_ index: Int, _ translation: String) -> Bool {
    guard let place = translation.firstRange(of: "{\(index)}") else { return false }
    if let after = translation[place.upperBound...].first, ":=".contains(after) { return true }
    guard let before = translation[..<place.lowerBound].last(where: { $0 != " " }) else { return false }
    return before.isASCII && (before.isLetter || ":={-.".contains(before))
  }

  /// `a string or a map`, or `a model, files`, when every part is known or is code.
  private func choice(of text: String, depth: Int) -> String? {
    guard depth < Self.deepest else { return nil }
    for (separator, template) in [(" or ", "{0}或{1}"), (", ", "{0}、{1}")] {
      let parts = Self.parts(of: text, between: separator)
      guard parts.count > 1 else { continue }
      let renderings = parts.map { rendering(of: $0, depth: depth + 1) }
      let isKnown = zip(parts, renderings).allSatisfy { $0 != $1 || Self.isCode($0) }
      // Names between commas are a list in any language.
      if isKnown, separator == " or " || renderings != parts {
        return renderings.dropFirst().reduce(renderings[0]) { Wording.fill(template, [$0, $1], isSpaced: true) }
      }
    }
    return nil
  }

  /// Whether a text is written as it is typed: `hf:org/name`, `a.csv`, or anything in backticks.
  private static func isCode(_ text: String) -> Bool {
    text.hasPrefix("`") || isQuoted(text) || !text.contains(" ") && text.contains(where: { ":/.=".contains($0) })
  }

  /// Whether a text is names in quotes: `'attention', 'mlp'`.
  private static func isQuoted(_ text: String) -> Bool {
    parts(of: text, between: ", ").allSatisfy {
      $0.count > 2 && $0.hasPrefix("'") && $0.hasSuffix("'") && !$0.dropFirst().dropLast().contains("'")
    }
  }

  /// Names in quotes, or shares of languages, with the comma of a Chinese list between them; `nil` for anything else.
  private static func listed(_ text: String) -> String? {
    let parts = parts(of: text, between: ", ")
    guard parts.count > 1, isQuoted(text) || parts.allSatisfy({ $0.wholeMatch(of: #/[a-z]+ [0-9.]+ %/#) != nil }) else {
      return nil
    }
    return parts.joined(separator: "、")
  }

  private static func parts(of text: String, between separator: String) -> [String] {
    var parts: [String] = []
    var rest = text[...]
    while let found = rest.firstRange(of: separator) {
      parts.append(String(rest[..<found.lowerBound]))
      rest = rest[found.upperBound...]
    }
    return parts + [String(rest)]
  }

  /// `a {0} b {1}` gives `["a ", " b ", ""]`; one piece when it holds no value.
  static func pieces(of template: String) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var rest = Substring(template)
    while let first = rest.first {
      if first == "{", let close = rest.firstIndex(of: "}"), let index = Int(rest.dropFirst().prefix(upTo: close)),
        index == pieces.count
      {
        pieces.append(piece)
        piece = ""
        rest = rest[rest.index(after: close)...]
      } else {
        piece.append(first)
        rest = rest.dropFirst()
      }
    }
    return pieces + [piece]
  }

  /// What stands between the pieces, or `nil` when the text is not made of them.
  private static func values(in text: String, _ pieces: [String]) -> [String]? {
    guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first), text.hasSuffix(last),
      text.utf8.count >= first.utf8.count + last.utf8.count
    else { return nil }
    var rest = text.dropFirst(first.count).dropLast(last.count)
    var values: [String] = []
    for piece in pieces.dropFirst().dropLast() {
      guard let found = piece.isEmpty ? nil : rest.firstRange(of: piece) else { return nil }
      values.append(String(rest[..<found.lowerBound]))
      rest = rest[found.upperBound...]
    }
    return values + [String(rest)]
  }
}
