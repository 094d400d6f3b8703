import Glibc
import JSON
import Platform
import TestSupport
import Testing

/// Small files for tests.
enum Files {
  static func read(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ text: String, _ path: String) {
    guard let file = fopen(path, "w") else { return }
    fputs(text, file)
    fclose(file)
  }
}

/// The built program in a workspace of its own.
struct Program {
  private let workspace: TemporaryFolder
  /// Its file.
  private var path = Self.path
  var folder: String { workspace.path }

  /// - Parameter name: of the program, if not the product itself.
  init(_ name: String = "lorapipe") throws {
    workspace = try TemporaryFolder()
    path = Self.directory + "/" + name
    try workspace.folder("recipes")
  }

  /// Another program in the same workspace.
  func with(_ name: String) -> Program {
    var program = self
    program.path = Self.directory + "/" + name
    return program
  }

  func remove() { try? FileSystem.removeTree(folder) }

  func write(_ name: String, _ text: String) { Files.write(text, folder + "/" + name) }

  struct Result {
    var status: Int32
    var output: String
    var error: String

    var json: JSONValue? { try? JSONValue(parsing: output) }
  }

  static let path = directory + "/lorapipe"

  /// Programs lie beside the test bundle.
  private static let directory: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.split(separator: "/").dropLast().map { "/" + $0 }.joined()
  }()

  /// A shell's loop that waits, however busy the machine is, until a file of the workspace holds a text.
  static func waiting(for text: String, in file: String) -> String {
    "for i in $(seq 1200); do grep -q '\(text)' \(file) 2> /dev/null && break; sleep 0.05; done"
  }

  func run(_ arguments: String) -> Result {
    let line = "cd '\(folder)' && NO_COLOR=1 '\(path)' < /dev/null \(arguments) > .out 2> .err"
    let raw = system(line)
    let status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
    return Result(status: status, output: Files.read(folder + "/.out"), error: Files.read(folder + "/.err"))
  }
}

@Suite struct ProgramTests {
  private static let recipe = """
    name: small
    stages:
      rows: { kind: command, shell: "cat {inputs.data} > {output}/rows.jsonl", inputs: { data: ./rows.jsonl }, output: dataset }
      filled: { kind: substitute, data: rows, values: { NAME: Pip } }
      mixed: { kind: mix, domain: [filled], validation: 0.25 }

    """

  private func workspace() throws -> Program {
    let program = try Program()
    program.write("recipes/small.yaml", Self.recipe)
    let rows = (1...12).map { "{\"query\": \"Who are you, \($0)?\", \"response\": \"I am {{NAME}}.\"}\n" }
    program.write("recipes/rows.jsonl", rows.joined())
    return program
  }

  @Test func secondRunIsCachedAndAChangeIsExplained() throws {
    let program = try workspace()
    defer { program.remove() }
    let first = program.run("run")
    #expect(first.status == 0, "\(first.error)")
    #expect(first.output.contains("3 stages run, 0 cached"))
    let second = program.run("run")
    #expect(second.output.contains("all 3 stages cached"))
    let why = program.run("explain -S mixed.validation=0.5 mixed")
    #expect(why.output == "mixed would rerun: mixed.validation 0.25 → 0.5 (-S mixed.validation=0.5)\n")
    #expect(program.run("run -S mixed.validation=0.5").output.contains("1 stage run, 2 cached"))
    let diff = program.run("diff --only-changed --json")
    #expect(diff.status == 0)
    #expect(diff.output.contains("mixed") && diff.output.contains("validation"))
    #expect(program.run("show --json").json?["stages"]?.arrayValue?.count == 3)
    #expect(program.run("runs --json").json?.arrayValue?.count == 3)
    #expect(program.run("cache verify --json").json?["clean"]?.boolValue == true)
  }

  @Test func eventsAreJSONLines() throws {
    let program = try workspace()
    defer { program.remove() }
    let lines = program.run("run --json").output.split(separator: "\n")
    let events = lines.compactMap { try? JSONValue(parsing: String($0)) }
    #expect(events.count == lines.count && events.count >= 5)
    #expect(events.last?["event"]?.stringValue == "run.finished")
  }

