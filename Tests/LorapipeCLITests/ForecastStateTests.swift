import JSON
import Testing

@testable import LorapipeCLI

/// A forecast counts the tokens of the same rows before and after the stages that prepare them have run.
@Suite(.serialized) struct ForecastStateTests {
  /// Rows with as few and as many words as people write, in two shapes and two languages.
  private static func rows(_ count: Int, _ row: (Int) -> (String, String), asMessages: Bool) -> String {
    (1...count).map { number in
      let (question, answer) = row(number)
      return asMessages
        ? #"{"messages": [{"role": "user", "content": "\#(question)"}, {"role": "assistant", "content": "\#(answer)"}]}"#
        : #"{"query": "\#(question)", "response": "\#(answer)"}"#
    }.joined(separator: "\n") + "\n"
  }

  private func workspace(base: String, asMessages: Bool, generalRows: Int = 300) throws -> Program {
    let program = try TinyWorkspace.make()
    let recipe = Files.read(program.folder + "/recipes/whole.yaml")
    program.write(
      "recipes/whole.yaml", recipe.replacing("file:../base", with: base).replacing("ratio: \"1:2\", ", with: ""))
    program.write(
      "recipes/identity.jsonl",
      Self.rows(60, { ("你是谁？\($0)", "我是{{NAME}}，很高兴见到你。") }, asMessages: asMessages))
    program.write(
      "recipes/general.jsonl",
      Self.rows(
        generalRows, { ("Why \($0)?", String(repeating: "because it is so ", count: $0 % 12 + 1)) },
        asMessages: asMessages))
    return program
  }

  /// Tokens to learn from, as the plan of the training has them.
  private func tokens(_ program: Program) -> Double? {
    let stages = program.run("plan --offline --json").json?["stages"]?.arrayValue
    let figures = stages?.first { $0["stage"] == "train" }?["figures"]?.objectValue
    return figures?.first { $0.0.hasPrefix("tokens") }?.1.doubleValue
  }

  @Test(arguments: [true, false]) func tokensAreTheSameBeforeAndAfterEachStage(asMessages: Bool) throws {
    let program = try workspace(base: "file:../base", asMessages: asMessages)
    defer { program.remove() }
    var found = [try #require(tokens(program))]
    for stage in ["persona", "mixed", "tokens"] {
      #expect(program.run("run --until \(stage)").status == 0)
      found.append(try #require(tokens(program), "after \(stage)"))
    }
    for count in found { #expect(abs(count / found[3] - 1) < 0.1, "\(found)") }
  }

  /// A base that is not here has no tokenizer: bytes are counted, in either state those of the same rows.
  @Test(arguments: [true, false]) func bytesAreTheSameBeforeAndAfterTheMix(asMessages: Bool) throws {
    let program = try workspace(base: "modelscope:Qwen/Qwen2.5-0.5B-Instruct", asMessages: asMessages)
    defer { program.remove() }
    let before = try #require(tokens(program))
    #expect(program.run("run --offline --until mixed").status == 0)
    let after = try #require(tokens(program))
    #expect(abs(after / before - 1) < 0.1, "\(before) \(after)")
  }

  /// Files that a plan does not read whole are sampled at their start, in either state.
  @Test func largeFilesAreSampledTheSameWay() throws {
    let program = try workspace(base: "file:../base", asMessages: false, generalRows: 70_000)
    defer { program.remove() }
    let before = try #require(tokens(program))
    #expect(program.run("run --until mixed").status == 0)
    let after = try #require(tokens(program))
    #expect(abs(after / before - 1) < 0.1, "\(before) \(after)")
  }
}
