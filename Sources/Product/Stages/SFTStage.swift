import Datasets
import Diagnostics
import JSON
import ModelFiles
import Models
import PipelineEngine
import Platform
import Recipes
import Training

/// Trains a LoRA adapter.
struct SFTStage: Stage {
  /// The training's own configuration, whose defaults are a recipe's defaults and whose limits are a recipe's limits.
  struct Parameters: ParameterSet {
    var training = TrainingConfiguration()
    var engine: EngineChoice?
    var cacheFrozen = true

    private typealias Limits = TrainingConfiguration.Limits

    static let fields: [Field<Parameters>] = [
      Field("lora", \.training.adapter, help: "The shape of the adapter.", members: lora),
      Field(
        "learning_rate", \.training.learningRate, .number(exclusiveMinimum: 0),
        help: "The highest rate of the schedule: start with 5e-4 for 135M to 500M, 2e-4 for 0.6B to 2B, 1e-4 above.",
        aliases: ["lr"]),
      Field("schedule", \.training.schedule, help: "The learning rate over the updates.", members: schedule),
      Field(
        "weight_decay", \.training.weightDecay, .number(Limits.weightDecay), help: "Decoupled, on A and B alike."),
      Field("adam_beta1", \.training.beta1, .number(Limits.beta), help: "Decay of AdamW's first moment."),
      Field("adam_beta2", \.training.beta2, .number(Limits.beta), help: "Decay of AdamW's second moment."),
      Field(
        "adam_epsilon", \.training.epsilon, .number(exclusiveMinimum: 0), help: "AdamW's ε.", aliases: ["adam_eps"]),
      Field(
        "max_grad_norm", \.training.maximumGradientNorm, .number(exclusiveMinimum: 0),
        help: "The gradient is scaled down to this norm.", aliases: ["gradient_clipping", "gradient_clip_val"]),
      Field(
        "batch_size", \.training.batchSize, .integer(Limits.batch),
        help:
          "Rows of a batch; only its product with gradient_accumulation matters, and that hardly changes the memory.",
        aliases: ["per_device_train_batch_size", "train_batch_size", "micro_batch_size"]),
      Field(
        "gradient_accumulation", \.training.gradientAccumulation, .integer(Limits.batch),
        help: "Batches per update.", aliases: ["gradient_accumulation_steps"]),
      Field(
        "epochs", \.training.epochs, .number(exclusiveMinimum: 0),
        help: "Passes over the training rows: 2 or 3 for a few hundred rows, 1 or 2 for many thousands.",
        aliases: ["num_train_epochs", "num_epochs"]),
      Field(
        "max_steps", \.training.maximumSteps, .integer(Limits.steps), help: "Stop after so many updates.",
        aliases: ["max_train_steps"]),
      Field(
        "eval_every", \.training.evaluateEvery, .integer(Limits.interval),
        semanticOnlyWith: ["load_best", "early_stopping"],
        help: "Updates between measurements on the validation rows; 0 never measures.", aliases: ["eval_steps"]),
      Field(
        "save_every", \.training.saveEvery, .integer(Limits.interval), semantic: false,
        help: "Updates between checkpoints; 0 writes one only when stopped.", aliases: ["save_steps"]),
      Field(
        "keep_checkpoints", \.training.keepsCheckpoints, .integer(Limits.checkpoints), semantic: false,
        help: "How many checkpoints are kept.", aliases: ["save_total_limit"]),
      Field(
        "load_best", \.training.loadsBest, help: "Keep the adapter of the lowest validation loss, not the last.",
        aliases: ["load_best_model_at_end"]),
      Field(
        "early_stopping", \.training.patience, .integer(Limits.patience),
        help: "Stop after so many measurements without a lower validation loss; 0 never.",
        aliases: ["early_stopping_patience", "early_stop_interval", "early_stopping_steps"]),
      Field(
        "pack_tokens", \.training.packTokens, .integer(Limits.packTokens),
        help: "Tokens laid end to end as one unit of work; part of the key, since sums are rounded by it."),
      Field(
        "cache_frozen", \.cacheFrozen, semantic: false,
        help: "With lora.layers, store the output of the layers below, and reuse it in every epoch and later training.",
        aliases: ["cache_frozen_layers"]),
      Field(
        "engine", \.engine, neutral: "native",
        help: "What trains: native, ms-swift, or a map of options (docs/engines.md).", aliases: ["backend"]),
    ]

