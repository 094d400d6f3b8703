import Diagnostics
import JSON
import YAML

/// A value that names a file: what begins with `./`, `../`, `/`, `~/` or `file:`.
struct LocalPath {
  /// Without `file:`, which may be followed by `//`.
  var text: String

  init?(_ value: String) {
    if value.hasPrefix("file:") {
      let rest = value.dropFirst(5)
      text = String(rest.hasPrefix("//") ? rest.dropFirst(2) : rest)
    } else if value.hasPrefix("./") || value.hasPrefix("../") || value.hasPrefix("/") || value == "." || value == ".."
      || Self.homes.contains(where: value.hasPrefix) || value == "~"
    {
      text = value
    } else {
      return nil
    }
    guard !text.isEmpty else { return nil }
  }

  /// How shells write the home folder.
  private static let homes = ["~/", "$HOME/", "%USERPROFILE%\\", "%USERPROFILE%/"]

  /// Whether a shell would have put the home folder in: a recipe does not, because it must mean the same for everybody.
  var beginsAtHome: Bool { text == "~" || Self.homes.contains(where: text.hasPrefix) }
}

extension LoadSession {
  /// A recipe must mean the same whoever runs it, so it does not know whose home `~` is.
  func reportHomeFolder(_ path: LocalPath, at mark: YAMLMark) {
    report(
      "home-folder", "'\(path.text)' begins at a home folder, and a recipe is the same for everybody", at: mark,
      remedy: "write the whole path, or one from the recipe's own folder")
  }
}

/// The text of a reference taken apart: `train[category=shoes]#2000`.
struct StageReference {
  enum Selector: Equatable {
    case all
    /// `nil` stands for any value.
    case coordinates([(key: String, value: String?)])

    static func == (left: Selector, right: Selector) -> Bool {
      switch (left, right) {
      case (.all, .all): true
      case (.coordinates(let left), .coordinates(let right)): left.elementsEqual(right, by: ==)
      default: false
      }
    }
  }

  var name: String
  var selector: Selector?
  var rowCap: Int?

  /// Splits a trailing `#N` off.
  ///
  /// - Returns: the rest, and the text after `#` when there is one.
  static func splitCap(_ text: String) -> (rest: String, cap: Substring?) {
    guard let hash = text.lastIndex(of: "#") else { return (text, nil) }
    return (String(text[..<hash]), text[text.index(after: hash)...])
  }

  /// `nil` when the brackets do not parse.
  init?(_ text: String) {
    guard let open = text.firstIndex(of: "[") else {
      name = text
      return
    }
    guard text.hasSuffix("]") else { return nil }
    name = String(text[..<open])
    let inside = text[text.index(after: open)...].dropLast()
    if inside == "*" {
      selector = .all
      return
    }
    var coordinates: [(key: String, value: String?)] = []
    for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { return nil }
      let value = sides[1].trimmed
      coordinates.append((sides[0].trimmed, value == "*" ? nil : value))
    }
    selector = .coordinates(coordinates)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

/// What a stage's name may be: it stands in references, overrides and paths of logs.
enum StageName {
  /// Words that begin an override.
  static let reserved: Set<String> = ["vars", "with", "seed", "env", "params", "matrix", "stages", "recipe"]

  /// The usual case, told without Unicode's tables.
  private static func isPlain(_ name: String) -> Bool {
    guard name.utf8.count <= 100, let first = name.utf8.first, first | 0x20 >= 0x61, first | 0x20 <= 0x7A else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F || byte == 0x2D
    }
  }

  /// Why a name cannot be used, or `nil` when it can.
  static func problem(_ name: String) -> String? {
    if reserved.contains(name) { return "'\(name)' is a word of the language and cannot name a stage" }
    if isPlain(name) { return nil }
    guard let first = name.unicodeScalars.first else { return "a stage needs a name" }
    let valid =
      (first.properties.isAlphabetic || first == "_")
      && name.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_" || $0 == "-"
      }
    if !valid { return "'\(name)' cannot name a stage" }
    return name.utf8.count > 100 ? "the name '\(name.prefix(20))…' is longer than 100 bytes" : nil
  }
}
