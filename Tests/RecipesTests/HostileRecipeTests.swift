import Diagnostics
import JSON
import Platform
import Recipes
import Testing

@Suite struct HostileRecipeTests {
  /// A chain of stages: what the engine's speed is measured on.
  static func chain(_ count: Int) -> String {
    var text = "name: chain\nstages:\n  s0: { kind: command, run: [\"echo\"] }\n"
    for index in 1..<count {
      text += "  s\(index):\n    kind: command\n    run: [cat, \"{input}\"]\n    inputs: { previous: s\(index - 1) }\n"
    }
    return text
  }

  @Test func timeIsLinearInStages() throws {
    let clock = ContinuousClock()
    let loader = try testLoader()
    func time(_ count: Int) throws -> Duration {
      let bytes = Array(Self.chain(count).utf8)
      return try (0..<3).map { _ in
        try clock.measure { _ = try loader.load(bytes: bytes, path: "recipes/r.yaml") }
      }.min() ?? .zero
    }
    // Eight times the stages cost about eight times the time; a quadratic step would cost sixty-four.
    let small = try time(500)
    let large = try time(4000)
    #expect(large < small * 24)
  }

  @Test func tenMegabytesOfStagesAreReadAndMoreIsRefused() throws {
    let loader = try testLoader()
    let big = Array((Self.chain(20) + "x-filler: \"" + String(repeating: "喵", count: 3_200_000) + "\"\n").utf8)
    #expect(big.count < RecipeLoader.maximumBytes)
    #expect(try loader.load(bytes: big, path: "r.yaml").recipes[0].stages.count == 20)
    do {
      _ = try loader.load(bytes: big + big, path: "r.yaml")
      Issue.record("accepted")
    } catch {
      #expect(error.diagnostics.map(\.code) == ["file-too-large"])
    }
  }

  @Test func thousandsOfMistakesAreCountedNotListed() throws {
    var text = "stages:\n"
    for index in 0..<3000 { text += "  s\(index): { kind: sft, model: nobody\(index), lorra: 1 }\n" }
    do {
      _ = try load(text)
      Issue.record("accepted")
    } catch let list as DiagnosticList {
      #expect(list.diagnostics.count == 101)
      #expect(list.diagnostics.last?.message == "8900 more errors are not shown")
    }
  }

  @Test(arguments: [
    "[]", "a", "1", "~", "", "stages:", "stages: {}", "stages: []", "stages: {a: 1}", "stages: {a: []}",
    "stages: {a: {kind: []}}",
    "stages: {\"a b\": {kind: sft}}", "stages: {seed: {kind: sft}}", "stages: {a: {kind: sft, matrix: 1}}", "seed: -1",
    "stages: {a: {kind: sft, matrix: {x: []}}}", "stages: {a: {kind: sft, model: [a], data: {}}}",
    "name: [x]\nstages: {}",
    "stages: {a: {kind: command, run: [x], inputs: {x: a#0}}}", "env: 3\nstages: {}", "matrix: 3\nstages: {}",
    "with: {}",
    "stages: {a: {kind: command, run: [x], inputs: {x: 'a[b'}}}", "pipeline: [x]", "pipeline: ../x",
    "parameters: 1\nstages: {}",
    "matrix: {a: [1]}\nstages: {}", "matrix: {a.: [1]}\nstages: {}", "stages: {a: {kind: fetch, source: .nan}}",
    "name: a/b\nstages: {}", "name: ../x\nstages: {}", "stages: {a: {kind: mix, ratio: 0:5}}",
    "stages: {a: {kind: mix, ratio: 1e3:5}}",
    "stages: {a: {kind: mix, validation: 99999999999999999999}}", "stages: {a: {kind: tokenize, max_length: 1e300}}",
    "stages: {a: {kind: command, run: [x], inputs: {x: ./nowhere}}}",
    "stages: {a: {kind: command, run: [x], after: {}}}",
  ])
  func nonsenseIsAnErrorWithAPlace(text: String) throws {
    do {
      let recipes = try load(text)
      Issue.record("accepted: \(recipes.map(\.name))")
    } catch let list as DiagnosticList {
      #expect(!list.diagnostics.isEmpty)
      for diagnostic in list.diagnostics {
        #expect(diagnostic.location?.file == "recipes/r.yaml")
        #expect(!diagnostic.message.isEmpty && !diagnostic.message.hasSuffix("."))
      }
    }
  }

  @Test func mutatedRecipesNeitherTrapNorHang() throws {
    let files = PipelineTests.files.merging(["/work/recipes/extra.jsonl": ""]) { first, _ in first }
    let loader = try testLoader(files)
    let seeds = [
      RecipeLoadingTests.grace, MatrixTests.categories, MatrixTests.sweep,
      "env: {A: b}\npipeline: lora-sft\nwith: { rank: 16, data: mine }\nstages:\n  mine: { kind: fetch, source: \"hf:${env.A}\" }\n",
    ]
    let words = [
      "stages", "kind", "matrix", "vars", "${vars.system}", "${params.x}", "train[*]", "train[category=shoes]", "#5",
      "#", "~",
      "[]", "{}", "*a", "&a", "<<", "1e999", ".nan", "-1", "\"", "'", ":", "- ", "\n", "  ", "after", "self", "./x",
      "file:",
      "\u{1}", "喵", "sft", "base", "$", "{", "}", "[", "]", ",", "=",
    ]
    var generator = SplitMix64(seed: 3)
    for round in 0..<2500 {
      var text = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        let offset = Int.random(in: 0..<max(text.count, 1), using: &generator)
        let index = text.index(text.startIndex, offsetBy: offset)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: text.insert(contentsOf: words.randomElement(using: &generator) ?? "", at: index)
        case 1: text.remove(at: index)
        default:
          let end = text.index(index, offsetBy: Int.random(in: 1...12, using: &generator), limitedBy: text.endIndex)
          text.replaceSubrange(index..<(end ?? text.endIndex), with: words.randomElement(using: &generator) ?? "")
        }
      }
      let override = round % 3 == 0 ? [String(text.prefix(round % 60)), "train.lora.rank=\(round)"] : []
      do {
        let loaded = try loader.load(bytes: Array(text.utf8), path: "recipes/r.yaml", overrides: override)
        for recipe in loaded.recipes {
          #expect(try loader.loadResolved(bytes: Array(recipe.resolvedYAML.utf8), path: "x") == recipe)
        }
      } catch {
        #expect(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
      }
    }
  }

  @Test(arguments: ["./rows.jsonl#0", "./rows.jsonl#00", "rows#0"])
  func aCapOfNoRowIsRefused(_ reference: String) throws {
    let text =
      "stages:\n  rows: { kind: fetch, source: hf-dataset:a/b }\n  m: { kind: mix, domain: [\"\(reference)\"] }\n"
    let found = try errors(text)
    #expect(found.contains("takes no row") && found.contains("remove the source"), "\(found)")
  }

  @Test(arguments: ["file:~/rows.jsonl", "~/rows.jsonl"])
  func aHomeFolderIsRefusedWhereverAPathMayStand(_ path: String) throws {
    for text in [
      "stages: { m: { kind: mix, domain: [\"\(path)\"] } }", "stages: { m: { kind: fetch, source: \"\(path)\" } }",
    ] {
      #expect(try errors(text).contains("begins at a home folder"), "\(text)")
    }
  }
}