    private static let lora: [Field<AdapterConfiguration>] = [
      Field(
        "rank", \.rank, .integer(Limits.rank), help: "Rank of the update.", aliases: ["r", "lora_rank", "lora_r"]),
      Field(
        "alpha", \.alpha, .number(exclusiveMinimum: 0),
        help: "The update is scaled by alpha ÷ rank (÷ √rank with rslora).", aliases: ["lora_alpha"]),
      Field(
        "targets", \.targetChoice,
        help:
          "Which layers get an adapter; embed_tokens and lm_head only if the list names them (new tokens or scripts).",
        aliases: ["target_modules", "lora_target", "lora_target_modules", "target"]),
      Field(
        "layers", \.layers, neutral: "all",
        help: "Which decoder layers get an adapter: all, or { last: N }, which takes less time and memory.",
        aliases: ["num_layers", "lora_layers", "layers_to_transform", "lora_num_layers"]),
      Field(
        "dropout", \.dropout, .number(Limits.dropout), help: "Dropout before A; above 0 no prefix is shared.",
        aliases: ["lora_dropout"]),
      Field(
        "init", \.initialization, neutral: "default",
        help: "What A and B start as: default (B = 0), or pissa (the largest singular directions of the weight).",
        aliases: ["init_lora_weights", "init_weights", "lora_init", "pissa_init"]),
      Field(
        "rslora", \.usesRankStabilizedScale, help: "Scale by alpha ÷ √rank.",
        aliases: ["use_rslora", "peft_use_rslora"]),
      Field(
        "dora", \.usesDoRA,
        help: "DoRA: also train the length of each row of the updated weights. Takes more memory; no dropout.",
        aliases: ["use_dora", "peft_use_dora"]),
    ]

    private static let schedule: [Field<LearningRateSchedule>] = [
      Field("kind", \.kind, help: "How the rate falls.", aliases: ["lr_scheduler_type", "lr_scheduler"]),
      Field(
        "warmup_ratio", \.warmupRatio, .number(Limits.warmupRatio),
        help: "The share of updates in which the rate rises."),
      Field(
        "warmup_steps", \.warmupSteps, .integer(Limits.warmupSteps),
        help: "The number of updates in which the rate rises, instead."),
    ]
  }

  static let kind = StageKind(
    "sft", version: 4,
    summary: "Trains a LoRA adapter on labeled tokens; resumes to the same bytes.",
    inputs: [
      InputSpec(
        "model", [.model, .files], help: "The base; frozen, kept in the precision it is stored in.",
        aliases: ForeignNames.model),
      InputSpec(
        "data", [.tokens], help: "Training and validation rows of a tokenize stage.", aliases: ForeignNames.data),
      InputSpec(
        "adapter", [.adapter, .files], .optional, help: "An adapter to continue from instead of a fresh one.",
        // Here a checkpoint is continued by itself, and an adapter is something else.
        aliases: ForeignNames.adapter.filter { $0 != "resume_from_checkpoint" }),
    ],
    parameters: Parameters.self, output: .adapter, usesSeed: true,
    metrics: [
      MetricSpec("trainable_parameters", help: "Elements of the adapter."),
      MetricSpec("rows", help: "Training rows."),
      MetricSpec("steps", headline: true, help: "Updates made."),
      MetricSpec("loss", better: .lower, headline: true, help: "Training loss of the last update."),
      MetricSpec("validation.loss", better: .lower, headline: true, help: "Loss of the last measurement."),
      MetricSpec("tokens_per_second", better: .higher, headline: true, help: "Training speed, on average."),
      MetricSpec("best.loss", better: .lower, help: "The lowest validation loss."),
      MetricSpec("best.step", help: "The update after which the validation loss was lowest."),
    ] + UpdateReport.metrics,
    product: ProductSpec("adapter", next: ["chat {}"]),
    aliases: ["train", "training", "finetune", "fine-tune", "lora"])

  let configuration: TrainingConfiguration
  /// `nil` for our own.
  let engine: EngineOptions?
  /// Whether what enters the first adapted layer is stored; changes no bit of the adapter.
  let storesFrozenLayers: Bool

