import Glibc
import Testing

@testable import LorapipeCLI

@Suite struct LogsTests {
  private func workspace(_ script: String) throws -> Program {
    let program = try Program()
    program.write(
      "recipes/small.yaml",
      "stages:\n  first: { kind: command, shell: \"\(script)\" }\n  second: { kind: command, shell: 'echo two; sleep 30' }\n"
    )
    return program
  }

  /// Waits, however busy the machine is, until a run says that it starts a stage.
  private func until(_ stage: String) -> String { Program.waiting(for: "start  \(stage)", in: "run.out") }

  /// Runs a script in the workspace, where `$lp` is the program.
  private func shell(_ program: Program, _ script: String) -> Program.Result {
    program.write("script.sh", "lp='\(Program.path)'\n{ \(script); } > .out 2> .err\n")
    let status = system("cd '\(program.folder)' && NO_COLOR=1 /bin/sh script.sh")
    return .init(
      status: status, output: Files.read(program.folder + "/.out"), error: Files.read(program.folder + "/.err"))
  }

  @Test func followingAStageEndsWithItThoughTheRunGoesOn() throws {
    let program = try workspace("echo 一; sleep 2; echo 二; echo x > {output}/x")
    defer { program.remove() }
    let started = time(nil)
    let result = shell(
      program,
      "$lp run -j 2 > run.out 2>&1 & p=$!; \(until("second")); $lp logs -f first; $lp status; kill -INT $p; wait $p")
    #expect(result.output.hasPrefix("一\n二\n"), "\(result.output)")
    #expect(result.output.contains("  second  "), "\(result.output)")
    #expect(time(nil) - started < 25)
  }

  @Test func followingARunNamesTheStagesAndEndsWithIt() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/small.yaml",
      "stages:\n  a: { kind: command, shell: 'echo one; sleep 2' }\n  long: { kind: command, shell: 'sleep 1; printf two' }\n"
    )
    let result = shell(program, "$lp run -j 2 > run.out 2>&1 & \(until("long")); $lp logs -f; wait")
    #expect(result.output == "a    │ one\nlong │ two\n", "\(result.output)")
  }

  @Test func aCachedStageShowsTheLogOfTheRunThatMadeIt() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/small.yaml", "stages:\n  a: { kind: command, shell: 'seq 5; echo x > {output}/x' }\n")
    #expect(program.run("run").status == 0)
    #expect(program.run("run").output.contains("the stage is cached"))
    let logs = program.run("logs a -n 2")
    #expect(logs.output == "4\n5\n")
    #expect(logs.error.contains("did not run in"))
    #expect(program.run("logs a --json").output.contains("{\"stage\":\"a\",\"line\":\"5\"}\n"))
    #expect(program.run("logs -r small~1").output.hasPrefix("— a\n1\n2\n"))
  }

  /// A program that fails has said why: its last words are on the screen.
  @Test func aFailedStageShowsTheEndOfItsLog() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/small.yaml", "stages:\n  a: { kind: command, shell: 'echo no such thing; exit 3' }\n")
    let result = program.run("run")
    #expect(result.status == 1)
    #expect(result.error.contains("  │ no such thing\n"), "\(result.error)")
  }

  @Test(arguments: [("a\nb\nc\n", 2, "b\nc\n"), ("a\nb", 1, "b"), ("a\n", 5, "a\n"), ("a\n", 0, ""), ("", 3, "")])
  func tailTakesTheLastLines(text: String, lines: Int, tail: String) {
    #expect(String(decoding: LogReader.tail(Array(text.utf8), lines: lines), as: UTF8.self) == tail)
  }

  @Test func aKilledRunDoesNotLookAlive() throws {
    let program = try workspace("sleep 30")
    defer { program.remove() }
    _ = shell(program, "$lp run > run.out 2>&1 & p=$!; \(until("first")); kill -9 $p; wait $p")
    let status = program.run("status")
    #expect(status.output.contains("nothing is running") && status.output.contains("interrupted"), "\(status.output)")
    #expect(program.run("logs -f second").status == 0)
  }
}
