import Diagnostics
import JSON
import Recipes
import Testing

/// Kinds with every feature a schema has, close to the real ones.
enum TestKinds {
  static let all: [StageKind] = [
    StageKind(
      "fetch", version: 1, summary: "Takes files from a hub.",
      parameters: [
        ParameterSpec("source", .uri, required: true, help: "Where from."),
        ParameterSpec("revision", .string, help: "Branch, tag or commit."),
        ParameterSpec("include", .list(.string), help: "Patterns of files to take."),
      ],
      output: .files,
      outputRules: [
        OutputRule("source", prefix: "hf-dataset:", gives: .dataset),
        OutputRule("source", prefix: "modelscope-dataset:", gives: .dataset),
        OutputRule("source", prefix: "hf:", gives: .model), OutputRule("source", prefix: "modelscope:", gives: .model),
      ]),
    StageKind(
      "substitute", version: 1, summary: "Fills placeholders.",
      inputs: [InputSpec("data", [.dataset, .files], help: "Rows with placeholders.")],
      parameters: [
        ParameterSpec("by", .string, default: "tag", help: "The field that picks a language."),
        ParameterSpec(
          "values", .map(.oneOf([.string, .map(.string)])), required: true, help: "What stands for each placeholder."),
      ], output: .dataset),
    StageKind(
      "mix", version: 1, summary: "Mixes datasets.",
      inputs: [
        InputSpec("domain", [.dataset, .files], .many, allowsRowCap: true, help: "Your rows."),
        InputSpec("general", [.dataset, .files], .many, allowsRowCap: true, help: "General rows."),
      ],
      parameters: [
        ParameterSpec("ratio", .ratio, help: "Domain to general."),
        ParameterSpec("validation", .number(0...0.9), default: 0, help: "Share held out."),
      ], output: .dataset, usesSeed: true),
    StageKind(
      "tokenize", version: 1, summary: "Tokenizes.",
      inputs: [
        InputSpec("model", [.model, .files], help: "Whose tokenizer."), InputSpec("data", [.dataset], help: "Rows."),
      ],
      parameters: [
        ParameterSpec("system", .string, help: "System prompt."),
        ParameterSpec("max_length", .integer(1...1_000_000), default: 2048, help: "Longest row."),
      ], output: .tokens),
    StageKind(
      "sft", version: 1, summary: "Trains an adapter.",
      inputs: [
        InputSpec("model", [.model, .files], help: "The base."), InputSpec("data", [.tokens], help: "What to learn."),
      ],
      parameters: [
        ParameterSpec(
          "lora",
          .object([
            ParameterSpec("rank", .integer(1...4096), default: 8, help: "Rank.", aliases: ["lora_rank"]),
            ParameterSpec("alpha", .number(exclusiveMinimum: 0), default: 32, help: "Scale."),
            ParameterSpec(
              "targets", .oneOf([.choice(["all-linear"]), .list(.string)]), default: "all-linear", help: "Which layers."
            ),
          ]), default: [:], help: "The adapter's shape."),
        ParameterSpec(
          "learning_rate", .number(exclusiveMinimum: 0), default: 1e-4, help: "Peak rate.", aliases: ["lr"]),
        ParameterSpec("batch_size", .integer(1...Int.max), default: 2, help: "Rows a step."),
        ParameterSpec("epochs", .number(exclusiveMinimum: 0), default: 3, help: "Passes."),
        ParameterSpec("optimizer", .choice(["adamw", "sgd"]), default: "adamw", help: "Optimizer."),
        ParameterSpec("load_best", .boolean, default: false, help: "Keep the best checkpoint."),
        ParameterSpec(
          "eval_every", .integer(1...Int.max), semanticOnlyWith: ["load_best"], help: "Steps between evaluations."),
        ParameterSpec("save_every", .integer(1...Int.max), semantic: false, help: "Steps between checkpoints."),
      ], output: .adapter, usesSeed: true),
    StageKind(
      "serve", version: 1, summary: "Serves.",
      inputs: [
        InputSpec("model", [.model], help: "The base."), InputSpec("adapters", [.adapter], .many, help: "Adapters."),
      ],
      parameters: [ParameterSpec("title", .string, help: "Title.")], output: .service),
    StageKind(
      "command", version: 1, summary: "Runs a program.",
      inputs: [InputSpec("inputs", [], .named, help: "What the program reads.")],
      parameters: [ParameterSpec("run", .list(.string), required: true, help: "Arguments.")], output: .files),
  ]
}

/// A loader over files in memory; recipes lie in /work/recipes, pipelines in /work/pipelines.
func testLoader(_ files: [String: String] = [:], environment: [String: String] = [:]) throws -> RecipeLoader {
  RecipeLoader(
    registry: try StageRegistry(TestKinds.all), environment: environment, files: .memory(files))
}

/// Loads a recipe's text as /work/recipes/r.yaml.
func load(
  _ text: String, _ overrides: [String] = [], files: [String: String] = [:], environment: [String: String] = [:]
) throws -> [Recipe] {
  try testLoader(files, environment: environment)
    .load(bytes: Array(text.utf8), path: "recipes/r.yaml", overrides: overrides).recipes
}

/// What a person would read when loading fails; empty when it does not.
func errors(
  _ text: String, _ overrides: [String] = [], files: [String: String] = [:], environment: [String: String] = [:]
) throws -> String {
  do {
    _ = try load(text, overrides, files: files, environment: environment)
    return ""
  } catch let list as DiagnosticList {
    return DiagnosticRenderer().render(list.diagnostics)
  }
}

/// Compares whole messages; shows what was printed when they differ.
func expectText(_ actual: String, _ expected: String, at place: Testing.SourceLocation = #_sourceLocation) {
  if actual != expected { Issue.record("printed:\n\(actual)", sourceLocation: place) }
}
