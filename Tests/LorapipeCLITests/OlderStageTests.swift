import JSON
import Testing

@testable import LorapipeCLI

/// `show -s` and `logs` find a stage that the newest run has no result of, and say which run has it.
@Suite(.serialized) struct OlderStageTests {
  private func recipe(_ word: String, shell: String? = nil) -> String {
    """
    stages:
      first: { kind: command, shell: "\(shell ?? "echo \(word) > {output}/x") " }
      second: { kind: command, shell: "cat {inputs.a}/x > {output}/x", inputs: { a: first } }

    """
  }

  /// A whole run of one recipe, then a run of another.
  private func workspace() throws -> (program: Program, run: String) {
    let program = try Program()
    program.write("recipes/grace.yaml", recipe("one"))
    #expect(program.run("run grace").status == 0)
    let run = try #require(program.run("show --json").json?["run"]?.stringValue)
    program.write("recipes/other.yaml", "stages:\n  third: { kind: command, shell: \"touch {output}/x\" }\n")
    #expect(program.run("run other").status == 0)
    return (program, run)
  }

  @Test func aRunOfOtherStagesHidesNone() throws {
    let (program, first) = try workspace()
    defer { program.remove() }
    func shown(_ line: String) -> String? { program.run("\(line) --json").json?["run"]?.stringValue }
    for line in ["show -s second", "show latest -s second", "show grace -s second"] { #expect(shown(line) == first) }
    // A run that did not select the stage, and one that failed before it.
    program.write("recipes/grace.yaml", recipe("two"))
    #expect(program.run("run grace first").status == 0)
    let partial = try #require(program.run("show --json").json?["run"]?.stringValue)
    program.write("recipes/grace.yaml", recipe("", shell: "false"))
    #expect(program.run("run grace").status == 1)
    for line in ["show -s second", "show latest -s second", "show grace -s second"] {
      let result = program.run(line)
      #expect(shown(line) == first && result.output.hasPrefix("second  command"), "\(line): \(result.output)")
      #expect(
        result.error.contains("did not come to stage 'second'") && result.error.contains(first), "\(result.error)")
    }
    // Who names one run means it, and reads where the result is.
    let named = program.run("show \(partial) -s second")
    #expect(shown("show \(partial) -s second") == partial)
    #expect(named.error.contains("show \(first) -s second"), "\(named.error)")
    #expect(program.run("show -s first").output.contains("failed"))
    let chinese =
      program.run("show -s second --lang zh").error + program.run("show \(partial) -s second --lang zh").error
    #expect(ChineseOutputTests.english(in: chinese).isEmpty && chinese.contains("阶段"), "\(chinese)")
  }

  @Test func aStageThatOnlyAnotherRunHasIsFoundThere() throws {
    let (program, first) = try workspace()
    defer { program.remove() }
    for (line, remedy) in [
      ("show other -s second", "lorapipe show \(first) -s second"),
      ("logs -r other second", "lorapipe logs -r \(first) second"),
      ("show -s secnod", "did you mean 'second'?"), ("show other -s frist", "did you mean 'first'?"),
      ("logs secnod", "did you mean 'second'?"), ("show -s nothing", "its stages are third"),
      ("show secnod", "did you mean the stage 'second'? Its newest run: lorapipe show -s second"),
      ("diff secnod", "did you mean the stage 'second'?"), ("report thrid", "did you mean the stage 'third'?"),
      ("show graec", "did you mean 'grace'?"), ("show othre", "did you mean 'other'?"),
    ] {
      let result = program.run(line)
      #expect(result.status != 0 && result.error.contains(remedy), "\(line): \(result.error)")
      let chinese = program.run("\(line) --lang zh").error
      #expect(ChineseOutputTests.english(in: chinese).isEmpty, "\(line): \(chinese)")
    }
    #expect(program.run("logs second").status == 0)
  }
}
