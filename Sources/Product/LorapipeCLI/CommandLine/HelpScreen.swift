import Diagnostics

/// Help as text, written from the command itself.
struct HelpScreen {
  var program: String
  var commands: [Command]
  var width = 88
  /// Where the pages of documentation lie; `nil` where they were not installed with the program.
  var pages: String?

  /// The program's own screen: every command under its heading.
  func overview() -> String {
    var text = say("\(program): LoRA fine-tuning on a CPU, from a recipe to a measured, merged, served model.")
    text += "\n\n" + say("Usage: \(program) COMMAND [OPTIONS]") + "\n"
    let visible = commands.filter { !$0.isHidden }
    let column = (visible.map(\.name.count).max() ?? 0) + 4
    for group in Command.Group.allCases {
      let members = visible.filter { $0.group == group }
      guard !members.isEmpty else { continue }
      text += "\n\(translated(group.rawValue))\(Language.current == .chinese ? "：" : ":")\n"
      for command in members { text += row("  " + command.name, translated(command.abstract), column: column) }
    }
    text += "\n"
    text +=
      say("'\(program) help COMMAND' describes a command. Start with '\(program) init' or '\(program) run'.") + "\n"
    text += row("  --lang LANG", translated(CommonOptions.language.spec.help), column: 16)
    if let pages {
      text += "\n" + say("Pages: \(pages)/README.md and \(pages)/docs") + "\n"
    }
    return text
  }

  /// One command's screen.
  func screen(_ command: Command, path: [String]) -> String {
    var text = translated(command.abstract) + (Language.current == .chinese ? "。\n" : ".\n")
    text += "\n" + say("Usage: \(usage(command, path: path))") + "\n"
    for paragraph in command.discussion.split(separator: "\n\n") {
      text += "\n" + Self.wrap(translated(String(paragraph)), width: width).joined(separator: "\n") + "\n"
    }
    if !command.subcommands.isEmpty {
      text += "\n" + say("Commands:") + "\n"
      let column = (command.subcommands.map(\.name.count).max() ?? 0) + 4
      for sub in command.subcommands where !sub.isHidden {
        text += row("  " + sub.name, translated(sub.abstract), column: column)
      }
    }
    if !command.positionals.isEmpty {
      text += "\n" + say("Arguments:") + "\n"
      let column = min((command.positionals.map(\.name.count).max() ?? 0) + 4, 26)
      for argument in command.positionals {
        text += row("  " + argument.name, translated(argument.help), column: column)
      }
    }
    text += "\n" + say("Options:") + "\n"
    // The language is chosen once and for all: only the overview says how.
    for option in command.allOptions where option.long != CommonOptions.language.spec.long {
      text += row(Self.spelling(option), translated(option.help), column: 26)
    }
    if !command.examples.isEmpty {
      text += "\n" + say("Examples:") + "\n"
      for example in command.examples {
        text += "  \(program) \(example.line)\n      \(translated(example.text))\n"
      }
    }
    return text
  }

  func usage(_ command: Command, path: [String]) -> String {
    var words = path
    if !command.subcommands.isEmpty { words.append(command.runsItself ? "[COMMAND]" : "COMMAND") }
    words.append("[OPTIONS]")
    for argument in command.positionals {
      switch argument.arity {
      case .one: words.append(argument.name)
      case .optional: words.append("[\(argument.name)]")
      case .many: words.append("[\(argument.name)…]")
      }
    }
    return words.joined(separator: " ")
  }

  static func spelling(_ option: OptionSpec) -> String {
    let short = option.short.map { "-\($0), " } ?? "    "
    return "  \(short)--\(option.long)" + (option.value == nil ? "" : " \(option.placeholder)")
  }

  private func translated(_ text: String) -> String { say(Wording(template: text)) }

  private func row(_ left: String, _ right: String, column: Int) -> String {
    let lines = Self.wrap(right, width: width - column)
    let pad = String(repeating: " ", count: column)
    var text: String
    if left.count + 2 > column {
      text = left + "\n" + pad + (lines.first ?? "") + "\n"
    } else {
      text = left + String(repeating: " ", count: column - left.count) + (lines.first ?? "") + "\n"
    }
    for line in lines.dropFirst() { text += pad + line + "\n" }
    return text
  }

  /// Breaks a text into lines no wider than `width` columns: at spaces, and between wide characters, which have none.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var columns = 0
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      for (index, piece) in pieces(of: word).enumerated() {
        let wide = DisplayWidth.of(String(piece))
        let gap = line.isEmpty || index > 0 ? 0 : 1
        if !line.isEmpty, columns + gap + wide > width {
          lines.append(line)
          line = ""
          columns = 0
        } else if gap > 0 {
          line += " "
          columns += 1
        }
        line += piece
        columns += wide
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// A word as far as a line may break inside it: before a wide character, unless that closes what stands before it.
  private static func pieces(of word: Substring) -> [Substring] {
    var pieces: [Substring] = []
    var start = word.startIndex
    var wasWide = false
    for index in word.indices {
      let isWide = word[index].displayWidth > 1
      if index > start, isWide || wasWide, !"，。；：、！？）》」…".contains(word[index]) {
        pieces.append(word[start..<index])
        start = index
      }
      wasWide = isWide || wasWide && "，。；：、！？）》」…".contains(word[index])
    }
    pieces.append(word[start...])
    return pieces
  }
}
