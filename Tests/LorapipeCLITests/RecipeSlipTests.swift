import Testing

@testable import LorapipeCLI

/// Slips in recipes as people type them: each is answered with what to write, in English and in Chinese.
@Suite(.serialized) struct RecipeSlipTests {
  struct Slip: Sendable, CustomTestStringConvertible {
    /// The whole recipe.
    var recipe: String
    var help: String
    var status: Int32 = 2
    /// What must not be said.
    var never: String?
    var options = ""
    var testDescription: String { recipe + options }
  }

  private static let base = "  base: { kind: fetch, source: \"modelscope:Qwen/Qwen3-0.6B\" }\n"
  private static let mixed =
    "  mixed: { kind: mix, domain: [./rows.jsonl], general: [./data/general.jsonl], validation: 0.1 }\n"
  private static let tokens = "  tokens: { kind: tokenize, model: base, data: mixed }\n"
  private static let head = "stages:\n" + base + mixed + tokens

  private static func train(_ keys: String) -> String {
    head + "  train: { kind: sft, model: base, data: tokens, \(keys) }\n"
      + "  check: { kind: eval, model: base, adapter: train, data: tokens }\n"
  }

  private static func told(_ system: String) -> String {
    "vars: { system: hello }\nstages:\n" + base + mixed
      + "  tokens: { kind: tokenize, model: base, data: mixed, system: \(system), max_length: 512 }\n"
  }

  private static func persona(_ keys: String) -> String {
    "stages:\n  persona: { kind: substitute, data: ./persona.jsonl, \(keys) }\n"
  }

  static let keys: [Slip] = [
    Slip(
      recipe: train("system: hi"),
      help: "'system' belongs to a stage of kind tokenize, eval, generate, serve; in this recipe: tokens, check"),
    Slip(recipe: train("ratio: \"1:2\""), help: "'ratio' belongs to a stage of kind mix; in this recipe: mixed"),
    Slip(
      recipe: train("cutoff_len: 512"),
      help: "it is called 'max_length', and belongs to a stage of kind tokenize; in this recipe: tokens"),
    Slip(recipe: "system: hi\n" + head, help: "kind tokenize, generate, eval, serve; in this recipe: tokens"),
    Slip(recipe: train("resume_from_checkpoint: true"), help: "adapter: STAGE continues from a finished adapter"),
    Slip(recipe: train("batch: 2"), help: "did you mean 'batch_size'?"),
    Slip(recipe: train("decay: 0.1"), help: "did you mean 'weight_decay'?"),
    Slip(
      recipe: train("warmup: 0.1"), help: "did you mean 'schedule.warmup_ratio' or 'schedule.warmup_steps'?"),
    Slip(recipe: train("neftune_alpha: 5"), help: "no noise is added to the embeddings"),
    Slip(recipe: train("freeze: true"), help: "the base stays as it is"),
    Slip(recipe: train("padding_side: left"), help: "rows are always packed"),
    Slip(recipe: train("zebra: 5"), help: "known keys are model, data,", never: "comma"),
    Slip(recipe: train("max_steps: -1"), help: "leave 'max_steps' out"),
    Slip(recipe: train("early_stopping: -1"), help: "leave 'early_stopping' out for the default, 0"),
    Slip(recipe: train("max_steps: 0"), help: "from 1 to", never: "no limit"),
    Slip(recipe: train("engine: cuda"), help: "did you mean 'ms-swift'?"),
    Slip(recipe: train("lora: { targets: q_proj }"), help: "write it in brackets: '[q_proj]'"),
    Slip(recipe: train("lora: { targets: q_proj v_proj }"), help: "write it in brackets: '[q_proj, v_proj]'"),
    Slip(
      recipe: "stages:\n" + base + "  mixed: { kind: mix, domain: [./rows.jsonl], general: [./data/general.jsonl] }\n"
        + tokens + "  train: { kind: sft, model: base, data: tokens, early_stopping: 3, eval_every: 2 }\n",
      help: "'train' measures validation rows during training, and there are none"),
    Slip(recipe: train("early_stopping: 3, eval_every: 2"), help: "", status: 0),
  ]

