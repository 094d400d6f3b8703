import Diagnostics
import JSON
import PipelineEngine
import Testing
import Training

@testable import ForeignConfigs
@testable import Recipes
@testable import Stages

/// What holds for every kind of stage.
@Suite struct KindTests {
  private static let names = BuiltinStages.all.map { $0.kind.name }

  /// The parameters that a recipe must give, as small as can be.
  private static let required: [String: JSONObject] = [
    "fetch": JSONObject([("source", "hf:org/name")]), "substitute": JSONObject([("values", [:])]),
  ]

  private func type(_ name: String) throws -> any Stage.Type {
    try #require(StageCatalog(BuiltinStages.all).stage(name))
  }

  /// The parameters of a kind as a recipe would write them all, read from `given`.
  private func written<Kind: Stage>(_ kind: Kind.Type, from given: JSONObject) throws -> JSONValue? {
    try Kind.Parameters(decoding: given).parameter
  }

  /// What the loader makes of a stage that gives only what it must is what the child's value of it says: the defaults of
  /// the description and those of the Swift value are one.
  @Test(arguments: names)
  func decodingNothingGivesTheDescribedDefaults(_ name: String) throws {
    let type = try type(name)
    let given = Self.required[name] ?? JSONObject()
    var described = try #require(StageRegistry([type.kind]).entries[name]?.defaults)
    for (key, value) in given { described[key] = value }
    #expect(try written(type, from: given)?.text(.canonical) == JSONValue.object(described).text(.canonical))
  }

  /// What the loader fills in reads back as the same value: in the child, and when a stored recipe is resumed.
  @Test(arguments: names)
  func whatTheLoaderFillsInDecodesToTheSameValue(_ name: String) throws {
    let type = try type(name)
    var complete = try #require(StageRegistry([type.kind]).entries[name]?.defaults)
    for (key, value) in Self.required[name] ?? JSONObject() { complete[key] = value }
    #expect(try written(type, from: complete) == written(type, from: Self.required[name] ?? JSONObject()))
  }

