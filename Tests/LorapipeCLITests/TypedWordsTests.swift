import Testing

@testable import LorapipeCLI

/// Commands, options and arguments as people type them who have not read the help: each is answered with what to write.
@Suite(.serialized) struct TypedWordsTests {
  @Test(arguments: [
    ("where", "runs/latest/"), ("版本", "lorapipe version"), ("continue", "lorapipe resume"),
    ("gc", "lorapipe cache gc"), ("prompt", "lorapipe generate"), ("vllm", "--vllm -o"),
    ("ollama", "--ollama -o"), ("gradio", "lorapipe serve"), ("studio", "lorapipe ui"),
    ("preprocess", "lorapipe data lint"), ("verify", "lorapipe lint"), ("quant\u{69}se", "--gguf"),
    ("token\u{69}se", "lorapipe"),
    ("rank", "lorapipe help rank"), ("model", "lorapipe help model"), ("模型", "lorapipe help 模型"),
    ("recipes", "lorapipe help recipes"), ("stages", "lorapipe help stages"), ("info", "lorapipe inspect MODEL"),
    ("-v", "-V"), ("status cat", "lorapipe show cat"), ("logs --tail 5", "--lines"),
    ("tokens show 3", "lorapipe tokens show -n 3"), ("generate -m base.gguf 你好", "lorapipe generate "),
    ("serve --share", "--host 0.0.0.0"), ("serve --server_port 8000", "--port"), ("serve --server-name x", "--host"),
    ("schema rank", "lorapipe help rank"), ("schema lora", "lorapipe help lora"),
    ("run -until train", "--until"), ("run -unti train", "--until"), ("generate -prompt x", "--prompt"),
    ("run -epochs 3", ".epochs"), ("init -zh", "--zh"), ("init -name x", "--name"),
    ("init --model Qwen/Qwen3-0.6B", "lorapipe init --base Qwen/Qwen3-0.6B"),
    ("init --dataset a.jsonl", "lorapipe init --data a.jsonl"), ("init -m a.gguf", "lorapipe init --base a.gguf"),
    ("init --system hello", "system:"), ("init --epochs 3", "epochs"), ("init --lora_rank 8", "lora.rank"),
    ("init --learning-rate 1e-4", "learning_rate"),
  ])
  func whatToWriteInsteadIsSaid(line: String, remedy: String) throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    for language in ["en", "zh"] {
      // The language stands first: behind an option it would be taken for its value.
      let result = program.run("--lang \(language) \(line)")
      #expect(result.status == 2 && result.error.contains(remedy), "\(language): \(result.error)")
    }
  }

  @Test(arguments: [
    ("lora.rank", "lora.rank of a sft stage"), ("train.lora.rank", "lora.rank of a sft stage"), ("nan", "diverged"),
    ("内存不足", "main memory"), ("报错", "lorapipe doctor"), ("troubleshooting", "docs/troubleshooting.md"),
  ])
  func helpExplainsMore(word: String, text: String) throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run("help \(word)")
    #expect(result.status == 0 && result.output.contains(text), "\(result.output)\(result.error)")
    #expect(program.run("help lora.nosuch").status == 2)
  }

  /// A stage by the word for its kind, in any language.
  @Test(arguments: [
    ("tokenize", "tokens"), ("分词", "tokens"), ("sft", "train"), ("训练", "train"), ("合并", "merged"),
    ("finetune", "train"), ("tokns", "tokens"),
  ])
  func aStageIsFoundByItsKind(word: String, stage: String) throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    for command in ["run --until \(word)", "plan --until \(word)", "explain \(word)"] {
      let result = program.run(command)
      #expect(result.status == 2 && result.error.contains("did you mean '\(stage)'?"), "\(result.error)")
    }
    #expect(program.run("run --until nosuch").error.contains("its stages are: base, persona"))
  }

  /// The names that Excel, Windows and Python have for encodings are taken.
  @Test(arguments: ["GB2312", "gbk", "ANSI", "cp936", "gb18030"])
  func otherNamesOfAnEncodingAreTaken(name: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("rows.csv", "问题,答案\n你是谁,我是小智\n")
    program.shell("iconv -f UTF-8 -t GB18030 rows.csv > gbk.csv")
    let result = program.run("data inspect gbk.csv --encoding \(name) -n 1")
    #expect(result.status == 0 && result.output.contains("我是小智"), "\(result.error)")
    #expect(program.run("data inspect rows.csv --encoding UTF8").status == 0)
    #expect(program.run("data inspect rows.csv --encoding klingon").status == 2)
  }
}
