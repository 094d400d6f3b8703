import Testing

@testable import LorapipeCLI

/// What wrong input prints, kept whole as files beside the help screens and accepted the same way.
@Suite struct ErrorTextTests {
  /// Command lines that must end with status 2 in an empty folder, in a workspace with a recipe, and what they say.
  private static let lines = [
    "rnu", "run --forse", "run -x", "run -j 0", "run -j", "run --memory 1X", "run --jobs 2 --jobs 3",
    "run --color pink",
    "run -n=3", "cache", "cache lss", "help nope", "completions tcsh", "export", "graph --dot --mermaid",
    "explain a b c mixd",
    "run nowhere.yaml", "run smal", "run --until mixd", "show nothing", "show latest~3", "diff one two", "logs mixd",
    "cache pin 0000", "tokens show", "data lint nothing.jsonl", "data inspect rows.arrow",
    "data lint /dev/null", "resume", "run -S", "run -S x", "run -S =1", "run -S mixed.ratoi=1:2",
    "run -S mixed.ratio=5",
    "run -S nowhere.x=1", "run -S seed=-1", "-C nowhere run", "export nothing -o out", "init --frce", "lint nothing",
  ]

  @Test func usageErrorsSayWhatIsWrongAndWhatWouldBeRight() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/small.yaml", "stages:\n  mixed: { kind: mix, domain: [./rows.jsonl] }\n")
    program.write("recipes/rows.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\n")
    program.write("rows.arrow", "")
    var text = ""
    for line in Self.lines {
      let result = program.run(line)
      #expect(result.status == 2, "\(line): \(result.status)")
      #expect(result.output.isEmpty, "\(line)")
      text += "$ lorapipe \(line)\n\(result.error)\n"
    }
    try Snapshot("LorapipeCLI/errors/usage.txt").check(without(text, program.folder))
  }

  @Test func everyMistakeOfARecipeIsShownWithItsPlace() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/bad.yaml", Self.recipe)
    let result = program.run("lint")
    #expect(result.status == 2 && result.output.isEmpty)
    try Snapshot("LorapipeCLI/errors/recipe.txt").check(without(result.error, program.folder))
  }

  private func without(_ text: String, _ folder: String) -> String {
    text.split(separator: folder, omittingEmptySubsequences: false).joined(separator: "FOLDER")
  }

  private static let recipe = """
    name: bad
    sed: 42
    vars: { x: 3, unused: 1 }
    env: [HF_TOKEN]
    stages:
      base: { kind: fetch, sorce: "hf:x/y" }
      rows: { kind: substitut, data: ./nope.jsonl }
      mixed:
        kind: mix
        domain: [rows, nope, mixed.jsonl]
        general: ["zh#0", base]
        ratio: "1:x"
        validation: 1.5
        seed: 3
      tokens: { kind: tokenize, model: base, data: mixed, cutoff_len: 2048, max_length: .nan }
      train:
        kind: sft
        model: base
        data: tokens
        lora_rank: 8
        lora: { rank: 0, alpha: 1e400, targets: all-liner }
        per_device_train_batch_size: 2
        num_train_epochs: 3
        learning_rate: fast
        epochs: -1
        batch_size: 2.5
        schedule: { kind: cosin }
        colors: red
      eval: { kind: eval, model: train, adapter: merged, data: tokens }
      merged: { kind: merge, model: base, adapter: merged, dtype: bf16 }
      v: { kind: command, run: [echo, "${vars.y}", "${env.FOO}", "${nope}", "${vars.x"] }
      w: { kind: command, run: echo, shell: echo }
      "two words": { kind: command, run: [x], inputs: { a: ./nope.txt } }

    """
}
