import Glibc
import JSON
import Reports
import Testing
import Verdicts

@testable import LorapipeCLI

/// After a failure the program says what to type next: after a mistake, that which reads the mended recipe.
@Suite(.serialized) struct NextStepTests {
  @Test func afterAMistakeTheCommandIsRunAgain() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let result = program.run("run --until train -S tokens.max_length=16")
    #expect(result.status == 1)
    #expect(
      result.output.contains("when you have fixed what the error names:\n")
        && result.output.contains(" run --set tokens.max_length=16 --until train\n"), "\(result.output)")
    #expect(!result.output.contains("resume"), "\(result.output)")
    #expect(!result.error.contains("merged"), "\(result.error)")
  }

  @Test func afterACrashTheRunIsResumed() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/r.yaml", "stages:\n  a: { kind: command, shell: \"kill -9 $PPID\" }\n")
    let result = program.run("run")
    #expect(result.status == 1)
    #expect(result.output.contains(" resume\n"), "\(result.output) \(result.error)")
    // Whoever comes back later reads it too, until another run has continued it.
    let shown = program.run("show").output
    #expect(shown.contains("next:\n") && shown.hasSuffix(" resume\n"), "\(shown)")
    #expect(program.run("resume").status == 1)
    #expect(!program.run("show latest~1").output.contains("next:"), "\(program.run("show latest~1").output)")
  }

  /// The command below the heading that follows a poor run; `nil` without one.
  private static func next(_ output: String, after heading: String) -> String? {
    let lines = output.split(separator: "\n")
    guard let index = lines.firstIndex(where: { $0.hasPrefix(heading) }), index + 1 < lines.count else { return nil }
    return String(lines[index + 1])
  }

  /// With the value that the advice is about, the same command would find everything cached, and be as poor.
  @Test func afterAPoorRunTheBlamedValueIsLeftOut() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let result = program.run("run --until train -S train.max_steps=1 -S train.epochs=3")
    #expect(result.status == 0 && result.output.contains("nothing was learned"), "\(result.output)\(result.error)")
    let line = try #require(
      Self.next(result.output, after: "next, without --set train.max_steps=1, or"), "\(result.output)")
    #expect(line.hasSuffix(" run --set train.epochs=3 --until train"), "\(line)")
    // A variable gives the value too.
    program.write(
      "recipes/whole.yaml",
      "vars: { limit: 20 }\n"
        + TinyWorkspace.recipe.replacing("epochs: 2", with: "epochs: 2\n    max_steps: ${vars.limit}"))
    let variable = program.run("run --until train -S vars.limit=1 -S seed=3")
    #expect(
      Self.next(variable.output, after: "next, without --set vars.limit=1, or")?
        .hasSuffix(" run --set seed=3 --until train") == true, "\(variable.output)\(variable.error)")
    let chinese = program.run("run --until train -S vars.limit=1 -S seed=3 --lang zh").output
    #expect(chinese.contains("接下来（已去掉") && chinese.contains("--set vars.limit=1；"), "\(chinese)")
  }

  /// What stands in the recipe is changed there: its line is named, and the command stays.
  @Test func afterAPoorRunTheLineOfTheRecipeIsNamed() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let text = TinyWorkspace.recipe.replacing("epochs: 2", with: "epochs: 2\n    max_steps: 1")
    program.write("recipes/whole.yaml", text)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let number = try #require(lines.firstIndex { $0.contains("max_steps") }) + 1
    let result = program.run("run --until train -S seed=3")
    #expect(
      result.output.contains("train.max_steps is set in recipes/whole.yaml:\(number)\n"),
      "\(result.output)\(result.error)")
    let line = Self.next(result.output, after: "next, when you have changed what is advised above:")
    #expect(line?.hasSuffix(" run --set seed=3 --until train") == true, "\(line ?? "")")
  }

  /// Of several evaluations one that went well is enough to talk to the model; what else went wrong is not.
  @Test func oneEvaluationThatWentWellIsEnough() throws {
    func evaluated(_ stage: String, learned: Double) -> [StageVerdict] {
      EvaluationRules.verdicts(EvaluationFacts(learned: learned)).map { StageVerdict(stage: stage, verdict: $0) }
    }
    let (good, bad) = (evaluated("eval", learned: 0.95), evaluated("unprompted", learned: 0.1))
    #expect(good.map(\.verdict.code) == ["learned"] && bad.map(\.verdict.code) == ["not-learned"])
    #expect(RunVerdicts(bad).poor == bad && RunVerdicts(good).poor.isEmpty)
    #expect(RunVerdicts(good + bad).poor.isEmpty && RunVerdicts(bad + good).poor.isEmpty)
    #expect(RunVerdicts(bad + bad).poor.count == 2 && RunVerdicts([]).poor.isEmpty)
    let ruined = EvaluationRules.verdicts(EvaluationFacts(learned: 0.95, baseLoss: 2, tunedLoss: 9))
      .map { StageVerdict(stage: "eval", verdict: $0) }
    #expect(RunVerdicts(ruined + bad).poor.map(\.verdict.code) == ["worse-than-base"], "\(ruined)")
  }

  /// A merge whose rounding lost the update is written again beside the first, where its output was asked for.
  @Test func afterAPoorMergeTheOutputStays() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until train -S train.learning_rate=1e-6").status == 0)
    let merged = program.run("merge train -o out")
    #expect(merged.status == 0 && merged.output.contains("rounding"), "\(merged.output)\(merged.error)")
    let line = try #require(Self.next(merged.output, after: "next:"), "\(merged.output)")
    #expect(line.hasSuffix(" merge train --dtype float16 --output out-float16"), "\(line)")
    #expect(program.run("merge train --dtype float16 --output out-float16").status == 0)
    #expect(Files.read(program.folder + "/out-float16/config.json").contains("model_type"))
  }

  /// A mistake is not continued: the command is typed again.
  @Test func showNamesTheCommandAfterAMistake() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/r.yaml", "stages:\n  a: { kind: command, run: [\"false\"] }\n")
    #expect(program.run("run r").status == 1)
    let shown = program.run("show").output
    #expect(shown.contains("when you have fixed what the error names:\n") && shown.hasSuffix(" run r\n"), "\(shown)")
  }

  /// A run of which everything is cached says the same of its model as the run that trained it.
  @Test func aCachedRunPrintsTheSameConclusions() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    func conclusions(_ output: String) -> [Substring] {
      output.split(separator: "\n").filter { line in
        ["  train: ", "  eval: ", "  merged: "].contains { line.hasPrefix($0) }
      }
    }
    let first = program.run("run")
    let again = program.run("run")
    #expect(first.status == 0 && again.status == 0, "\(first.error) \(again.error)")
    #expect(!conclusions(first.output).isEmpty, "\(first.output)")
    #expect(conclusions(first.output) == conclusions(again.output), "\(again.output)")
  }

  @Test func whatIsFinishedIsNotContinued() throws {
    let program = try Program()
    defer { program.remove() }
    let recipe = { (name: String) in
      "name: \(name)\nstages:\n  a: { kind: command, shell: \"test -e \(program.folder)/\(name) && echo yes > {output}/x\" }\n"
    }
    program.write("recipes/one.yaml", recipe("one"))
    program.write("recipes/two.yaml", recipe("two"))
    #expect(program.run("run one").status == 1 && program.run("run two").status == 1)
    program.write("two", "")
    let resumed = program.run("resume")
    #expect(resumed.status == 0 && resumed.error.contains("(two), failed"), "\(resumed.error)")
    // What was continued is done; the older run is not.
    #expect(program.run("resume").error.contains("(one), failed"))
    program.write("one", "")
    #expect(program.run("run one").status == 0)
    let nothing = program.run("resume")
    #expect(nothing.status == 2 && nothing.error.contains("no run is left to continue"), "\(nothing.error)")
  }

  @Test func whatComesAfterAPartOfARecipeIsSaid() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let run = program.run("run --until tokens")
    #expect(run.output.contains(" tokens show tokens\n") && run.output.contains(" run\n"), "\(run.output)")
    #expect(!program.run("run").output.contains("tokens show"))
  }

  @Test func whatWasNotAskedForIsNotNamed() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write("recipes/identity.jsonl", "{\"query\": \"Who?\", \"response\": \"{{OTHER}}\"}\n")
    let plan = program.run("plan --until mixed")
    #expect(!plan.output.contains("train"), "\(plan.output)")
    #expect(
      plan.output.contains("6 stages not selected") && plan.output.contains("of 2 stages to run"), "\(plan.output)")
    let run = program.run("run --until mixed --yes")
    #expect(run.error.contains("skipped mixed") || run.output.contains("skipped mixed"))
    #expect(!(run.output + run.error).contains("train"), "\(run.output) \(run.error)")
  }

  @Test func aLeftoverPlaceholderIsRefusedByThePlan() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    for command in ["plan", "run -n", "run"] {
      let result = program.run("\(command) -S 'persona.values={name: Pip}'")
      #expect(result.status == 2, "\(command)")
      #expect(result.error.contains("values: has 'name'; write NAME there"), "\(result.error)")
      #expect(result.error.contains("19 more rows"), "\(result.error)")
      #expect(!program.run("runs").output.contains("whole"))
    }
  }

  @Test func measuringWithoutValidationRowsIsRefusedByThePlan() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let result = program.run("plan -S mixed.validation=0 -S train.eval_every=2 -S train.load_best=true")
    #expect(result.status == 2)
    #expect(result.error.contains("there are none"), "\(result.error)")
  }

  @Test func aModelOfAnUnknownFamilyIsRefusedByThePlanOnce() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let config = Files.read(program.folder + "/base/config.json")
    let type = try #require(JSONValue(parsing: config)["model_type"]?.stringValue)
    Files.write(
      config.split(separator: "\"\(type)\"", omittingEmptySubsequences: false).joined(separator: "\"mamba9\""),
      program.folder + "/base/config.json")
    let result = program.run("plan")
    #expect(result.status == 2)
    #expect(result.error.contains("mamba9"), "\(result.error)")
    #expect(result.error.split(separator: "mamba9").count == 2, "\(result.error)")
  }

  @Test func anErrorOfAnOverrideShowsTheArgument() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("lint -S base.source=foo:bar").error.hasPrefix("-S base.source=foo:bar: error:"))
    let best = program.run("lint -S train.load_best=true").error
    #expect(best.hasPrefix("-S train.load_best=true: error:"), "\(best)")
  }

  @Test func maximumStepsShortenTheForecast() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    func tokens(_ options: String) -> Int? {
      let stages = program.run("plan --json \(options)").json?["stages"]?.arrayValue
      let figures = stages?.first { $0["stage"]?.stringValue == "train" }?["figures"]?.objectValue
      return figures?.first { $0.0.hasPrefix("tokens") }?.1.intValue
    }
    let all = try #require(tokens(""))
    let few = try #require(tokens("-S train.max_steps=3"))
    // 12 rows of 48, twice; each forecast is rounded.
    #expect(abs(few * 8 - all) <= 8, "\(few) of \(all)")
  }

  /// What would fit keeps the user's base first, and offers no English model to rows in Chinese.
  @Test func whatWouldFitIsOfferedInTheReadersLanguage() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/long.yaml",
      """
      stages:
        base:   { kind: fetch, source: "modelscope:Qwen/Qwen3-4B", revision: "0123456789012345678901234567890123456789" }
        mixed:  { kind: mix, domain: [./rows.jsonl], general: [], validation: 0 }
        tokens: { kind: tokenize, model: base, data: mixed }
        train:  { kind: sft, model: base, data: tokens, epochs: 8 }
      """)
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...2000))
    let plan = program.run("plan long --memory 200G --lang zh")
    let offers = plan.output.split(separator: "\n").filter { $0.hasPrefix("可行的办法：") }
    #expect(offers.count >= 2, "\(plan.output)\(plan.error)")
    #expect(offers.first?.contains("max_steps: ") == true && offers.last?.contains("Qwen/") == true, "\(offers)")
    for offer in offers {
      #expect(ChineseOutputTests.english(in: String(offer)).isEmpty && !offer.contains("MiB"), "\(offer)")
      #expect(!offer.contains("Llama") && !offer.contains("SmolLM"), "\(offer)")
    }
    let json = program.run("plan long --memory 200G --json").json?["alternatives"]?.arrayValue
    #expect(json?.first?["max_steps"]?.intValue ?? 0 > 0 && json?.first?["seconds"]?.doubleValue ?? 0 > 0)
  }

  @Test func sharesAreShown() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let text = program.run("plan -S mixed.ratio=1:1").output
    #expect(text.contains("general rows used") && text.contains("20 of 40 (50 %)"), "\(text)")
    #expect(text.contains(" %)"), "\(text)")
  }
}
