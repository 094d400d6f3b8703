/// Completion scripts for shells, written from the commands.
///
/// Names that live in the workspace (recipes, stages, runs), and the kinds of stages, are asked of the program itself,
/// through its hidden `complete` command, when the key is pressed.
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

  /// What may be typed in one place.
  private struct Choices {
    /// Fixed words.
    var words: [String] = []
    /// What the program is asked for: recipes, stages, runs, kinds.
    var asked: [String] = []
    var takesFiles = false
    var takesFolders = false

    mutating func add(_ kind: ValueKind, commands: [String]) {
      switch kind {
      case .choice(let choices): words += choices
      case .command: words += commands
      case .recipe: asked.append("recipes")
      case .stage: asked.append("stages")
      case .run: asked.append("runs")
      case .kind: asked.append("kinds")
      case .fileOrStage:
        asked.append("stages")
        takesFiles = true
      case .file: takesFiles = true
      case .folder: takesFolders = true
      case .text, .integer, .number, .bytes: break
      }
      var seen: Set<String> = []
      asked = asked.filter { seen.insert($0).inserted }
    }
  }

  private func choices(_ kinds: [ValueKind]) -> Choices {
    kinds.reduce(into: Choices()) { $0.add($1, commands: names) }
  }

  private func bash() -> String {
    var text = "# bash completion for \(program): source it, or put it in bash-completion's folder\n"
    text += "_\(program)() {\n  local cur prev cmd word\n"
    text += "  cur=\"${COMP_WORDS[COMP_CWORD]}\"; prev=\"${COMP_WORDS[COMP_CWORD-1]}\"; cmd=\n"
    text += "  # bash makes three words of --option=value\n"
    text += "  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi\n"
    text += "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$cmd/$word\" in\n      /help) ;;\n"
    text += "      \(commandPatterns)) cmd=\"$cmd/$word\";;\n    esac\n  done\n"
    text += "  COMPREPLY=()\n  case \"$cmd $prev\" in\n"
    for (patterns, choices) in optionValues { text += "    \(patterns)) \(bash(choices))return;;\n" }
    text += "  esac\n  case \"$cmd\" in\n"
    let global = (CommonOptions.specs + [CommandParser.version.spec]).map { "--\($0.long)" }.joined(separator: " ")
    text +=
      "    \"\") COMPREPLY=($(compgen -W \"\((names + ["help"]).joined(separator: " ")) \(global)\" -- \"$cur\"));;\n"
    for (words, command) in paths {
      let options = command.allOptions.map { "--\($0.long)" }.joined(separator: " ")
      text += "    /\(words.joined(separator: "/")))\n"
      text += "      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"\(options)\" -- \"$cur\"))\n"
      text += "      else \(bash(positionalChoices(command))):; fi;;\n"
    }
    text += "  esac\n}\ncomplete -o filenames -F _\(program) \(program)\n"
    return text
  }

  /// Statements that fill `COMPREPLY`, each with its semicolon.
  private func bash(_ choices: Choices) -> String {
    var words = choices.words
    words += choices.asked.map { "$(\(program) complete \($0) 2>/dev/null)" }
    var text = ""
    if !words.isEmpty { text += "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$cur\")); " }
    let files = choices.takesFiles ? "-f" : choices.takesFolders ? "-d" : nil
    if let files { text += "COMPREPLY+=($(compgen \(files) -- \"$cur\")); " }
    // A recipe may lie anywhere; its path is offered when none of the workspace's fits.
    if files == nil, choices.asked.contains("recipes") {
      text += "[[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- \"$cur\")); "
    }
    return text
  }

  private var commandPatterns: String { paths.map { "/" + $0.words.joined(separator: "/") }.joined(separator: "|") }

  /// Patterns of a command and one of its options with a value, and what the value may be.
  private var optionValues: [(patterns: String, choices: Choices)] {
    var result: [(String, Choices)] = []
    for (words, command) in paths {
      for option in command.allOptions {
        guard let kind = option.value else { continue }
        let spelled = ["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? [])
        let patterns = spelled.map { "\"/\(words.joined(separator: "/")) \($0)\"" }.joined(separator: "|")
        result.append((patterns, choices([kind])))
      }
    }
    for option in CommonOptions.specs {
      guard let kind = option.value else { continue }
      let spelled = ["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? [])
      result.append((spelled.map { "\" \($0)\"" }.joined(separator: "|"), choices([kind])))
    }
    return result
  }

  private func positionalChoices(_ command: Command) -> Choices {
    var choices = choices(command.positionals.map(\.kind))
    choices.words = command.subcommands.filter { !$0.isHidden }.map(\.name) + choices.words
    return choices
  }

  private func zsh() -> String {
    var text = "#compdef \(program)\n_\(program)() {\n"
    text += "  local cmd= word cur=${words[CURRENT]} prev=${words[CURRENT-1]}\n  local -a found\n"
    text += "  for word in ${words[2,CURRENT-1]}; do\n    case \"$cmd/$word\" in\n      /help) ;;\n"
    text += "      \(commandPatterns)) cmd=\"$cmd/$word\";;\n    esac\n  done\n  case \"$cmd $prev\" in\n"
    for (patterns, choices) in optionValues { text += "    \(patterns)) \(zsh(choices))return;;\n" }
    text += "  esac\n  case \"$cmd\" in\n    \"\") found=(\n"
    for command in commands where !command.isHidden {
      text += "        '\(command.name):\(quoted(command.abstract))'\n"
    }
    text += "      ); _describe command found;;\n"
    for (words, command) in paths {
      text += "    /\(words.joined(separator: "/")))\n      if [[ $cur == -* ]]; then found=(\n"
      for option in command.allOptions { text += "        '--\(option.long):\(quoted(option.help))'\n" }
      text += "      ); _describe option found; else\n"
      let subcommands = command.subcommands.filter { !$0.isHidden }
      if !subcommands.isEmpty {
        let list = subcommands.map { "'\($0.name):\(quoted($0.abstract))'" }.joined(separator: " ")
        text += "        found=(\(list)); _describe command found\n"
      }
      text += "        \(zsh(choices(command.positionals.map(\.kind)))):\n      fi;;\n"
    }
    text += "  esac\n}\nif [ \"$funcstack[1]\" = \"_\(program)\" ]; then _\(program) \"$@\"; "
    text += "else compdef _\(program) \(program); fi\n"
    return text
  }

  private func zsh(_ choices: Choices) -> String {
    var text = choices.words.isEmpty ? "" : "compadd -- \(choices.words.joined(separator: " ")); "
    for what in choices.asked { text += "compadd -- ${(f)\"$(\(program) complete \(what) 2>/dev/null)\"}; " }
    if choices.takesFiles || choices.asked.contains("recipes") { text += "_files; " }
    if choices.takesFolders { text += "_files -/; " }
    return text
  }

  private func fish() -> String {
    var text = "# fish completion for \(program)\ncomplete -c \(program) -f\n"
    for command in commands where !command.isHidden {
      text += "complete -c \(program) -n __fish_use_subcommand -a \(command.name) -d '\(quoted(command.abstract))'\n"
    }
    for (words, command) in paths {
      let condition = words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
      let complete = "complete -c \(program) -n '\(condition)'"
      let subcommands = command.subcommands.filter { !$0.isHidden }
      for sub in subcommands {
        let others = subcommands.map(\.name).joined(separator: " ")
        text += "complete -c \(program) -n '\(condition); and not __fish_seen_subcommand_from \(others)'"
        text += " -a \(sub.name) -d '\(quoted(sub.abstract))'\n"
      }
      for option in command.allOptions {
        text += "\(complete) -l \(option.long)"
        if let short = option.short { text += " -s \(short)" }
        if let kind = option.value { text += " -r" + fish(choices([kind])) }
        text += " -d '\(quoted(option.help))'\n"
      }
      let values = fish(choices(command.positionals.map(\.kind)))
      if !values.isEmpty { text += complete + values + "\n" }
    }
    return text
  }

  private func fish(_ choices: Choices) -> String {
    var values = choices.words
    values += choices.asked.map { "(\(program) complete \($0) 2>/dev/null)" }
    if choices.takesFolders { values.append("(__fish_complete_directories)") }
    return (values.isEmpty ? "" : " -a \"\(values.joined(separator: " "))\"")
      + (choices.takesFiles || choices.asked.contains("recipes") ? " -F" : "")
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
