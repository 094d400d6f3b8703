import Glibc
import JSON

/// A workspace with the tiny model as `base`, small data, and a recipe with every stage on them.
enum TinyWorkspace {
  static let recipe = """
    name: whole
    seed: 7
    stages:
      base:    { kind: fetch, source: "file:../base" }
      persona: { kind: substitute, data: ./identity.jsonl, values: { NAME: Pip } }
      mixed:   { kind: mix, domain: [persona], general: [./general.jsonl], ratio: "1:2", validation: 0.2 }
      tokens:  { kind: tokenize, model: base, data: mixed, system: You are Pip., max_length: 256 }
      train:
        kind: sft
        model: base
        data: tokens
        lora: { rank: 4, alpha: 8 }
        learning_rate: 1e-2
        batch_size: 4
        gradient_accumulation: 1
        epochs: 2
        save_every: 2
        pack_tokens: 128
      eval:
        kind: eval
        model: base
        adapter: train
        data: tokens
        max_tokens: 8
        probes:
          - { ask: "Who are you?", expect: { not: Luna } }
          - { ask: [Hello, "Who are you?"], group: general }
      merged:  { kind: merge, model: base, adapter: train, dtype: float32, formats: [huggingface, gguf], gguf_dtype: f32 }
      serve:   { kind: serve, model: base, adapters: [train], name: tiny, max_tokens: 8 }

    """

  static func make() throws -> Program {
    let program = try Program()
    try TinyModel.write(to: program.folder + "/base")
    program.write("recipes/whole.yaml", recipe)
    program.write(
      "recipes/identity.jsonl",
      (1...20).map { "{\"query\": \"Who are you, \($0)?\", \"response\": \"I am {{NAME}} number \($0).\"}\n" }.joined())
    program.write("recipes/general.jsonl", sums(1...40))
    return program
  }

  /// General rows.
  static func sums(_ numbers: ClosedRange<Int>) -> String {
    numbers.map { "{\"query\": \"What is \($0) and one?\", \"response\": \"It is \($0 + 1).\"}\n" }.joined()
  }
}

extension Program {
  /// Runs a script in the workspace, with the program as `$LP`.
  @discardableResult func shell(_ script: String) -> Int32 {
    system("cd '\(folder)' && export NO_COLOR=1 LP='\(Self.path)'\n\(script)")
  }

  /// Starts a training and kills its run outright once there is a checkpoint.
  func killInTraining(_ options: String) {
    shell(
      """
      $LP run --until train \(options) > killed.log 2>&1 & p=$!
      for i in $(seq 1000); do
        ls runs/store/work/*/checkpoints/checkpoint-*.safetensors >/dev/null 2>&1 && break
        sleep 0.02
      done
      kill -9 $p; wait $p 2>/dev/null
      sleep 0.5
      """)
  }

  /// A stage of the newest run, as `show --json` has it.
  func stage(_ name: String) -> JSONValue? {
    run("show --json").json?["stages"]?.arrayValue?.first { $0["stage"]?.stringValue == name }
  }

  func metric(_ stage: String, _ name: String) -> Double? { self.stage(stage)?["metrics"]?[name]?.doubleValue }
}
