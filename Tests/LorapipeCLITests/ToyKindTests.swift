import Glibc
import JSON
import Testing

/// A kind of stage that one file of `Tests/ToyProgram` adds is known everywhere: nothing in the program names kinds.
@Suite struct ToyKindTests {
  private func workspace() throws -> Program {
    let program = try Program("ToyProgram")
    program.write("recipes/poem.yaml", "name: poem\nstages:\n  ode: { kind: verse, lines: 3 }\n")
    return program
  }

  @Test func theRunsEndingNamesItsProductAndWhatToTypeNext() throws {
    let program = try workspace()
    defer { program.remove() }
    let run = program.run("run")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("lines 3  rhyming 66.7 %"), "\(run.error)")
    #expect(run.output.contains("  verse    runs/latest/ode\n"), "\(run.output)")
    #expect(run.output.contains("ToyProgram cache pin runs/latest/ode\n"), "\(run.output)")
    #expect(program.run("cache pin runs/latest/ode").status == 0)
  }

  @Test func showAndDiffReadItsMetrics() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("run").status == 0)
    #expect(program.run("show").output.contains("lines 3  rhyming 66.7 %"))
    #expect(program.run("show -s ode").output.contains("rhyming  66.7 %"))
    #expect(program.run("run -S ode.lines=4 -S ode.mood=gloomy").status == 0)
    let diff = program.run("diff --only-changed").output
    #expect(diff.contains("\nmetrics\n  ode.lines  3 → 4  (+1)\n"), "\(diff)")
    #expect(diff.contains("  ode.rhyming  0.66667 → 1  (+0.33333 better)\n"), "\(diff)")
    #expect(diff.contains("  ode.sighs  0 → 3  (+3 worse)\n"), "\(diff)")
  }

  @Test func theReferenceTheEditorAndTheCompletionsKnowIt() throws {
    let program = try workspace()
    defer { program.remove() }
    let reference = program.run("docs reference").output
    #expect(reference.contains("| [verse](#verse) |  | files | Writes a verse. |\n"))
    #expect(reference.contains("| `lines` | integer from 2 to 20 | `4` | How many lines it has. |\n"))
    #expect(reference.contains("| `rhyming` | higher | The share of lines that rhyme. |\n"))
    #expect(program.run("schema verse").output.hasPrefix("## verse\n"))
    let schema = program.run("schema").json?["definitions"]?["kind-verse"]?["properties"]
    #expect(schema?["mood"]?["default"]?.stringValue == "merry")
    #expect(program.run("complete kinds").output.hasSuffix("\nverse\n"))
    #expect(program.run("complete stages").output == "ode\n")
  }

  /// Whoever started a long run has agreed to it: continuing it asks no more, while a new run does.
  @Test func aLongRunIsContinuedWithoutAsking() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write(
      "recipes/poem.yaml",
      "name: poem\nstages:\n  gate: { kind: command, shell: \"test -e \(program.folder)/open && echo > {output}/x\" }\n"
        + "  saga: { kind: verse, lines: 20, after: [gate] }\n")
    let refused = program.run("run")
    #expect(refused.status == 1 && refused.error.contains("this would take"), "\(refused.error)")
    #expect(refused.error.contains("start it anyway with --yes"), "\(refused.error)")
    #expect(program.run("runs --json").json?.arrayValue?.isEmpty == true)
    let started = program.run("run --yes")
    #expect(started.status == 1 && started.error.contains("gate"), "\(started.error)")
    let stopped = program.run("resume")
    #expect(stopped.status == 1 && !stopped.error.contains("this would take"), "\(stopped.error)")
    program.write("open", "")
    let resumed = program.run("resume")
    #expect(resumed.status == 0 && !resumed.error.contains("this would take"), "\(resumed.error)")
    #expect(resumed.output.contains("runs/latest/saga"), "\(resumed.output)")
  }

  @Test func itsParametersAreCheckedLikeAnyOthers() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("recipes/poem.yaml", "stages:\n  ode: { kind: verse, lines: 1, mood: happy, tone: sad }\n")
    let lint = program.run("lint").error
    #expect(lint.contains("'lines' of stage 'ode' must be an integer from 2 to 20, not 1"), "\(lint)")
    #expect(lint.contains("did you mean 'merry'?") && lint.contains("did you mean 'mood'?"), "\(lint)")
  }

  /// The program itself has no such kind, and still shows a run of one, without verdicts.
  @Test func aRunOfAKindThatTheProgramLacksCanBeLookedAt() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("run").status == 0)
    let lorapipe = program.with("lorapipe")
    #expect(lorapipe.run("show").output.contains("ode    verse  built"))
    #expect(lorapipe.run("show -s ode").output.contains("rhyming  0.6667"))
    #expect(lorapipe.run("resume latest").error.contains("which this program does not have"))
  }
}
