import Testing

@testable import LorapipeCLI

/// Every help screen is kept as a file, so that a change of wording is seen where it is made.
/// To accept new wording: `LORAPIPE_UPDATE_SNAPSHOTS=1 swift test --filter HelpScreenTests`.
@Suite struct HelpScreenTests {
  @Test func overviewIsAsAccepted() throws {
    let screen = HelpScreen(program: Lorapipe.name, commands: Lorapipe.commands)
    try Snapshot("LorapipeCLI/help/lorapipe.txt").check(screen.overview())
  }

  @Test func everyCommandsScreenIsAsAccepted() throws {
    let screen = HelpScreen(program: Lorapipe.name, commands: Lorapipe.commands)
    func check(_ command: Command, _ path: [String]) throws {
      let path = path + [command.name]
      let name = path.dropFirst().joined(separator: "-")
      let text = screen.screen(command, path: path)
      try Snapshot("LorapipeCLI/help/\(name).txt").check(text)
      #expect(text.split(separator: "\n").allSatisfy { DisplayWidth.of(String($0)) <= 100 }, "\(name)")
      for sub in command.subcommands { try check(sub, path) }
    }
    for command in Lorapipe.commands where !command.isHidden { try check(command, [Lorapipe.name]) }
  }

  /// What a person reads, a program can read too.
  @Test func everyCommandThatPrintsFiguresSpeaksJSON() {
    let others: Set<String> = ["schema", "completions", "chat"]
    func check(_ command: Command) {
      guard command.subcommands.isEmpty else {
        for sub in command.subcommands { check(sub) }
        return
      }
      #expect(others.contains(command.name) != command.options.contains { $0.long == "json" }, "\(command.name)")
    }
    for command in Lorapipe.commands where !command.isHidden { check(command) }
  }

  @Test func manualPageHoldsNothingATroffMayNotKnow() {
    let page = ManualPage(program: "lorapipe", version: "0", commands: Lorapipe.commands).text()
    let foreign = page.unicodeScalars.filter { !$0.isASCII }
    #expect(foreign.isEmpty)
  }

  @Test func manualPageAndCompletionsNameEveryCommand() {
    let page = ManualPage(program: "lorapipe", version: "0", commands: Lorapipe.commands).text()
    let completions = ShellCompletions(program: "lorapipe", commands: Lorapipe.commands)
    for command in Lorapipe.commands where !command.isHidden {
      #expect(page.contains("lorapipe \(command.name)"))
      for shell in ShellCompletions.Shell.allCases {
        #expect(completions.script(shell).contains(command.name), "\(shell) \(command.name)")
      }
    }
  }
}
