import Glibc
import JSON
import Testing

/// A key determines its result: what is not in the key cannot change a byte of an artifact, whatever the kind of stage.
@Suite(.serialized) struct KeyTests {
  /// Every kind of stage: the tiny workspace's, data that nobody mixed, and a program of the user's.
  private static let more = """
      rows:    { kind: tokenize, model: base, data: ./general.jsonl, max_length: 128 }
      kept:    { kind: filter, data: persona, min_answer: 1, invert: false }
      counted: { kind: command, shell: "wc -l < {inputs.rows} > {output}/lines", inputs: { rows: ./general.jsonl } }

    """

  /// Key and artifact of each stage of the newest run, by the stage's position.
  private static func results(_ program: Program) -> [(kind: String, key: String, artifact: String)] {
    (program.run("show --json").json?["stages"]?.arrayValue ?? []).map { stage in
      (
        stage["kind"]?.stringValue ?? "", stage["key"]?.stringValue ?? "none",
        stage["artifact"]?.stringValue ?? "none"
      )
    }
  }

  private static func replaced(_ text: String, _ words: [(String, String)]) -> String {
    words.reduce(text) { text, word in
      text.split(separator: word.0, omittingEmptySubsequences: false).joined(separator: word.1)
    }
  }

  @Test func namesPathsFoldersThreadsTimeAndLocaleChangeNoByteOfAnyKind() throws {
    let first = try TinyWorkspace.make()
    let recipe = TinyWorkspace.recipe + Self.more
    first.write("recipes/whole.yaml", recipe)
    let run = first.run("run --threads 2 -j 2")
    #expect(run.status == 0, "\(run.error)")

    // Another folder, other names of files and stages, other settings that the schema calls not semantic.
    let second = try TinyWorkspace.make()
    second.shell("mv base elsewhere; mkdir recipes/data; mv recipes/identity.jsonl recipes/data/people.JSONL")
    second.shell("mv recipes/general.jsonl recipes/data/sums.jsonl; rm recipes/whole.yaml")
    second.write(
      "recipes/other.yaml",
      Self.replaced(
        recipe,
        [
          ("name: whole", "name: other"), ("../base", "../elsewhere"), ("./identity.jsonl", "./data/people.JSONL"),
          ("./general.jsonl", "./data/sums.jsonl"), ("persona", "grace"), ("mixed", "blend"), ("  tokens:", "  ids:"),
          ("data: tokens", "data: ids"), ("model: base", "model: origin"), ("  base:", "  origin:"),
          ("save_every: 2", "save_every: 3\n    keep_checkpoints: 1"),
          ("name: tiny,", "name: tiny, host: localhost, port: 8123,"),
        ]))
    second.shell(
      """
      umask 027
      TZ=Asia/Tokyo LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 HOME=/nowhere $LP run --threads 1 -j 1 > out.log 2>&1
      """)
    let (before, after) = (Self.results(first), Self.results(second))
    #expect(before.map(\.kind) == after.map(\.kind), "\(Files.read(second.folder + "/out.log"))")
    #expect(
      Set(before.map(\.kind)).isSuperset(
        of: ["fetch", "substitute", "filter", "mix", "tokenize", "sft", "eval", "merge", "serve", "command"]))
    for (one, other) in zip(before, after) {
      #expect(one.key == other.key, "the key of \(one.kind)")
      #expect(one.artifact == other.artifact, "the artifact of \(one.kind)")
    }