  init(_ parameters: Parameters) throws {
    configuration = parameters.training
    storesFrozenLayers = parameters.cacheFrozen
    engine = if case .external(let options)? = parameters.engine { options } else { nil }
    if let engine, (engine.name == nil) == engine.run.isEmpty {
      throw Diagnostic(
        code: "bad-parameter", "'engine' needs either a name or a program to run",
        remedy: "name: ms-swift, or run: [program, argument]")
    }
    if engine != nil, configuration.adapter.initialization != .random {
      throw Diagnostic(
        code: "bad-parameter", "'lora.init: \(configuration.adapter.initialization.rawValue)' is trained natively only",
        remedy: "leave out lora.init, or engine")
    }
    if engine != nil, let table = configuration.adapter.tables.first {
      throw Diagnostic(
        code: "bad-parameter", "an adapter of '\(table.name)' is trained natively only",
        remedy: "leave '\(table.name)' out of lora.targets, or leave out engine")
    }
    try configuration.validate()
  }

  /// Where the native training keeps its checkpoints.
  static func checkpointFolder(_ work: String) -> String { work + "/checkpoints" }

  func run(_ context: any StageContext) async throws {
    if let engine {
      var training = ExternalTraining(options: engine, configuration: configuration, context: context)
      training.configuration.seed = context.seed
      return try await training.run()
    }
    let modelInput = try context.required("model")
    let dataInput = try context.required("data")
    let tokens = try TokensArtifact.read(folder: dataInput.path)
    try tokens.requireModel(modelInput)
    var configuration = configuration
    configuration.seed = context.seed
    context.emit(.activity("reading weights"))
    let model = try TransformerModel(ModelSource.open(modelInput.path))
    let initial = try context.input("adapter").map { input in
      try Lineage.read(folder: input.path)?.requireBase(modelInput)
      return try AdapterParameters(
        model.source.withoutCopies(Adapter.read(input.path)), model: model.configuration)
    }
    let rows = tokens.trainingRows(tokens.train)
    let validation = tokens.trainingRows(tokens.validation)
    let frozen = storedLayers(configuration, model, rows: rows.count, context)
    // Everything is checked before the frozen layers are computed.
    let makeTrainer = { (reusesFrozenLayers: Bool) in
      try Trainer(
        model: model, rows: rows, evaluationRows: configuration.evaluateEvery > 0 ? validation : [],
        configuration: configuration,
        resources: TrainingResources(
          workers: context.threads, memoryBudget: Int(clamping: context.memoryLimit),
          reusesFrozenLayers: reusesFrozenLayers),
        initialAdapter: initial, checkpointFolder: Self.checkpointFolder(context.workDirectory),
        // Only this key writes into the folder.
        removesUnusable: true)
    }
    var trainer = try makeTrainer(frozen != nil)
    var states: FrozenStates?
    if let frozen {
      states = try await frozenStates(
        frozen, rows, others: validation, model, base: modelInput.digest, workers: trainer.plan.workers, context)
      if states == nil { trainer = try makeTrainer(false) }
    }
    context.metric("trainable_parameters", trainer.plan.trainableParameters)
    context.metric("rows", trainer.plan.rows)
    let reporter = TrainingReporter(context: context, configuration: configuration)
    let result = try trainer.run(
      frozen: states, observer: reporter.observe, isCancelled: { context.isCancelled })
    if result.wasCancelled { throw CancellationError() }
    try Adapter.write(
      to: context.outputDirectory, configuration: result.adapter.configuration, model: model.configuration,
      modules: result.adapter.modules, changes: result.adapter.changes())
    try tokens.chat.write(folder: context.outputDirectory)
    try Lineage(product: .adapter, base: modelInput.digest, tokens: dataInput.digest)
      .write(folder: context.outputDirectory)
    try RowLosses(result.rowLosses, of: tokens.train).write(folder: context.outputDirectory)
    context.metric("steps", result.steps)
    if let loss = result.lastLoss { context.metric("loss", loss) }
    if let loss = result.bestLoss { context.metric("best.loss", loss) }
    if let step = result.bestStep { context.metric("best.step", step) }
    if result.stoppedEarly { context.emit(.note("stopped early: the validation loss no longer fell")) }
    if configuration.loadsBest, let step = result.bestStep {
      context.emit(.log("the adapter is that of step \(step), which had the lowest validation loss"))
    }
    UpdateReport(adapter: try Adapter.read(context.outputDirectory), source: model.source, context: context).emit()
  }
}

