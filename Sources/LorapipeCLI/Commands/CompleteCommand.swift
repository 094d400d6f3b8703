extension Command {
  /// Answers shell completions: one candidate a line, silent when there is none.
  static let complete = Command(
    "complete", .workspace, abstract: "List names for shell completion",
    positionals: [Positional("WHAT", .choice(["recipes"]), help: "recipes.")], isHidden: true
  ) { invocation in
    guard let workspace = Workspace.nearest(from: LocalText.currentFolder()) else { return .done }
    for path in workspace.recipes { invocation.console.print(workspace.display(workspace.root + "/" + path)) }
    return .done
  }
}