    // A name that does become part of the output is in the key.
    first.write(
      "recipes/whole.yaml",
      Self.replaced(recipe, [("  train:", "  pip:"), ("adapter: train", "adapter: pip"), ("[train]", "[pip]")]))
    let renamed = first.run("run")
    #expect(renamed.status == 0, "\(renamed.error)")
    for (one, other) in zip(before, Self.results(first)) {
      #expect((one.key == other.key) == (one.kind != "serve"), "the key of \(one.kind)")
      #expect((one.artifact == other.artifact) == (one.kind != "serve"), "the artifact of \(one.kind)")
    }
  }

  /// The stored recipe means the files of the workspace it lies in, copied or moved.
  @Test func aCopiedOrMovedWorkspaceResumesWithItsOwnRows() throws {
    let program = try Program()
    program.write(
      "recipes/r.yaml",
      """
      name: r
      stages:
        copied: { kind: fetch, source: "file:../data" }
        filled: { kind: substitute, data: ./rows.jsonl, values: { NAME: Pip } }
        failing: { kind: command, shell: "cat {inputs.rows}/data.jsonl > {output}/rows; test -e ../../../../../go", inputs: { rows: filled, more: copied } }

      """)
    program.shell("mkdir data && echo one > data/a.txt")
    program.write("recipes/rows.jsonl", "{\"query\": \"{{NAME}}?\", \"response\": \"original\"}\n")
    #expect(program.run("run").status == 1)
    let other = try Program()
    program.shell("mkdir '\(other.folder)/copy' '\(other.folder)/moved'")
    program.shell("cp -r . '\(other.folder)/copy/'; cp -r . '\(other.folder)/moved/'")
    // The original goes on to hold other rows, then goes away.
    program.write("recipes/rows.jsonl", "{\"query\": \"{{NAME}}?\", \"response\": \"changed\"}\n")
    for name in ["copy", "moved"] {
      other.shell("touch \(name)/go")
      let resumed = other.run("resume -C \(name)")
      #expect(resumed.status == 0, "\(name): \(resumed.error)")
      let rows = Files.read(other.folder + "/\(name)/runs/latest/failing/rows")
      #expect(rows.contains("original") && !rows.contains("changed"), "\(name): \(rows)")
      program.shell("rm -rf recipes data runs")
    }
    let stored = other.shell(
      "grep -l '\(program.folder)' copy/runs/2*/recipe.resolved.yaml moved/runs/2*/recipe.resolved.yaml")
    #expect(stored != 0, "no stored recipe names the folder it was made in")
  }

  /// What runs.db missed is read in from the runs' folders.
  @Test func aNewerDatabaseStopsNoRunAndItsRunsAreListedLater() throws {
    let program = try Program()
    program.write("recipes/r.yaml", "name: r\nstages: { a: { kind: command, shell: \"echo 1 > {output}/x\" } }\n")
    #expect(program.run("run").status == 0)
    program.shell("mv runs/runs.db aside.db; mv runs/runs.db-wal aside.db-wal 2>/dev/null")
    // A file that SQLite opens and that says it is of version 99: page size 4096, user_version at offset 60.
    program.shell(
      "cp aside.db runs/runs.db; printf '\\000\\000\\000\\143' | dd of=runs/runs.db bs=1 seek=60 conv=notrunc 2>/dev/null"
    )
    let run = program.run("run")
    #expect(run.status == 0)
    #expect(run.error.contains("newer version"), "\(run.error)")
    #expect(program.run("runs").status != 0)
    program.shell("rm runs/runs.db*; cp aside.db runs/runs.db; cp aside.db-wal runs/runs.db-wal 2>/dev/null")
    #expect(program.run("runs --json").json?.arrayValue?.count == 2)
  }

  @Test func absurdSizesAreRefused() throws {
    let program = try Program()
    let row = "{\"query\": \"a\", \"response\": \"b\"}\n"
    program.write("recipes/rows.jsonl", (0..<20).map { _ in row }.joined())
    program.write(
      "recipes/r.yaml",
      "name: r\nstages: { m: { kind: mix, domain: [./rows.jsonl], general: [./rows.jsonl], when_short: repeat } }\n")
    for change in [
      "'m.domain=[./recipes/rows.jsonl#1000000000]'", "'m.domain=[./recipes/rows.jsonl#9223372036854775807]'",
      "'m.ratio=1:99999999'",
    ] {
      let run = program.run("run -S \(change)")
      #expect(run.status == 2 && run.error.contains("may repeat others"), "\(change): \(run.error)")
    }
    let overflow = program.run("run -S 'm.domain=[./recipes/rows.jsonl#99999999999999999999]'")
    #expect(overflow.status == 2 && overflow.error.contains("is not a number of rows"), "\(overflow.error)")
    #expect(program.run("run -S 'm.domain=[./recipes/rows.jsonl#45]'").status == 0, "a few copies are fine")
  }
}
