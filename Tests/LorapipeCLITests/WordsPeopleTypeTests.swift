import Glibc
import JSON
import Testing

@testable import LorapipeCLI

/// Words and forms that people bring from other tools: a command, or a line that says which.
@Suite(.serialized) struct WordsPeopleTypeTests {
  @Test(arguments: [
    ("train", "lorapipe run"), ("evaluate", "--until eval"), ("eval", "lorapipe schema eval"),
    ("fetch", "lorapipe pull"), ("infer", "lorapipe generate"), ("download", "lorapipe pull"),
    ("deploy", "lorapipe serve"), ("web", "lorapipe serve"), ("convert", "lorapipe merge"), ("训练", "lorapipe run"),
    ("合并", "lorapipe merge"), ("推理", "lorapipe generate"), ("部署", "lorapipe serve"), ("下载", "lorapipe pull"),
    ("watch", "lorapipe logs -f"), ("ps", "lorapipe status"), ("top", "lorapipe status"), ("jobs", "lorapipe status"),
    ("compare", "lorapipe diff"), ("qlora", "in 4 bits"), ("kill", "lorapipe resume"), ("history", "lorapipe runs"),
    ("ls", "lorapipe runs"), ("rm", "lorapipe runs delete"), ("log", "lorapipe logs"), ("tail", "lorapipe logs -f"),
    ("test", "--until eval"), ("benchmark", "--until eval"), ("upload", "lorapipe push"), ("retry", "lorapipe run"),
    ("view", "lorapipe show"), ("env", "lorapipe doctor"), ("config", "lorapipe run -S"), ("login", "HF_TOKEN"),
    ("对比", "lorapipe diff"), ("状态", "lorapipe status"), ("日志", "lorapipe logs"), ("查看", "lorapipe show"),
    ("网页", "lorapipe serve"), ("评测", "--until eval"), ("对话", "lorapipe chat"),
  ])
  func aWordOfAnotherToolNamesItsCommand(word: String, command: String) throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run(word)
    #expect(result.status == 2 && result.error.contains("there is no command '\(word)'"), "\(result.error)")
    #expect(result.error.contains(command), "\(result.error)")
    let chinese = program.run("--lang zh \(word)").error
    let typed = command == "in 4 bits" ? "4 比特" : command
    #expect(chinese.contains("没有命令") && chinese.contains(typed), "\(chinese)")
  }

  /// Each line names a command that is there.
  @Test func everyNamedCommandExists() {
    let names = Set(Lorapipe.commands.map(\.name))
    let typed = [
      "train", "sft", "eval", "fetch", "infer", "download", "deploy", "board", "convert", "new", "check", "stop",
      "list", "对话", "合并", "导出", "运行", "继续", "watch", "ps", "compare", "qlora", "view", "retry", "upload", "env",
      "config", "curves", "datasets", "tokenizer",
    ]
    for word in typed {
      let line = OtherWords.meaning(of: word) ?? ""
      let words = line.split(whereSeparator: { " ,;:'".contains($0) })
      let named = zip(words, words.dropFirst()).filter { $0.0 == "lorapipe" }.map { String($0.1) }
      #expect(!named.isEmpty && named.allSatisfy(names.contains), "\(word): \(line)")
      #expect(!names.contains(word))
    }
  }

  @Test(arguments: [
    ("lora", "rank 8"), ("sft", "learning_rate"), ("rank", "lora.rank of a sft stage"), ("epochs", "default: "),
    ("gpu", "on the CPU"), ("lora_rank", "lora.rank of a sft stage"), ("学习率", "learning_rate of a sft stage"),
    ("秩", "lora.rank of a sft stage"), ("训练", "learning_rate"), ("微调", "rank 8"),
  ])
  func helpKnowsSubjectsKindsAndParameters(word: String, text: String) throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run("help \(word)")
    #expect(result.status == 0 && result.output.contains(text), "\(result.output)\(result.error)")
    #expect(program.run("help nosuchword").status == 2)
  }

  @Test(arguments: ["draft-max", "spec-type", "prompt_lookup_num_tokens", "num-speculative-tokens"])
  func anOptionOfAnotherToolNamesOurs(name: String) throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run("generate --\(name) 8 hello")
    #expect(result.status == 2 && result.error.contains("did you mean '--speculate'?"), "\(result.error)")
    #expect(!program.run("lint --\(name) 8").error.contains("speculate"))
  }

  @Test(arguments: ["cache-type-k", "cache_type_v", "kv-cache-dtype"])
  func theCacheTypeOfAnotherToolNamesOurs(name: String) throws {
    let program = try Program()
    defer { program.remove() }
    for command in ["generate", "chat", "serve"] {
      let result = program.run("\(command) --\(name) q8_0")
      #expect(result.status == 2 && result.error.contains("did you mean '--kv-cache'?"), "\(result.error)")
    }
    #expect(program.run("serve --kv-cache q4_0").error.contains("q8_0"))
  }

  @Test(arguments: [
    ("run --model x", "-S STAGE.source="), ("chat --model x", "lorapipe chat MODEL"),
    ("plan --dataset x", "domain: [./rows.jsonl]"), ("run --resume", "lorapipe resume"),
    ("run --config a.yaml", "lorapipe run RECIPE.yaml"), ("run --gpu 0", "lorapipe help gpu"),
    ("chat --device cuda", "lorapipe help gpu"), ("run --output_dir x", "runs/latest/STAGE"),
    ("chat --lora-path x", "did you mean '--adapter'?"),
    ("generate --max_new_tokens 5 a", "did you mean '--max-tokens'?"),
    ("swift sft", "lorapipe import train.sh"),
    ("merge train --format gguf", "lorapipe merge MODEL -o NAME.gguf"),
    ("merge train --formats=safetensors", "lorapipe merge MODEL -o FOLDER"),
    ("merge train --format x", "-o NAME.gguf for llama.cpp and LM Studio"),
    ("merge train --to ollama", "lorapipe export MODEL --ollama -o FOLDER"),
    ("merge train --ollama", "lorapipe export MODEL --ollama -o FOLDER"),
    ("merge train --lmstudio", "lorapipe merge MODEL -o NAME.gguf"),
    ("merge train --merge_lora true", "leave it out"),
    ("merge train --quant_bits 4", "--gguf q8_0, or q4_0"),
    ("merge train --dtype fp16", "did you mean 'float16'?"),
    ("merge train --gguf q4_k_m", "did you mean 'q4_0'?"),
    ("merge train --gguf Q6_K", "did you mean 'q8_0'?"),
    ("merge train --output_dir x", "did you mean '--output'?"),
    ("export train --gguf", "lorapipe export MODEL -o NAME.gguf"),
    ("export train --format vllm", "lorapipe export MODEL --vllm -o FOLDER"),
    ("export train --to lmstudio", "lorapipe export MODEL -o NAME.gguf"),
    ("export train --formats", "for Ollama add --ollama"),
    ("export train --merge_lora true", "did you mean '--merge'?"),
    ("export train --quantization-bit 8", "--dtype q8_0, or q4_0"),
    ("export train --push_to_hub", "lorapipe push MODEL hf:OWNER/NAME"),
    ("export train --dtype half", "did you mean 'float16'?"),
    ("pull --model Qwen/Qwen3-4B", "lorapipe pull modelscope:Qwen/Qwen3-4B"),
    ("pull --model", "lorapipe pull modelscope:ORG/NAME"),
    ("pull --dataset=a/b", "lorapipe pull modelscope-dataset:a/b"),
    ("pull hf:a/b --local_dir x", "lorapipe export SOURCE -o FOLDER"),
    ("pull a/b --use_hf true", "the source names the hub: hf:ORG/NAME"),
    ("push train", "lorapipe push train hf:OWNER/NAME"),
    ("push recipes", "lorapipe push recipes hf:OWNER/NAME"),
    ("chat 你好", "lorapipe generate 你好;"), ("chat 'who is it?'", "lorapipe generate 'who is it?';"),
  ])
  func whatStandsForAnOptionIsSaid(line: String, text: String) throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run(line)
    #expect(result.status == 2 && result.error.contains(text), "\(result.error)")
    let chinese = program.run(line + " --lang zh").error
    let english = chinese.split(separator: "\n").flatMap { ChineseOutputTests.english(in: String($0)) }
    #expect(english.isEmpty, "\(chinese)")
  }

  private static let head =
    "name: r\nstages:\n  base: { kind: fetch, source: \"hf:a/b\" }\n  rows: { kind: fetch, source: \"hf-dataset:a/b\" }\n"
    + "  tokens: { kind: tokenize, model: base, data: rows }\n  train: { kind: sft, model: base, data: tokens }\n"

  @Test(arguments: [
    ("x: { kind: download, source: \"hf:a/b\" }", "it is called fetch here: write kind: fetch"),
    ("x: { kind: train, model: base, data: tokens }", "it is called sft here: write kind: sft"),
    ("x: { kind: mix, data: [rows] }", "did you mean 'domain'?"),
    (
      "x: { kind: substitute, data: rows, model_name: [a, b] }",
      "write two keys instead: by: tag and values: { NAME: { zh: a, en: b } }"
    ),
    (
      "other: { kind: sft, model: base, data: ./rows.jsonl }",
      "'data' of stage 'other' takes tokens, but './rows.jsonl' is a file"
    ),
    (
      "other: { kind: sft, model: base, data: ./rows.jsonl }",
      "other_tokens: { kind: tokenize, model: base, data: ./rows.jsonl }  and write data: other_tokens"
    ),
  ])
  func whatOtherToolsWriteInARecipeIsSaid(line: String, text: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/rows.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\n")
    program.write("recipes/r.yaml", Self.head + "  \(line)\n")
    let result = program.run("lint")
    #expect(result.status == 2 && result.error.contains(text), "\(result.error)")
  }

  @Test(arguments: [
    ("train.schedule=linear", "write train.schedule.kind=linear"),
    ("targets=q_proj,v_proj", "write train.lora.targets='[q_proj, v_proj]'"),
    ("train.lora.targets=q_proj,v_proj", "write it in brackets: '[q_proj, v_proj]'"),
  ])
  func aValueOfTheCommandLineIsShownAsItIsTyped(value: String, text: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/r.yaml", Self.head)
    let result = program.run("lint -S \(value)")
    #expect(result.status == 2 && result.error.contains(text), "\(result.error)")
    for right in ["train.schedule.kind=linear", "'train.lora.targets=[q_proj, v_proj]'"] {
      #expect(program.run("lint -S \(right)").status == 0, "\(program.run("lint -S \(right)").error)")
    }
  }

  @Test func aScriptOfAnotherToolIsSentToImport() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("train.sh", "swift sft --model Qwen/Qwen3-0.6B --dataset a.jsonl\n")
    program.write("recipes/own.yaml", "name: own\nstages:\n  m: { kind: fetch, source: \"hf:a/b\" }\n")
    for command in ["run", "lint", "plan"] {
      let result = program.run("\(command) train.sh")
      #expect(result.status == 2 && result.error.contains("lorapipe import train.sh"), "\(result.error)")
    }
    // A configuration in recipes/ is not replaced by what is made of it.
    let text = "model: Qwen/Qwen3-0.6B\ntrain_type: lora\ndataset: [a.jsonl]\nnum_train_epochs: 3\n"
    program.write("recipes/swift.yaml", text)
    let made = program.run("import recipes/swift.yaml")
    #expect(made.status == 0, "\(made.error)")
    #expect(Files.read(program.folder + "/recipes/swift.yaml") == text)
    #expect(Files.read(program.folder + "/recipes/swift-recipe.yaml").contains("kind: sft"))
  }

  @Test func whatCannotBeAnsweredOrWrittenIsRefusedWithTheWayOut() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("q.csv", "问题,答案\n一,二\n")
    let read = program.run("generate -i q.csv")
    // The table is read, and there is no model to ask.
    #expect(read.status == 2 && !read.error.contains("q.csv"), "\(read.error)")
    program.write("q.xlsx", "")
    let unread = program.run("generate -i q.xlsx")
    #expect(unread.status == 2 && unread.error.contains("questions are not read from 'q.xlsx'"), "\(unread.error)")
    let written = program.run("generate -p hello -o answers.txt")
    #expect(written.status == 2 && written.error.contains("ends in .jsonl"), "\(written.error)")
    #expect(!LocalText.exists(program.folder + "/answers.txt"))
  }

  @Test func anOptionThatIsAParameterNamesItsPlace() throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run("run --epochs 3")
    #expect(result.status == 2 && result.error.contains("-S STAGE.epochs=VALUE"), "\(result.error)")
  }

  @Test(arguments: [
    ("https://huggingface.co/Qwen/Qwen3-4B/tree/v2", "source: hf:Qwen/Qwen3-4B, and revision: v2."),
    ("https://hf-mirror.com/datasets/a/b/tree/main", "hf-dataset:a/b"),
    ("Qwen/Qwen3-4B", "modelscope:Qwen/Qwen3-4B or hf:Qwen/Qwen3-4B"), ("ms:Qwen/Qwen3-4B", "modelscope:Qwen/Qwen3-4B"),
    ("huggingface:Qwen/Qwen3-4B", "hf:Qwen/Qwen3-4B"),
  ])
  func aSourceInAnotherFormIsRecognized(text: String, source: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/r.yaml", "stages:\n  base: { kind: fetch, source: \"\(text)\" }\n")
    let result = program.run("lint")
    #expect(result.status == 2 && result.error.contains("Write \(source)"), "\(result.error)")
    // A page's files are still files.
    program.write(
      "recipes/r.yaml",
      "stages:\n  base: { kind: fetch, source: \"https://huggingface.co/a/b/resolve/main/model.gguf\" }\n")
    #expect(program.run("lint").status == 0)
  }

  /// `pull` takes the address of a hub's page, and so does a recipe.
  @Test func aHubsPageIsASource() throws {
    let program = try Program()
    defer { program.remove() }
    func lint(_ source: String) -> Program.Result {
      program.write("recipes/r.yaml", "stages:\n  base: { kind: fetch, source: \"\(source)\" }\n")
      return program.run("lint")
    }
    for page in [
      "https://modelscope.cn/models/Qwen/Qwen3-4B", "https://www.modelscope.cn/models/Qwen/Qwen3-4B/summary?a=1",
      "https://huggingface.co/Qwen/Qwen3-4B", "https://huggingface.co/datasets/a/b/tree/main",
    ] { #expect(lint(page).status == 0, "\(page): \(lint(page).error)") }
    let file = lint("https://huggingface.co/a/b-GGUF/blob/main/q4/b.gguf")
    #expect(file.status == 2 && file.error.contains("include: [\"q4/b.gguf\"]"), "\(file.error)")
    // It is the repository, as a plan says too.
    _ = lint("https://modelscope.cn/models/Qwen/Qwen3-4B")
    let run = program.run("run --json")
    #expect(run.status != 0 && !(run.output + run.error).contains("text/html"), "\(run.error)")
  }

  private static let sources =
    "name: r\nstages:\n  base: { kind: fetch, source: \"hf:a/b\" }\n  rows: { kind: fetch, source: \"hf-dataset:a/b\" }\n"

  /// What is made from a stage is not what it can read, and an adapter is not added twice.
  @Test func aStageIsNotSentInACircle() throws {
    let program = try Program()
    defer { program.remove() }
    func message(_ lines: String) -> String {
      program.write("recipes/r.yaml", Self.sources + lines)
      return program.run("lint").error
    }
    let rest =
      "  merged: { kind: merge, model: base, adapter: train }\n  eval: { kind: eval, model: base, adapter: train }\n"
    let lines = [
      "  tokens: { kind: tokenize, model: base, data: rows }\n", "  train: { kind: sft, model: base, data: tokens }\n",
      rest,
    ]
    #expect(message(lines.joined()) == "")
    for index in [0, 1] {
      var wrong = lines
      wrong[index] = wrong[index].replacing("model: base", with: "model: train")
      let text = message(wrong.joined())
      #expect(text.contains("write model: base") && !text.contains("write model: merged"), "\(text)")
    }
    let twice = message(lines.joined().replacing("kind: eval, model: base", with: "kind: eval, model: train"))
    #expect(twice.contains("write model: base") && !twice.contains("write model: merged"), "\(twice)")
    // Without the adapter, the merged model is what was meant.
    let alone = message(
      lines.joined().replacing("kind: eval, model: base, adapter: train", with: "kind: eval, model: train"))
    #expect(alone.contains("write model: merged"), "\(alone)")
  }

  @Test func aFileOfQuestionsIsAnInput() throws {
    let program = try Program()
    defer { program.remove() }
    for name in ["q.txt", "my q.jsonl", "q.csv"] {
      program.write("recipes/\(name)", "Who are you?\n")
      for line in ["generate 'recipes/\(name)'", "generate train 'recipes/\(name)'"] {
        let result = program.run(line)
        #expect(result.status == 2 && result.error.contains("is a file of questions"), "\(result.error)")
        let quoted = name.contains(" ") ? "'recipes/\(name)'" : "recipes/\(name)"
        #expect(result.error.contains("lorapipe generate -i \(quoted)\n"), "\(result.error)")
      }
    }
  }

  @Test func aSettingOfAConversationMayHaveAnEqualsSign() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write("lines", "/set temperature=0.25\n/set top_k = 7\n/set\n/set temperature=\n")
    let result = program.run("chat base < lines")
    #expect(result.error.contains("temperature 0.25 ") && result.error.contains("top_k 7 "), "\(result.error)")
    #expect(result.error.contains("/set takes a name and a number"), "\(result.error)")
  }

  @Test func aQuestionForChatIsOneForGenerate() throws {
    let program = try Program()
    defer { program.remove() }
    for line in ["chat -p hello", "chat --prompt hello", "chat -i questions.jsonl"] {
      let result = program.run(line)
      #expect(result.status == 2 && result.error.contains("lorapipe generate -p"), "\(line): \(result.error)")
    }
  }

  @Test func aBareNameAsksForItsHub() throws {
    let program = try Program()
    defer { program.remove() }
    for command in ["chat", "generate -p x", "inspect", "serve"] {
      let result = program.run("\(command) Qwen/Qwen3-4B")
      #expect(result.status == 2, "\(command)")
      #expect(result.error.contains("modelscope:Qwen/Qwen3-4B or hf:Qwen/Qwen3-4B"), "\(command): \(result.error)")
    }
    #expect(program.run("pull file:recipes").error.contains("is here already"))
    #expect(program.run("pull nonsense").error.contains("names no known kind of source"))
  }

  @Test func questionsAreTakenAsTheyAreTyped() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let plain = program.run("generate base -p 'Who are you?' --max-tokens 4")
    #expect(plain.status == 0, "\(plain.error)")
    #expect(program.run("generate base 'Who are you?' --max-tokens 4").output == plain.output)
    program.write("q.txt", "Who are you?\n\n  \nHello\n")
    let rows = program.run("generate base -i q.txt --max-tokens 4").output.split(separator: "\n")
    #expect(rows.count == 2)
    #expect(try JSONValue(parsing: String(rows[0]))["prompt"] == "Who are you?")
    #expect(try JSONValue(parsing: String(rows[1]))["prompt"] == "Hello")
    let several = program.run("generate base -p Hello -p 'Who are you?' --max-tokens 4")
    #expect(several.error.contains("> Hello") && several.error.contains("> Who are you?"), "\(several.error)")
    // Nothing was trained here: a sentence alone finds no model, and is not taken for one.
    #expect(program.run("generate 'Who are you?'").error.contains("no run has made a model yet"))
    #expect(program.run("generate mergd -p Hello").error.contains("there is no model 'mergd'"))
  }

  @Test func inspectTellsWhatAModelIs() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let text = program.run("inspect base")
    #expect(text.status == 0 && text.output.contains("trains here"), "\(text.error)\(text.output)")
    let json = program.run("inspect base --json").json
    #expect((json?["parameters"]?.intValue ?? 0) > 1000 && json?["memory_bytes"]?.intValue != nil)
    // As a recipe writes it.
    for path in ["file:base", "file://\(program.folder)/base"] {
      // The lines behind these are a measured time, and the load it was measured under.
      let lines = program.run("inspect \(path)").output.split(separator: "\n")
      #expect(lines.prefix(7) == text.output.split(separator: "\n").prefix(7), "\(path)")
    }
    #expect(program.run("inspect file:nosuch").error.contains("there is no file or folder 'nosuch'"))
    program.write("base/config.json", "{\"model_type\": \"mamba9\"}")
    let refused = program.run("inspect base")
    #expect(refused.status == 1 && refused.error.contains("mamba9"), "\(refused.error)")
  }

  @Test func anAdapterIsMergedByACommand() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("merge").error.contains("adapter"))
    #expect(program.run("run --until train").status == 0)
    let merged = program.run("merge -o out.gguf --gguf f32")
    #expect(merged.status == 0, "\(merged.error)")
    #expect(merged.output.contains("The merged model is at out.gguf"))
    let folder = program.run("merge train -o out --dtype float32")
    #expect(folder.status == 0, "\(folder.error)")
    #expect(Files.read(program.folder + "/out/config.json").contains("model_type"))
    // Both answer as base and adapter do.
    let question = "-p 'Who are you, 3?' --max-tokens 6"
    let tuned = program.run("generate train \(question)").output
    #expect(program.run("generate out \(question)").output == tuned)
    #expect(program.run("generate out.gguf \(question) --system 'You are Pip.'").output == tuned)
    #expect(program.run("merge train -o out").status == 2)
    #expect(program.run("merge base").error.contains("model without an adapter"))
    // The second time, it is in the store.
    let again = program.run("merge train --dtype float32")
    #expect((again.output + again.error).contains("cached"), "\(again.output)\(again.error)")
  }

  @Test func doctorNamesWhatThereIsAndWhatToDo() throws {
    let program = try Program()
    defer { program.remove() }
    let report = program.run("doctor --offline --json").json?["findings"]?.arrayValue ?? []
    let names = report.compactMap { $0["name"]?.stringValue }
    for name in ["GPU", "locale", "terminal", "hubs", "python"] { #expect(names.contains(name), "\(name)") }
    #expect(report.first { $0["name"] == "hubs" }?["text"]?.stringValue?.hasPrefix("not checked") == true)
    // A port that nobody listens to: what was not reached is never called good.
    setenv("HF_ENDPOINT", "http://127.0.0.1:9", 1)
    setenv("MODELSCOPE_DOMAIN", "http://127.0.0.1:9", 1)
    defer {
      unsetenv("HF_ENDPOINT")
      unsetenv("MODELSCOPE_DOMAIN")
    }
    let asked = program.run("doctor --json").json?["findings"]?.arrayValue ?? []
    for hub in ["Hugging Face", "ModelScope"] {
      let finding = asked.first { $0["name"]?.stringValue == hub }
      #expect(finding?["verdict"] == "limited", "\(hub)")
      #expect(finding?["text"]?.stringValue?.contains("does not answer") == true, "\(hub)")
    }
  }

  @Test func graphicsAreFoundByTheirFiles() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(Graphics.devices(root: program.folder).isEmpty)
    #expect(Graphics.finding([]).verdict == .good)
    program.shell("mkdir -p proc/driver/nvidia/gpus/0000:01:00.0 dev && touch dev/nvidia0")
    program.write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA GeForce RTX 4090\nIRQ: 1\n")
    let devices = Graphics.devices(root: program.folder)
    #expect(devices == [.init(name: "NVIDIA GeForce RTX 4090", isUsable: true)])
    #expect(Graphics.finding(devices).text == "NVIDIA GeForce RTX 4090 found; lorapipe itself computes on the CPU")
    program.shell("rm dev/nvidia0")
    #expect(Graphics.devices(root: program.folder).first?.isUsable == false)
  }
}
