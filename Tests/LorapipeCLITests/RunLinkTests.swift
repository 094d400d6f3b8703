import JSON
import Testing

/// Which run the word "the model" means, and what `runs/latest` leads to.
@Suite(.serialized) struct RunLinkTests {
  /// A recipe with a stage before the training and one at the end, which fail when they are told to.
  private func workspace() throws -> Program {
    let program = try TinyWorkspace.make()
    let recipe = TinyWorkspace.recipe.replacing("kind: sft", with: "kind: sft\n    after: [gate]")
    program.write(
      "recipes/whole.yaml",
      recipe + """
          gate:  { kind: command, shell: "true" }
          check: { kind: command, shell: "true", after: [serve, merged, eval] }

        """)
    return program
  }

  private func newest(_ program: Program) -> String {
    program.run("show --json").json?["run"]?.stringValue ?? ""
  }

  @Test func aDeletedRunIsNoLongerTheModel() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("run").status == 0)
    let first = newest(program)
    #expect(program.run("run -S train.lora.rank=2 -S train.max_steps=2").status == 0)
    let deleted = program.run("runs delete latest")
    #expect(deleted.output.contains("runs/latest now leads to the run \(first): "), "\(deleted.output)")
    #expect(deleted.output.contains("train") && !deleted.output.contains("base"), "\(deleted.output)")
    for step in ["before", "after"] {
      let exported = program.run("export train -o \(step)")
      #expect(
        exported.status == 0 && exported.output.contains("from the run \(first), stage train"), "\(exported.output)")
      #expect(Files.read(program.folder + "/\(step)/adapter_config.json").contains("\"r\": 4"))
      for model in ["train", "merged", "runs/latest/merged", ""] {
        #expect(program.run("generate \(model) -p Hello -n 2").status == 0, "\(step) \(model)")
      }
      #expect(program.run("cache gc").status == 0)
    }
    // Of no run, nothing is left: the word that was typed is no suggestion.
    #expect(program.run("runs delete latest --lang zh").output.contains("没有别的运行产出"))
    for name in ["train", "merged"] {
      let none = program.run("generate \(name) -p Hello")
      #expect(none.status == 2 && !none.error.contains("mean '\(name)'"), "\(none.error)")
    }
  }

  @Test func aLinkThatLeadsNowhereSaysSo() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until train").status == 0)
    program.shell("chmod -R u+w runs/store/objects; rm -r runs/store/objects/*")
    for name in ["train", "runs/latest/train"] {
      let gone = program.run("generate \(name) -p Hello")
      #expect(gone.status == 2 && gone.error.contains("'\(name)' leads to something that is no longer there"))
      #expect(gone.error.contains("lorapipe run"), "\(gone.error)")
    }
    let near = program.run("generate trian -p Hello")
    #expect(near.status == 2 && !near.error.contains("mean 'train'"), "\(near.error)")
  }

  /// What `serve` says of itself when it is up.
  private func served(_ program: Program, _ arguments: String) -> (said: String, error: String) {
    program.shell(
      """
      rm -f served
      $LP serve \(arguments) --port 0 > served 2> served.err & p=$!
      \(Program.waiting(for: "Ctrl-C\\|\"run\"", in: "served"))
      kill -INT $p; wait $p
      """)
    return (Files.read(program.folder + "/served"), Files.read(program.folder + "/served.err"))
  }

  @Test func theServiceNamesItsRun() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("run").status == 0)
    let first = newest(program)
    #expect(served(program, "").said.contains("from the run \(first), stage serve"))
    // All its models are made: that something else failed makes it no worse.
    #expect(program.run("run -S train.max_steps=4 -S 'check.shell=exit 1'").status == 1)
    let second = newest(program)
    let own = served(program, "--json")
    #expect(own.said.contains("\"run\":\"\(second)\""), "\(own.said)")
    #expect(!own.error.contains("has no model"), "\(own.error)")
    // It failed before there was a model: the one before is taken, and said so.
    #expect(program.run("run -S 'gate.shell=exit 1'").status == 1)
    let third = newest(program)
    #expect(third != second)
    let older = served(program, "")
    #expect(older.said.contains("from the run \(second)"), "\(older.said)")
    #expect(older.error.contains("the newest run \(third) (failed) has no model: taking that of \(second)"))
  }

  @Test func aFolderIsNotNamedLikeAFile() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    for line in [
      "export base -o out.bin", "export base -o out.safetensors/", "export base -o x/model.GGUF",
      "export base --ollama -o out.gguf", "merge base -o out.zip",
    ] {
      let refused = program.run(line)
      #expect(refused.status == 2 && refused.error.contains("is the name of a file"), "\(line): \(refused.error)")
    }
    #expect(program.run("export base -o qwen-0.5").status == 0)
  }
}
