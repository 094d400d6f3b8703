import Datasets
import Diagnostics
public import JSON
import ModelFiles
import Models
public import PipelineEngine
public import Recipes
import Training

/// Trains a LoRA adapter.
public struct SFTStage: Stage {
  public static let schema = StageSchema(
    kind: "sft", version: 3, summary: "Trains a LoRA adapter on labelled tokens; resumes to the same bytes.",
    inputs: [
      InputSpec("model", [.model, .files], help: "The base; frozen, kept in the precision it is stored in."),
      InputSpec("data", [.tokens], help: "Training and validation rows of a tokenize stage."),
      InputSpec("adapter", [.adapter, .files], .optional, help: "An adapter to go on from instead of a fresh one."),
    ],
    parameters: [
      ParameterSpec(
        "lora",
        .object([
          ParameterSpec(
            "rank", .integer(1...256), default: 8, help: "Rank of the update.", aliases: ["r", "lora_rank", "lora_r"]),
          ParameterSpec(
            "alpha", .number(nil, exclusiveMinimum: 0), default: 32,
            help: "The update is scaled by alpha ÷ rank (÷ √rank with rslora).", aliases: ["lora_alpha"]),
          ParameterSpec(
            "targets",
            .oneOf([
              .choice(["all-linear", "attention", "mlp"]),
              .list(
                .choice([
                  "q_proj", "k_proj", "v_proj", "qkv_proj", "o_proj", "gate_proj", "up_proj", "gate_up_proj",
                  "down_proj",
                ])),
            ]), default: "all-linear", help: "Which linear layers get an adapter.",
            aliases: ["target_modules", "lora_target", "target"]),
          ParameterSpec(
            "dropout", .number(0...0.9), default: 0, help: "Dropout before A; above 0 no prefix is shared.",
            aliases: ["lora_dropout"]),
          ParameterSpec("rslora", .boolean, default: false, help: "Scale by alpha ÷ √rank.", aliases: ["use_rslora"]),
        ]), default: [:], help: "The shape of the adapter."),
      ParameterSpec(
        "learning_rate", .number(nil, exclusiveMinimum: 0), default: 1e-4, help: "The highest rate of the schedule.",
        aliases: ["lr"]),
      ParameterSpec(
        "schedule",
        .object([
          ParameterSpec(
            "kind", .choice(["cosine", "linear", "constant"]), default: "cosine", help: "How the rate falls.",
            aliases: ["lr_scheduler_type"]),
          ParameterSpec(
            "warmup_ratio", .number(0...1), default: 0.05, help: "The share of updates in which the rate rises."),
          ParameterSpec(
            "warmup_steps", .integer(0...1_000_000), help: "The number of updates in which the rate rises, instead."),
        ]), default: [:], help: "The learning rate over the updates."),
      ParameterSpec("weight_decay", .number(0...1), default: 0.1, help: "Decoupled, on A and B alike."),
      ParameterSpec("adam_beta1", .number(0...0.9999999), default: 0.9, help: "Decay of AdamW's first moment."),
      ParameterSpec("adam_beta2", .number(0...0.9999999), default: 0.95, help: "Decay of AdamW's second moment."),
      ParameterSpec("adam_epsilon", .number(nil, exclusiveMinimum: 0), default: 1e-8, help: "AdamW's ε."),
      ParameterSpec(
        "max_grad_norm", .number(nil, exclusiveMinimum: 0), default: 1.0,
        help: "The gradient is scaled down to this norm.", aliases: ["gradient_clipping"]),
      ParameterSpec(
        "batch_size", .integer(1...65536), default: 1,
        help: "Rows of a batch; only its product with gradient_accumulation matters.",
        aliases: ["per_device_train_batch_size", "micro_batch_size"]),
      ParameterSpec(
        "gradient_accumulation", .integer(1...65536), default: 16, help: "Batches of one update.",
        aliases: ["gradient_accumulation_steps"]),
      ParameterSpec(
        "epochs", .number(nil, exclusiveMinimum: 0), default: 1, help: "Passes over the training rows.",
        aliases: ["num_train_epochs"]),
      ParameterSpec("max_steps", .integer(1...100_000_000), help: "Stop after so many updates."),
      ParameterSpec(
        "eval_every", .integer(0...100_000_000), default: 0, semanticOnlyWith: ["load_best", "early_stopping"],
        help: "Updates between measurements on the validation rows; 0 never measures.", aliases: ["eval_steps"]),
      ParameterSpec(
        "save_every", .integer(0...100_000_000), default: 50, semantic: false,
        help: "Updates between checkpoints; 0 writes one only when stopped.", aliases: ["save_steps"]),
      ParameterSpec(
        "keep_checkpoints", .integer(1...1000), default: 2, semantic: false, help: "How many checkpoints are kept.",
        aliases: ["save_total_limit"]),
      ParameterSpec(
        "load_best", .boolean, default: false, help: "Keep the adapter of the lowest validation loss, not the last.",
        aliases: ["load_best_model_at_end"]),
      ParameterSpec(
        "early_stopping", .integer(0...1_000_000), default: 0,
        help: "Stop after so many measurements without a lower validation loss; 0 never.",
        aliases: ["early_stopping_patience"]),
      ParameterSpec(
        "pack_tokens", .integer(64...1_048_576), default: 320,
        help: "Tokens laid end to end as one unit of work; part of the key, since sums are rounded by it."),
    ], output: .adapter, usesSeed: true)

