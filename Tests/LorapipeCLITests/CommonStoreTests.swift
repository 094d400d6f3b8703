import Glibc
import Testing

/// Several workspaces with one store, named by an option or by a link.
@Suite(.serialized) struct CommonStoreTests {
  private func workspaces() throws -> Program {
    let program = try Program()
    for name in ["a", "b", "c"] {
      program.shell("mkdir -p \(name)/recipes \(name)/runs")
      program.write(
        "\(name)/recipes/r.yaml",
        "stages:\n  own: { kind: command, shell: \"echo \(name) > {output}/x\" }\n"
          + "  same: { kind: command, shell: \"echo same > {output}/x\" }\n")
    }
    program.shell("mkdir store && ln -s \"$PWD/store\" c/runs/store")
    return program
  }

  private func run(_ program: Program, _ name: String, _ line: String) -> Program.Result {
    program.run("-C \(name) \(line)" + (name == "c" ? "" : " --store '\(program.folder)/store'"))
  }

  @Test func aCollectionKeepsWhatOtherWorkspacesNeed() throws {
    let program = try workspaces()
    defer { program.remove() }
    for name in ["a", "b", "c"] {
      let result = run(program, name, "run")
      #expect(result.status == 0, "\(name): \(result.error)")
      // What one made is cached for the next.
      if name != "a" { #expect(result.output.contains("1 stage run, 1 cached"), "\(name): \(result.output)") }
      #expect(Files.read(program.folder + "/\(name)/runs/latest/own/x") == "\(name)\n")
    }
    // Records stay in each workspace, also when the store is a link.
    #expect(program.shell("test -e a/runs/runs.db && test -e b/runs/runs.db && test -e c/runs/runs.db") == 0)
    #expect(program.shell("test ! -e store/runs.db && test ! -e runs.db && test ! -e latest && test ! -e live") == 0)
    let collected = run(program, "a", "cache gc --keep 0")
    #expect(collected.status == 0, "\(collected.error)")
    for name in ["b", "c"] {
      #expect(run(program, name, "run").output.contains("all 2 stages cached"), "\(name)")
    }
    // Its own it did remove.
    #expect(run(program, "a", "run").output.contains("1 stage run, 1 cached"))
    // A workspace that is gone is not asked for.
    program.shell("chmod -R u+w b && rm -rf b")
    #expect(run(program, "a", "cache gc --keep 0").status == 0)
    #expect(run(program, "c", "run").output.contains("all 2 stages cached"))
  }
}
