import Recipes
import Testing

/// Mistakes that beginners make, each with help that can be typed.
@Suite struct CommonMistakeTests {
  private static let head =
    "stages:\n  base: { kind: fetch, source: \"hf:a/b\" }\n  rows: { kind: fetch, source: \"hf-dataset:a/b\" }\n"

  private func message(_ lines: String, _ overrides: [String] = [], files: [String: String] = [:]) throws -> String {
    try errors(Self.head + lines, overrides, files: files)
  }

  @Test(arguments: [
    (
      "tokens: { kind: tokenize, model: base, data: rows, system: You are Pip, a cat. }",
      "put quotes around the text: system: \"You are Pip, a cat.\""
    ),
    (
      "tokens: { kind: tokenize, model: base, data: rows, system: 你是Grace,一只\"聪明\"的猫,真的, max_length: 9 }",
      "system: \"你是Grace, 一只\\\"聪明\\\"的猫, 真的\""
    ),
    (
      "named: { kind: substitute, data: rows, values: { NAME: Grace, the cat } }",
      "put quotes around the text: NAME: \"Grace, the cat\""
    ),
  ])
  func aCommaInBracesIsRecognized(line: String, help: String) throws {
    let text = try message("  \(line)\n")
    #expect(text.contains(help), "\(text)")
  }

  /// A key and its value in one word look like the rest of a text, and are none where no text stands before them.
  @Test(arguments: [
    ("lora: { rank:8 }", "after the colon: 'rank: '"), ("lora: { rank: 8, alpha:32 }", "after the colon: 'alpha: '"),
    ("lora: { rank:8, alpha:32 }", "after the colon: 'alpha: '"), ("lora: { rank：8, alpha: 32 }", "write ': '"),
  ])
  func aColonWithoutASpaceInBracesIsNoComma(_ lora: String, _ help: String) throws {
    let text = try message("  train: { kind: sft, model: base, data: rows, \(lora) }\n")
    #expect(text.contains(help) && !text.contains("put quotes around"), "\(text)")
  }

  @Test(arguments: [
    ("{ zh：唐银, en: Tang }", "write ': '"), ("{ zh:唐银, en: Tang }", "after the colon: 'zh: '"),
    ("{ zh: 唐银, en:Tang }", ""), ("{ zh: 你好, 注意：Grace }", "put quotes around the text"),
  ])
  func aColonWithoutASpaceInValuesIsNoComma(_ values: String, _ help: String) throws {
    let text = try message("  named: { kind: substitute, data: rows, values: { NAME: \(values) } }\n")
    #expect(text.contains(help), "\(text)")
  }

  @Test func aCommaInAVariableIsRecognized() throws {
    let text = try errors("vars: { system: Be kind, always }\n" + Self.head)
    #expect(text.contains("system: \"Be kind, always\""), "\(text)")
  }

  /// A key that is only misspelled, or has lost its value, is not taken for a piece of text.
  @Test func aMisspelledKeyKeepsItsOwnHelp() throws {
    let text = try message("  tokens:\n    kind: tokenize\n    model: base\n    data: rows\n    max_lenth:\n")
    #expect(text.contains("did you mean 'max_length'?") && !text.contains("comma"), "\(text)")
  }