  @Test func mistakesAreShownTogetherWithTheirPlaces() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write(
      "recipes/small.yaml",
      """
      name: small
      stages:
        mixed: { kind: mix, domain: [./rows.jsonl], ratoi: "1:5" }
        train: { kind: sft, model: bse, data: mixed, lora_rank: 4 }

      """)
    let result = program.run("run")
    #expect(result.status == 2)
    #expect(result.error.contains("recipes/small.yaml:3:47: error: unknown key 'ratoi'"), "\(result.error)")
    #expect(result.error.contains("did you mean 'ratio'?"))
    #expect(result.error.contains("'bse'"))
    #expect(result.error.contains("lora.rank"))
    #expect(result.output.isEmpty)
  }

  @Test func failedStageResumesAsItsRecipeWasThen() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/flaky.yaml",
      "stages:\n  a: { kind: command, shell: \"test -e \(program.folder)/ready && echo yes > {output}/x\" }\n")
    let failed = program.run("run")
    #expect(failed.status == 1)
    #expect(failed.error.contains("ended with status 1"))
    #expect(failed.output.contains("lorapipe run\n"))
    program.write("ready", "")
    program.write("recipes/flaky.yaml", "stages: {}\n")
    let resumed = program.run("resume")
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(Files.read(program.folder + "/runs/latest/a/x") == "yes\n")
  }

  @Test func interruptEndsTheRunSoon() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/slow.yaml", "stages:\n  a: { kind: command, run: [sleep, '60'] }\n")
    let started = time(nil)
    let result = program.run("run & p=$!; sleep 1; kill -INT $p; wait $p; exit $?; true")
    #expect(time(nil) - started < 20)
    #expect(result.status == 130)
    #expect(program.run("runs --json").output.contains("interrupted"))
  }

  @Test func usageErrorsEndWithStatusTwo() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("rnu").status == 2)
    #expect(program.run("run --forse").error.contains("did you mean '--force'?"))
    #expect(program.run("run nowhere.yaml").status == 2)
    #expect(program.run("explain mixd").error.contains("did you mean 'mixed'?"))
    #expect(program.run("show nothing").status == 2)
  }

  @Test func startedWorkspaceIsARecipeWithoutMistakes() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(program.run("init made").status == 0)
    let lint = program.run("-C made lint")
    #expect(lint.status == 0 && lint.output.hasPrefix("recipes/first.yaml: 7 stages, no error\n"), "\(lint.error)")
    #expect(program.run("data lint made/recipes/data/general.jsonl").status == 0)
    #expect(program.run("schema").json?["$schema"] != nil)
  }

  /// The recipe of 4,108 rows on Qwen3-4B, counted before anything is here but its configuration.
  @Test func planCountsStepsAndParametersExactly() throws {
    let program = try Program()
    defer { program.remove() }
    mkdir(program.folder + "/base", 0o755)
    program.write(
      "base/config.json",
      """
      {"model_type": "qwen3", "vocab_size": 151936, "hidden_size": 2560, "intermediate_size": 9728,
       "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
       "max_position_embeddings": 40960, "rms_norm_eps": 1e-6, "rope_theta": 1000000, "tie_word_embeddings": true,
       "hidden_act": "silu", "eos_token_id": 151645, "bos_token_id": 151643}
      """)
    for (name, rows) in [("identity", 108), ("zh", 2500), ("en", 2500)] {
      let lines = (1...rows).map { "{\"query\": \"\(name) \($0)\", \"response\": \"{{NAME}}\", \"tag\": \"zh\"}\n" }
      program.write(name + ".jsonl", lines.joined())
    }
    let recipe = Snapshot("").path + "../../recipes/grace-qwen3-4b.yaml"
    program.write("recipes/grace.yaml", Files.read(recipe))
    let sources = ["base", "identity", "zh", "en"].map { name in
      let file = name == "base" ? "base" : name + ".jsonl"
      return "-S base.revision=null -S '\(name).source=file:\(program.folder)/\(file)'"
    }
    let plan = program.run(
      "plan --json -S zh.include=[] -S en.include=[] -S base.revision=master "
        + sources.joined(separator: " ").split(separator: "-S base.revision=null ").joined())
    let stages = plan.json?["stages"]?.arrayValue ?? []
    let train = stages.first { $0["stage"]?.stringValue == "train" }
    #expect(train?["figures"]?["optimizer steps"]?.intValue == 348, "\(plan.error)")
    #expect(train?["figures"]?["trainable parameters"]?.intValue == 16_515_072)
    #expect((train?["seconds"]?.doubleValue ?? 0) > 3600)
  }
}
