import Testing

@testable import LorapipeCLI

/// Slips of people who use the program for the first time: each is answered with what to write, in English and in Chinese.
@Suite(.serialized) struct SlipTests {
  private static let base = "  base: { kind: fetch, source: \"hf:a/b\" }\n"
  private static let tokens = "  tokens: { kind: tokenize, model: base, data: ./rows.jsonl }\n"

  private func make() throws -> Program {
    let program = try Program()
    program.shell("mkdir -p recipes/data")
    program.write(
      "recipes/rows.jsonl",
      (1...30).map { "{\"query\": \"What is \($0)?\", \"response\": \"It is \($0).\"}\n" }.joined())
    return program
  }

  struct Slip: Sendable, CustomTestStringConvertible {
    /// The lines of a recipe below `stages:`, or nothing.
    var stages = ""
    var command: String
    var help: String
    var status: Int32 = 2
    var testDescription: String { stages + command }
  }

  static let slips: [Slip] = [
    Slip(
      stages: base + "  g: { kind: generate, model: base, data: ./rows.jsonl, max_new_tokens: 50 }\n", command: "lint",
      help: "did you mean 'max_tokens'?"),
    Slip(
      stages: base + tokens + "  merged: { kind: merge, model: base, adapter: tokens }\n", command: "lint",
      help: "add the stage  adapter: { kind: sft, model: base, data: tokens }  and write adapter: adapter"),
    Slip(
      stages: base + "  f: { kind: substitute, data: ./rows.jsonl, model_name: [喵星人Grace, Grace], "
        + "model_author: [唐银, \"Tang, Yin\"] }\n", command: "lint",
      help: "write two keys instead: by: tag and values: { NAME: { zh: 喵星人Grace, en: Grace }, "
        + "AUTHOR: { zh: 唐银, en: \"Tang, Yin\" } }"),
    Slip(
      stages: base + "  f: { kind: substitute, data: ./rows.jsonl, by: lang, values: { model_name: [A, 甲], X: 1 } }\n",
      command: "lint", help: "write instead: values: { NAME: { zh: 甲, en: A }, X: \"1\" }"),
    Slip(
      stages: base + tokens + "  train: { kind: sft, model: base, data: tokens, learning_rate: 100 }\n",
      command: "lint",
      help: "one.yaml:5:65: warning: 'train' has a learning_rate of 100, with which the loss is likely to rise",
      status: 0),
    Slip(
      stages: base + tokens + "  train: { kind: sft, model: base, data: tokens, learning_rate: 1e-9 }\n",
      command: "lint",
      help: "with which hardly anything is learned", status: 0),
    Slip(
      stages: base + tokens + "  train: { kind: sft, model: base, data: tokens, max_steps: 1 }\n", command: "plan",
      help: "'train' has only one update, which the warm-up gives the learning rate 0: nothing would be learned",
      status: 0),
    Slip(command: "data convert recipes/rows.jsonl -o rows.xlsx", help: "'rows.xlsx' ends in .xlsx"),
    Slip(command: "data convert recipes/rows.jsonl -o rows.csv", help: "'rows.csv' ends in .csv"),
    Slip(command: "inspect recipes/rows.jsonl", help: "lorapipe data inspect recipes/rows.jsonl"),
    Slip(command: "chat rows.xlsx", help: "'rows.xlsx' is a file of rows, not a model"),
    Slip(command: "chat recipes/one.yaml", help: "lorapipe run recipes/one.yaml"),
    Slip(command: "init new --base ./nothere.gguf", help: "there is no file or folder './nothere.gguf'"),
    Slip(command: "init new --base qwen3", help: "modelscope:Qwen/Qwen3-0.6B"),
    Slip(command: "run recipes/rows.jsonl", help: "lorapipe init my-model --data recipes/rows.jsonl"),
    Slip(command: "data check recipes/rows.jsonl", help: "did you mean 'lint'?"),
    Slip(command: "rm", help: "lorapipe runs delete RUN"), Slip(command: "dpo", help: "no other kind of training"),
    Slip(command: "generate base -i bad.jsonl", help: "more rows with this problem: "),
  ]

  @Test(arguments: slips) func aSlipIsAnswered(_ slip: Slip) throws {
    let program = try make()
    defer { program.remove() }
    program.write("recipes/one.yaml", "name: one\nstages:\n" + (slip.stages.isEmpty ? Self.base : slip.stages))
    program.write("rows.xlsx", "PK\u{3}\u{4}")
    program.write("bad.jsonl", (1...8).map { "{\"咨询内容\": \"a \($0)\"}\n" }.joined())
    let result = program.run(slip.command)
    #expect(result.status == slip.status, "\(result.error)")
    #expect((result.error + result.output).contains(slip.help), "\(result.error)\(result.output)")
    let chinese = program.run(slip.command + " --lang zh")
    #expect(chinese.status == slip.status)
    #expect(English.sentences(in: chinese.error).isEmpty, "\(chinese.error)")
  }

