import Diagnostics
import Recipes

/// What an answer to a probe must be. Every condition given must hold; with none, every answer will do. An empty answer is
/// none, unless `exact` or `regex` asks for it.
struct ProbeExpectation: ParameterSet {
  /// Any of these must be in the answer.
  var contains: Texts?
  /// Found somewhere in the answer.
  var regex: String?
  /// The whole answer, spaces around it aside.
  var exact: String?
  /// None of these may be in the answer.
  var not: Texts?
  var ignoresCase = true

  static let fields: [Field<ProbeExpectation>] = [
    Field("contains", \.contains, help: "Text the answer must contain; of a list, any."),
    Field("regex", \.regex, help: "A regular expression that must be found in the answer."),
    Field("exact", \.exact, help: "The whole answer, without spaces around it."),
    Field("not", \.not, help: "Text the answer must not contain; of a list, none."),
    Field("ignore_case", \.ignoresCase, help: "Whether case is ignored."),
  ]

  /// - Throws: `Diagnostic` (`bad-probe`) for a pattern that does not compile.
  func check(at path: String) throws {
    guard let regex else { return }
    do { _ = try Regex(regex) } catch {
      throw Diagnostic(
        code: "bad-probe", "the pattern '\(regex)' does not compile: \(error)",
        location: SourceLocation(file: path + ".regex"))
    }
  }

  /// Whether it tells right answers from wrong ones.
  var asksForSomething: Bool { !texts.isEmpty || regex != nil }

  /// Every text that an answer is compared with.
  var texts: [String] { (contains?.list ?? []) + (not?.list ?? []) + (exact.map { [$0] } ?? []) }

  /// Whether some answer could be accepted, as far as texts tell: not if the whole answer that is asked for breaks another
  /// condition, or if every text it must contain holds one that it must not.
  var canBeMet: Bool {
    if let exact { return accepts(exact) }
    guard let wanted = contains?.list, !wanted.isEmpty, let unwanted = not?.list else { return true }
    let fold = { (text: String) in ignoresCase ? text.lowercased() : text }
    return wanted.contains { text in !unwanted.contains { fold(text).contains(fold($0)) } }
  }

  func accepts(_ answer: String) -> Bool {
    let fold = { (text: String) in ignoresCase ? text.lowercased() : text }
    let answer = Self.trimmed(answer)
    // A model that has broken down and says nothing does not say the wrong thing either.
    guard !answer.isEmpty || exact != nil || regex != nil else { return false }
    let folded = fold(answer)
    if let texts = contains?.list, !texts.isEmpty, !texts.contains(where: { folded.contains(fold($0)) }) {
      return false
    }
    if let texts = not?.list, texts.contains(where: { folded.contains(fold($0)) }) { return false }
    if let exact, fold(Self.trimmed(exact)) != folded { return false }
    if let regex {
      guard let pattern = try? Regex(regex).ignoresCase(ignoresCase), (try? pattern.firstMatch(in: answer)) != nil,
        answer.firstMatch(of: pattern) != nil
      else { return false }
    }
    return true
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