  static let sources: [Slip] = [
    Slip(
      recipe: head + "  train: { kind: sft, model: 'https://modelscope.cn/models/Qwen/Qwen3-0.6B', data: tokens }\n",
      help: "'base' brings it: write model: base"),
    Slip(
      recipe: head + "  train: { kind: sft, model: 'https://huggingface.co/Qwen/Qwen3-1.7B', data: tokens }\n",
      help: "add the stage  base2: { kind: fetch, source: \"https://huggingface.co/Qwen/Qwen3-1.7B\" }  "
        + "and write model: base2"),
    Slip(
      recipe: "stages:\n  tokens: { kind: tokenize, model: Qwen/Qwen3-0.6B, data: ./rows.jsonl }\n",
      help: "add the stage  base: { kind: fetch, source: \"modelscope:Qwen/Qwen3-0.6B\" }  and write model: base"),
    Slip(
      recipe: "stages:\n  tokens: { kind: tokenize, model: 'hf:a/b', data: ./rows.jsonl }\n",
      help: "add the stage  base: { kind: fetch, source: \"hf:a/b\" }  and write model: base"),
    Slip(
      recipe: "stages:\n  tokens: { kind: tokenize, model: Qwen3-0.6B, data: ./rows.jsonl }\n",
      help: "source: \"modelscope:Qwen/Qwen3-0.6B\""),
    Slip(
      recipe: "stages:\n  mixed: { kind: mix, domain: ['hf-dataset:a/b'] }\n",
      help: "add the stage  rows: { kind: fetch, source: \"hf-dataset:a/b\" }  and write domain: rows"),
    Slip(recipe: "stages:\n  mixed: { kind: mix, domain: [rows.csv] }\n", help: "'./rows.csv'", never: "hub"),
    Slip(
      recipe: "stages:\n  tokens: { kind: tokenize, model: base, data: ./rows.jsonl }\n",
      help: "add the stage  base: { kind: fetch, source: \"modelscope:Qwen/Qwen3-0.6B\" }"),
    Slip(recipe: head + "  m: { kind: merge, model: base, adapter: train }\n", help: "add a stage 'train' of kind sft"),
    Slip(
      recipe: head + "  train: { kind: sft, model: nothere, data: tokens }\n", help: "its stages are base, mixed",
      never: "add"),
    Slip(
      recipe: "stages:\n  base: { kind: fetch, source: ../m.gguf }\n",
      help: "'source' of stage 'base': there is no file '../m.gguf'"),
    Slip(
      recipe: "stages:\n  rows: { kind: fetch, source: 'file:./row.jsonl' }\n", help: "did you mean './rows.jsonl'?"),
    Slip(recipe: "stages:\n  rows: { kind: fetch, source: ./rows.jsonl }\n", help: "", status: 0),
    Slip(
      recipe: "stages:\n  mixed: { kind: mix, domain: ['./data/*.jsonl'] }\n",
      help: "write domain: ./data and include: [\"*.jsonl\"]"),
    Slip(
      recipe: "stages:\n  mixed: { kind: mix, domain: ['*.jsonl'] }\n",
      help: "write domain: . and include: [\"*.jsonl\"]"),
    Slip(recipe: "stages:\n  t: { kind: tokenize, model: './*.gguf', data: ./rows.jsonl }\n", help: "one file"),
    Slip(recipe: "stages:\n  mixed: { kind: mix, domain: ['$HOME/a.jsonl'] }\n", help: "begins at a home folder"),
    Slip(recipe: "stages:\n  mixed: { kind: mix, domain: ['${HOME}/a.jsonl'] }\n", help: "env: [HOME]"),
    Slip(recipe: "stages:\n  mixed: { kind: mix, domain: [\"..\\data\\x.jsonl\"] }\n", help: "write paths with '/'"),
  ]

