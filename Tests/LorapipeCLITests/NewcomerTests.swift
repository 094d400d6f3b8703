import JSON
import PipelineEngine
import Recipes
import Testing

@testable import LorapipeCLI

/// What newcomers type, and are answered: names of metrics, and names of models that are not here.
@Suite(.serialized) struct NewcomerTests {
  // MARK: help METRIC

  @Test(arguments: [
    ("over_generalization", "probes outside the group identity"), ("over-generalization", "probes outside"),
    ("过度泛化", "probes outside"), ("learned", "the base did not answer rightly"), ("学会", "the base did not answer"),
    ("perplexity", "The exponential of the loss"), ("困惑度", "The exponential of the loss"),
    ("tuned.general.perplexity", "The exponential of the loss"), ("lost_share", "that rounding to the dtype loses"),
    ("forgotten", "general_loss_change, a metric of eval stages"), ("遗忘", "general_loss_change, a metric"),
    ("verify.flips", "most likely token differs"), ("flips", "most likely token differs"),
    ("Probes learned", "learned, a metric of eval stages"), ("学会的测试题", "learned, a metric of eval stages"),
    ("tokens_per_second", "Training speed"), ("validation.loss", "Loss of the last measurement"),
    ("effective_rank", "How many directions"), ("findings.mojibake", "data lint explains"), ("rows", "Rows of the mix"),
    ("ratio", "ratio, a metric of mix stages"),
  ])
  func aMetricIsExplained(_ words: String, _ text: String) throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run("help \(words)")
    let flat = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(result.status == 0 && flat.contains(text), "\(result.error)\(result.output)")
    let chinese = program.run("help \(words) --lang zh")
    #expect(chinese.status == 0 && chinese.output.contains("阶段的指标："), "\(chinese.error)\(chinese.output)")
    #expect(English.sentences(in: chinese.output).isEmpty, "\(chinese.output)")
  }

  /// Every metric of every kind, in a sentence that stands by itself.
  @Test func everyMetricIsExplained() throws {
    let registry = try Lorapipe.catalog.registry()
    for kind in registry.kinds {
      for metric in kind.metrics {
        let name = metric.name.replacing("*", with: "x")
        let text = try #require(MetricHelp(name, of: registry, takesParts: true)?.text, "\(name)")
        #expect(text.contains("a metric of"), "\(text)")
        #expect(!metric.help.hasPrefix("The same"), "\(metric.name): \(metric.help)")
      }
    }
  }

  /// The Chinese names lead to metrics that are there, and hide no parameter.
  @Test func theNamesOfMetricsLeadSomewhere() throws {
    let registry = try Lorapipe.catalog.registry()
    for word in [
      "泛化", "掌握", "基座已会", "准确率", "答对率", "训练损失", "验证损失", "最低损失", "速度", "可训练参数", "有效秩", "更新范数", "舍入损失", "翻转率",
      "最大差", "均方根差", "重复", "近似重复", "语言", "长度", "ppl", "val_loss", "acc",
    ] {
      let name = try #require(Chinese.metric(word), "\(word)")
      #expect(MetricHelp(name, of: registry, takesParts: true) != nil, "\(word): \(name)")
      #expect(Chinese.topic(word) == nil, "\(word)")
    }
  }

  /// A word for a command stays one.
  @Test func aWordForACommandIsNoMetric() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(program.run("help train").output.contains("lorapipe run"))
    #expect(program.run("help 训练").output.contains("learning_rate"))
    #expect(program.run("help nosuchmetric").status == 2)
  }

  // MARK: Missing inputs

  /// A program of the user's can make anything, so it is no answer to what makes an input.
  @Test func aMissingInputNamesKindsThatAreForIt() throws {
    let program = try Program()
    defer { program.remove() }
    var named = 0
    for kind in try Lorapipe.catalog.registry().kinds {
      program.write("recipes/k.yaml", "name: k\nstages:\n  a: { kind: \(kind.name) }\n")
      let error = program.run("lint k").error
      #expect(!error.contains(/of kind [a-z, ]*command/), "\(kind.name): \(error)")
      named += error.ranges(of: "with the name of a stage of kind ").count
    }
    #expect(named >= 8)
  }

  // MARK: Names of models

  @Test(arguments: [
    ("qwen3", "modelscope:Qwen/Qwen3-0.6B or modelscope:Qwen/Qwen3-1.7B"), ("Qwen3-4B", "modelscope:Qwen/Qwen3-4B;"),
    ("qwen3:0.6b", "modelscope:Qwen/Qwen3-0.6B;"), ("qwen2.5-1.5b", "modelscope:Qwen/Qwen2.5-1.5B-Instruct;"),
    ("llama3.2:1b", "hf:meta-llama/Llama-3.2-1B-Instruct;"),
    ("smollm2", "hf:HuggingFaceTB/SmolLM2-135M-Instruct or "),
    ("nosuchthing", "a source such as modelscope:Qwen/Qwen3-0.6B"),
  ])
  func aModelThatIsNotHereIsToldWhereItIs(_ name: String, _ help: String) throws {
    let program = try Program()
    defer { program.remove() }
    for command in ["inspect", "chat", "serve", "generate -p x", "export -o out"] {
      let result = program.run("\(command) \(name)")
      #expect(result.status == 2 && result.error.contains("there is no model '\(name)'"), "\(command): \(result.error)")
      #expect(result.error.contains(help), "\(command): \(result.error)")
    }
    let chinese = program.run("inspect \(name) --lang zh").error
    #expect(chinese.contains("没有模型 '\(name)'") && English.sentences(in: chinese).isEmpty, "\(chinese)")
  }

  /// The same where no workspace is: nobody who looks at a model needs one.
  @Test func aModelIsLookedForOutsideOfAWorkspace() throws {
    let program = try Program()
    defer { program.remove() }
    program.shell("rmdir recipes; mkdir home")
    program.write("run.sh", "XDG_CACHE_HOME=\"$PWD/home\" exec '\(Program.path)' \"$@\"\n")
    func run(_ line: String) -> String {
      program.shell("NO_COLOR=1 sh run.sh \(line) > out.txt 2>&1; echo $? >> out.txt")
      return Files.read(program.folder + "/out.txt")
    }
    let missing = run("inspect qwen3")
    #expect(missing.contains("there is no model 'qwen3'") && missing.hasSuffix("2\n"), "\(missing)")
    #expect(missing.contains("modelscope:Qwen/Qwen3-0.6B") && !missing.contains("workspace"), "\(missing)")
    // Looking makes no folder.
    program.shell("test -e home/lorapipe && echo made > made.txt")
    #expect(Files.read(program.folder + "/made.txt").isEmpty)
    // What was downloaded there is found by its name.
    program.shell("mkdir -p home/lorapipe/runs/latest home/model; ln -s ../../../model home/lorapipe/runs/latest/Qwen3")
    #expect(!run("inspect Qwen3").contains("there is no model"))
    #expect(run("inspect Qwen4").contains("did you mean 'Qwen3'?"))
  }

  @Test func aNameIsPulledFromItsSource() throws {
    let program = try Program()
    defer { program.remove() }
    let result = program.run("pull qwen3")
    #expect(result.status == 2 && result.error.contains("Write modelscope:Qwen/Qwen3-0.6B or "), "\(result.error)")
    #expect(English.sentences(in: program.run("pull qwen3 --lang zh").error).isEmpty)
  }
}
