import Diagnostics
import JSON
import Platform
import Recipes
import Testing

@Suite struct ResolvedRecipeTests {
  @Test(arguments: [RecipeLoadingTests.grace, MatrixTests.categories, MatrixTests.sweep])
  func aResolvedRecipeReadsBackExactly(text: String) throws {
    let loader = try testLoader(["/work/recipes/extra.jsonl": ""])
    for recipe in try loader.load(bytes: Array(text.utf8), path: "recipes/r.yaml", overrides: ["seed=7"]).recipes {
      #expect(try loader.loadResolved(bytes: Array(recipe.resolvedYAML.utf8), path: "x") == recipe)
      #expect(try loader.loadResolved(bytes: recipe.resolved.bytes(.pretty), path: "x") == recipe)
      #expect(try Recipe(resolved: JSONValue(parsing: recipe.resolved.text())) == recipe)
    }
  }

  @Test func yamlTextKeepsEveryValue() throws {
    let tricky: [JSONValue] = [
      "", "no", "true", "1", "1e-4", "~", "null", " a", "a ", "a: b", "a #b", "a:", "- x", "喵",
      "\u{0}\u{1B}\u{7F}\u{85}\u{2028}\u{FEFF}",
      "\"q\" \\", "line\nline\n", "\t", "<<", "a@b", "@a", "*a", "&a", "0x10", ".inf", "=", "/a/b", "x=y", "{}", "[]",
      "'",
      .integer(5), .number(5), .number(1e-4), .number(1e20), .number(-0.0), .integer(.min), .integer(.max), .null,
      .bool(false),
      [], [:], [[]], [[1, 2], [:], ["a": [1, [2, ["b": "c"]]]]], ["": "", "a: b": ["no": ["x"]], "1": 2, "<<": 3],
      ["long": ["a string of more than twenty-four bytes", "x"]],
    ]
    for value in tricky + [.array(tricky)] {
      let text = JSONValue.object(JSONObject([("v", value)])).yamlText
      let recipe = """
        vars:
        \(text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n"))
        stages: { a: { kind: command, run: [x] } }
        """
      if case .array = value { continue }
      if case .string(let string) = value, string.contains("${") { continue }
      let loaded = try load(recipe)
      #expect(loaded[0].vars["v"]?.text() == value.text(), "\(text)")
    }
  }

  @Test func parametersAddedSinceGetTheirDefaults() throws {
    let recipe = try #require(try load(MatrixTests.categories).first)
    var kinds = TestKinds.all
    let index = try #require(kinds.firstIndex { $0.name == "sft" })
    kinds[index].parameters.append(ParameterSpec("warmup", .number(), default: 0, help: "New."))
    let newer = RecipeLoader(registry: try StageRegistry(kinds))
    let read = try newer.loadResolved(bytes: Array(recipe.resolvedYAML.utf8), path: "x")
    #expect(read.stages(named: "train")[0].parameters["warmup"] == .number(0))
    kinds.remove(at: index)
    #expect(throws: DiagnosticList.self) {
      try RecipeLoader(registry: StageRegistry(kinds)).loadResolved(bytes: Array(recipe.resolvedYAML.utf8), path: "x")
    }
  }

  @Test func damagedResolvedRecipesAreRefusedNotTrusted() throws {
    let loader = try testLoader()
    let bytes = Array(try #require(try load(MatrixTests.categories).first).resolvedYAML.utf8)
    var generator = SplitMix64(seed: 11)
    var refused = 0
    for _ in 0..<400 {
      var mutant = bytes
      for _ in 0..<3 {
        let index = Int.random(in: 0..<mutant.count, using: &generator)
        if Bool.random(using: &generator) {
          mutant[index] = UInt8.random(in: 0...255, using: &generator)
        } else {
          mutant.remove(at: index)
        }
      }
      do { _ = try loader.loadResolved(bytes: mutant, path: "x") } catch { refused += 1 }
    }
    #expect(refused > 100)
    for length in stride(from: 0, to: bytes.count, by: 97) {
      _ = try? loader.loadResolved(bytes: Array(bytes[..<length]), path: "x")
    }
  }

  /// Paths below the workspace follow it; others stay where they are.
  @Test func pathsOfAStoredRecipeFollowItsWorkspace() throws {
    let text = """
      stages:
        base: { kind: fetch, source: "file:../model" }
        far: { kind: fetch, source: "file:/srv/model" }
        mixed: { kind: mix, domain: ["./extra.jsonl#5", /srv/rows.jsonl] }
      """
    let files = ["/work/recipes/extra.jsonl": "", "/srv/rows.jsonl": "", "/work/model": "", "/srv/model": ""]
    let loader = try testLoader(files)
    let recipe = try #require(
      try loader.load(bytes: Array(text.utf8), path: "recipes/r.yaml", overrides: []).recipes.first)
    let stored = recipe.resolvedYAML(in: "/work")
    #expect(!stored.contains("/work"))
    #expect(try loader.loadResolved(bytes: Array(stored.utf8), path: "x", in: "/work") == recipe)
    let moved = try Recipe(resolvedYAML: Array(stored.utf8), path: "x", in: "/else/where")
    #expect(moved.directory == "/else/where/recipes")
    #expect(moved.stage("base")?.parameters["source"] == "file:/else/where/model")
    #expect(moved.stage("far")?.parameters["source"] == "file:/srv/model")
    #expect(
      moved.stage("mixed")?.inputs.map(\.source) == [
        .file("/else/where/recipes/extra.jsonl"), .file("/srv/rows.jsonl"),
      ])
    // A folder whose name only begins like the workspace's is another one.
    #expect(recipe.resolvedYAML(in: "/wor").contains("/work/recipes"))
    // The first version had absolute paths.
    let old = recipe.resolvedYAML.split(separator: "\n").map { $0.hasPrefix("resolved:") ? "resolved: 1" : $0 }
    #expect(
      try Recipe(resolvedYAML: Array(old.joined(separator: "\n").utf8), path: "x", in: "/else")
        == recipe)
  }
}
