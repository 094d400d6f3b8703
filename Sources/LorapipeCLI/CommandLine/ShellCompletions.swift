/// Completion scripts for shells, written from the commands.
///
/// Names that live in the workspace (recipes, stages, runs) are asked of the program itself, through its hidden
/// `complete` command, when the key is pressed.
struct ShellCompletions {
  var program: String
  var commands: [Command]

  enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
  }

  func script(_ shell: Shell) -> String {
    switch shell {
    case .bash: bash()
    case .zsh: zsh()
    case .fish: fish()
    }
  }

  /// Every command with the words that lead to it, parents before children.
  private var paths: [(words: [String], command: Command)] {
    var result: [(words: [String], command: Command)] = []
    func add(_ command: Command, _ words: [String]) {
      guard !command.isHidden else { return }
      let words = words + [command.name]
      result.append((words, command))
      for sub in command.subcommands { add(sub, words) }
    }
    for command in commands { add(command, []) }
    return result
  }

  private var names: [String] { commands.filter { !$0.isHidden }.map(\.name) }

  /// The shell expression that lists values of a kind: fixed words, or what the program answers.
  private func words(_ kind: ValueKind?) -> String? {
    switch kind {
    case .choice(let choices): choices.joined(separator: " ")
    case .recipe: "$(\(program) complete recipes 2>/dev/null)"
    case .stage: "$(\(program) complete stages 2>/dev/null)"
    case .run: "$(\(program) complete runs 2>/dev/null)"
    case .command: names.joined(separator: " ")
    default: nil
    }
  }

  private func bash() -> String {
    var text = "# bash completion for \(program): source it, or put it in bash-completion's folder\n"
    text += "_\(program)() {\n  local cur prev path word\n"
    text += "  cur=\"${COMP_WORDS[COMP_CWORD]}\"; prev=\"${COMP_WORDS[COMP_CWORD-1]}\"; path=\n"
    text += "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
    text += "    case \"$path/$word\" in\n"
    text += "      " + paths.map { "/" + $0.words.joined(separator: "/") }.joined(separator: "|")
    text += ") path=\"$path/$word\";;\n    esac\n  done\n"
    text += "  case \"$path $prev\" in\n"
    for (words, command) in paths {
      for option in command.allOptions where option.value != nil {
        let spelled = (["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? []))
        let patterns = spelled.map { "\"/\(words.joined(separator: "/")) \($0)\"" }.joined(separator: "|")
        let reply =
          self.words(option.value).map { "COMPREPLY=($(compgen -W \"\($0)\" -- \"$cur\"))" }
          ?? "COMPREPLY=($(compgen -f -- \"$cur\"))"
        text += "    \(patterns)) \(reply); return;;\n"
      }
    }
    text += "  esac\n  case \"$path\" in\n"
    text += "    \"\") COMPREPLY=($(compgen -W \"\(names.joined(separator: " "))\" -- \"$cur\"));;\n"
    for (words, command) in paths {
      let options = command.allOptions.map { "--\($0.long)" }.joined(separator: " ")
      let first = command.subcommands.filter { !$0.isHidden }.map(\.name).joined(separator: " ")
      let values = command.positionals.compactMap { self.words($0.kind) }.joined(separator: " ")
      text += "    /\(words.joined(separator: "/")))\n"
      text += "      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"\(options)\" -- \"$cur\"))\n"
      text +=
        "      else COMPREPLY=($(compgen -W \"\(first) \(values)\" -- \"$cur\") $(compgen -f -- \"$cur\")); fi;;\n"
    }
    text += "  esac\n}\ncomplete -o filenames -F _\(program) \(program)\n"
    return text
  }

  private func zsh() -> String {
    var text =
      "#compdef \(program)\n_\(program)() {\n  local -a found\n  local words_before=\"${(j:/:)words[2,CURRENT-1]}\"\n"
    text += "  case \"/$words_before\" in\n"
    for (words, command) in paths.reversed() {
      text += "    /\(words.joined(separator: "/"))*)\n      found=(\n"
      for option in command.allOptions { text += "        '--\(option.long):\(quoted(option.help))'\n" }
      for sub in command.subcommands where !sub.isHidden {
        text += "        '\(sub.name):\(quoted(sub.abstract))'\n"
      }
      text += "      )\n      _describe 'option' found\n"
      for argument in command.positionals {
        if let values = self.words(argument.kind) {
          text += "      compadd -- ${(f)\"\(values.hasPrefix("$") ? values : "$(echo \(values))")\"}\n"
        }
      }
      text += "      _files;;\n"
    }
    text += "    *)\n      found=(\n"
    for command in commands where !command.isHidden {
      text += "        '\(command.name):\(quoted(command.abstract))'\n"
    }
    text += "      )\n      _describe 'command' found;;\n  esac\n}\n_\(program) \"$@\"\n"
    return text
  }

  private func fish() -> String {
    var text = "# fish completion for \(program)\n"
    for command in commands where !command.isHidden {
      text += "complete -c \(program) -n __fish_use_subcommand -f -a \(command.name) -d '\(quoted(command.abstract))'\n"
    }
    for (words, command) in paths {
      let condition = words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
      for sub in command.subcommands where !sub.isHidden {
        text += "complete -c \(program) -n '\(condition)' -f -a \(sub.name) -d '\(quoted(sub.abstract))'\n"
      }
      for option in command.allOptions {
        text += "complete -c \(program) -n '\(condition)' -l \(option.long)"
        if let short = option.short { text += " -s \(short)" }
        if option.value != nil {
          text += " -r"
          if let values = self.words(option.value) {
            text += " -f -a \"\(values.hasPrefix("$") ? String(values.dropFirst()) : values)\""
          }
        }
        text += " -d '\(quoted(option.help))'\n"
      }
      for argument in command.positionals {
        if let values = self.words(argument.kind) {
          text += "complete -c \(program) -n '\(condition)' -a"
          text += " \"\(values.hasPrefix("$") ? String(values.dropFirst()) : values)\"\n"
        }
      }
    }
    return text
  }

  private func quoted(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "'": result += "’"
      case ":": result += " "
      case "\\", "[", "]", "$", "\"", "`": continue
      default: result.append(character)
      }
    }
    return result
  }
}
