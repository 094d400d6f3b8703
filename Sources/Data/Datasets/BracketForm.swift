/// One way to put a name in brackets, and where such brackets mean something else.
struct BracketForm: Sendable {
  /// Which names are meant to be filled in.
  private enum Names {
    case any
    /// In capitals, or in no Latin letters: `%NAME%`, `#名字#`.
    case marked
    /// Only capitals: 「名字」 is a word in quotes.
    case capitals
  }

  private let open: [Unicode.Scalar]
  private let close: [Unicode.Scalar]
  private let names: Names
  private static let longestName = 32

  private init(_ open: String, _ close: String, _ names: Names = .any) {
    (self.open, self.close) = (Array(open.unicodeScalars), Array(close.unicodeScalars))
    self.names = names
  }

  private static let all = [
    BracketForm("${", "}"), BracketForm("#{", "}"), BracketForm("%{", "}"), BracketForm("{", "}"),
    BracketForm("[", "]"),
    BracketForm("<", ">"), BracketForm("【", "】"), BracketForm("［", "］"), BracketForm("｛", "｝"), BracketForm("＜", "＞"),
    BracketForm("〔", "〕"), BracketForm("〖", "〗"), BracketForm("%", "%", .marked), BracketForm("$", "$", .marked),
    BracketForm("#", "#", .marked), BracketForm("__", "__", .marked), BracketForm("《", "》", .capitals),
    BracketForm("〈", "〉", .capitals), BracketForm("「", "」", .capitals), BracketForm("『", "』", .capitals),
  ]

  /// By the first sign of a form, the longest first.
  static let byOpening = Dictionary(grouping: all.sorted { $0.open.count > $1.open.count }) { $0.open[0] }

  /// Whether a form may begin with a sign; quick, because it is asked of every sign of every row.
  static func opens(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x7B, 0x5B, 0x3C, 0x25, 0x24, 0x23, 0x5F: true
    case ..<0x3008: false
    default: scalar <= 0x3016 || scalar >= 0xFF1C && scalar <= 0xFF5B
    }
  }

  /// The form at a place of a text, with doubled brackets whole, and the name in it; `nil` where it is something else.
  func match(_ text: [Unicode.Scalar], at start: Int) -> (range: Range<Int>, name: String)? {
    guard text[start...].starts(with: open) else { return nil }
    var first = start + open.count
    // `[[NAME]]` is one form; more brackets are none, so that a text full of them is read once.
    while open.count == 1, open != close, first < text.count, first < start + 3, text[first] == open[0] { first += 1 }
    guard let end = text[first...].prefix(Self.longestName + close.count + 2).firstIndex(of: close[0]),
      text[end...].starts(with: close), let name = name(text[first..<end]), takes(name)
    else { return nil }
    var stop = end + close.count
    while close.count == 1, open != close, stop < text.count, text[stop] == close[0] { stop += 1 }
    guard fits(text, start..<stop, name) else { return nil }
    return (start..<stop, name)
  }

  /// Letters of any script, digits, and what joins words; at least two of them, and no number.
  private func name(_ inside: ArraySlice<Unicode.Scalar>) -> String? {
    var inside = inside
    // `50 % NAME % x` is no form.
    while names == .any, let first = inside.first, Self.isSpace(first) { inside.removeFirst() }
    while names == .any, let last = inside.last, Self.isSpace(last) { inside.removeLast() }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: inside)
    let name = String(view)
    guard name.count > 1, name.first?.isLetter == true,
      name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == " " })
    else { return nil }
    return name
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\u{3000}" }

  private func takes(_ name: String) -> Bool {
    switch names {
    case .any: true
    case .marked: Placeholders.isUpperCase(name) || !name.utf8.contains { $0 < 0x80 && $0 != 0x5F }
    case .capitals: Placeholders.isUpperCase(name)
    }
  }

  /// Whether what stands around it leaves it a name: no link, index, tag, path, heading or option of a command.
  private func fits(_ text: [Unicode.Scalar], _ range: Range<Int>, _ name: String) -> Bool {
    let before = range.lowerBound > 0 ? text[range.lowerBound - 1] : nil
    let after = range.upperBound < text.count ? text[range.upperBound] : nil
    let isOfASCII = open[0].isASCII
    if isOfASCII, let before, Self.joins(before) || "\\/])}!@^&=.".unicodeScalars.contains(before) { return false }
    if isOfASCII, let after, "([{@/=&".unicodeScalars.contains(after) { return false }
    // `LIKE '%NAME%'`.
    if names == .marked, let before, "\"'".unicodeScalars.contains(before) { return false }
    // `List<Name>`, `%NAME%s`; behind a bracket a word may follow, as in `[NAME]s`.
    if names == .marked || open == ["<"], let after, Self.joins(after) { return false }
    if open == ["<"], isOptionValue(text, range.lowerBound) || namesTag(text, range.upperBound) { return false }
    guard before.map({ $0.properties.isWhitespace && $0 != " " }) ?? true, names == .any else { return true }
    return !isHeading(after, name)
  }

  private static func joins(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_")
  }

  /// At the beginning of a line, `[name]: address` is a reference and `【作者】李白` a heading; `【名字】是…` is a sentence.
  private func isHeading(_ after: Unicode.Scalar?, _ name: String) -> Bool {
    guard let after else { return false }
    if ":：".unicodeScalars.contains(after) { return true }
    if Placeholders.isUpperCase(name) { return false }
    return !"是在由的为也会能可，,。.！!、'’很".unicodeScalars.contains(after) && after != " "
      || after == " " && !name.utf8.allSatisfy { $0 < 0x80 }
  }

  /// `--name <name>`.
  private func isOptionValue(_ text: [Unicode.Scalar], _ start: Int) -> Bool {
    let words = text[..<start].suffix(40).split(separator: " ", omittingEmptySubsequences: false)
    guard let word = words.last.flatMap({ $0.isEmpty ? words.dropLast().last : $0 }) else { return false }
    return word.first == "-" && word.count > 1
  }

  /// `the <author> element`.
  private func namesTag(_ text: [Unicode.Scalar], _ stop: Int) -> Bool {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text[stop...].drop { $0 == " " }.prefix(9))
    let rest = String(view)
    return ["element", "tag", "attribute", "node", "标签", "元素", "节点"].contains { rest.hasPrefix($0) }
  }
}
