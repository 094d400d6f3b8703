import PipelineEngine
import Recipes

extension Command {
  /// Prints what is generated: the manual page, and the reference of the recipe language.
  static let docs = Command(
    "docs", .workspace, abstract: "Print generated documentation",
    positionals: [
      Positional("WHAT", .choice(["man", "reference"]), help: "man: the manual page; reference: every stage's keys.")
    ], isHidden: true
  ) { invocation in
    switch invocation.positionals.first {
    case "reference": invocation.console.write(ReferenceWriter(registry: try Lorapipe.catalog.registry()).markdown)
    default:
      invocation.console.write(
        ManualPage(program: Lorapipe.name, version: Lorapipe.version, commands: Lorapipe.commands).text())
    }
    return .done
  }
}
