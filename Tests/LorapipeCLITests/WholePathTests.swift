import Glibc
import JSON
import LinearAlgebra
import Testing

/// Every stage on a tiny random model, by the built program.
@Suite(.serialized) struct WholePathTests {
  @Test func everyStageRunsAndItsOutputIsUsed() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let run = program.run("run")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("lorapipe chat runs/latest/serve"))
    #expect((program.metric("eval", "tuned.loss") ?? 99) < (program.metric("eval", "base.loss") ?? 0))
    #expect((program.metric("merged", "verify.rms") ?? 1) < 1e-3)
    #expect(program.metric("train", "steps") == 24)
    if LinearAlgebra.isAvailable {
      let directions = try #require(program.metric("train", "effective_rank"))
      #expect((1...4).contains(directions))
      let kept = try #require(program.metric("train", "update.energy.2"))
      #expect(kept > 0 && kept <= 1 && (kept >= 0.95) == (directions <= 2))
      #expect((program.metric("train", "update.relative_norm") ?? 0) > 0)
      #expect(program.run("report -o adapter.html").status == 0)
      #expect(Files.read(program.folder + "/adapter.html").contains("class=\"heat\""))
    }
    // A changed ratio mixes anew and tokenizes nothing.
    let remixed = program.run("run --until tokens -S mixed.ratio=1:1")
    #expect(remixed.status == 0)
    #expect(program.metric("tokens", "shards.reused") == 2)
    // The trained system prompt travels with the merged model.
    let chat = try JSONValue(parsing: Files.read(program.folder + "/runs/latest/merged/chat.json"))
    #expect(chat["system"]?.stringValue == "You are Pip.")
    #expect(program.run("generate runs/latest/merged -p Hello -n 4").status == 0)
    #expect(program.run("generate runs/latest/train --base -p Hello -n 4 --json").json?["answer"] != nil)
    // An adapter is used on its base in any precision, and on no other model of the same shape.
    try TinyModel.write(to: program.folder + "/rounded", roundsToBF16: true)
    try TinyModel.write(to: program.folder + "/other", seed: 8)
    #expect(program.run("generate rounded -a train -p Hello -n 4").status == 0)
    for model in ["other", "runs/latest/merged"] {
      let refused = program.run("serve \(model) -a x=train --port 0")
      #expect(refused.status == 2 && refused.error.contains("was trained on"), "\(refused.error)")
    }
    let rows = (1...5).map { "{\"prompt\": \"Say \($0).\"}\n" }.joined()
    program.write("rows.jsonl", rows)
    #expect(program.run("generate train -i rows.jsonl -o answers.jsonl -n 4").status == 0)
    let answers = Files.read(program.folder + "/answers.jsonl")
    program.write("answers.jsonl", String(answers.prefix(answers.count / 2)))
    #expect(program.run("generate train -i rows.jsonl -o answers.jsonl -n 4").status == 0)
    #expect(Files.read(program.folder + "/answers.jsonl") == answers && answers.split(separator: "\n").count == 5)
    program.write("bad.jsonl", rows + "[]\n{}\n")
    let bad = program.run("generate train -i bad.jsonl")
    #expect(bad.status == 2 && bad.error.contains("bad.jsonl:6") && bad.error.contains("bad.jsonl:7"))
    #expect(program.run("chat train -n 4 < rows.jsonl").output.split(separator: "\n").count >= 1)
    #expect(program.run("tokens show -n 1").output.contains("«"))
    #expect(program.run("export train -o lora").status == 0)
    #expect(Files.read(program.folder + "/lora/adapter_config.json").contains("LORA"))
    try exportsAnswerAlike(program)
  }

  /// What is written for other tools is the tuned model, in whichever container.
  private func exportsAnswerAlike(_ program: Program) throws {
    func answer(_ model: String) -> String? {
      program.run("generate \(model) -p Hello -n 12 --temperature 0 --json").json?["answer"]?.stringValue
    }
    let trained = try #require(answer("train"))
    #expect(program.run("export train --merge --dtype f32 -o whole").status == 0)
    #expect(answer("whole") == trained)
    #expect(program.run("export whole --dtype f32 -o whole.gguf").status == 0)
    #expect(answer("whole.gguf") == trained)
    #expect(
      program.run("export whole.gguf --mlx --dtype float32 -o again").output.contains("mlx_lm.generate --model again"))
    #expect(answer("again") == trained)
    // A name without an ending means a folder, whatever the model's container.
    #expect(program.run("export whole.gguf -o plain").status == 0)
    #expect(Files.read(program.folder + "/plain/config.json").contains("model_type"))
    // Another system prompt reaches each container that can hold one, and is refused where none can.
    for (model, name) in [
      ("whole", "spoken"), ("whole.gguf", "spoken-2"), ("train", "spoken-3"), ("whole", "spoken.gguf"),
    ] {
      #expect(program.run("export \(model) -o \(name) --system 'Talk like Tang.'").status == 0)
      let says = name.hasSuffix(".gguf") ? name : name + "/chat.json"
      #expect(Files.read(program.folder + "/" + says).contains("Talk like Tang."), "\(name)")
    }
    #expect(program.run("export train -o x.gguf --system y").status == 2)
    let ollama = program.run("export train --ollama --dtype f32 -o ollama")
    #expect(ollama.status == 0 && ollama.output.contains("ollama create train -f ollama/Modelfile"), "\(ollama.error)")
    #expect(answer("ollama/model.gguf") == trained)
    let modelfile = Files.read(program.folder + "/ollama/Modelfile")
    #expect(modelfile.hasPrefix("FROM ./model.gguf\nTEMPLATE \"\"\""))
    #expect(modelfile.contains("SYSTEM \"\"\"You are Pip.\"\"\"") && modelfile.contains("PARAMETER stop \"\"\""))
    let vllm = program.run("export train --vllm --base-name org/base -o served")
    #expect(
      vllm.output.contains("vllm serve org/base --enable-lora --max-lora-rank 8 --lora-modules train="),
      "\(vllm.output)")
    if LinearAlgebra.isAvailable {
      let small = program.run("export train --rank 2 -o small --json").json
      let error = try #require(small?["error"]?.doubleValue)
      #expect(error > 0 && error < 1)
      #expect(Files.read(program.folder + "/small/adapter_config.json").contains("\"r\": 2"))
      // Less was cut than a smaller rank would leave, and the whole answers as it did.
      #expect(program.run("export train --rank 1 -o smaller --json").json?["error"]?.doubleValue ?? 0 > error)
      #expect(program.run("generate base -a small -p Hello -n 4").status == 0)
      #expect(program.run("export train --rank 4 -o x").error.contains("the adapter's rank is 4"))
    }
    // A service is answered for by its adapter, whichever command takes it.
    for model in ["serve", "runs/latest/serve"] { #expect(answer(model) == trained, "\(model)") }
    #expect(program.run("export serve --merge --dtype float32 -o from-service").status == 0)
    #expect(answer("from-service") == trained)
    // An option that would change nothing is refused.
    for line in [
      "export whole --merge -o x", "export whole --base-name a/b -o x", "export train --base-name a/b -o x.gguf",
      "merge train --dtype float32 -o x.gguf", "generate whole --base -p Hello", "chat whole --base < /dev/null",
      "generate train -a lora -p Hello",
    ] { #expect(program.run(line).status == 2, "\(line)") }
    #expect(program.run("export train --rank 2 --merge -o x").status == 2)
    #expect(program.run("export train --ollama --vllm -o x").status == 2)
    #expect(program.run("export train --dtype q8_0 -o x").status == 2)
    #expect(program.run("export whole --dtype q4_0 -o x").status == 2)
  }

  /// Rows that a mix does not choose stop nothing, whatever is wrong with them; those it chooses are named.
  @Test func onlyChosenRowsCanStopTheRun() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let good = (0..<100).map { "{\"query\":\"q\($0)\",\"response\":\"a\($0)\"}\n" }.joined()
    // The tiny model's template knows no tool calls.
    let call =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":"
      + "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}}]},{\"role\":\"tool\",\"content\":\"1\"},"
      + "{\"role\":\"assistant\",\"content\":\"a\"}]}\n"
    program.write("rows.jsonl", good + call)
    func recipe(_ data: String, _ more: String = "", seed: Int = 1) {
      program.write(
        "recipes/whole.yaml",
        "name: t\nseed: \(seed)\nstages:\n  base: { kind: fetch, source: \"file:../base\" }\n"
          + "  mixed: { kind: mix, domain: [\"\(data)\"] }\n  tokens: { kind: tokenize, model: base, data: mixed\(more) }\n"
      )
    }
    var outcomes: Set<Int32> = []
    for seed in 1...4 {
      recipe("../rows.jsonl#20", seed: seed)
      let run = program.run("run")
      let chosen = Files.read(program.folder + "/runs/latest/mixed/selection.json").contains("[0,101,")
      #expect((run.status == 0) == !chosen, "\(run.error)")
      outcomes.insert(run.status)
    }
    #expect(outcomes.contains(0))
    recipe("../rows.jsonl")
    let refused = program.run("run")
    #expect(refused.status == 1)
    #expect(
      refused.error.contains("row 101: the call of 'f' in message 2 (assistant) does not reach the model"),
      "\(refused.error)")
    recipe("../rows.jsonl", ", on_bad_row: drop")
    #expect(program.run("run").status == 0)
    #expect(program.metric("tokens", "rows.dropped.bad") == 1)
    // The same is said without a run.
    let lint = program.run("data lint rows.jsonl --model base")
    #expect(lint.status == 1 && lint.output.contains("row 101: the call of 'f'"), "\(lint.output)")
  }

  /// A row longer than `max_length` is left out and counted, cut and counted, or an error that names it.
  @Test func aRowLongerThanTheMaximumFollowsThePolicy() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let long = "{\"query\": \"Count.\", \"response\": \"\(String(repeating: "one ", count: 2000))\"}\n"
    program.write("recipes/general.jsonl", TinyWorkspace.sums(1...39) + long)
    func rows() -> Double? {
      guard let train = program.metric("tokens", "train.rows") else { return nil }
      return train + (program.metric("tokens", "validation.rows") ?? 0)
    }
    #expect(program.run("run --until tokens").status == 0)
    #expect(program.metric("tokens", "rows.dropped.long") == 1 && rows() == 59)
    let cut = program.run("run --until tokens -S tokens.on_long_row=truncate")
    #expect(cut.status == 0)
    #expect(program.metric("tokens", "rows.cut") == 1 && program.metric("tokens", "rows.unended") == 1)
    #expect(program.metric("tokens", "rows.dropped.long") == 0 && rows() == 60)
    #expect((cut.output + cut.error).contains("1 rows were cut before their answer ends"), "\(cut)")
    let refused = program.run("run --until tokens -S tokens.on_long_row=error")
    #expect(refused.status == 1)
    #expect(refused.error.contains("row 40 of"), "\(refused.error)")
    #expect(refused.error.contains("more than max_length: 256"), "\(refused.error)")
  }

  @Test func failedProbeFailsTheStageAndNothingIsLost() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let strict = program.run(
      "run --until eval -S 'eval.probes=[{ask: Hi, expect: {exact: never said}}]' -S eval.require.identity=0.9")
    #expect(strict.status == 1)
    #expect(strict.error.contains("0 of 1 'identity' probes were answered correctly"), "\(strict.error)")
    let mended = program.run("run --until eval")
    #expect(mended.status == 0)
    #expect(mended.output.contains("1 stage run"))
  }

  /// By tokens: near the ratio by whole rows, every source counted once however often the mix changes.
  @Test func aMixByTokensWeighsRowsByTheirTokens() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write(
      "recipes/whole.yaml", TinyWorkspace.recipe.replacing(#"ratio: "1:2""#, with: #"by: tokens, ratio: "1:1.5""#))
    let refused = program.run("run --until mixed")
    #expect(refused.status == 2)
    #expect(refused.error.contains("stage 'mixed' needs 'model' with 'by: tokens'"), "\(refused.error)")
    #expect(refused.error.contains("recipes/whole.yaml:6:"), "\(refused.error)")
    program.write(
      "recipes/whole.yaml",
      TinyWorkspace.recipe.replacing(#"ratio: "1:2""#, with: #"model: base, by: tokens, ratio: "1:1.5""#))
    let run = program.run("run --until tokens -S mixed.validation=0 -S tokens.system=")
    #expect(run.status == 0, "\(run.error)")
    let domain = try #require(program.metric("mixed", "tokens.domain"))
    let general = try #require(program.metric("mixed", "tokens.general"))
    #expect(abs(general - 1.5 * domain) <= 20)
    #expect(abs(try #require(program.metric("mixed", "ratio")) - general / domain) < 1e-3)
    // What was weighed is what is learned from.
    #expect(program.metric("tokens", "train.tokens") == domain + general)
    let again = program.run("run --until mixed -S mixed.ratio=1:1")
    #expect(again.status == 0, "\(again.error)")
    let counted = program.run("run --until mixed -S mixed.ratio=1:1.2 --json").output
    #expect(counted.contains("were counted before"), "\(counted)")
    // Another model counts anew: its digest is in the key.
    try TinyModel.write(to: program.folder + "/base", seed: 8)
    #expect(program.run("run --until mixed -S mixed.ratio=1:1").output.contains("1 stage run"))
  }

  @Test func runServeKeepsTheServiceUpUntilItIsStopped() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let partial = program.run("run --serve --until tokens")
    #expect(partial.status == 2)
    #expect(partial.error.contains("'--serve' needs the stage 'serve'"), "\(partial.error)")
    program.write(
      "recipes/none.yaml", "name: none\nstages:\n  one: { kind: command, shell: \"echo > {output}/x\" }\n")
    let none = program.run("run recipes/none.yaml --serve")
    #expect(none.status == 2)
    #expect(none.error.contains("has no serve stage"), "\(none.error)")
    // The address is in no key: the same service comes up under another one.
    #expect(program.run("run recipes/whole.yaml -S serve.port=1").status == 0)
    #expect(
      program.run("run recipes/whole.yaml -S serve.host=127.0.0.2 -S serve.port=1").output.contains("all 8 stages"))
    for model in ["", "serve", "runs/latest/serve"] {
      // Port 1 is for the machine's own services alone, or is bound: either names the address.
      program.shell(
        """
        rm -f .shown; $LP serve \(model) > .shown 2>&1 & p=$!
        for i in $(seq 300); do grep -q . .shown && break; sleep 0.1; done
        kill -TERM $p; wait $p
        """)
      let shown = Files.read(program.folder + "/.shown")
      #expect(shown.contains("127.0.0.2:1"), "\(model): \(shown)")
    }
    _ = program.run(
      "run recipes/whole.yaml --serve -S serve.port=0 > .serve 2>&1 & p=$!; cd '\(program.folder)'; "
        + "for i in $(seq 600); do a=$(grep -o 'at http://127.0.0.1:[0-9]*' .serve | head -1); "
        + "[ -n \"$a\" ] && break; sleep 0.1; done; "
        + "bash -c \"exec 3<>/dev/tcp/127.0.0.1/${a##*:}; printf 'GET /v1/models HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3\" "
        + "> models.json; kill -TERM $p; wait $p; echo $? > status; true")
    let served = Files.read(program.folder + "/.serve")
    #expect(Files.read(program.folder + "/models.json").contains("tiny"), "\(served)")
    #expect(Files.read(program.folder + "/status").hasPrefix("0"), "\(served)")
  }
}
