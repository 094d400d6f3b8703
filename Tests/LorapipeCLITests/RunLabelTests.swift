import JSON
import Testing

@testable import LorapipeCLI

/// Runs side by side, with tags, notes and aliases, and without those that were deleted.
@Suite struct RunLabelTests {
  private func workspace() throws -> Program {
    let program = try Program()
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...30))
    for validation in ["0.1", "0.2", "0.3"] {
      program.write(
        "recipes/small.yaml", "stages:\n  mixed: { kind: mix, domain: [./rows.jsonl], validation: \(validation) }\n")
      #expect(program.run("run").status == 0)
    }
    return program
  }

  @Test func runsShowWhatDiffersAndWhatCameOfIt() throws {
    let program = try workspace()
    defer { program.remove() }
    let table = program.run("runs").output
    let header = table.split(separator: "\n").first ?? ""
    #expect(header.contains("validation") && !header.contains("seed"), "\(table)")
    let wide = program.run("runs --wide").output
    #expect(wide.contains("rows.train") && wide.contains("27") && wide.contains("21"), "\(wide)")
    let json = program.run("runs --json").json?.arrayValue ?? []
    #expect(json.count == 3 && json[0]["changed_parameters"]?["mixed.validation"]?.doubleValue == 0.3)
    #expect(program.run("runs --sort nothing").status == 2)
    #expect(program.run("runs --sort mixed.rows.train").status == 0)
  }

  /// What differs most has a column, wherever it stands in the recipe; what has none is named.
  @Test func theParameterThatDiffersMostHasAColumn() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...30))
    let names = ["a", "b", "c", "d", "e", "last"]
    program.write(
      "recipes/small.yaml",
      "stages:\n"
        + names.map { "  \($0): { kind: mix, domain: [./rows.jsonl], validation: 0.1 }\n" }.joined())
    #expect(program.run("run").status == 0)
    let others = names.dropLast().map { "-S \($0).validation=0.2" }.joined(separator: " ")
    #expect(program.run("run \(others) -S last.validation=0").status == 0)
    #expect(program.run("run \(others) -S last.validation=0.025").status == 0)
    let lines = program.run("runs").output.split(separator: "\n")
    let header = lines.first ?? ""
    for shown in ["a", "b", "c", "last"] { #expect(header.contains("\(shown).validation"), "\(header)") }
    #expect(lines.last == "also different: d.validation, e.validation; --wide prints them", "\(lines)")
    let values = lines.dropFirst().dropLast().map { line in
      line.split(separator: " ").filter { ["0", "0.0", "0.025", "0.1"].contains($0) }.last
    }
    #expect(values == ["0.025", "0", "0.1"], "\(lines)")
    let wide = program.run("runs --wide").output
    #expect(wide.contains("e.validation") && !wide.contains("also different"), "\(wide)")
    #expect(program.run("runs --lang zh").output.contains("还有不同的参数：d.validation, e.validation；用 --wide 显示"))
  }

  @Test func threeRunsAreComparedSideBySide() throws {
    let program = try workspace()
    defer { program.remove() }
    let text = program.run("diff small~2 small~1 small").output
    let line = text.split(separator: "\n").first { $0.contains("mixed.validation") } ?? ""
    #expect(line.split(separator: " ").suffix(3) == ["0.1", "0.2", "0.3"], "\(text)")
    let markdown = program.run("diff small~2 small~1 small --markdown").output
    #expect(markdown.contains("| mixed.validation | 0.1 | 0.2 | 0.3 |"), "\(markdown)")
    let json = program.run("diff small~2 small~1 small --json").json
    #expect(json?["runs"]?.arrayValue?.count == 3 && json?["parameters"]?.arrayValue?.isEmpty == false)
    // Of two runs, equal values are left out unless wanted.
    #expect(!program.run("diff").output.contains("deduplicate"))
    #expect(program.run("diff --all").output.contains("deduplicate"))
  }

  @Test func labelsStandForRunsAndOutliveTheDatabase() throws {
    let program = try workspace()
    defer { program.remove() }
    let ids = (program.run("runs --json").json?.arrayValue ?? []).compactMap { $0["run"]?.stringValue }
    try #require(ids.count == 3)
    #expect(program.run("runs tag small~1 baseline first").status == 0)
    #expect(program.run("runs alias small~1 production").status == 0)
    #expect(program.run("runs note production '一个 <b>note</b>'").status == 0)
    #expect(program.run("show production --json").json?["run"]?.stringValue == ids[1])
    // It moves to another run, and says from where.
    #expect(program.run("runs alias latest production").output.contains("\(ids[1]) no longer has the alias"))
    #expect(program.run("show production --json").json?["run"]?.stringValue == ids[0])
    #expect(program.run("runs tag small~1 first --remove").status == 0)
    #expect(
      program.run("runs --tag baseline --json").json?.arrayValue?.compactMap { $0["run"]?.stringValue } == [ids[1]])
    let table = program.run("runs").output
    #expect(table.contains("=production") && table.contains("#baseline  一个 <b>note</b>"), "\(table)")
    program.shell("rm runs/runs.db*")
    let again = program.run("runs --json").json?.arrayValue ?? []
    #expect(again.count == 3 && again[0]["aliases"] == .array([.string("production")]), "\(again)")
    #expect(again[1]["tags"] == .array([.string("baseline")]) && again[1]["aliases"] == nil)
    #expect(again[1]["note"]?.stringValue == "一个 <b>note</b>")
    for bad in [
      "tag latest 'a b'", "alias latest latest", "alias latest small", "tag latest", "alias latest \(ids[2])",
    ] {
      let result = program.run("runs \(bad)")
      #expect(result.status == 2 && result.error.contains("error:"), "\(bad): \(result.error)")
    }
  }

  @Test func aDeletedRunIsGoneAndItsSharedArtifactsStay() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("run").status == 0)
    let ids = (program.run("runs --json").json?.arrayValue ?? []).compactMap { $0["run"]?.stringValue }
    // The newest run is cached from the one before: it has nothing of its own.
    let shared = program.run("runs delete -n latest --json").json?.arrayValue?.first
    #expect(shared?["artifacts"] == .array([]) && (shared?["bytes"]?.intValue ?? 0) > 100)
    #expect(program.run("runs alias small~2 kept").status == 0)
    let kept = program.run("runs delete kept")
    #expect(kept.status == 2 && kept.error.contains("runs alias --remove kept"), "\(kept.error)")
    let deleted = program.run("runs delete small~3")
    #expect(deleted.status == 0 && deleted.output.contains("cache gc can free 1 artifact"), "\(deleted.output)")
    let left = (program.run("runs --json").json?.arrayValue ?? []).compactMap { $0["run"]?.stringValue }
    #expect(left == Array(ids.dropLast()))
    #expect(program.shell("[ ! -e runs/\(ids[3]) ]") == 0)
    #expect(program.run("show \(ids[3])").status == 2)
    // The database made again does not bring it back.
    program.shell("rm runs/runs.db*")
    #expect(program.run("runs --json").json?.arrayValue?.count == 3)
  }

  @Test func theEndOfARunIsTold() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/small.yaml", "stages:\n  a: { kind: command, shell: 'exit 3' }\n")
    let failed = program.run("run --notify 'echo \"$LORAPIPE_STATUS $LORAPIPE_RECIPE\" > told'")
    #expect(failed.status == 1 && Files.read(program.folder + "/told") == "failed small\n")
    program.write("recipes/small.yaml", "stages:\n  a: { kind: command, shell: 'echo x > {output}/x' }\n")
    let run = program.run(
      "run --notify 'echo \"$LORAPIPE_JSON\" > told; exit 4' --webhook http://127.0.0.1:9/hook?key=secret")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("the command of --notify ended with status 4"), "\(run.error)")
    #expect(run.error.contains("cannot notify http://127.0.0.1:9") && !run.error.contains("secret"), "\(run.error)")
    let told = try? JSONValue(parsing: Files.read(program.folder + "/told"))
    #expect(
      told?["status"]?.stringValue == "succeeded" && told?["text"]?.stringValue?.hasPrefix("small succeeded") == true)
    #expect(!program.run("show").output.contains("secret"))
  }
}