/// `lora.targets`: a name for several layers, a list of layers, or a pattern of their paths.
enum TargetChoice: ParameterValue {
  enum Group: String, ParameterChoice {
    case allLinear = "all-linear"
    case attention, mlp

    static var foreignWords: [String: Group] { ["all": .allLinear] }
  }

  case group(Group)
  /// Names of layers, as adapters call them, and of groups.
  case list([String])
  case pattern(ModulePattern)

  /// A pattern is a member of a map, so that a misspelled word is not taken for one.
  private struct Pattern: ParameterSet {
    var pattern = ""

    static let fields: [Field<Pattern>] = [
      Field(
        "pattern", \.pattern,
        help: "A regular expression that matches whole module paths, such as `.*\\.[0-3]\\.mlp\\..*`.")
    ]
  }

  /// What a list may name.
  private static let names =
    AdapterConfiguration.linearLayers + BaseChanges.Table.allCases.map(\.name) + Group.allCases.map(\.rawValue)

  static var parameterType: ParameterType {
    .oneOf([Group.parameterType, .list(.choice(names)), Pattern.parameterType])
  }

  init(parameter value: JSONValue) throws(ParameterProblem) {
    if let words = value.arrayValue {
      var list: [String] = []
      for word in words {
        guard let name = word.stringValue, Self.names.contains(name) else {
          throw ParameterProblem(value, isNot: Self.parameterType)
        }
        list.append(name)
      }
      self = .list(list)
    } else if let group = value.stringValue.flatMap({ Group(rawValue: $0) }) {
      self = .group(group)
    } else if value.objectValue != nil {
      let text = try Pattern(parameter: value).pattern
      do { self = .pattern(try ModulePattern(text)) } catch {
        let diagnostic = error as? Diagnostic
        throw ParameterProblem(
          path: "pattern", "cannot be '\(text)': \(diagnostic?.message ?? "\(error)")", remedy: diagnostic?.remedy)
      }
    } else {
      throw ParameterProblem(value, isNot: Self.parameterType)
    }
  }

  var parameter: JSONValue? {
    switch self {
    case .group(let group): group.parameter
    case .list(let list): list.parameter
    case .pattern(let pattern): Pattern(pattern: pattern.text).parameter
    }
  }
}

extension AdapterConfiguration {
  /// The layers as a recipe says them.
  fileprivate var targetChoice: TargetChoice {
    get {
      if let targetPattern { return .pattern(targetPattern) }
      if tableTargets.isEmpty, targets.count == 1, let group = TargetChoice.Group(rawValue: targets[0]) {
        return .group(group)
      }
      return .list(targets + tableTargets)
    }
    set {
      targetPattern = nil
      tableTargets = []
      switch newValue {
      case .group(let group): targets = [group.rawValue]
      case .list(let list):
        let tables = Set(BaseChanges.Table.allCases.map(\.name))
        targets = list.filter { !tables.contains($0) }
        tableTargets = BaseChanges.Table.allCases.map(\.name).filter { list.contains($0) }
      case .pattern(let pattern): targetPattern = pattern
      }
    }
  }
}

extension TokensArtifact {
  /// Rows as the trainer takes them.
  func trainingRows(_ rows: [TokenRow]) -> [TrainingRow] {
    rows.map { row in
      TrainingRow(
        ids: row.ids.map { Int32(truncatingIfNeeded: $0) },
        labels: zip(row.ids, row.labels).map { $1 ? Int32(truncatingIfNeeded: $0) : -100 },
        role: role(of: row).rawValue, source: sources.indices.contains(row.source) ? sources[row.source].name : "",
        number: row.number)
    }
  }

  /// - Throws: `Diagnostic` (`tokens-mismatch`) when the tokens are another model's.
  func requireModel(_ input: StageInput) throws {
    guard model != input.digest else { return }
    throw Diagnostic(
      code: "tokens-mismatch", "the tokens were made with another model's tokenizer than '\(input.name)'",
      remedy: "give the tokenize stage the same model")
  }
}

extension Lineage {
  /// - Throws: `Diagnostic` (`adapter-mismatch`) when the adapter was trained on another base.
  func requireBase(_ input: StageInput) throws {
    guard product == .adapter, base != input.digest else { return }
    throw Diagnostic(
      code: "adapter-mismatch", "the adapter was trained on another base than '\(input.name)'",
      remedy: "give the model it was trained on (\(base.short)…, this is \(input.digest.short)…)")
  }
}
