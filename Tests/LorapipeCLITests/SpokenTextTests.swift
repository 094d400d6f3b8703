import Diagnostics
import Glibc
import JSON
import Platform
import Recipes
import Testing

@testable import LorapipeCLI

/// No English sentence reaches a reader of Chinese by accident: every literal of the sources that reads like English is
/// rendered as it would arrive, and nothing English may be left but names and what is typed.
@Suite struct SpokenTextTests {
  private static let root =
    String(#filePath.dropLast("Tests/LorapipeCLITests/SpokenTextTests.swift".count)) + "Sources/"

  /// Every Swift file below Sources/, with its path from there.
  private static func files(below folder: String = "") -> [String] {
    LocalText.list(root + folder).sorted().flatMap { name in
      name.hasSuffix(".swift") ? [folder + name] : name.contains(".") ? [] : files(below: folder + name + "/")
    }
  }

  @Test func everyTextThatAPersonMayReadIsTranslated() {
    let speech = Speech(.chinese)
    var exceptions = Exceptions()
    var missing: [String] = []
    var count = 0
    for file in Self.files() where !exceptions.excepts(file) {
      for found in SwiftSource(Files.read(Self.root + file)).literals where !exceptions.excepts(found, in: file) {
        count += 1
        for text in speech.untranslated(found, in: file) { missing.append("\(file):\(found.line): \(text)") }
      }
    }
    #expect(count > 10_000)
    #expect(missing.isEmpty, "add to a Chinese+*.swift:\n\(missing.joined(separator: "\n"))")
    #expect(exceptions.unused.isEmpty, "no text needs: \(exceptions.unused.sorted())")
  }

  /// Sizes come from `byteText`, so that they have the same units everywhere.
  @Test func noTextHasAUnitOfBytesOfItsOwn() {
    let unit = #/\{\d\} ?[kKMGT]i?B\b/#
    var found: [String] = []
    for file in Self.files() where !file.contains("/Messages/") {
      for literal in SwiftSource(Files.read(Self.root + file)).literals where literal.literal.template.contains(unit) {
        found.append("\(file):\(literal.line): \(literal.literal.template)")
      }
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    #expect("needs {0} MiB".contains(unit) && "{1}GB free".contains(unit) && !"{0} of {1}".contains(unit))
  }

  /// What the test finds, in a source made for it.
  @Test(arguments: [
    (#"throw Diagnostic(code: "cat", "the cat sat on '\(mat)'")"#, ["the cat sat on '10'"]),
    (#"x("the cat " + "sat on the mat")"#, ["the cat sat on the mat"]),
    (#"x(isBig ? "a big cat" : "a small cat")"#, ["a big cat", "a small cat"]),
    (#"x("the cat \(isBig ? "sat on the mat" : "ran off")")"#, ["the cat sat on the mat", "the cat ran off"]),
    (#"x("the cats are " + names.joined(separator: ", "))"#, ["the cats are 10"]),
    (#"x("the cat" + (name.map { " of \($0)" } ?? ""))"#, ["the cat of 10", "the cat"]),
    ("x(\"\"\"\n  the cat \\\n  sat\n  \"\"\")", ["the cat sat"]),
    (#"x("what the cat's \(count(of: "}")) kittens (all) do")"#, ["what the cat's 10 kittens (all) do"]),
    ("x(#\"the cat \"sat\" \\n on \\#(mat)\"#)", [#"the cat "sat" \n on 10"#]),
    // A known frame with an English rest, and a known text.
    (#"x("cannot read \(file): the cat sat on it")"#, ["cannot read 10: the cat sat on it"]),
    (#"x("there is no run yet", "'\(name)' is there already")"#, []),
    // Neither sentences nor for people.
    (#"x("kebab-case", "name", "a/b.c", "\(a), \(b)", code: "x"); // "the cat sat""#, []),
    (#"y(text.replacing(/the "cat" sat/, with: "")); /* "the cat sat" */ let z = #/"the cat sat"/#"#, []),
  ])
  func anEnglishTextIsFound(_ source: String, _ expected: [String]) {
    let speech = Speech(.chinese)
    #expect(SwiftSource(source).literals.flatMap { speech.untranslated($0, in: "Some/File.swift") } == expected)
  }

  /// The system's reasons, and every kind of failed call.
  @Test(arguments: [
    EACCES, EPERM, ENOSPC, EDQUOT, EROFS, ENOENT, EISDIR, ENOTDIR, EEXIST, EFBIG, ENAMETOOLONG, ENOTEMPTY, EMFILE,
    ELOOP,
    EIO, ENOMEM, EADDRINUSE, EADDRNOTAVAIL, ECONNREFUSED, EPIPE, EBUSY, ETXTBSY, ENOEXEC, EINVAL, EAGAIN, ESRCH, ESTALE,
  ])
  func everyFailedCallIsSaidInChinese(_ code: Int32) {
    let failure = systemFailure("make the folder", path: "some/name", errno: code)
    for text in [failure.message, failure.remedy].compactMap(\.self) {
      #expect(Speech(.chinese).isTranslated(text), "\(Catalog.chinese.rendering(of: text))")
    }
  }

  @Test func everyWordForAFailedCallIsSaidInChinese() {
    let speech = Speech(.chinese)
    var count = 0
    for file in Self.files() {
      for found in SwiftSource(Files.read(Self.root + file)).literals where found.calls.last == "systemFailure" {
        count += 1
        for text in found.literal.texts {
          let messages = ["cannot \(text) 'a': Permission denied", "cannot \(text): Permission denied"]
          #expect(messages.contains { speech.isTranslated($0) }, "\(file):\(found.line): \(text)")
        }
      }
    }
    #expect(count > 30)
  }

  /// `a list of integers from 1 to 8`: phrases are put together of pieces.
  @Test func everyPhraseOfATypeIsSaidInChinese() throws {
    let simple: [ParameterType] = [
      .string, .text, .boolean, .integer(Int.min...Int.max), .integer(1...Int.max), .integer(Int.min...5),
      .integer(1...5),
      .number(0...1), .ratio, .uri,
    ]
    let types = simple + simple.map { .list($0) } + simple.map { .map($0) }
    for phrase in Set(types.map(\.phrase)) {
      let text = "'a' of stage 'b' must be \(phrase), not 5"
      #expect(Speech(.chinese).isTranslated(text), "\(phrase): \(Catalog.chinese.rendering(of: text))")
    }
  }
}

/// Which literals are not looked at, and which exceptions nothing needed.
private struct Exceptions {
  private var used: Set<String> = []

  var unused: Set<String> {
    let all = [
      Array(UntranslatedTexts.places.keys), Array(UntranslatedTexts.lists), Array(UntranslatedTexts.calls.keys),
    ]
    return Set(all.joined()).union(UntranslatedTexts.beginnings.flatMap(\.texts)).subtracting(used)
  }

  mutating func excepts(_ file: String) -> Bool {
    guard let place = UntranslatedTexts.places.keys.first(where: { file.hasPrefix($0) }) else { return false }
    used.insert(place)
    return true
  }

  mutating func excepts(_ found: SwiftSource.Found, in file: String) -> Bool {
    guard let name = file.split(separator: "/").last.map(String.init) else { return false }
    let isInList = found.calls.last { $0 == "[" || $0.contains(where: \.isLetter) } == "["
    if isInList, UntranslatedTexts.lists.contains(name) {
      used.insert(name)
      return true
    }
    for call in UntranslatedTexts.calls.keys {
      let parts = call.split(separator: "@").map(String.init)
      if found.calls.contains(parts[0]), parts.count == 1 || file.contains(parts[1]) {
        used.insert(call)
        return true
      }
    }
    let text = found.literal.template.drop { $0.isWhitespace }
    if let beginning = UntranslatedTexts.beginnings.lazy.flatMap(\.texts).first(where: { text.hasPrefix($0) }) {
      used.insert(beginning)
      return true
    }
    return false
  }
}

/// Tells whether texts are translated whole.
private struct Speech {
  private let catalog: Catalog
  /// What translations say in English on purpose.
  private let translations: String

  init(_ catalog: Catalog) {
    self.catalog = catalog
    translations = catalog.templates.compactMap { catalog.translation(of: $0) }.joined(separator: "\n")
  }

  /// The texts that a literal can become and that stay English, or partly so.
  func untranslated(_ found: SwiftSource.Found, in file: String) -> [String] {
    let name = file.split(separator: "/").last ?? ""
    let call = found.calls.last { $0.contains(where: \.isLetter) }
    let frames = UntranslatedTexts.frames.filter { $0.call == call && name.hasPrefix($0.file) }.map(\.sentence)
    let isPiece = !frames.isEmpty && found.label != "remedy" && UntranslatedTexts.pieces.contains(call ?? "")
    if !isPiece, catalog.translation(of: found.literal.template) != nil { return [] }
    return found.literal.texts.flatMap { $0.split(separator: "\n") }.map { $0.trimming(" ") }.filter { line in
      Self.isProse(line) && (isPiece || !isTranslated(line))
        && !frames.contains { isTranslated($0.replacing("{}", with: line)) }
    }
  }

  func isTranslated(_ text: String) -> Bool {
    if catalog.translation(of: text) != nil { return true }
    let rendering = catalog.rendering(of: text)
    return rendering != text && !Self.english(in: rendering).contains { !translations.contains($0) }
  }

  /// Whether a text has two words side by side, or a word beside a value; what stands in quotes is a name.
  private static func isProse(_ text: String) -> Bool {
    let words = withoutQuotes(text).split(separator: " ").map { $0.trimmingSuffix(while: { ",:;'".contains($0) }) }
    func isValue(_ word: Substring?) -> Bool { word.map { $0.contains(where: \.isNumber) } ?? true }
    for (index, word) in words.enumerated() {
      let next = index + 1 < words.count ? words[index + 1] : nil
      let previous = index > 0 ? words[index - 1] : nil
      if let next, endsAsWord(word), beginsAsWord(next) { return true }
      if words.count > 1, word.count >= 3, word.allSatisfy(isSmall), isValue(previous), isValue(next) { return true }
    }
    return false
  }

  private static func isSmall(_ character: Character) -> Bool { ("a"..."z").contains(character) }
  private static func isLetter(_ character: Character) -> Bool { character.isASCII && character.isLetter }
  private static func endsAsWord(_ word: Substring) -> Bool { word.count >= 2 && word.suffix(2).allSatisfy(isLetter) }
  private static func beginsAsWord(_ word: Substring) -> Bool { word.count >= 2 && word.prefix(2).allSatisfy(isLetter) }

  /// Runs of at least two small English words outside quotes.
  private static func english(in text: String) -> [String] {
    var runs: [String] = []
    for part in withoutQuotes(text).split(whereSeparator: { !$0.isASCII }) {
      var run: [Substring] = []
      for word: Substring in part.split(separator: " ") + [""] {
        let word = word.trimmingSuffix(while: { ",:;.!?)".contains($0) }).drop { $0 == "(" }
        if word.count >= 2, word.allSatisfy(isSmall) {
          run.append(word)
        } else {
          if run.count >= 2 { runs.append(run.joined(separator: " ")) }
          run = []
        }
      }
    }
    return runs
  }

  /// With a number in place of what stands between quotes or backticks. An apostrophe opens no quote.
  private static func withoutQuotes(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.first {
      rest = rest.dropFirst()
      let close: Character? =
        switch open {
        case "'": isLetter(result.last ?? " ") ? nil : "'"
        case "`", "\"": open
        case "“": "”"
        default: nil
        }
      if let close, let end = rest.firstIndex(of: close) {
        result.append("9")
        rest = rest[rest.index(after: end)...]
      } else {
        result.append(open)
      }
    }
    return result
  }
}

extension StringProtocol where SubSequence == Substring {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var text = self[...]
    while let last = text.last, predicate(last) { text.removeLast() }
    return text
  }

  fileprivate func trimming(_ character: Character) -> String {
    String(drop { $0 == character }.trimmingSuffix { $0 == character })
  }
}
