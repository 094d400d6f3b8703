import Glibc
import JSON
import Testing

@testable import LorapipeCLI

/// Commands that only look: data, plans, checks, comparisons.
@Suite struct LookingTests {
  private func mixture() throws -> Program {
    let program = try Program()
    program.write(
      "recipes/small.yaml",
      "seed: 1\nstages:\n  mixed: { kind: mix, domain: [./a.jsonl], general: [./b.csv], ratio: \"1:2\", validation: 0.25 }\n"
        + "  other: { kind: command, shell: 'echo x > {output}/x' }\n")
    let rows = (1...8).map { "{\"query\": \"Who, \($0)?\", \"response\": \"I am Pip.\"}\n" }
    program.write("recipes/a.jsonl", rows.joined())
    program.write("recipes/b.csv", "query,response\n" + (1...30).map { "问题 \($0),\"a \"\"b\"\"\nc\"\n" }.joined())
    return program
  }

  @Test func aMixIsLookedIntoByItsStage() throws {
    let program = try mixture()
    defer { program.remove() }
    #expect(program.run("run").status == 0)
    let json = program.run("data inspect mixed -n 2 --json").json
    #expect(json?["mix"]?["domain"]?.intValue == 8)
    #expect(json?["mix"]?["general"]?.intValue == 16)
    #expect(json?["mix"]?["ratio"]?.doubleValue == 2)
    #expect(json?["mix"]?["validation"]?.intValue == 6)
    #expect(json?["rows"]?.intValue == 24)
    #expect(json?["samples"]?.arrayValue?.count == 2)
    let text = program.run("data inspect runs/latest/mixed").output
    #expect(text.contains("roles        domain 8, general 16, ratio 1:2\n"), "\(text)")
    #expect(program.run("data lint mixed").status == 0)
    let rows = program.run("data inspect recipes/b.csv -n 1").output
    #expect(
      rows.hasSuffix("\nrow 1, query-response\n  user      问题 1\n  assistant a \"b\"\n            c\n"), "\(rows)")
  }

  @Test func whatWasNotAskedForIsCountedAndNotListed() throws {
    let program = try mixture()
    defer { program.remove() }
    let plan = program.run("run -n mixed").output
    #expect(plan.contains("\n1 stage not selected\n"), "\(plan)")
    #expect(plan.contains("1 of 1 stage to run"))
  }

  @Test func runsAreNamedByRecipeAndDifferencesReadAsPeopleSayThem() throws {
    let program = try mixture()
    defer { program.remove() }
    #expect(program.run("run mixed").status == 0)
    #expect(program.run("run mixed -S mixed.ratio=1:1").status == 0)
    let diff = program.run("diff --only-changed").output
    #expect(diff.contains("  mixed.ratio  1:2 → 1:1\n"), "\(diff)")
    #expect(diff.contains("  mixed  8 rows removed\n"), "\(diff)")
    #expect(!diff.contains("e-") && (diff.contains(" ms") || diff.contains(" s\n")), "\(diff)")
    #expect(program.run("diff small~1 small --only-changed").output == diff)
    #expect(program.run("diff previous latest --only-changed").output == diff)
    #expect(program.run("show small~1").output.contains("rows.train 18"))
    let stage = program.run("show small~1 -s mixed --json").json
    #expect(stage?["metrics"]?["rows"]?.intValue == 24 && stage?["curves"] == .object(JSONObject()), "\(diff)")
  }

  @Test func pipelinesAreCheckedWithoutARecipe() throws {
    let program = try mixture()
    defer { program.remove() }
    mkdir(program.folder + "/pipelines", 0o755)
    let pipeline = """
      parameters: { data: { type: string, help: Rows. }, share: { type: number, default: 0.1, maximum: 0.5 } }
      stages:
        mixed: { kind: mix, domain: ["${params.data}"], validation: "${params.share}" }

      """
    program.write("pipelines/own.yaml", pipeline)
    let good = program.run("lint")
    #expect(good.status == 0, "\(good.error)")
    #expect(
      good.output == "recipes/small.yaml: 2 stages, no error\n"
        + "pipelines/own.yaml: a pipeline, no error; 1 parameter for its recipes to give\n")
    program.write("pipelines/own.yaml", pipeline + "  more: { kind: mix, domian: [mixed] }\n")
    let bad = program.run("lint own")
    #expect(bad.status == 2)
    #expect(bad.error.contains("did you mean 'domain'?") && !bad.error.contains("needs a value"), "\(bad.error)")
    #expect(program.run("run own").error.contains("-S with.data=…"))
    #expect(program.run("run own -n -S with.data=recipes/a.jsonl").status == 2)
    #expect(program.run("lint --json").json?["ok"]?.boolValue == false)
  }

  @Test func aMatrixOfRunsEndsWithALineEach() throws {
    let program = try mixture()
    defer { program.remove() }
    program.write(
      "recipes/small.yaml",
      "matrix: { mixed.ratio: ['1:1', '1:2'] }\nstages:\n  mixed: { kind: mix, domain: [./a.jsonl], general: [./b.csv] }\n"
    )
    let result = program.run("run")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("small[mixed.ratio=1:1]  done in"), "\(result.output)")
    #expect(result.output.contains("small[mixed.ratio=1:2]  done in"), "\(result.output)")
    #expect(result.output.contains("lorapipe runs --group small\n"))
  }

  @Test func aCommandGetsEveryInstanceOfAMatrix() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/fan.yaml",
      """
      stages:
        part: { kind: command, matrix: { n: [1, 2, 3] }, shell: "echo ${matrix.n} > {output}/x" }
        all: { kind: command, shell: "cat {inputs.parts}/*/x parts/2/x > {output}/all", inputs: { parts: "part[*]" } }

      """)
    let result = program.run("run")
    #expect(result.status == 0, "\(result.error)")
    #expect(Files.read(program.folder + "/runs/latest/all/all") == "1\n2\n3\n2\n")
  }

  @Test func argumentsOfAProgramAreWrittenAsTheyAreTyped() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/args.yaml",
      "vars: { rate: 1e-4 }\nstages:\n"
        + "  a: { kind: command, run: [/bin/sh, -c, 'echo \"$@\" $B > {output}/x', sh, --rank, 8, 0.10, \"${vars.rate}\", true], "
        + "environment: { B: 07 } }\n")
    let result = program.run("run")
    #expect(result.status == 0, "\(result.error)")
    #expect(Files.read(program.folder + "/runs/latest/a/x") == "--rank 8 0.10 1e-4 true 07\n")
    // What is stored with the run means the same.
    #expect(program.run("resume latest").output.contains("the stage is cached"))
  }

  @Test func theDoctorLooksAtTheWorkspaceToo() throws {
    let program = try mixture()
    defer { program.remove() }
    let report = program.run("doctor --json").json?["findings"]?.arrayValue ?? []
    #expect(report.first { $0["name"]?.stringValue == "store" }?["verdict"]?.stringValue == "good")
    #expect(
      report.first { $0["name"]?.stringValue == "workspace" }?["text"]?.stringValue?.contains("1 recipe,") == true)
  }
}
