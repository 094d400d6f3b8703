import Diagnostics
import Glibc
import Platform
import TestSupport
import Testing

@Suite struct SubprocessTests {
  private func shell(_ script: String, _ change: (inout ProgramLaunch) -> Void = { _ in }) throws -> ProcessStatus {
    var program = ProgramLaunch(["sh", "-c", script])
    change(&program)
    return try program.start().wait()
  }

  @Test func statusesAreToldApart() throws {
    #expect(try shell("exit 0").succeeded)
    let failed = try shell("exit 3")
    #expect(failed.exitCode == 3 && failed.signal == nil && failed.description == "ended with status 3")
    let killed = try shell("kill -9 $$")
    #expect(killed.exitCode == nil && killed.signal == 9 && killed.shellCode == 137)
    #expect(killed.description == "was ended by signal 9 (Killed)")
  }

  @Test func aMissingProgramIsNamed() throws {
    let error = try #require(throws: Diagnostic.self) { try ProgramLaunch(["no-such-program-here"]).start() }
    #expect(error.code == "not-found" && error.message.contains("no-such-program-here"))
  }

  /// A program that inherited an ignored SIGPIPE would write for ever into a pipe that nobody reads.
  @Test func signalsHaveTheirDefaultEffectWhateverThisProcessIgnores() throws {
    signal(SIGPIPE, SIG_IGN)
    #expect(try shell("kill -PIPE $$; exit 0").signal == SIGPIPE)
  }

  @Test func variablesAreAddedOrStandAlone() throws {
    // `PATH` is the one variable that every process here has; the shell itself is named by its path.
    let path = try #require(Environment.value("PATH"))
    func run(_ script: String, _ variables: [String: String], inherits: Bool = true) throws -> Bool {
      try ProgramLaunch(["/bin/sh", "-c", script], variables: variables, inheritsVariables: inherits).start().wait()
        .succeeded
    }
    #expect(try run(#"[ "$PATH" = "$EXPECTED" ] && [ "$ADDED" = "=a b" ]"#, ["EXPECTED": path, "ADDED": "=a b"]))
    #expect(try run(#"[ "$PATH" = mine ]"#, ["PATH": "mine"]))
    #expect(try run(#"[ "$ADDED" = x ] && [ "$PATH" != "\#(path)" ]"#, ["ADDED": "x", "PATH": ""], inherits: false))
  }

  /// Descriptors may be as low as the child's own numbers, and crossed.
  @Test func descriptorsAreConnectedEvenWhenTheirNumbersCross() throws {
    let folder = try TemporaryFolder()
    let first = open(try folder.write("first", ""), O_WRONLY | O_CLOEXEC)
    let second = open(try folder.write("second", ""), O_WRONLY | O_CLOEXEC)
    defer {
      close(first)
      close(second)
    }
    // By way of /proc, because some shells know descriptors of one digit only.
    let script = "echo to-first > /proc/self/fd/\(second); echo to-second > /proc/self/fd/\(first)"
    let status = try shell(script) { program in
      program.connect(first, to: second)
      program.connect(second, to: first)
    }
    #expect(status.succeeded)
    #expect(try folder.read("first") == Array("to-first\n".utf8))
    #expect(try folder.read("second") == Array("to-second\n".utf8))
  }

  @Test func aLogTakesBothStreamsAndAChildReadsNothing() throws {
    let folder = try TemporaryFolder()
    let status = try shell("cat; echo out; echo err >&2") { $0.connectStreams(toLog: folder.file("log")) }
    #expect(status.succeeded)
    #expect(try folder.read("log") == Array("out\nerr\n".utf8))
  }

  @Test func aPipeIsNotInheritedUnlessGiven() throws {
    let pipe = try Pipe()
    defer { close(pipe.readEnd) }
    #expect(try shell("test -e /proc/self/fd/\(pipe.writeEnd)").exitCode == 1)
    #expect(try shell("echo x >&3") { $0.connect(3, to: pipe.writeEnd) }.succeeded)
    close(pipe.writeEnd)
    var byte: UInt8 = 0
    #expect(read(pipe.readEnd, &byte, 1) == 1 && byte == UInt8(ascii: "x"))
  }
}
