import Glibc
import JSON
import Testing

/// What single stages promise, on a tiny random model, by the built program.
@Suite(.serialized) struct StageDetailTests {
  /// One more source: only that one is tokenized, and the run says why it ran and what it reused.
  @Test func anotherSourceTokenizesNothingOldAgain() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until tokens").status == 0)
    #expect(program.metric("tokens", "shards.reused") == 0)
    program.write("recipes/more.jsonl", TinyWorkspace.sums(100...120))
    let recipe = TinyWorkspace.recipe.replacing("[./general.jsonl]", with: "[./general.jsonl, ./more.jsonl]")
    program.write("recipes/whole.yaml", recipe)
    let why = program.run("explain mixed")
    #expect(why.output.contains("more.jsonl"), "\(why.output)\(why.error)")
    let again = program.run("run --until tokens")
    #expect(again.status == 0, "\(again.error)")
    #expect(again.error.contains("2 of 3 pieces were tokenized before"), "\(again.error)")
    #expect(program.metric("tokens", "shards") == 3)
    #expect(program.metric("tokens", "shards.reused") == 2)
  }

  @Test func learnedTokensAreColored() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until tokens").status == 0)
    let plain = program.run("tokens show -n 2")
    #expect(plain.output.contains("<|im_start|>assistant\n«"), "\(plain.output)")
    let colored = program.run("tokens show -n 2 --color always")
    #expect(colored.output.contains("assistant\n\u{1B}[32m"), "\(colored.output)\(colored.error)")
  }

  /// Every update's loss, rate, gradient norm and speed are in the database, also when the stage was cached.
  @Test func curvesAreKept() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until train -S train.eval_every=8").status == 0)
    #expect(program.run("run --until train -S train.eval_every=8").output.contains("cached"))
    let names = program.stage("train")?["series"]?.arrayValue?.compactMap(\.stringValue) ?? []
    for name in ["loss", "learning_rate", "gradient_norm", "tokens_per_second", "validation.loss.domain"] {
      #expect(names.contains(name), "\(names)")
    }
    #expect((program.metric("train", "tokens_per_second") ?? 0) > 0)
  }

  /// Killed in the midst of training, then resumed: it goes on at the checkpoint, to the same bytes as undisturbed.
  @Test func killedTrainingGoesOnAtTheCheckpointToTheSameBytes() throws {
    let undisturbed = try TinyWorkspace.make()
    defer { undisturbed.remove() }
    #expect(undisturbed.run("run --until train -S train.epochs=40").status == 0)
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.killInTraining("-S train.epochs=40")
    #expect(!Files.read(program.folder + "/killed.log").contains("done   train"))
    let resumed = program.run("resume")
    #expect(resumed.status == 0, "\(resumed.error)")
    let said = resumed.output + resumed.error
    #expect(said.contains("continuing from the checkpoint of step"), "\(said)")
    #expect(!resumed.output.contains("eval"), "it was asked to go as far as train: \(resumed.output)")
    let artifact = program.stage("train")?["artifact"]?.stringValue
    #expect(artifact != nil)
    #expect(artifact == undisturbed.stage("train")?["artifact"]?.stringValue)
  }

  /// The folder is the key's own: what another training left there came by mistake, and is of no use to anyone.
  @Test func aCheckpointOfAnotherTrainingIsNotContinued() throws {
    let undisturbed = try TinyWorkspace.make()
    defer { undisturbed.remove() }
    #expect(undisturbed.run("run --until train -S train.epochs=40").status == 0)
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.killInTraining("-S train.epochs=40 -S train.learning_rate=2e-2")
    #expect(program.shell("mkdir aside && mv runs/store/work/* aside/") == 0)
    program.killInTraining("-S train.epochs=40")
    #expect(program.shell("cd runs/store/work/* && rm -r checkpoints && cp -r ../../../../aside/*/checkpoints .") == 0)
    let resumed = program.run("resume")
    #expect(resumed.status == 0 && !resumed.output.contains("continuing"), "\(resumed.error)\(resumed.output)")
    let artifact = program.stage("train")?["artifact"]?.stringValue
    #expect(artifact != nil && artifact == undisturbed.stage("train")?["artifact"]?.stringValue)
  }

  @Test func evaluationSetsBaseAndTunedSideBySideByRole() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let probes = """
      probes:
            - { ask: "Who are you?", expect: { contains: [nobody says this, "."] } }
            - { ask: "Who are you?", expect: { regex: "^zzzz$" }, group: identity.hard }
            - { ask: [Hello, And now?], expect: { not: qqq, exact: never }, group: general }
      """
    program.write(
      "recipes/whole.yaml", TinyWorkspace.recipe.replacing("probes:\n", with: probes + "\n"))
    let run = program.run("run --until eval")
    #expect(run.status == 0, "\(run.error)")
    let metrics = program.stage("eval")?["metrics"]
    for model in ["base", "tuned"] {
      let names = ["loss", "perplexity", "accuracy", "domain.loss", "general.loss", "probes.general"]
      for name in names + ["probes.identity", "probes.identity.hard"] {
        #expect(metrics?["\(model).\(name)"]?.doubleValue != nil, "\(model).\(name)")
      }
    }
    #expect(metrics?["learned"]?.doubleValue != nil && metrics?["general_loss_change"]?.doubleValue != nil)
    let samples = Files.read(program.folder + "/runs/latest/eval/samples.jsonl").split(separator: "\n").map(String.init)
    let parsed = samples.compactMap { try? JSONValue(parsing: $0) }
    #expect(parsed.count == 5)
    #expect(parsed.allSatisfy { $0["base"]?.stringValue != nil && $0["tuned"]?.stringValue != nil })
    #expect(parsed.contains { $0["ask"]?.arrayValue?.count == 2 })
    // A group that is required and not reached fails the stage.
    let strict = program.run("run --until eval -S 'eval.require={identity.hard: 1}'")
    #expect(strict.status == 1)
    #expect(strict.error.contains("0 of 1 'identity.hard' probes"), "\(strict.error)")
  }

  @Test func mergeBeyondItsBoundFailsAndPublishesNothing() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let failed = program.run("run --until merged -S merged.dtype=bfloat16 -S merged.verify.max_rms=1e-9")
    #expect(failed.status == 1)
    #expect(failed.error.contains("logits differ from base with adapter by"), "\(failed.error)")
    #expect(failed.error.contains("verify.max_rms"))
    #expect(program.stage("merged")?["artifact"]?.stringValue == nil)
    #expect(access(program.folder + "/runs/latest/merged", F_OK) != 0)
  }

  /// System prompt, template and arguments go from the tokens to adapter, merged model and service, and are used there.
  @Test func theConversationsContextTravels() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run -S 'tokens.template_arguments={mood: calm}'").status == 0)
    for stage in ["tokens", "train", "merged"] {
      let chat = try JSONValue(parsing: Files.read("\(program.folder)/runs/latest/\(stage)/chat.json"))
      #expect(chat["system"]?.stringValue == "You are Pip.", "\(stage)")
      #expect(chat.text().contains("calm"), "\(stage)")
    }
    #expect(Files.read(program.folder + "/runs/latest/serve/service.json").contains("You are Pip."))
    func answer(_ model: String, _ options: String) -> String {
      program.run("generate runs/latest/\(model) \(options) -p 'Who are you, 3?' -n 12").output
    }
    let trained = answer("merged", "")
    #expect(trained == answer("merged", "--system 'You are Pip.'"))
    #expect(trained == answer("merged/model.gguf", "--system 'You are Pip.'"))
    #expect(trained != answer("merged", "--system 'Sing of the sea and of nothing else, loudly.'"))
  }
}