  let configuration: TrainingConfiguration

  public init(parameters: JSONValue) throws {
    configuration = Self.configuration(StageParameters(parameters))
    try configuration.validate()
  }

  private static func configuration(_ parameters: StageParameters) -> TrainingConfiguration {
    let lora = parameters.object("lora")
    let schedule = parameters.object("schedule")
    return TrainingConfiguration(
      adapter: AdapterConfiguration(
        rank: lora.int("rank") ?? 8, alpha: lora.double("alpha") ?? 32, dropout: lora.double("dropout") ?? 0,
        usesRankStabilizedScale: lora.bool("rslora"), targets: targets(lora)),
      learningRate: parameters.double("learning_rate") ?? 1e-4,
      schedule: LearningRateSchedule(
        kind: schedule.string("kind").flatMap { LearningRateSchedule.Kind(rawValue: $0) } ?? .cosine,
        warmupRatio: schedule.double("warmup_ratio") ?? 0, warmupSteps: schedule.int("warmup_steps")),
      weightDecay: parameters.double("weight_decay") ?? 0.1, beta1: parameters.double("adam_beta1") ?? 0.9,
      beta2: parameters.double("adam_beta2") ?? 0.95, epsilon: parameters.double("adam_epsilon") ?? 1e-8,
      maximumGradientNorm: parameters.double("max_grad_norm") ?? 1, batchSize: parameters.int("batch_size") ?? 1,
      gradientAccumulation: parameters.int("gradient_accumulation") ?? 1, epochs: parameters.double("epochs") ?? 1,
      maximumSteps: parameters.int("max_steps"), packTokens: parameters.int("pack_tokens") ?? 384,
      evaluateEvery: parameters.int("eval_every") ?? 0, patience: parameters.int("early_stopping") ?? 0,
      loadsBest: parameters.bool("load_best"), saveEvery: parameters.int("save_every") ?? 0,
      keepsCheckpoints: parameters.int("keep_checkpoints") ?? 2)
  }

  private static func targets(_ lora: StageParameters) -> [String] {
    let names = lora.strings("targets")
    return names.isEmpty ? [AdapterConfiguration.allLinear] : names
  }

