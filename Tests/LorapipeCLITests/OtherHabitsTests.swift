import Diagnostics
import PipelineEngine
import Recipes
import Testing

@testable import LorapipeCLI

/// What people type who come from another tool, and what the program makes of it.
@Suite(.serialized) struct OtherHabitsTests {
  @Test func aScriptGivenAsARecipeIsToBeImported() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/one.yaml", "stages:\n  note: { kind: command, shell: \"true\" }\n")
    program.write("train.sh", "swift sft --model Qwen/Qwen3-0.6B --dataset data.jsonl\n")
    for command in ["run", "lint", "plan"] {
      let result = program.run("\(command) train.sh")
      #expect(result.status == 2)
      #expect(result.error.contains("lorapipe import train.sh"), "\(result.error)")
    }
  }

  /// The file that is read is never overwritten, not even with --force.
  @Test func anImportedFileIsNeverTheOneWritten() throws {
    let program = try Program()
    defer { program.remove() }
    let foreign = "model: Qwen/Qwen3-0.6B\ntrain_type: lora\ndataset: [./rows.jsonl]\nlora_rank: 4\n"
    program.write("recipes/mine.yaml", foreign)
    let result = program.run("import recipes/mine.yaml --force")
    #expect(result.status == 0, "\(result.error)")
    #expect(Files.read(program.folder + "/recipes/mine.yaml") == foreign)
    #expect(Files.read(program.folder + "/recipes/mine-recipe.yaml").contains("kind: sft"))
  }

  @Test(arguments: [
    ("train", "sft"), ("LoRA", "sft"), ("download", "fetch"), ("dataset", "mix"), ("export", "merge"),
    ("deploy", "serve"),
  ])
  func aKindOfAnotherNameIsAnsweredWithItsNameHere(word: String, kind: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/one.yaml", "stages:\n  a: { kind: \(word) }\n")
    let result = program.run("lint")
    #expect(result.status == 2)
    #expect(result.error.contains("it is called \(kind) here: write kind: \(kind)"), "\(result.error)")
  }

  @Test func aFileOfRowsIsNoTokens() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    for command in ["lint", "plan", "run"] {
      let result = program.run("\(command) -S train.data=./recipes/general.jsonl")
      #expect(result.status != 0)
      #expect(
        result.error.contains("{ kind: tokenize, model: base, data: ./recipes/general.jsonl }"),
        "\(result.error)")
      #expect(!result.output.contains("start  train"))
    }
  }

  @Test func aPathWithoutItsDotIsLookedForWhereItMayLie() throws {
    let program = try Program()
    defer { program.remove() }
    program.shell("mkdir data && touch data/rows.jsonl")
    program.write("recipes/one.yaml", "stages:\n  mixed: { kind: mix, domain: [data/rows.jsonl] }\n")
    let result = program.run("lint")
    #expect(result.error.contains("it is at ../data/rows.jsonl"), "\(result.error)")
  }

  @Test func anInputOfOtherKindsIsAnsweredWithTheInputsOfThisOne() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/one.yaml", "stages:\n  mixed: { kind: mix, questions: [./rows.jsonl] }\n")
    #expect(program.run("lint").error.contains("; mix reads domain, general"))
  }

  @Test func aQuoteThatIsNotClosedIsNamedWhereItOpens() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/one.yaml", "stages:\n  a: { kind: command, shell: \"echo 你好， max: 3 }\n  b: { kind: command }\n")
    let result = program.run("lint")
    #expect(result.error.contains("one.yaml:2:30: error"), "\(result.error)")
    #expect(result.error.contains("close the quote that opens here"), "\(result.error)")
    let chinese = program.run("lint --lang zh")
    #expect(chinese.error.contains("把这里开始的引号闭合"), "\(chinese.error)")
  }

  /// The help of a kind fits a terminal: no bars of a table, no wide line.
  @Test func theHelpOfAKindFitsATerminal() throws {
    for kind in try Lorapipe.catalog.registry().kinds {
      let text = try #require(try HelpTopic.text(kind.name))
      #expect(!text.contains("| "), "\(text)")
      for line in text.split(separator: "\n") { #expect(String(line).displayWidth <= 88, "\(line)") }
      for parameter in kind.parameters { #expect(text.contains("  " + parameter.name)) }
    }
  }
}
