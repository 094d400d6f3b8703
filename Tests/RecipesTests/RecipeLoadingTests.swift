import Diagnostics
import JSON
import Recipes
import Testing

@Suite struct RecipeLoadingTests {
  static let grace = """
    # recipes/grace.yaml
    name: grace
    seed: 42
    vars:
      system: 你是Grace,一只聪明可爱的喵星助手。
    stages:
      base:     { kind: fetch, source: "modelscope:Qwen/Qwen3-4B", revision: master }
      identity: { kind: fetch, source: "modelscope-dataset:swift/self-cognition" }
      zh:       { kind: fetch, source: "modelscope-dataset:AI-ModelScope/alpaca-gpt4-data-zh", include: ["train.csv"] }
      persona:
        kind: substitute
        data: identity
        by: tag
        values:
          NAME:   { zh: 喵星人Grace, en: Grace }
          AUTHOR: Tang Yin
      mixed:
        kind: mix
        domain:  [persona]
        general: ["zh#2000", ./extra.jsonl]
        validation: 0.1
      tokens:   { kind: tokenize, model: base, data: mixed, system: "${vars.system}", max_length: 2048 }
      train:
        kind: sft
        model: base
        data: tokens
        lora: { rank: 16, targets: all-linear }
        learning_rate: 1e-4
        epochs: 3
    """

  @Test func defaultsFillAndTypesHold() throws {
    let recipe = try #require(try load(Self.grace, files: ["/work/recipes/extra.jsonl": ""]).first)
    #expect(recipe.name == "grace")
    #expect(recipe.seed == 42)
    #expect(recipe.directory == "/work/recipes")
    let train = try #require(recipe.stage("train"))
    #expect(
      JSONValue.object(train.parameters).text(.canonical)
        == #"{"batch_size":2,"epochs":3.0,"learning_rate":0.0001,"load_best":false,"#
        + #""lora":{"alpha":32.0,"rank":16,"targets":"all-linear"},"optimizer":"adamw"}"#)
    #expect(recipe.stage("tokens")?.parameters["system"] == "你是Grace,一只聪明可爱的喵星助手。")
    #expect(recipe.stage("base")?.output == .model)
    #expect(recipe.stage("zh")?.output == .dataset)
    let mixed = try #require(recipe.stage("mixed"))
    #expect(mixed.inputs.map(\.role) == ["domain", "general", "general"])
    #expect(mixed.inputs.map(\.source) == [.stage("persona"), .stage("zh"), .file("/work/recipes/extra.jsonl")])
    #expect(mixed.inputs.map(\.rowCap) == [nil, 2000, nil])
    #expect(mixed.inputs.map(\.kind) == [.dataset, .dataset, .dataset])
  }

