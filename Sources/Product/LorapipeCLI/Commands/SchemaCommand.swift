import Diagnostics
import JSON
import PipelineEngine
import Recipes

extension Command {
  static let schema = Command(
    "schema", .inspect, abstract: "Print what recipes may say: a JSON Schema for editors, or one kind for people",
    positionals: [
      Positional("KIND", .kind, .optional, help: "Describe this kind of stage: inputs, parameters, metrics.")
    ],
    examples: [
      .init(
        "schema > recipes/.schema.json", "then start a recipe with: # yaml-language-server: $schema=.schema.json"),
      .init("schema sft", "every parameter of a training, with its default"),
    ]
  ) { invocation in
    let registry = try Lorapipe.catalog.registry()
    guard let name = invocation.positionals.first else {
      invocation.console.print(JSONSchemaWriter(registry: registry).schema.text(.pretty))
      return .done
    }
    guard let kind = registry.kind(name) else {
      let known = registry.kinds.map(\.name)
      throw CommandFailure(
        cause: Diagnostic(
          code: "unknown-kind", "there is no kind of stage '\(name)'",
          remedy: didYouMean(name, among: known).map { "did you mean '\($0)'?" }
            ?? explained(name) ?? "known kinds are \(known.joined(separator: ", "))"), status: .usage)
    }
    invocation.console.write(ReferenceText.reworded(ReferenceWriter(registry: registry).section(kind)))
    return .done
  }

  /// The help page of a word that is not a kind; `nil` if there is none.
  private static func explained(_ word: String) -> String? {
    (try? HelpTopic.text(word)).flatMap { $0 }.map { _ in
      "'lorapipe help \(ShellWord.quoted(word))' explains the word"
    }
  }
}
