import Diagnostics
import JSON
import Recipes
import Testing

@Suite struct PipelineTests {
  static let files = [
    "/work/pipelines/lora-sft.yaml": """
    help: Trains an adapter on a dataset.
    parameters:
      base: { type: uri, default: "hf:x/y", help: The base model. }
      data: { type: string, help: A dataset or a stage. }
      rank: { type: integer, default: 8, minimum: 1, maximum: 64, help: Rank of the adapter. }
      mode: { type: choice, choices: [fast, slow], default: fast, help: How. }
      targets: { type: list, of: string, default: [q, v], help: Layers. }
    vars:
      title: "rank ${params.rank}"
    stages:
      base: { kind: fetch, source: "${params.base}" }
      tokens: { kind: tokenize, model: base, data: "${params.data}", system: "${vars.title}" }
      train:
        kind: sft
        model: base
        data: tokens
        lora: { rank: "${params.rank}", targets: "${params.targets}" }

    """
  ]

  @Test func aRecipeGivesValuesAndAddsStages() throws {
    let text = """
      pipeline: lora-sft
      with: { rank: 16, data: mine }
      stages:
        mine: { kind: fetch, source: "hf-dataset:a/b" }
        served: { kind: serve, model: base, adapters: train }
      """
    let recipe = try #require(try load(text, files: Self.files).first)
    #expect(recipe.pipeline == "lora-sft")
    #expect(recipe.stages.map(\.id) == ["base", "tokens", "train", "mine", "served"])
    #expect(recipe.stage("train")?.parameters["lora"] == ["rank": 16, "targets": ["q", "v"], "alpha": .number(32)])
    #expect(recipe.stage("tokens")?.parameters["system"] == "rank 16")
    #expect(recipe.stage("tokens")?.inputs.last?.stageID == "mine")
    #expect(
      recipe.stage("train")?.location(of: "lora.rank")
        == SourceLocation(file: "recipes/r.yaml", line: 2, column: 15, length: 2))
    #expect(recipe.stage("train")?.location(of: "lora.targets")?.file == "pipelines/lora-sft.yaml")
    let overridden = try #require(try load(text, ["with.rank=32", "train.epochs=1"], files: Self.files).first)
    #expect(overridden.stage("train")?.parameters["lora"]?["rank"] == 32)
    #expect(overridden.stage("train")?.parameters["epochs"] == .number(1))
  }

  @Test func valuesAreCheckedAndStagesNotRedefined() throws {
    let text = """
      pipeline: lora-sft
      with: { rank: 100, rnk: 1, mode: fst }
      stages:
        train: { kind: sft }
      """
    expectText(
      try errors(text, ["with.targets=q"], files: Self.files),
      """
      recipes/r.yaml:1:11: error: pipeline 'lora-sft' needs the parameter 'data'
          1 | pipeline: lora-sft
            |           ^~~~~~~~
        help: add it under 'with:': A dataset or a stage.
      recipes/r.yaml:2:15: error: 'rank' of pipeline 'lora-sft' must be an integer from 1 to 64, not 100
          2 | with: { rank: 100, rnk: 1, mode: fst }
            |               ^~~
      recipes/r.yaml:2:20: error: pipeline 'lora-sft' has no parameter 'rnk'
          2 | with: { rank: 100, rnk: 1, mode: fst }
            |                    ^~~
        help: did you mean 'rank'?
      recipes/r.yaml:2:34: error: 'mode' of pipeline 'lora-sft' must be one of 'fast', 'slow', not "fst"
          2 | with: { rank: 100, rnk: 1, mode: fst }
            |                                  ^~~
        help: did you mean 'fast'?
      recipes/r.yaml:4:3: error: the pipeline has a stage 'train' already
          4 |   train: { kind: sft }
            |   ^~~~~
        help: give it another name, or set its parameters with 'with:' or -S
        note: defined at pipelines/lora-sft.yaml:13:3
      -S with.targets=q: error: 'targets' of pipeline 'lora-sft' must be a list of strings, not "q"
        help: write it in brackets: ["q"]

      """)
  }

  @Test func anUnknownPipelineIsNamed() throws {
    expectText(
      try errors("pipeline: lora-sfd\n", files: Self.files),
      """
      recipes/r.yaml:1:11: error: there is no pipeline 'lora-sfd'
          1 | pipeline: lora-sfd
            |           ^~~~~~~~
        help: did you mean 'lora-sft'?

      """)
  }

  @Test func aPipelineRunsByItselfWithValuesFromTheCommandLine() throws {
    // The pipeline names its rows by a parameter: here a stage of its own.
    var files = Self.files
    files["/work/pipelines/lora-sft.yaml"]? += "  rows: { kind: fetch, source: \"hf-dataset:a/b\" }\n"
    let loader = try testLoader(files)
    let loaded = try loader.load(path: "pipelines/lora-sft.yaml", overrides: ["with.data=rows", "with.rank=4"])
    #expect(loaded.recipes[0].stage("train")?.parameters["lora"]?["rank"] == 4)
    #expect(loaded.recipes[0].name == "lora-sft")
  }

  @Test func declarationsAreChecked() throws {
    let files = [
      "/work/pipelines/p.yaml": """
      parameters:
        a: { type: intger, default: 1 }
        b: { type: integer, default: x, minimum: 3, maximum: 1 }
        c: { default: 1 }
        d: 8
        e: { type: choice }
        f: { type: integer, default: x }
      stages: {}
      """
    ]
    let text = try errors("pipeline: p\n", files: files)
    #expect(text.contains("pipelines/p.yaml:2:14: error: unknown type 'intger' of parameter 'a'"))
    #expect(text.contains("'minimum' is above 'maximum'"))
    #expect(text.contains("parameter 'c' has no 'type'"))
    #expect(text.contains("parameter 'd' must be a map with a 'type', not 8"))
    #expect(text.contains("parameter 'e' is a choice without 'choices'"))
    #expect(text.contains("'f' of pipeline 'p' must be an integer, not \"x\""))
  }

  @Test func aParameterWithoutValueLeavesOutWhatItIsUsedFor() throws {
    let files = [
      "/work/pipelines/p.yaml": """
      parameters:
        ratio: { type: ratio, default: ~, help: Domain to general. }
      stages:
        m: { kind: mix, ratio: "${params.ratio}" }
      """
    ]
    #expect(try load("pipeline: p\n", files: files)[0].stage("m")?.parameters["ratio"] == nil)
    #expect(try load("pipeline: p\nwith: { ratio: ~ }\n", files: files)[0].stage("m")?.parameters["ratio"] == nil)
    #expect(try load("pipeline: p\nwith: { ratio: 1:5 }\n", files: files)[0].stage("m")?.parameters["ratio"] == "1:5")
    #expect(try errors("pipeline: p\nwith: { ratio: 15 }\n", files: files).contains("must be a ratio"))
  }

  @Test func aRecipeWithAPipelineDeclaresNoParameters() throws {
    #expect(
      try errors("pipeline: lora-sft\nparameters: {}\nwith: { data: base }\n", files: Self.files)
        .contains("1:11: error: a recipe that uses a pipeline has no parameters of its own"))
  }
}