  @Test func everyValueKeepsItsPlace() throws {
    let recipe = try #require(try load(Self.grace, files: ["/work/recipes/extra.jsonl": ""]).first)
    let train = try #require(recipe.stage("train"))
    #expect(
      train.location(of: "learning_rate") == SourceLocation(file: "recipes/r.yaml", line: 28, column: 20, length: 4))
    #expect(train.location(of: "lora.rank")?.line == 27)
    #expect(train.location(of: "lora.alpha")?.line == 27)
    #expect(train.location(of: "batch_size")?.line == 23)
    // A value that came through a variable stands where the variable does.
    #expect(recipe.stage("tokens")?.location(of: "system")?.line == 5)
  }

  @Test func allErrorsComeAtOnceEachWithItsCaret() throws {
    let text = """
      name: grace
      stages:
        base: { kind: fetch, source: "hf:x/y" }
        tokens: { kind: tokenice, model: base, data: mixd, system: "喵", max_lenght: 0 }
        train:
          kind: sft
          model: bas
          data: base
          lora_rank: 8
          learning_rat: 1e-4
          epochs: .inf
          lora: { rank: 0, aplha: 3 }
          optimizer: adamW
      """
    expectText(
      try errors(text),
      """
      recipes/r.yaml:4:19: error: unknown kind 'tokenice' of stage 'tokens'
          4 |   tokens: { kind: tokenice, model: base, data: mixd, system: "喵", max_lenght: 0 }
            |                   ^~~~~~~~
        help: did you mean 'tokenize'?
      recipes/r.yaml:7:12: error: there is no stage 'bas'
          7 |     model: bas
            |            ^~~
        help: did you mean 'base'?
      recipes/r.yaml:8:11: error: 'data' of stage 'train' takes tokens, but 'base' produces a model
          8 |     data: base
            |           ^~~~
      recipes/r.yaml:9:5: error: unknown key 'lora_rank' of stage 'train' (sft)
          9 |     lora_rank: 8
            |     ^~~~~~~~~
        help: did you mean 'lora.rank'? Write lora: { rank: 8 }
      recipes/r.yaml:10:5: error: unknown key 'learning_rat' of stage 'train' (sft)
         10 |     learning_rat: 1e-4
            |     ^~~~~~~~~~~~
        help: did you mean 'learning_rate'?
      recipes/r.yaml:11:13: error: 'epochs' of stage 'train' must be a number above 0, not .inf
         11 |     epochs: .inf
            |             ^~~~
      recipes/r.yaml:12:19: error: 'lora.rank' of stage 'train' must be an integer from 1 to 4096, not 0
         12 |     lora: { rank: 0, aplha: 3 }
            |                   ^
      recipes/r.yaml:12:22: error: unknown key 'aplha' in 'lora' of stage 'train'
         12 |     lora: { rank: 0, aplha: 3 }
            |                      ^~~~~
        help: did you mean 'alpha'?
      recipes/r.yaml:13:16: error: 'optimizer' of stage 'train' must be one of 'adamw', 'sgd', not "adamW"
         13 |     optimizer: adamW
            |                ^~~~~
        help: did you mean 'adamw'?

      """)
  }

  @Test func aCycleNamesItsPath() throws {
    let text = """
      stages:
        a: { kind: command, run: [x], inputs: { i: c } }
        b: { kind: command, run: [x], inputs: { i: a } }
        c: { kind: command, run: [x], after: b }
        d: { kind: command, run: [x], after: [d] }
      """
    expectText(
      try errors(text),
      """
      recipes/r.yaml:3:46: error: stages need each other in a cycle: a → c → b → a
          3 |   b: { kind: command, run: [x], inputs: { i: a } }
            |                                              ^
        help: remove one of these references
      recipes/r.yaml:5:41: error: stage 'd' needs itself
          5 |   d: { kind: command, run: [x], after: [d] }
            |                                         ^
        help: remove one of these references

      """)
  }

  @Test func overridesPassTheSameChecks() throws {
    let files = ["/work/recipes/extra.jsonl": ""]
    let recipe = try #require(
      try load(
        Self.grace, ["train.lora.rank=4", "train.learning_rate=2e-4", "vars.system=喵", "seed=7", "tokens.system=1"],
        files: files
      ).first)
    #expect(recipe.stage("train")?.parameters["lora"]?["rank"] == 4)
    #expect(recipe.stage("train")?.parameters["learning_rate"] == 2e-4)
    #expect(recipe.stage("tokens")?.parameters["system"] == "1")
    #expect(recipe.seed == 7)
    expectText(
      try errors(Self.grace, ["train.lora.rank=abc", "trian.epochs=1", "train.epoch=1", "x"], files: files),
      """
      -S train.lora.rank=abc: error: 'lora.rank' of stage 'train' must be an integer from 1 to 4096, not "abc"
      -S trian.epochs=1: error: there is no stage 'trian'
        help: did you mean 'train'?
      -S train.epoch=1: error: unknown key 'epoch' of stage 'train' (sft)
        help: did you mean 'epochs'?
      -S x: error: an override is written path=value
        help: -S train.lora.rank=16

      """)
  }

  @Test func aKindsOwnCheckIsReportedAtTheParameter() throws {
    var loader = try testLoader()
    loader.decode = { kind, parameters in
      guard kind == "sft" else { return parameters }
      throw DiagnosticList([
        Diagnostic(
          code: "x", "epochs and batch_size do not go together", location: SourceLocation(file: "epochs")),
        Diagnostic(code: "y", "something else"),
      ])
    }
    let text = """
      stages:
        t: { kind: tokenize, model: b, data: d }
        b: { kind: fetch, source: "hf:x/y" }
        d: { kind: fetch, source: "hf-dataset:x/y" }
        s: { kind: sft, model: b, data: t, epochs: 2 }
      """
    do {
      _ = try loader.load(bytes: Array(text.utf8), path: "r.yaml")
      Issue.record("accepted")
    } catch {
      expectText(
        DiagnosticRenderer().render(error.diagnostics),
        """
        r.yaml:5:3: error: something else
            5 |   s: { kind: sft, model: b, data: t, epochs: 2 }
              |   ^
        r.yaml:5:46: error: epochs and batch_size do not go together
            5 |   s: { kind: sft, model: b, data: t, epochs: 2 }
              |                                              ^

        """)
    }
  }

  @Test func theRealDiskIsReadAndMissingFilesAreNamed() throws {
    let loader = RecipeLoader(registry: try StageRegistry(TestKinds.all))
    for (path, message) in [
      ("/nonexistent/r.yaml", "cannot read the file: No such file or directory"), ("/", "/ is a folder, not a recipe"),
    ] {
      do {
        _ = try loader.load(path: path)
        Issue.record("accepted")
      } catch {
        #expect(error.diagnostics.map(\.message) == [message])
        #expect(error.diagnostics[0].location?.file == path)
      }
    }
    let names = loader.files.list(loader.files.absolute("..", in: #filePath))
    #expect(names.contains("RecipeLoadingTests.swift"))
    #expect(try loader.files.read(#filePath, 10).count == 11)
  }
}
