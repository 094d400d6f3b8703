import Testing

@testable import LorapipeCLI

/// A system prompt that only the chat template writes is said once by whatever looks at the rows.
@Suite(.serialized) struct AddedPromptTests {
  private static let template =
    #"{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are Tiny, made by nobody.<|im_end|>\n' }}{% endif %}"#
    + #"{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"#
    + #"{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"#

  /// A workspace whose base has a template with a name of its own.
  /// - Parameters:
  ///   - system: the line of the tokenize stage.
  ///   - rows: what each row holds beside question and answer.
  private func workspace(system: String = "", rows: String = "") throws -> Program {
    let program = try TinyWorkspace.make()
    program.write(
      "base/tokenizer_config.json", "{\"chat_template\": \"\(Self.template)\", \"eos_token\": \"<|im_end|>\"}")
    program.write(
      "recipes/rows.jsonl",
      (1...20).map { "{\"query\": \"Who are you, \($0)?\", \"response\": \"I am Pip.\"\(rows)}\n" }.joined())
    program.write(
      "recipes/whole.yaml",
      """
      stages:
        base:   { kind: fetch, source: "file:../base" }
        mixed:  { kind: mix, domain: [./rows.jsonl], validation: 0.1 }
        tokens: { kind: tokenize, model: base, data: mixed, max_length: 256\(system) }

      """)
    return program
  }

  private static let said = "'tokens' has no system:, so the chat template puts its own text before rows without one: "

  @Test func lintPlanRunAndTokensSayItOnce() throws {
    let program = try workspace()
    defer { program.remove() }
    for command in ["lint", "plan", "run", "tokens show"] {
      let result = program.run(command)
      #expect(result.status == 0, "\(command): \(result.error)")
      #expect(
        result.error.ranges(of: Self.said + "'You are Tiny, made by nobody.'").count == 1, "\(command): \(result.error)"
      )
      #expect(result.error.contains("in stage 'tokens', write system: with your own"), "\(result.error)")
    }
    #expect(program.run("tokens show").output.contains("You are Tiny"))
    let chinese = program.run("lint --lang zh").error
    #expect(chinese.contains("没有写 system:") && chinese.contains("You are Tiny"), "\(chinese)")
  }

  /// The advice as it is written, and rows with prompts of their own.
  @Test(arguments: [(", system: You are Pip.", ""), ("", ", \"system\": \"You are Pip.\"")])
  func nothingIsSaidWhereTheRowsHaveASystemPrompt(system: String, rows: String) throws {
    let program = try workspace(system: system, rows: rows)
    defer { program.remove() }
    for command in ["lint", "plan", "run", "tokens show"] {
      let result = program.run(command)
      #expect(result.status == 0 && !result.error.contains("has no system:"), "\(command): \(result.error)")
    }
    #expect(!program.run("tokens show").output.contains("You are Tiny"))
  }

  /// One row of many without a system prompt is enough.
  @Test func oneRowWithoutASystemPromptIsSaid() throws {
    let program = try workspace(rows: ", \"system\": \"You are Pip.\"")
    defer { program.remove() }
    let rows = Files.read(program.folder + "/recipes/rows.jsonl")
    program.write("recipes/rows.jsonl", rows + "{\"query\": \"What is it?\", \"response\": \"A cat.\"}\n")
    for command in ["lint", "plan"] { #expect(program.run(command).error.contains("has no system:"), "\(command)") }
  }
}
