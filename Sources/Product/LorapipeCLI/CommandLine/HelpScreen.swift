/// Help as text, written from the command itself.
struct HelpScreen {
  var program: String
  var commands: [Command]
  var width = 88

  /// The program's own screen: every command under its heading.
  func overview() -> String {
    var text = "\(program): LoRA fine-tuning on a CPU, from a recipe to a measured, merged, served model.\n"
    text += "\nUsage: \(program) COMMAND [OPTIONS]\n"
    let visible = commands.filter { !$0.isHidden }
    let column = (visible.map(\.name.count).max() ?? 0) + 4
    for group in Command.Group.allCases {
      let members = visible.filter { $0.group == group }
      guard !members.isEmpty else { continue }
      text += "\n\(group.rawValue):\n"
      for command in members { text += row("  " + command.name, command.abstract, column: column) }
    }
    text += "\n'\(program) help COMMAND' describes a command. Start with '\(program) init' or '\(program) run'.\n"
    return text
  }

  /// One command's screen.
  func screen(_ command: Command, path: [String]) -> String {
    var text = command.abstract + ".\n"
    text += "\nUsage: \(usage(command, path: path))\n"
    for paragraph in command.discussion.split(separator: "\n\n") {
      text += "\n" + Self.wrap(String(paragraph), width: width).joined(separator: "\n") + "\n"
    }
    if !command.subcommands.isEmpty {
      text += "\nCommands:\n"
      let column = (command.subcommands.map(\.name.count).max() ?? 0) + 4
      for sub in command.subcommands where !sub.isHidden { text += row("  " + sub.name, sub.abstract, column: column) }
    }
    if !command.positionals.isEmpty {
      text += "\nArguments:\n"
      let column = min((command.positionals.map(\.name.count).max() ?? 0) + 4, 26)
      for argument in command.positionals { text += row("  " + argument.name, argument.help, column: column) }
    }
    text += "\nOptions:\n"
    for option in command.allOptions { text += row(Self.spelling(option), option.help, column: 26) }
    if !command.examples.isEmpty {
      text += "\nExamples:\n"
      for example in command.examples {
        text += "  \(program) \(example.line)\n      \(example.text)\n"
      }
    }
    return text
  }

  func usage(_ command: Command, path: [String]) -> String {
    var words = path
    if !command.subcommands.isEmpty { words.append("COMMAND") }
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

  /// Breaks a text into lines no wider than `width` columns, at spaces.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var columns = 0
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let wide = DisplayWidth.of(String(word))
      if !line.isEmpty, columns + 1 + wide > width {
        lines.append(line)
        line = ""
        columns = 0
      }
      if !line.isEmpty {
        line += " "
        columns += 1
      }
      line += word
      columns += wide
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
