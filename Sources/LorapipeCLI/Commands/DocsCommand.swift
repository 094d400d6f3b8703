extension Command {
  /// Writes what is generated: the manual page, and the reference pages under `docs/`.
  static let docs = Command(
    "docs", .workspace, abstract: "Print generated documentation",
    positionals: [Positional("WHAT", .choice(["man"]), help: "man: the manual page.")], isHidden: true
  ) { invocation in
    invocation.console.write(
      ManualPage(program: Lorapipe.name, version: Lorapipe.version, commands: Lorapipe.commands).text())
    return .done
  }
}
