import Diagnostics

/// Text cut and padded to columns of a terminal.
enum DisplayWidth {
  static func of(_ text: String) -> Int { text.displayWidth }

  /// The start of a text that fits a number of columns, with `…` when something was left out.
  static func fit(_ text: String, _ columns: Int) -> String {
    guard of(text) > columns else { return text }
    guard columns > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      let width = character.displayWidth
      if used + width > columns - 1 { break }
      result.append(character)
      used += width
    }
    return result + "…"
  }

  /// The text with spaces after it up to a number of columns.
  static func pad(_ text: String, _ columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - of(text)))
  }
}