  static let texts: [Slip] = [
    Slip(recipe: persona("values: { '{{NAME}}': Pip, AUTHOR: Ada }"), help: "write NAME: in place of \"{{NAME}}\":"),
    Slip(recipe: persona("values: { '[NAME]': Pip, AUTHOR: Ada }"), help: "write NAME: in place of \"[NAME]\":"),
    Slip(
      recipe: persona("values: { NAME: '', AUTHOR: Ada }"),
      help: "'values.NAME' of 'persona' is empty: {{NAME}} would vanish", status: 0),
    Slip(
      recipe: persona("by: tag, values: { NAME: { zh: Pip, en: ' ' }, AUTHOR: Ada }"), help: "'values.NAME.en'",
      status: 0),
    Slip(recipe: persona("values: { NAME: 007, AUTHOR: Ada }"), help: "quote it: \"007\""),
    Slip(recipe: persona("values: { NAME: true, AUTHOR: Ada }"), help: "quote it: \"true\""),
    Slip(
      recipe: persona("by: lang, values: { NAME: { zh: 小白, en: Pip }, AUTHOR: Ada }"), help: "Write by: tag."),
    Slip(
      recipe: persona("by: lang, values: { NAME: { zh: 小白, en: Pip }, AUTHOR: { zh: 甲, en: Ada } }"),
      help: "Write by: tag."),
    Slip(
      recipe: told("You are Grace, a cat: friendly"),
      help: "put quotes around the text: system: \"You are Grace, a cat: friendly\""),
    Slip(recipe: told("你是小猫, 性格: 温柔"), help: "system: \"你是小猫, 性格: 温柔\""),
    Slip(recipe: told("“你是小猫，爱说话, 真的”"), help: "system: \"你是小猫，爱说话, 真的\"", never: "\"“"),
    Slip(recipe: told("你是 #1助手"), help: "put quotes around the text that contains the '#'"),
    Slip(
      recipe: "stages:\n" + base + mixed + "  t:\n    kind: tokenize\n    model: base\n    data: mixed\n"
        + "    system: 你是 #1助手\n", help: "'system' of stage 't' ends before '#1助手'", status: 0),
    Slip(
      recipe: "stages:\n" + base + mixed + "  t:\n    kind: tokenize\n    model: base\n    data: mixed\n"
        + "    system: 你是助手 # a remark\n", help: "", status: 0, never: "ends before"),
    Slip(recipe: told("./rows.jsonl"), help: "not what the file of that name holds", status: 0),
    Slip(recipe: told("prompt.txt"), help: "looks like the path of a file", status: 0),
    Slip(recipe: told("Be kind/helpful."), help: "", status: 0, never: "path"),
    Slip(recipe: told("$vars.system"), help: "write ${vars.system}", status: 0),
    Slip(recipe: told("'{{ vars.system }}'"), help: "write ${vars.system}", status: 0),
    Slip(recipe: told("'Hello, $(vars.system)'"), help: "'$(vars.system)' is taken as text", status: 0),
    Slip(recipe: told("'$system'"), help: "write ${vars.system}", status: 0),
    Slip(recipe: told("'{{system}}'"), help: "write ${vars.system}", status: 0),
    Slip(recipe: told("{{vars.system}}"), help: "write \"${vars.system}\" for a variable"),
    Slip(recipe: told("'${system}'"), help: "write '${vars.system}'"),
    Slip(recipe: told("'${ vars.system }'"), help: "write '${vars.system}'"),
    Slip(recipe: told("'$${vars.system} (vars.x) costs $5'"), help: "", status: 0, never: "taken as text"),
    Slip(
      recipe: "stages:\n  m: { kind: mix, domain: [./rows.jsonl], general: [./rows.jsonl] }\n",
      help: "'m' has './rows.jsonl' both as domain and as general rows", status: 0),
    Slip(
      recipe: "stages:\n  m: { kind: mix, domain: [./rows.jsonl] }\n", help: "'m' has no general rows", status: 0),
    Slip(
      recipe: "stages:\n  m: { kind: mix, domain: [./rows.jsonl], general: [./data/general.jsonl], ratio: \"50:1\" }\n",
      help: "a ratio is that of domain to general", status: 0),
    Slip(
      recipe: "stages:\n  m: { kind: mix, domain: [./rows.jsonl], general: [./data/general.jsonl], validation: 0.9 }\n",
      help: "'m' keeps 90 % of the rows for validation", status: 0),
    Slip(recipe: head, help: "3 stages", status: 0, never: "warning"),
  ]

