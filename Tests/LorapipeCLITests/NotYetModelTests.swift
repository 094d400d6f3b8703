import JSON
import Testing

@testable import LorapipeCLI

/// A model that is not made yet is answered with the command that makes it; questions may come through a pipe.
@Suite(.serialized) struct NotYetModelTests {
  @Test func aStageThatHasNotRunIsNamedWithTheCommand() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    for command in ["chat", "generate -p hi", "serve", "export -o x.gguf"] {
      let word = command.split(separator: " ", maxSplits: 1)
      let rest = word.count > 1 ? " " + word[1] : ""
      let before = program.run("\(word[0]) train\(rest)")
      #expect(before.status == 2, "\(command): \(before.error)")
      #expect(before.error.contains("has not run yet") && before.error.contains("run --until train"), "\(before.error)")
    }
    #expect(program.run("run --until mixed").status == 0)
    let partial = program.run("chat train --lang zh")
    #expect(partial.status == 2 && partial.error.contains("lorapipe run --until train"), "\(partial.error)")
    let latest = program.run("chat runs/latest")
    #expect(latest.status == 2 && latest.error.contains("start with: lorapipe run"), "\(latest.error)")
    program.shell("ls -d runs/2* > run")
    let one = program.run("chat $(cat run)")
    #expect(one.status == 2 && one.error.contains("has made no model"), "\(one.error)")
    // A stage that makes no model is none that can be run for one.
    #expect(!program.run("chat tokens").error.contains("--until tokens"))
    #expect(program.run("chat nosuch").error.contains("there is no model 'nosuch'"))
    program.write("recipes/other.yaml", TinyWorkspace.recipe)
    #expect(program.run("chat train").error.contains("lorapipe run recipes/other.yaml --until train"))
  }

  @Test func questionsComeThroughAPipe() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write("ask.txt", "Who are you?\n\nWhat is it?\n")
    program.write("ask.jsonl", #"{"query": "Who are you?", "id": 7}"# + "\n")
    let lines = program.run("generate base --max-tokens 2 < ask.txt")
    #expect(lines.status == 0, "\(lines.error)")
    #expect(lines.error.contains("> Who are you?") && lines.error.contains("> What is it?"), "\(lines.error)")
    let rows = program.run("generate base --max-tokens 2 < ask.jsonl")
    #expect(rows.status == 0 && rows.json?["id"] == 7 && rows.json?["answer"] != nil, "\(rows.error)\(rows.output)")
    #expect(program.shell("printf 'Who?' | $LP generate base --max-tokens 2 > piped 2>&1") == 0)
    let nothing = program.run("generate base")
    #expect(nothing.status == 2 && nothing.error.contains("nothing to answer"), "\(nothing.error)")
  }

  /// What all is cached printed nothing, and says so.
  @Test func theLogOfACachedRunSaysWhy() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    for _ in 0..<2 { #expect(program.run("run --until mixed").status == 0) }
    let logs = program.run("logs")
    #expect(logs.error.contains("all were cached") && logs.error.contains("lorapipe logs STAGE"), "\(logs.error)")
  }
}