  @Test func aForgottenStageIsPrintedReadyToPaste() throws {
    let text = try message("  train: { kind: sft, model: base, data: rows }\n")
    #expect(
      text.contains("add the stage  tokens: { kind: tokenize, model: base, data: rows }  and write data: tokens"),
      "\(text)")
    // What is printed is right.
    let line =
      "  tokens: { kind: tokenize, model: base, data: rows }\n  train: { kind: sft, model: base, data: tokens }\n"
    #expect(try message(line) == "")
  }

  @Test func aStageThatProducesWhatIsWantedIsNamed() throws {
    let text = try message(
      "  words: { kind: tokenize, model: base, data: rows }\n  train: { kind: sft, model: base, data: rows }\n")
    #expect(text.contains("'words' produces tokens: write data: words"), "\(text)")
  }

  @Test(arguments: [
    ("./data/x.jsonl", "/work/data/x.jsonl", "../data/x.jsonl"),
    ("./x.jsonl", "/work/recipes/data/x.jsonl", "./data/x.jsonl"),
    ("../data/x.jsonl", "/work/recipes/data/x.jsonl", "./data/x.jsonl"),
    ("./recipes/data/x.jsonl", "/work/recipes/data/x.jsonl", "./data/x.jsonl"),
    ("data/x.jsonl", "/work/data/x.jsonl", "../data/x.jsonl"),
  ])
  func aFileThatLiesElsewhereIsFound(written: String, there: String, help: String) throws {
    let text = try message("  mixed: { kind: mix, domain: [\(written)] }\n", files: [there: ""])
    #expect(text.contains("it is at \(help)\n"), "\(text)")
    #expect(try message("  mixed: { kind: mix, domain: [\(help)] }\n", files: [there: ""]) == "")
  }

  /// A file of nearly the same name is asked about, not asserted: its rows may be for something else.
  @Test(arguments: [("rows.jsnl", "rows.jsonl"), ("identity-probes.jsonl", "identity-more.jsonl")])
  func aFileOfASimilarNameIsAQuestion(written: String, there: String) throws {
    let text = try message(
      "  mixed: { kind: mix, domain: [./data/\(written)] }\n", files: ["/work/recipes/data/" + there: ""])
    #expect(!text.contains("it is at"), "\(text)")
    if written == "rows.jsnl" { #expect(text.contains("did you mean './data/rows.jsonl'?"), "\(text)") }
  }

  @Test func aListOfTwoLanguagesIsShownAsAMap() throws {
    let line = { (value: String) in "  named: { kind: substitute, data: rows, values: { NAME: \(value) } }\n" }
    let text = try message(line("[喵星人, Grace]"))
    #expect(text.contains("{ zh: 喵星人, en: Grace }"), "\(text)")
    #expect(try message(line("{ zh: 喵星人, en: Grace }")) == "")
    #expect(try message(line("[a, b, c]")).contains("{ zh: …, en: … }"))
  }

  @Test func aPathOfWindowsIsWrittenAsHere() throws {
    let line = { (path: String) in "  mixed: { kind: mix, domain: ['\(path)'] }\n" }
    let files = ["/work/recipes/qr.jsonl": "", "/work/recipes/data/x.jsonl": ""]
    #expect(try message(line("C:\\data\\qr.jsonl"), files: files).contains("here it is written ./qr.jsonl\n"))
    #expect(try message(line("data\\x.jsonl"), files: files).contains("here it is written ./data/x.jsonl\n"))
    #expect(try message(line(".\\x.jsonl"), files: files).contains("here it is written ./data/x.jsonl\n"))
    let far = try message(line("D:\\rows\\other.jsonl"), files: files)
    #expect(far.contains("copy the file beside the recipe and write './other.jsonl'"), "\(far)")
  }

  @Test func aFileThatIsNowhereComesWithARemedy() throws {
    let text = try message("  mixed: { kind: mix, domain: [./nowhere.jsonl] }\n")
    #expect(text.contains("put the file there, or change the path"), "\(text)")
  }

  @Test(arguments: [
    ("tokens: { kind:tokenize, model: base, data: rows }", "write a space after the colon: 'kind: '"),
    ("tokens: { kind: tokenize, model:base, data: rows }", "write a space after the colon: 'model: '"),
    ("tokens:{ kind: tokenize, model: base, data: rows }", "write a space after the colon: 'tokens: '"),
    ("tokens: kind:tokenize", "write a space after the colon: 'kind: '"),
  ])
  func aColonWithoutItsSpaceIsNamed(line: String, help: String) throws {
    let text = try message("  \(line)\n")
    #expect(text.contains(help), "\(text)")
  }

  @Test func aPlaceOfNoFileIsNoPlace() throws {
    let recipe = try load(Self.head + "  mixed: { kind: mix, domain: [rows] }\n")[0]
    #expect(!recipe.isOfCommand && recipe.stages.allSatisfy { $0.location != nil })
    let command = recipe.ofCommand
    #expect(command.isOfCommand && command.file.isEmpty)
    for stage in command.stages {
      #expect(stage.location == nil && stage.locations.isEmpty && stage.inputs.allSatisfy { $0.location == nil })
      #expect(stage.location(of: "ratio") == nil)
    }
    #expect(command.stages.map(\.parameters) == recipe.stages.map(\.parameters))
    #expect(try Recipe(resolved: command.resolved).isOfCommand)
  }

  @Test func overridesAreToldTheirPath() throws {
    let line =
      "  tokens: { kind: tokenize, model: base, data: rows }\n  tune: { kind: sft, model: base, data: tokens }\n"
    #expect(try message(line, ["lora_rank=3"]).contains("write tune.lora.rank=3"))
    #expect(try message(line, ["learning-rate=3"]).contains("write tune.learning_rate=3"))
    #expect(try message(line, ["stages.tune.epochs=3"]).contains("leave 'stages.' out: write tune.epochs=…"))
    #expect(try message(line, ["targets=q_proj, v_proj"]).contains("write tune.lora.targets='[q_proj, v_proj]'"))
    #expect(try message(line, ["tune.lora.targets=q_proj,v_proj"]).contains("in brackets: '[q_proj, v_proj]'"))
    #expect(try message(line, ["tune.lora.targets=[q_proj, v_proj]"]) == "")
    #expect(try message(line, ["nowhere.epochs=3"]).contains("its stages are base, rows, tokens, tune"))
  }
}
