import Glibc
import JSON
import Testing

/// Recipes that cannot work are refused, before anything runs where that can be known, with the remedy, and nothing of
/// the user's is lost.
@Suite(.serialized) struct RefusalTests {
  private func refused(_ program: Program, _ arguments: String, _ text: String, status: Int32? = nil) {
    let result = program.run(arguments)
    #expect(result.status != 0)
    if let status { #expect(result.status == status, "\(result.error)") }
    #expect(result.error.contains(text), "\(result.error)")
    #expect(!result.output.contains("start "), "\(result.output)")
  }

  @Test(arguments: [
    ("-S train.batch_size=4000", "lower batch_size"), ("-S train.lora.rank=0", "lora.rank"),
    ("-S train.learning_rate=-1", "learning_rate"), ("-S tokens.template=nosuch", "no built-in chat template 'nosuch'"),
    ("-S 'tokens.template=\"{% if %}\"'", "template"), ("--memory 1M", "memory"), ("-S mixed.ratio=1:9", "when_short"),
  ])
  func whatThePlanKnowsIsRefusedBeforeWorkStarts(options: String, text: String) throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    // What is cheap is here already, so that the plan can count.
    #expect(program.run("run --until tokens").status == 0)
    refused(program, "run \(options)", text)
  }

  @Test func rowsAllTooLongAreNamedWithTheRemedy() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let result = program.run("run --until train -S tokens.max_length=16")
    #expect(result.status == 1)
    #expect(result.error.contains("longer than 16 tokens"), "\(result.error)")
    #expect(result.error.contains("raise max_length"), "\(result.error)")
    #expect(!result.output.contains("start  train"))
  }

  @Test func dataEmptiedByDroppingBadRowsIsRefused() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write("recipes/general.jsonl", String(repeating: "{\"nonsense\": true}\nnot even json\n", count: 10))
    refused(program, "run -S mixed.on_bad_row=drop", "has no row that can be used", status: 2)
    #expect(Files.read(program.folder + "/recipes/general.jsonl").contains("nonsense"))
  }

  /// Each kind that reads files says what they are written in, whether bad rows stop it or are dropped.
  @Test(arguments: [
    "kind: mix, domain: [./rows.csv]", "kind: substitute, data: ./rows.csv, values: { NAME: Pip }",
    "kind: filter, data: ./rows.csv, min_answer: 1",
  ])
  func textInAnotherEncodingIsNamedByEveryStageThatReadsIt(stage: String) throws {
    let program = try Program()
    defer { program.remove() }
    // 你好, as GBK has it.
    program.shell(#"printf 'query,response\n\304\343\272\303,\304\343\272\303\n' > recipes/rows.csv"#)
    for policy in ["error", "drop"] {
      program.write("recipes/small.yaml", "stages:\n  rows: { \(stage), on_bad_row: \(policy) }\n")
      let result = program.run("run")
      #expect(result.status != 0)
      for text in ["rows.csv", "not valid UTF-8", "GBK", "encoding: gb18030"] {
        #expect(result.error.contains(text), "\(policy): \(result.error)")
      }
    }
    program.write("recipes/small.yaml", "stages:\n  rows: { \(stage), encoding: gb18030 }\n")
    #expect(program.run("run").status == 0)
  }

  @Test func templateThatTheModelLacksIsRefused() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    // A tokenizer of no known family, and no template beside it.
    Files.write(Files.read(Snapshot("Tokenization/gpt2.tokenizer.json").path), program.folder + "/base/tokenizer.json")
    program.write("base/tokenizer_config.json", "{}")
    refused(program, "run", "the model has no chat template", status: 2)
  }

  @Test func adapterForAnotherBaseIsRefusedBeforeItIsTrained() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    try TinyModel.write(to: program.folder + "/other", seed: 8)
    let other = "  other: { kind: fetch, source: \"file:../other\" }\n"
    for (stage, text) in [("merged", "belongs to another base"), ("eval", "belongs to another base")] {
      program.write("recipes/whole.yaml", TinyWorkspace.recipe + other)
      refused(program, "run --until \(stage) -S \(stage).model=other", text, status: 2)
    }
    // The same for one that is here already.
    #expect(program.run("run --until train").status == 0)
    refused(program, "run --until merged -S merged.model=other", "belongs to another base", status: 2)
  }

  @Test func tokensOfAnotherModelAreRefused() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    try TinyModel.write(to: program.folder + "/other", seed: 8)
    program.write("recipes/whole.yaml", TinyWorkspace.recipe + "  other: { kind: fetch, source: \"file:../other\" }\n")
    refused(program, "run --until train -S train.model=other", "another model's tokenizer", status: 2)
  }

  @Test func questionsThatCannotBeReadAreSaidBeforeTraining() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write(
      "recipes/questions.jsonl", "{\"query\": \"Who?\"}\n{\"query\": \"?\", \"expect\": {\"contains\": 5}}\n")
    refused(
      program, "run -S eval.questions=./recipes/questions.jsonl", "must be a string or a list of strings", status: 2)
    program.write("recipes/good.jsonl", "{\"query\": \"Who?\"}\n{\"query\": \"And you?\"}\n")
    let plan = program.run("plan --json -S eval.questions=./recipes/good.jsonl").json?["stages"]?.arrayValue ?? []
    let eval = plan.first { $0["stage"]?.stringValue == "eval" }
    #expect(eval?["figures"]?["probes"]?.intValue == 4)
    refused(program, "run -S 'eval.require={identiti: 1}'", "no probe is of that group", status: 2)
    refused(
      program, "run -S 'eval.require={forgotten: 1}'", "the metric is called general_loss_change", status: 2)
  }

  /// The article's recipe on a small machine: days, said before a byte is asked for.
  @Test func veryLongRunsAskBeforeTheyStart() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/grace.yaml", Files.read(Snapshot("").path + "../../recipes/grace-qwen3-4b.yaml"))
    let plan = program.run("plan --offline --memory 64G")
    #expect(plan.output.contains("348") && plan.output.contains("16,515,072"), "\(plan.output)\(plan.error)")
    refused(program, "run --memory 64G", "start it anyway with --yes", status: 1)
    #expect(program.shell("test -z \"$(find runs -name '*.part' -o -name 'recipe.resolved.yaml')\"") == 0)
  }
}
