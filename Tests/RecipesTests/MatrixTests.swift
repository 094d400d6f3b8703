import Diagnostics
import JSON
import Recipes
import Testing

@Suite struct MatrixTests {
  static let categories = """
    stages:
      base: { kind: fetch, source: "hf:x/y" }
      rows:
        kind: fetch
        matrix: { category: [shoes, bags] }
        source: "hf-dataset:shop/${matrix.category}"
      tokens:
        kind: tokenize
        matrix: { category: [shoes, bags] }
        model: base
        data: rows
      train:
        kind: sft
        matrix: { category: [shoes, bags], rank: [4, 8] }
        model: base
        data: tokens
        lora: { rank: "${matrix.rank}" }
      all: { kind: serve, model: base, adapters: "train[*]" }
      some: { kind: serve, model: base, adapters: ["train[category=shoes,rank=*]"] }
      one: { kind: serve, model: base, adapters: "train[category=bags, rank=8]" }
    """

  @Test func instancesTakeTheirMatchAndFanIn() throws {
    let recipe = try #require(try load(Self.categories).first)
    #expect(
      recipe.stages(named: "train").map(\.id) == [
        "train[category=shoes,rank=4]", "train[category=shoes,rank=8]", "train[category=bags,rank=4]",
        "train[category=bags,rank=8]",
      ])
    let train = try #require(recipe.stage("train[category=bags,rank=8]"))
    #expect(train.inputs.map(\.stageID) == ["base", "tokens[category=bags]"])
    #expect(train.parameters["lora"]?["rank"] == 8)
    #expect(train.name == "train")
    #expect(train.coordinates == JSONObject([("category", "bags"), ("rank", 8)]))
    #expect(recipe.stage("rows[category=shoes]")?.parameters["source"] == "hf-dataset:shop/shoes")
    #expect(recipe.stage("all")?.inputs.filter { $0.role == "adapters" }.count == 4)
    #expect(
      recipe.stage("some")?.inputs.compactMap(\.stageID) == [
        "base", "train[category=shoes,rank=4]", "train[category=shoes,rank=8]",
      ])
    #expect(recipe.stage("one")?.inputs.compactMap(\.stageID) == ["base", "train[category=bags,rank=8]"])
  }

  @Test func aPlainReferenceToManyInstancesIsRefused() throws {
    let text =
      Self.categories
      + "\n  bad: { kind: serve, model: base, adapters: [train, \"train[category=hats,rank=4]\", \"train[colors=red]\"] }\n"
    expectText(
      try errors(text),
      """
      recipes/r.yaml:21:47: error: stage 'train' has 4 instances
         21 |   bad: { kind: serve, model: base, adapters: [train, "train[category=hats,rank=4]", "train[colors=red]"] }
            |                                               ^~~~~
        help: take all with 'train[*]', or one: 'train[category=shoes,rank=4]', 'train[category=shoes,rank=8]', 'train[category=bags,rank=4]'
      recipes/r.yaml:21:54: error: stage 'train' has no instance 'train[category=hats,rank=4]'
         21 |   bad: { kind: serve, model: base, adapters: [train, "train[category=hats,rank=4]", "train[colors=red]"] }
            |                                                      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        help: did you mean 'train[category=bags,rank=4]'?
      recipes/r.yaml:21:85: error: stage 'train' has no 'colors' in its matrix
         21 |   bad: { kind: serve, model: base, adapters: [train, "train[category=hats,rank=4]", "train[colors=red]"] }
            |                                                                                     ^~~~~~~~~~~~~~~~~~~

      """)
  }

  @Test func matrixValuesPassTheParametersChecks() throws {
    expectText(
      try errors(Self.categories.replacing("rank: [4, 8]", with: "rank: [4, 0, many, 4, a/b]")),
      """
      recipes/r.yaml:14:50: error: 'lora.rank' of stage 'train' must be an integer from 1 to 4096, not 0
         14 |     matrix: { category: [shoes, bags], rank: [4, 0, many, 4, a/b] }
            |                                                  ^
      recipes/r.yaml:14:53: error: 'lora.rank' of stage 'train' must be an integer from 1 to 4096, not "many"
         14 |     matrix: { category: [shoes, bags], rank: [4, 0, many, 4, a/b] }
            |                                                     ^~~~
      recipes/r.yaml:14:59: error: 4 stands twice in the matrix of stage 'train'
         14 |     matrix: { category: [shoes, bags], rank: [4, 0, many, 4, a/b] }
            |                                                           ^
        help: keep one of them
      recipes/r.yaml:14:62: error: "a/b" cannot be part of a stage's name, as a matrix value is
         14 |     matrix: { category: [shoes, bags], rank: [4, 0, many, 4, a/b] }
            |                                                              ^~~
        help: use a short word without spaces or any of , = [ ] # * / ", and look the rest up in 'vars:'
      recipes/r.yaml:20:46: error: stage 'train' has no instance 'train[category=bags,rank=8]'
         20 |   one: { kind: serve, model: base, adapters: "train[category=bags, rank=8]" }
            |                                              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        help: did you mean 'train[category=bags,rank=4]'?

      """)
    expectText(
      try errors(Self.categories.replacing("rank: [4, 8]", with: "rank: [8, 0]")),
      """
      recipes/r.yaml:14:50: error: 'lora.rank' of stage 'train' must be an integer from 1 to 4096, not 0
         14 |     matrix: { category: [shoes, bags], rank: [8, 0] }
            |                                                  ^

      """)
  }

  @Test func anOverrideReachesAllInstancesOrOne() throws {
    let recipe = try #require(
      try load(Self.categories, ["train.epochs=5", "train[category=bags,rank=8].epochs=9"]).first)
    #expect(
      recipe.stages(named: "train").map { $0.parameters["epochs"] } == [.number(5), .number(5), .number(5), .number(9)])
    #expect(try errors(Self.categories, ["train[category=hats,rank=8].epochs=9"]).contains("has no instance"))
  }

  static let sweep = """
    name: sweep
    vars: { text: hi }
    matrix:
      train.lora.rank: [4, 8]
      vars.text: [hi, ho]
    stages:
      base: { kind: fetch, source: "hf:x/y" }
      data: { kind: fetch, source: "hf-dataset:x/y" }
      tokens: { kind: tokenize, model: base, data: data, system: "${vars.text}" }
      train: { kind: sft, model: base, data: tokens }
    """

  @Test func aRecipeMatrixMakesRunsInOneGroup() throws {
    let loaded = try testLoader().load(bytes: Array(Self.sweep.utf8), path: "recipes/r.yaml")
    #expect(loaded.group == "sweep")
    #expect(
      loaded.recipes.map(\.label) == [
        "sweep[train.lora.rank=4,vars.text=hi]", "sweep[train.lora.rank=4,vars.text=ho]",
        "sweep[train.lora.rank=8,vars.text=hi]", "sweep[train.lora.rank=8,vars.text=ho]",
      ])
    #expect(loaded.recipes[1].stage("tokens")?.parameters["system"] == "ho")
    #expect(loaded.recipes[2].stage("train")?.parameters["lora"]?["rank"] == 8)
    #expect(loaded.recipes[2].stage("train")?.location(of: "lora.rank")?.line == 4)
    #expect(loaded.recipes.allSatisfy { $0.group == "sweep" })
  }

  @Test func aValueFromTheCommandLinePinsItsAxis() throws {
    let recipes = try load(Self.sweep, ["train.lora.rank=16"])
    #expect(recipes.map(\.label) == ["sweep[vars.text=hi]", "sweep[vars.text=ho]"])
    #expect(recipes.allSatisfy { $0.stage("train")?.parameters["lora"]?["rank"] == 16 })
  }

  @Test func aRecipeMatrixMayUseVariablesAndSeeds() throws {
    let text = Self.sweep.replacing(
      "train.lora.rank: [4, 8]\n  vars.text: [hi, ho]", with: "train.epochs: [1, \"${vars.n}\"]\n  seed: [1, 2]"
    ).replacing("text: hi }", with: "text: hi, n: 5 }")
    let recipes = try load(text)
    #expect(recipes.map(\.seed) == [1, 2, 1, 2])
    #expect(recipes.last?.label == "sweep[train.epochs=5,seed=2]")
    #expect(
      recipes.map { $0.stage("train")?.parameters["epochs"] } == [.number(1), .number(1), .number(5), .number(5)])
  }

  @Test func instanceNamesFitFileNames() throws {
    let long = String(repeating: "x", count: 90)
    let text = "stages: { a: { kind: command, run: [x], matrix: { p: [\(long)], q: [\(long)], r: [\(long)] } } }\n"
    #expect(try errors(text).contains("longer than 200 bytes"))
  }

  @Test func aMistakeInARecipeMatrixIsReportedOnce() throws {
    expectText(
      try errors(Self.sweep.replacing("train.lora.rank: [4, 8]", with: "train.lora.rnk: [4, 8]")),
      """
      recipes/r.yaml:4:3: error: unknown key 'rnk' in 'lora' of stage 'train'
          4 |   train.lora.rnk: [4, 8]
            |   ^~~~~~~~~~~~~~
        help: did you mean 'rank'?

      """)
  }

  @Test func hugeMatricesAreRefused() throws {
    let values = (0..<100).map(String.init).joined(separator: ", ")
    let text = "stages: { a: { kind: command, run: [x], matrix: { a: [\(values)], b: [\(values)], c: [\(values)] } } }"
    #expect(try errors(text).contains("has more than 1000 combinations"))
  }

  @Test func anEmptyMatrixIsRefusedWithItsName() throws {
    let text = "stages:\n  a: { kind: command, matrix: { v: [] }, run: [x] }\n"
    let found = try errors(text)
    #expect(found.contains("'v' in the matrix of stage 'a' has no value, so stage 'a' would not exist"), "\(found)")
    #expect(found.contains("remove 'v'"))
  }
}