  @Test func aColumnThatInitWouldDropIsNamed() throws {
    let program = try make()
    defer { program.remove() }
    program.write("ctx.csv", "问题,context,答案\n" + (1...9).map { "q\($0),c\($0),a\($0)\n" }.joined())
    let made = program.run("init new --offline --data ctx.csv")
    #expect(made.status == 0 && made.error.contains("columns of 'ctx.csv' are not used: context"), "\(made.error)")
    // The check of a recipe says it too.
    program.write("recipes/two.yaml", "stages:\n  m: { kind: mix, domain: [../ctx.csv] }\n")
    let lint = program.run("lint two")
    #expect(lint.status == 0 && lint.error.contains("are not used: context"), "\(lint.error)")
  }

  /// The rows of a recipe that is not written would be of no use.
  @Test func besideARecipeThatStaysNothingIsWritten() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(program.run("init new --offline").status == 0)
    program.shell("find new | sort > before")
    let again = program.run("init new --offline --zh --name 小白")
    program.shell("find new | sort > after")
    #expect(again.output.contains("kept new/recipes/first.yaml"), "\(again.output)")
    #expect(!again.output.contains("wrote") && !again.output.contains("nothing to do"), "\(again.output)")
    #expect(Files.read(program.folder + "/before") == Files.read(program.folder + "/after"))
  }

  @Test func rowsOfWhichNoneIsReadAreAFailure() throws {
    let program = try make()
    defer { program.remove() }
    program.write("bad.jsonl", "{\"a\": 1}\n{\"a\": 2}\n")
    #expect(program.run("data inspect bad.jsonl").status == 1)
    #expect(program.run("data inspect bad.jsonl --json").status == 1)
    #expect(program.run("data inspect recipes/rows.jsonl").status == 0)
  }

  @Test(arguments: [
    ("learning rate", "learning_rate"), ("gradient accumulation", "gradient_accumulation"), ("量化", "lorapipe merge"),
    ("显存", "batch_size"), ("断点续训", "lorapipe resume"), ("oom", "lorapipe plan"), ("dpo", "kind: sft"),
  ])
  func aWordThatIsLookedUpIsExplained(_ words: String, _ answer: String) throws {
    let program = try Program()
    defer { program.remove() }
    for language in ["en", "zh"] {
      let result = program.run("help \(words) --lang \(language)")
      #expect(result.status == 0 && result.output.contains(answer), "\(result.error)\(result.output)")
      if language == "zh" { #expect(English.sentences(in: result.output).isEmpty, "\(result.output)") }
    }
  }

  /// A page that a text names is where the text says.
  @Test func pagesAreWhereHelpSays() throws {
    let program = try Program()
    defer { program.remove() }
    let text = program.run("help lora").output
    let folder = try #require(text.firstMatch(of: #/The pages docs/… lie in ([^\n]+)\n/#)).output.1
    #expect(!Files.read("\(folder)/docs/concepts.md").isEmpty, "\(folder)")
  }

  /// Evidence under a finding is in the reader's language; what stands in the rows is not touched.
  @Test func evidenceOfDataLintIsInChinese() throws {
    let program = try Program()
    defer { program.remove() }
    program.shell("mkdir d")
    program.write(
      "d/a.csv",
      "query,response,context\n\"who\nare you\",\"I am {{name}}, call 13812345678\",zh\nq2,```js x,zh\nq3,I am sorry but I can't help with that,zh\n"
        + "你是谁,阿毛是一只猫,zh\n")
    program.write("d/b.csv", "query,response\n你是谁,今天天气很好\nq5,mail ann@mail.cn\n")
    let result = program.run("data lint d --all --lang zh")
    for piece in [
      "（第 2 条）", "手机号码", "邮箱地址", "{{name}}", "没有闭合", "与 d/a.csv", "context: 共 4 条数据",
    ] { #expect(result.output.contains(piece), "\(piece): \(result.output)") }
    let left = English.sentences(in: result.output).filter { !$0.contains("sorry") && !$0.contains("are you") }
    #expect(left.isEmpty, "\(left)")
  }
}

/// Finds what nobody translated.
enum English {
  /// Runs of four English words in a text, without commands that are typed, code and quoted lines of files.
  static func sentences(in text: String) -> [String] {
    text.split(separator: "\n").filter { !$0.contains(" | ") }.flatMap { line in
      line.matches(of: #/[A-Za-z]{2,}( [a-z]{2,}){3,}/#).map { String($0.output.0) }
    }.filter { !$0.contains("lorapipe") }
  }
}
