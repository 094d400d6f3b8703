extension Command {
  static let completions = Command(
    "completions", .workspace, abstract: "Print a completion script for a shell",
    positionals: [
      Positional("SHELL", .choice(ShellCompletions.Shell.allCases.map(\.rawValue)), help: "bash, zsh or fish.")
    ],
    examples: [
      .init("completions bash > ~/.local/share/bash-completion/completions/lorapipe", "for bash"),
      .init("completions fish > ~/.config/fish/completions/lorapipe.fish", "for fish"),
    ]
  ) { invocation in
    guard let shell = invocation.positionals.first.flatMap({ ShellCompletions.Shell(rawValue: $0) }) else {
      throw UsageError("missing SHELL", path: invocation.path)
    }
    invocation.console.write(ShellCompletions(program: Lorapipe.name, commands: Lorapipe.commands).script(shell))
    return .done
  }
}
