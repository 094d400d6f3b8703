import Diagnostics
import JSON
import Recipes
import Testing

@Suite struct SubstitutionTests {
  @Test func aWholeReferenceKeepsItsTypeAndATextTakesText() throws {
    let text = """
      vars:
        n: 512
        who: Grace
        shape: { rank: 4, targets: [q, v] }
        greeting: "Hi ${vars.who}, ${vars.n}!"
      stages:
        base: { kind: fetch, source: "hf:x/${vars.who}" }
        data: { kind: fetch, source: "hf-dataset:x/y" }
        mixed: { kind: mix, domain: "${vars.source}" }
        tokens: { kind: tokenize, model: base, data: data, system: "${vars.greeting} $5 $${x}", max_length: "${vars.n}" }
        train: { kind: sft, model: base, data: tokens, lora: "${vars.shape}" }
      """
    let recipe = try #require(try load(text.replacing("${vars.source}", with: "data")).first)
    #expect(recipe.stage("base")?.parameters["source"] == "hf:x/Grace")
    #expect(recipe.stage("tokens")?.parameters["system"] == "Hi Grace, 512! $5 ${x}")
    #expect(recipe.stage("tokens")?.parameters["max_length"] == 512)
    #expect(recipe.stage("train")?.parameters["lora"]?["targets"] == ["q", "v"])
    #expect(recipe.vars["greeting"] == "Hi Grace, 512!")
  }

  @Test func environmentIsDeclaredRecordedAndNeverACredential() throws {
    let text = """
      env: { REGION: eu, LANG: ~ }
      stages:
        base: { kind: fetch, source: "hf:${env.REGION}/${env.LANG}" }
      """
    let recipe = try #require(try load(text, environment: ["LANG": "zh"]).first)
    #expect(recipe.stage("base")?.parameters["source"] == "hf:eu/zh")
    #expect(recipe.env == JSONObject([("LANG", "zh"), ("REGION", "eu")]))
    expectText(
      try errors("env: [HF_TOKEN, LANG]\nstages: { a: { kind: fetch, source: \"${env.HOME}\" } }\n"),
      """
      recipes/r.yaml:1:7: error: 'HF_TOKEN' names a credential, and declared variables are recorded
          1 | env: [HF_TOKEN, LANG]
            |       ^~~~~~~~
        help: leave it out: fetch reads its tokens from the environment itself
      recipes/r.yaml:1:17: error: the environment variable 'LANG' is not set
          1 | env: [HF_TOKEN, LANG]
            |                 ^~~~
        help: set it, or give a default: env: { LANG: … }
      recipes/r.yaml:2:37: error: the environment variable 'HOME' is not declared
          2 | stages: { a: { kind: fetch, source: "${env.HOME}" } }
            |                                     ^~~~~~~~~~~~~
        help: add it under 'env:'
        note: declared variables are recorded with the run

      """)
  }

  @Test func mistakesInReferencesAreNamedOnce() throws {
    let text = """
      vars:
        a: ${vars.b}
        b: ${vars.c}
        c: ${vars.a}
        name: x
        list: [1]
      stages:
        one: { kind: command, run: ["${vars.nam}", "${vars.a}", "x${vars.list}", "${stages.x}", "${vars.name"] }
      """
    expectText(
      try errors(text),
      """
      recipes/r.yaml:2:3: error: variables form a cycle: a → b → c → a
          2 |   a: ${vars.b}
            |   ^
      recipes/r.yaml:8:31: error: '${vars.nam}': there is no 'nam' under 'vars'
          8 |   one: { kind: command, run: ["${vars.nam}", "${vars.a}", "x${vars.list}", "${stages.x}", "${vars.name"] }
            |                               ^~~~~~~~~~~~~
        help: did you mean '${vars.name}'?
      recipes/r.yaml:8:59: error: '${vars.list}' is a list and cannot stand inside a text
          8 |   one: { kind: command, run: ["${vars.nam}", "${vars.a}", "x${vars.list}", "${stages.x}", "${vars.name"] }
            |                                                           ^~~~~~~~~~~~~~~
        help: use it as the whole value
      recipes/r.yaml:8:76: error: '${stages.x}' names nothing
          8 |   one: { kind: command, run: ["${vars.nam}", "${vars.a}", "x${vars.list}", "${stages.x}", "${vars.name"] }
            |                                                                            ^~~~~~~~~~~~~
        help: values do not flow between stages; use the stage as an input
      recipes/r.yaml:8:91: error: '${' without a '}'
          8 |   one: { kind: command, run: ["${vars.nam}", "${vars.a}", "x${vars.list}", "${stages.x}", "${vars.name"] }
            |                                                                                           ^~~~~~~~~~~~~
        help: close it, or write '$${' for a plain '${'

      """)
  }

  @Test func substitutionCannotGrowWithoutEnd() throws {
    var text = "vars:\n  v0: xxxxxxxxxxxxxxxx\n"
    for level in 1...40 { text += "  v\(level): \"${vars.v\(level - 1)}${vars.v\(level - 1)}\"\n" }
    text += "stages: { a: { kind: command, run: [\"${vars.v40}\"] } }\n"
    #expect(try errors(text).contains("the text grows past 1 MB"))
    var lists = "vars:\n  v0: [x]\n"
    for level in 1...40 { lists += "  v\(level): [\"${vars.v\(level - 1)}\", \"${vars.v\(level - 1)}\"]\n" }
    lists += "stages: { a: { kind: command, run: [x] } }\n"
    #expect(try errors(lists).contains("'${…}' produces too much"))
  }

  @Test func valuesInValuesDoNotNestWithoutEnd() throws {
    let deep = String(repeating: "[", count: 30) + "x" + String(repeating: "]", count: 30)
    var text = "vars:\n  v0: \(deep)\n"
    for level in 1...5 { text += "  v\(level): \(deep.replacing("x", with: "\"${vars.v\(level - 1)}\""))\n" }
    #expect(try errors(text + "stages: {}\n").contains("'${…}' nests deeper than 64 levels"))
  }

  @Test func aVariableNothingReadsIsAWarning() throws {
    let text = "vars: { used: x, sytem: y }\nstages: { a: { kind: command, run: [\"${vars.used}\"] } }\n"
    let loaded = try testLoader().load(bytes: Array(text.utf8), path: "r.yaml")
    expectText(
      DiagnosticRenderer().render(loaded.warnings),
      """
      r.yaml:1:18: warning: nothing reads '${vars.sytem}'
          1 | vars: { used: x, sytem: y }
            |                  ^~~~~
        help: remove it, or use it

      """)
  }

  @Test func aPathBelongsToTheFileItIsWrittenIn() throws {
    let files = [
      "/work/pipelines/p.yaml": """
      parameters:
        rows: { type: string, help: Rows. }
      stages:
        a: { kind: mix, domain: ["${params.rows}", ./own.jsonl] }
      """,
      "/work/recipes/mine.jsonl": "", "/work/pipelines/own.jsonl": "",
    ]
    let recipe = try #require(try load("pipeline: p\nwith: { rows: ./mine.jsonl }\n", files: files).first)
    #expect(
      recipe.stage("a")?.inputs.map(\.source) == [
        .file("/work/recipes/mine.jsonl"), .file("/work/pipelines/own.jsonl"),
      ])
    let local = try #require(
      try load("stages: { a: { kind: fetch, source: \"file:../data\" } }", files: ["/work/data": ""]).first)
    #expect(local.stage("a")?.parameters["source"] == "file:/work/data")
  }
}
