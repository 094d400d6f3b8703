import Glibc
import JSON
import Testing

/// The program where its surroundings are not as usual.
@Suite struct EnvironmentTests {
  private static let recipe = """
    name: small
    stages:
      filled: { kind: substitute, data: ./rows.jsonl, values: { NAME: Pip } }
      mixed: { kind: mix, domain: [filled], validation: 0.25 }
      slow: { kind: command, shell: "while ! test -e GATE; do sleep 0.05; done; echo > {output}/file", output: files }

    """

  private func workspace() throws -> Program {
    let program = try Program()
    program.write("recipes/small.yaml", Self.recipe.replacing("GATE", with: program.folder + "/gate"))
    let rows = (1...12).map { "{\"query\": \"Who are you, \($0)?\", \"response\": \"I am {{NAME}}.\"}\n" }
    program.write("recipes/rows.jsonl", rows.joined())
    return program
  }

  /// Runs a shell line in the workspace; `$lp` is the program.
  private func shell(_ line: String, in program: Program) -> Int32 {
    let raw = system("cd '\(program.folder)' && lp='\(Program.path)' && { \(line) ; }")
    return raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
  }

  @Test func textThatAFullDeviceRefusesIsAnError() throws {
    let program = try workspace()
    defer { program.remove() }
    for command in ["version", "help", "lint", "run -n", "schema"] {
      #expect(shell("$lp \(command) > /dev/full 2> error", in: program) == 1, "\(command)")
      #expect(Files.read(program.folder + "/error").contains("cannot write to standard output"), "\(command)")
    }
    // A reader that went away wanted no more.
    #expect(shell("$lp schema 2> error | head -c 1 > /dev/null", in: program) == 0)
    #expect(Files.read(program.folder + "/error").isEmpty)
  }

  /// The next file opened would otherwise get the number of a closed stream, and what is printed would go into it.
  @Test func closedStreamsHarmNothing() throws {
    let program = try workspace()
    defer { program.remove() }
    for closed in ["<&- >&- 2>&-", ">&-", "2>&-", "<&-"] {
      #expect(shell("$lp run -f --until mixed \(closed)", in: program) == 0, "\(closed)")
    }
    let printed = ["start  mixed", "done   mixed", "stages run"].map { "grep -rq '\($0)' runs" }
    #expect(shell(printed.joined(separator: " || "), in: program) == 1)
    #expect(program.run("cache verify").status == 0)
    #expect(program.run("runs --json").json?.arrayValue?.count == 4)
  }

  /// `nohup lorapipe run` goes on when the terminal is closed; without it, a hangup stops the run cleanly.
  @Test func anIgnoredHangupStaysIgnored() throws {
    let program = try workspace()
    defer { program.remove() }
    func hangUp(_ after: String) -> String {
      "$lp run slow > out 2> error & p=$!; \(Program.waiting(for: "start  slow", in: "error")); kill -HUP $p; "
        + "\(after); wait $p"
    }
    #expect(shell(hangUp("true"), in: program) == 130)
    #expect(shell("trap '' HUP; " + hangUp("sleep 0.2; touch gate"), in: program) == 0)
  }

  /// This program ignores SIGPIPE; what it starts must not, or `yes | head` fails.
  @Test func programsOfACommandStageEndByABrokenPipe() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/pipe.yaml",
      """
      name: pipe
      stages:
        piped: { kind: command, shell: "(yes; echo $? > {output}/status) | head -n 1 > {output}/line", output: files }

      """)
    #expect(program.run("run").status == 0)
    #expect(Files.read(program.folder + "/runs/latest/piped/status") == "141\n")
  }

  @Test func onlyModelsAreExportedAndNotIntoThemselves() throws {
    let program = try Program()
    defer { program.remove() }
    try TinyModel.write(to: program.folder + "/base")
    symlink("..", program.folder + "/recipes/up")
    let folder = program.run("export recipes -o copy")
    #expect(folder.status == 1)
    #expect(folder.error.contains("config.json"), "\(folder.error)")
    #expect(shell("test -e copy", in: program) == 1)
    let inside = program.run("export base -o base/copy")
    #expect(inside.status == 2)
    #expect(inside.error.contains("lies in the model's own folder"), "\(inside.error)")
    symlink(".", program.folder + "/base/loop")
    #expect(program.run("export base -o copy").error.contains("link that points back"))
    #expect(shell("test -e copy", in: program) == 1)
    unlink(program.folder + "/base/loop")
    #expect(program.run("export base -o copy").status == 0)
    #expect(shell("cmp base/model.safetensors copy/model.safetensors", in: program) == 0)
  }

  @Test func aFileThatHoldsNoAnswersIsNotCut() throws {
    let program = try Program()
    defer { program.remove() }
    try TinyModel.write(to: program.folder + "/base")
    program.write("questions.jsonl", "{\"prompt\": \"Hi\"}\r\n{\"prompt\": \"Ho\"}\r\n")
    program.write("notes", "a line of mine without an end")
    let refused = program.run("generate base -i questions.jsonl -o notes -n 2")
    #expect(refused.status == 2)
    #expect(Files.read(program.folder + "/notes") == "a line of mine without an end")
    #expect(program.run("generate base -i questions.jsonl -o answers -n 2").status == 0)
    let whole = Files.read(program.folder + "/answers")
    // Cut off in the middle of its second line, as by a crash: gone on from, to the same end.
    program.write("answers", String(whole.dropLast(9)))
    #expect(program.run("generate base -i questions.jsonl -o answers -n 2").status == 0)
    #expect(Files.read(program.folder + "/answers") == whole)
  }
}