  static let shapes: [Slip] = [
    Slip(recipe: "name: k\nstages\n" + base, help: "the key 'stages' has no colon"),
    Slip(recipe: "stages:\n  base\n    kind: fetch\n    source: 'hf:a/b'\n", help: "the key 'base' has no colon"),
    Slip(recipe: "stages:\n" + mixed + "  base\n    kind: fetch\n", help: "the key 'base' has no colon"),
    Slip(recipe: "stages:\n  base { kind: fetch, source: 'hf:a/b' }\n", help: "the key 'base' has no colon"),
    Slip(recipe: "stages:\n  base:\n    kind fetch\n    source: 'hf:a/b'\n", help: "write 'kind:'"),
    Slip(
      recipe: "stages:\n  t:\n    kind: tokenize\n    system: You are\n      a cat: friendly\n",
      help: "quote the text if it contains ': '", never: "no colon"),
    Slip(
      recipe: "stages:\n  base:\n  kind: fetch\n  source: 'hf:a/b'\n",
      help: "'kind', 'source' must stand inside stage 'base'", never: "stage 'kind'"),
    Slip(
      recipe: "stages:\n  base:\n    source: 'hf:a/b'\n  kind: fetch\n", help: "indent every line of the stage deeper",
      never: "has no 'kind'"),
    Slip(recipe: "```yaml\nstages:\n" + base + "```\n", help: "remove this line, and the other one"),
    Slip(recipe: "stages:\n" + base + "```\n", help: "'```' is Markdown"),
    Slip(recipe: "stages:\n  base: { type: fetch, source: 'hf:a/b' }\n", help: "write kind: in place of type:"),
    Slip(recipe: "stages:\n  base: { Kind: fetch, source: 'hf:a/b' }\n", help: "write kind: in place of Kind:"),
    Slip(
      recipe: "stages:\n  - name: base\n    kind: fetch\n    source: 'hf:a/b'\n", help: "base: { kind: fetch, … }"),
    Slip(recipe: "stages:\n  - base: { kind: fetch, source: 'hf:a/b' }\n", help: "base: { kind: fetch, … }"),
    Slip(recipe: train("epochs: 1"), help: "write train.lora.rank=16", options: " -S lora.rank=16"),
    Slip(
      recipe: train("epochs: 1"), help: "write one of tokens.system=猫, check.system=猫", options: " -S system=猫"),
    Slip(recipe: train("epochs: 1"), help: "its stages are base", options: " -S zebra.rank=16"),
  ]

  private func make() throws -> Program {
    let program = try Program()
    program.shell("mkdir -p recipes/data")
    let rows = { (word: String) in
      (1...30).map { "{\"query\": \"\(word) is \($0)?\", \"response\": \"It is \($0).\"}\n" }.joined()
    }
    program.write("recipes/rows.jsonl", rows("What"))
    program.write("recipes/data/general.jsonl", rows("Where"))
    program.write(
      "recipes/persona.jsonl",
      "{\"query\": \"q\", \"response\": \"I am {{NAME}} by {{AUTHOR}}.\", \"tag\": \"en\"}\n")
    return program
  }

  @Test(arguments: [keys, sources, texts, shapes]) func slipsAreAnswered(_ slips: [Slip]) throws {
    let program = try make()
    defer { program.remove() }
    for slip in slips {
      program.write("recipes/k.yaml", slip.recipe)
      let result = program.run("lint k\(slip.options)")
      let text = result.output + result.error
      #expect(result.status == slip.status, "\(slip.recipe)\(text)")
      #expect(slip.help.isEmpty || text.contains(slip.help), "\(slip.recipe)\(slip.help)\n\(text)")
      if let never = slip.never { #expect(!text.contains(never), "\(slip.recipe)\(text)") }
      let chinese = program.run("lint k\(slip.options) --lang zh")
      #expect(chinese.status == slip.status)
      #expect(English.sentences(in: chinese.error).isEmpty, "\(chinese.error)")
    }
  }

  @Test func aRecipeBesideItsFolderIsNamed() throws {
    let program = try make()
    defer { program.remove() }
    program.write("recipes/a.yaml", Self.head)
    program.write("k.yaml", Self.head)
    let result = program.run("lint k")
    #expect(result.status == 2 && result.error.contains("it is at k.yaml: move it to recipes"), "\(result.error)")
    #expect(program.run("lint zebra").error.contains("there is no recipe 'zebra'"))
  }

  @Test func whatIsImportedIsNoFileOfRows() throws {
    let program = try make()
    defer { program.remove() }
    let rows = program.run("import recipes/rows.jsonl")
    #expect(
      rows.status != 0 && rows.error.contains("lorapipe init my-model --data recipes/rows.jsonl"), "\(rows.error)")
    program.write("rows.json", "[{\"query\": \"a\", \"response\": \"b\"}]")
    #expect(program.run("import rows.json").error.contains("lorapipe init my-model --data rows.json"))
    program.write(
      "train.sh", "swift sft --model Qwen/Qwen3-0.6B --dataset ./recipes/rows.jsonl --model_name 小白 --model_author 甲\n")
    let script = program.run("import train.sh")
    #expect(script.status == 0 && script.output.contains("0 not understood"), "\(script.output)\(script.error)")
    #expect(script.output.contains("model_name: ms-swift fills it into swift/self-cognition alone"), "\(script.output)")
  }
}
