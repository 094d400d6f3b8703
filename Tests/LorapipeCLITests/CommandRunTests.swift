import Glibc
import JSON
import Testing

@testable import LorapipeCLI

/// `merge` and `pull` are recorded as runs, and are not what `latest` means.
@Suite(.serialized) struct CommandRunTests {
  @Test func whoMergesKeepsTheRunOfTheRecipe() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write(
      "recipes/whole.yaml",
      TinyWorkspace.recipe.replacing("name: tiny,", with: "name: tiny, title: Shop, examples: [Hello you],"))
    #expect(program.run("run").status == 0)
    let link = { (path: String) in realpath(program.folder + "/" + path, nil).map { String(cString: $0) } }
    let before = (merged: link("runs/latest/merged"), shown: program.run("show").output)
    let merged = program.run("merge train --dtype bfloat16")
    #expect(merged.status == 0 && merged.output.contains("at runs/commands/merged"), "\(merged.error)\(merged.output)")
    #expect(link("runs/latest/merged") == before.merged && link("runs/commands/merged") != before.merged)
    #expect(program.run("show").output == before.shown)
    #expect(program.run("generate runs/commands/merged -p Hello -n 4").status == 0)
    // What made it run again has no place in a file that is not there.
    let again = program.run("merge train --dtype float16")
    #expect(!(again.output + again.error).contains("merge.yaml"), "\(again.output)\(again.error)")
    let runs = program.run("runs --all --json").json?.arrayValue ?? []
    #expect(runs.map { $0["of_command"]?.boolValue ?? false } == [true, true, false])
    #expect(program.run("runs --all").output.contains("lorapipe merge"))
    // The list is of what was tried, and says what it leaves out.
    for list in ["runs", "runs --limit 1", "runs --sort train.loss"] {
      let listed = program.run(list)
      #expect(!listed.output.contains("merge") && listed.output.contains("whole"), "\(listed.output)")
      #expect(listed.error.contains("2 runs of commands (merge) are left out"), "\(listed.error)")
    }
    #expect(program.run("runs --json").json?.arrayValue?.count == 1)
    #expect(program.run("runs --recipe merge --json").json?.arrayValue?.count == 2)
    #expect(program.run("runs tag merge kept").status == 0)
    #expect(program.run("runs --tag kept --json").json?.arrayValue?.count == 1)
    #expect(!program.run("runs --recipe whole").error.contains("left out"))
    let chinese = program.run("runs --lang zh").error
    #expect(chinese.contains("--all") && ChineseOutputTests.english(in: chinese).isEmpty, "\(chinese)")
    #expect(program.run("show merge --json").json?["stages"]?.arrayValue?.count == 1)
    #expect(program.run("diff").error.contains("only one is here"))
    // A run that stops before its serve stage is served as that stage says.
    #expect(program.run("run --until train -S train.epochs=1").status == 0)
    program.shell(
      """
      $LP serve --port 0 > served 2>&1 & p=$!
      for i in $(seq 400); do grep -q 127.0.0.1 served && break; sleep 0.05; done
      kill -INT $p; wait $p
      """)
    let served = Files.read(program.folder + "/served")
    #expect(served.contains("Shop at http://127.0.0.1:") && served.contains("train  adapter"), "\(served)")
  }

  @Test func aSourceThatIsNotReachedNamesNoFile() throws {
    let program = try Program()
    defer { program.remove() }
    program.shell("mkdir runs; HF_ENDPOINT=http://127.0.0.1:9 $LP pull hf:a/b > pulled 2>&1")
    let text = Files.read(program.folder + "/pulled")
    #expect(text.contains("error:") && !text.contains("pull.yaml"), "\(text)")
  }
}
