import Glibc
import Testing

@testable import LorapipeCLI

/// The completions as bash itself computes them.
@Suite(.enabled(if: access("/bin/bash", X_OK) == 0)) struct CompletionTests {
  private func candidates(_ program: Program, _ words: String) -> [String] {
    program.write(
      "complete.sh",
      """
      PATH="$(dirname '\(Program.path)'):$PATH"
      source <(lorapipe completions bash)
      COMP_WORDS=(lorapipe \(words)); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
      _lorapipe; printf '%s\\n' "${COMPREPLY[@]}"
      """)
    _ = system("cd '\(program.folder)' && /bin/bash complete.sh > .out 2> .err")
    #expect(Files.read(program.folder + "/.err") == "")
    return Files.read(program.folder + "/.out").split(separator: "\n").map(String.init).sorted()
  }

  @Test func eachPlaceOffersWhatFitsThere() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/small.yaml", "stages:\n  mixed: { kind: command, run: [x] }\n  made: { kind: command, run: [x] }\n")
    program.write("rows.jsonl", "")
    mkdir(program.folder + "/folder", 0o755)
    #expect(candidates(program, "ru") == ["run", "runs"])
    #expect(candidates(program, "--c") == ["--color"])
    #expect(candidates(program, "run m") == ["made", "mixed"])
    #expect(candidates(program, "run ''") == ["made", "mixed", "recipes/small.yaml"])
    #expect(candidates(program, "run --until mi") == ["mixed"])
    #expect(candidates(program, "run --until = mi") == ["mixed"])
    #expect(candidates(program, "run --dry") == ["--dry-run"])
    #expect(candidates(program, "run -C fo") == ["folder"])
    #expect(candidates(program, "-C fo") == ["folder"])
    #expect(candidates(program, "run -j ''") == [])
    #expect(candidates(program, "cache ''") == ["gc", "key", "ls", "pin", "pull", "push", "status", "verify"])
    #expect(candidates(program, "cache pin m") == ["made", "mixed"])
    #expect(candidates(program, "help cach") == ["cache"])
    #expect(candidates(program, "data lint r") == ["recipes", "rows.jsonl"])
    #expect(candidates(program, "completions ''") == ["bash", "fish", "zsh"])
    #expect(candidates(program, "run --color a") == ["always", "auto"])
    #expect(candidates(program, "status ''") == [])
  }

  @Test func scriptsOfOtherShellsAreSound() throws {
    let completions = ShellCompletions(program: "lorapipe", commands: Lorapipe.commands)
    let program = try Program()
    defer { program.remove() }
    for (shell, path) in [(ShellCompletions.Shell.zsh, "/usr/bin/zsh"), (.fish, "/usr/bin/fish")]
    where access(path, X_OK) == 0 {
      program.write("script", completions.script(shell))
      #expect(
        system("cd '\(program.folder)' && \(path) -n script 2> .err") == 0, "\(Files.read(program.folder + "/.err"))")
    }
  }
}
