/// The manual page in roff's `man` macros, written from the commands.
struct ManualPage {
  var program: String
  var version: String
  var commands: [Command]

  func text() -> String {
    var page = ".TH \(program.uppercased()) 1 \"\" \"\(program) \(version)\" \"User Commands\"\n"
    page += ".SH NAME\n\(program) \\- LoRA fine-tuning on a CPU, from a recipe to a served model\n"
    page += ".SH SYNOPSIS\n.B \(program)\n.I COMMAND\n[OPTIONS]\n"
    page += ".SH COMMON OPTIONS\n" + CommonOptions.specs.map(option).joined()
    page += ".SH COMMANDS\n"
    for command in commands where !command.isHidden { page += section(command, path: [program, command.name]) }
    page += ".SH EXIT STATUS\n"
    page += ".TP\n0\ndone\n.TP\n1\na stage failed\n.TP\n2\nbad usage or recipe\n.TP\n130\ninterrupted\n"
    page += ".SH ENVIRONMENT\n.TP\nNO_COLOR\nno color unless \\-\\-color always\n"
    page += ".TP\nHF_TOKEN, HF_ENDPOINT, MODELSCOPE_API_TOKEN, MODELSCOPE_DOMAIN\n"
    page += "credentials and mirrors of the model hubs; read by fetch only and never recorded\n"
    return page
  }

  private func section(_ command: Command, path: [String]) -> String {
    let usage = HelpScreen(program: program, commands: commands).usage(command, path: path)
    var text = ".SS \(escape(usage))\n\(escape(command.abstract)).\n"
    for paragraph in command.discussion.split(separator: "\n\n") { text += ".PP\n\(escape(String(paragraph)))\n" }
    for argument in command.positionals {
      text += ".TP\n.I \(escape(argument.name))\n\(escape(argument.help))\n"
    }
    text += command.options.map(option).joined()
    for sub in command.subcommands where !sub.isHidden { text += section(sub, path: path + [sub.name]) }
    return text
  }

  private func option(_ option: OptionSpec) -> String {
    let spelled = HelpScreen.spelling(option).drop { $0 == " " }
    return ".TP\n.B \(escape(String(spelled)))\n\(escape(option.help))\n"
  }

  private func escape(_ text: String) -> String {
    var result = ""
    for (index, character) in text.enumerated() {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case ".", "'": result += index == 0 ? "\\&\(character)" : String(character)
      case "\n": result += " "
      default:
        // Characters beyond ASCII by their numbers, which every troff knows.
        for scalar in character.unicodeScalars {
          if scalar.isASCII {
            result.unicodeScalars.append(scalar)
          } else {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
          }
        }
      }
    }
    return result
  }
}