  /// A run of before is resumed with the defaults of the recipe language, not with those of some library.
  @Test(arguments: names)
  func aStoredRecipeGetsTheDescribedDefaults(_ name: String) throws {
    let type = try type(name)
    let given = Self.required[name] ?? JSONObject()
    let stored = Recipe(
      name: "r", file: "r.yaml", directory: "/", seed: 1,
      stages: [RecipeStage(id: "s", kind: name, parameters: given, output: type.kind.output)])
    let loader = StageCatalog(BuiltinStages.all).loader()
    // A command without a program is refused, as it is in a recipe's file.
    guard type != CommandStage.self else {
      #expect(throws: DiagnosticList.self) {
        try loader.loadResolved(bytes: Array(stored.resolvedYAML.utf8), path: "x")
      }
      return
    }
    let resumed = try loader.loadResolved(bytes: Array(stored.resolvedYAML.utf8), path: "x")
    var described = try #require(loader.registry.entries[name]?.defaults)
    for (key, value) in given { described[key] = value }
    #expect(resumed.stages[0].parameters.count == described.count)
    #expect(try written(type, from: resumed.stages[0].parameters) == written(type, from: described))
    if let training = resumed.stages[0].decoded.value as? SFTStage {
      #expect(training.configuration.gradientAccumulation == 16 && training.configuration.packTokens == 320)
      #expect(training.configuration.schedule.warmupRatio == 0.05 && training.configuration.saveEvery == 50)
    }
  }

  /// Every choice, bound and list that a description allows is one that decoding takes.
  @Test(arguments: names)
  func whatTheDescriptionAllowsCanBeDecoded(_ name: String) throws {
    let type = try type(name)
    for parameter in type.kind.parameters {
      for value in Self.samples(parameter.type) {
        var given = Self.required[name] ?? JSONObject()
        given[parameter.name] = value
        #expect(throws: Never.self, "\(name).\(parameter.name): \(value.text())") { try written(type, from: given) }
      }
    }
  }

  /// Values at the edges of a type.
  private static func samples(_ type: ParameterType) -> [JSONValue] {
    switch type {
    case .string, .text: ["", "text"]
    case .boolean: [true, false]
    case .integer(let range): [range?.lowerBound ?? -1, range?.upperBound ?? 1].map { .integer(Int64($0)) }
    case .number(let range, let minimum):
      [range?.lowerBound ?? (minimum ?? 0) + 1, range?.upperBound ?? 1e6].map { .number($0) }
    case .choice(let choices, _): choices.map { .string($0) }
    case .ratio: ["1:5", "2.5:1"]
    case .uri: ["file:/x", "hf:a/b"]
    case .list(let element): [[], .array(samples(element))]
    case .map(let element):
      [[:], .object(JSONObject(samples(element).enumerated().map { ("k\($0.offset)", $0.element) }))]
    case .object(let members):
      [
        .object(JSONObject(members.compactMap { member in samples(member.type).first.map { (member.name, $0) } })),
        .object(JSONObject(members.compactMap { member in samples(member.type).last.map { (member.name, $0) } })),
      ]
    case .oneOf(let alternatives): alternatives.flatMap { samples($0) }
    case .any: [nil, 1, "x", ["a": []]]
    }
  }

  /// Runs recorded before a metric was renamed are shown and compared under its present name.
  @Test func recordsUnderAFormerNameAreReadUnderThePresentOne() {
    let recorded = JSONObject([("train.rows", 7), ("rows.dropped.unlabelled", 3)])
    let current = TokenizeStage.kind.currentMetrics(recorded)
    #expect(current["rows.dropped.unlabeled"]?.intValue == 3 && current["train.rows"]?.intValue == 7)
    #expect(current.count == 2)
  }

  /// What other tools call things still leads to ours.
  @Test(arguments: foreign)
  func aNameOfAnotherToolLeadsToOurs(_ kind: String, _ foreign: String, _ path: String) throws {
    let entry = try #require(StageCatalog(BuiltinStages.all).registry().entries[kind])
    #expect(entry.suggestion(for: foreign) == path)
  }

  /// Whatever `import` translates from a file leads to the same place when it is typed into a recipe.
  @Test(arguments: ForeignTool.allCases)
  func whatImportTranslatesIsSuggestedToo(_ tool: ForeignTool) throws {
    let stages = ["mixed": "mix", "tokens": "tokenize", "train": "sft"]
    let entries = try StageCatalog(BuiltinStages.all).registry().entries
    var count = 0
    for (name, rule) in RecipeComposer.vocabulary(of: tool).rules {
      guard case .translated(let path, _) = rule, let dot = path.firstIndex(of: "."),
        let kind = stages[String(path[..<dot])], let entry = entries[kind]
      else { continue }
      let ours = String(path[path.index(after: dot)...])
      guard ours != name, let found = entry.suggestion(for: name) else {
        #expect(ours == name, "\(tool.rawValue): \(name) leads nowhere, not to \(ours)")
        continue
      }
      // A part of a parameter leads to it, and the parameter to its parts.
      #expect(ours.hasPrefix(found) || found.hasPrefix(ours), "\(tool.rawValue): \(name) leads to \(found)")
      count += 1
    }
    #expect(count > 10)
  }

  private static let foreign = [
    ("sft", "lora_rank", "lora.rank"), ("sft", "lora_r", "lora.rank"), ("sft", "r", "lora.rank"),
    ("sft", "lora_alpha", "lora.alpha"), ("sft", "lora_dropout", "lora.dropout"),
    ("sft", "lora_target", "lora.targets"), ("sft", "lora_target_modules", "lora.targets"),
    ("sft", "target_modules", "lora.targets"), ("sft", "use_rslora", "lora.rslora"), ("sft", "rslora", "lora.rslora"),
    ("sft", "use_dora", "lora.dora"), ("sft", "peft_use_dora", "lora.dora"),
    ("sft", "peft_use_rslora", "lora.rslora"), ("sft", "adam_eps", "adam_epsilon"),
    ("eval", "max_new_tokens", "max_tokens"), ("sft", "lr", "learning_rate"),
    ("sft", "per_device_train_batch_size", "batch_size"), ("sft", "train_batch_size", "batch_size"),
    ("sft", "micro_batch_size", "batch_size"), ("sft", "gradient_accumulation_steps", "gradient_accumulation"),
    ("sft", "num_train_epochs", "epochs"), ("sft", "num_epochs", "epochs"), ("sft", "max_train_steps", "max_steps"),
    ("sft", "lr_scheduler_type", "schedule.kind"), ("sft", "lr_scheduler", "schedule.kind"),
    ("sft", "warmup_ratio", "schedule.warmup_ratio"), ("sft", "warmup_steps", "schedule.warmup_steps"),
    ("sft", "eval_steps", "eval_every"), ("sft", "save_steps", "save_every"),
    ("sft", "save_total_limit", "keep_checkpoints"), ("sft", "load_best_model_at_end", "load_best"),
    ("sft", "gradient_clip_val", "max_grad_norm"), ("sft", "model_name_or_path", "model"),
    ("sft", "model_id", "model"), ("sft", "model_id_or_path", "model"), ("sft", "base_model", "model"),
    ("sft", "dataset", "data"), ("sft", "datasets", "data"), ("sft", "train_dataset", "data"),
    ("tokenize", "cutoff_len", "max_length"), ("tokenize", "max_seq_length", "max_length"),
    ("tokenize", "max_seq_len", "max_length"), ("tokenize", "max_len", "max_length"),
    ("tokenize", "sequence_len", "max_length"), ("tokenize", "system_prompt", "system"),
    ("tokenize", "default_system", "system"), ("tokenize", "truncation_strategy", "on_long_row"),
    ("mix", "split_dataset_ratio", "validation"), ("mix", "val_size", "validation"),
    ("mix", "val_set_size", "validation"), ("mix", "validation_split", "validation"), ("eval", "adapters", "adapter"),
    ("eval", "adapter_name_or_path", "adapter"), ("merge", "torch_dtype", "dtype"), ("serve", "model_name", "name"),
    ("eval", "lora_model_dir", "adapter"), ("eval", "resume_from_checkpoint", "adapter"),
    ("sft", "early_stop_interval", "early_stopping"), ("fetch", "revision_id", "revision"),
    ("fetch", "allow_patterns", "include"), ("fetch", "ignore_patterns", "exclude"),
  ]

  @Test(arguments: [
    ("merge", "dtype", "bf16", "bfloat16"), ("merge", "dtype", "FP16", "float16"), ("sft", "lora", "all", "all-linear"),
    ("tokenize", "on_long_row", "delete", "drop"), ("tokenize", "on_long_row", "right", "truncate"),
    ("mix", "on_bad_row", "raise", "error"),
  ])
  func aWordOfAnotherToolLeadsToOurs(_ kind: String, _ name: String, _ word: String, _ ours: String) throws {
    var type = try #require(try self.type(kind).kind.parameters.first { $0.name == name }).type
    if let targets = type.objectMembers?.first(where: { $0.name == "targets" }) { type = targets.type }
    #expect(type.suggestion(for: word) == "did you mean '\(ours)'?")
  }
}