  public func run(_ context: any StageContext) async throws {
    let modelInput = try context.required("model")
    let dataInput = try context.required("data")
    let tokens = try TokensArtifact.read(folder: dataInput.path)
    try tokens.requireModel(modelInput)
    var configuration = configuration
    configuration.seed = context.seed
    let model = try TransformerModel(ModelSource.open(modelInput.path))
    let initial = try context.input("adapter").map { input in
      try Lineage.read(folder: input.path)?.requireBase(modelInput)
      return try AdapterParameters(Adapter.read(input.path), model: model.configuration)
    }
    let trainer = try Trainer(
      model: model, rows: tokens.trainingRows(tokens.train),
      evaluationRows: configuration.evaluateEvery > 0 ? tokens.trainingRows(tokens.validation) : [],
      configuration: configuration,
      resources: TrainingResources(workers: context.threads, memoryBudget: Int(clamping: context.memoryLimit)),
      initialAdapter: initial, checkpointFolder: context.workDirectory + "/checkpoints")
    context.metric("trainable_parameters", trainer.plan.trainableParameters)
    context.metric("rows", trainer.plan.rows)
    let reporter = TrainingReporter(context: context)
    let result = try trainer.run(observer: reporter.observe, isCancelled: { context.isCancelled })
    if result.wasCancelled { throw CancellationError() }
    try Adapter.write(
      to: context.outputDirectory, configuration: result.adapter.configuration, model: model.configuration,
      modules: result.adapter.modules)
    try tokens.chat.write(folder: context.outputDirectory)
    try Lineage(product: .adapter, base: modelInput.digest, tokens: dataInput.digest)
      .write(folder: context.outputDirectory)
    context.metric("steps", result.steps)
    if let loss = result.lastLoss { context.metric("loss", loss) }
    if let loss = result.bestLoss { context.metric("best.loss", loss) }
    if let step = result.bestStep { context.metric("best.step", step) }
    if result.stoppedEarly { context.emit(.note("stopped early: the validation loss no longer fell")) }
  }
}

/// Training events as a stage's events.
private final class TrainingReporter {
  let context: any StageContext
  private var total = 0
  private var detail: String?
  private var tokens = 0
  private var seconds = 0.0

  init(context: any StageContext) { self.context = context }

  func observe(_ event: TrainingEvent) {
    switch event {
    case .started(let plan, let step):
      total = plan.steps
      if step > 0 { context.emit(.note("going on from the checkpoint of step \(step)")) }
      context.emit(.progress(completed: Double(step), total: Double(total), unit: "steps", detail: nil))
    case .progress(let step, let packs, let count):
      let done = Double(step - 1) + Double(packs) / Double(max(count, 1))
      context.emit(.progress(completed: done, total: Double(total), unit: "steps", detail: detail))
    case .step(let step): observe(step)
    case .evaluation(let step, let result, _):
      context.emit(.point(series: "validation.loss", step: step, value: result.overall.loss))
      for (role, figures) in result.roles.sorted(by: { $0.key < $1.key }) {
        context.emit(.point(series: "validation.loss.\(role)", step: step, value: figures.loss))
      }
      context.metric("validation.loss", result.overall.loss)
    case .checkpoint, .stoppedEarly: break
    }
  }

  private func observe(_ step: TrainingStep) {
    context.emit(.point(series: "loss", step: step.step, value: step.loss))
    context.emit(.point(series: "learning_rate", step: step.step, value: step.learningRate))
    context.emit(.point(series: "gradient_norm", step: step.step, value: step.gradientNorm))
    context.emit(.point(series: "tokens_per_second", step: step.step, value: step.tokensPerSecond))
    tokens += step.tokens
    seconds += Double(step.tokens) / max(step.tokensPerSecond, 1e-9)
    context.metric("tokens_per_second", Double(tokens) / max(seconds, 1e-9))
    let memory = step.peakMemory.map { "  \(Self.decimals(Double($0) / 1e9)) GB" } ?? ""
    detail =
      "loss \(Self.decimals(step.loss))  lr \(Self.rate(step.learningRate))  \(Int(step.tokensPerSecond)) tok/s\(memory)"
    context.emit(
      .progress(completed: Double(step.step), total: Double(total), unit: "steps", detail: detail))
  }

  /// Two digits and a power of ten: `9.1e-5`.
  private static func rate(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return "0" }
    var exponent = 0
    var digits = value
    while digits < 0.995, exponent > -30 {
      digits *= 10
      exponent -= 1
    }
    let tenths = Int((digits * 10).rounded())
    let text = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return exponent == 0 ? text : "\(text)e\(exponent)"
  }

  private static func decimals(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e6 else { return "\(value)" }
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
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
      remedy: "give the model it was trained on (\(base.prefix(12))…, this is \(input.digest.prefix(12))…)")
  }
}
