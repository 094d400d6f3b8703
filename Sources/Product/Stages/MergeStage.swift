import Conversations
import Diagnostics
import JSON
import ModelFiles
import Models
import PipelineEngine
import Recipes
import Tokenization

/// Adds an adapter's update into the base's weights and proves that the result answers as both did.
struct MergeStage: Stage {
  /// Precision of a Hugging Face folder's weights.
  enum Precision: String, ParameterChoice {
    case float32, bfloat16, float16

    static var foreignWords: [String: Precision] {
      [
        "bf16": .bfloat16, "fp16": .float16, "f16": .float16, "half": .float16, "fp32": .float32, "f32": .float32,
        "float": .float32,
      ]
    }

    var dtype: TensorDType {
      switch self {
      case .float32: .f32
      case .bfloat16: .bf16
      case .float16: .f16
      }
    }
  }

  enum Format: String, ParameterChoice {
    case huggingface, gguf
  }

  /// Precision of a GGUF's matrices.
  enum GGUFPrecision: String, ParameterChoice {
    case f32, f16, bf16
    case q80 = "q8_0"
    case q40 = "q4_0"

    var dtype: TensorDType {
      switch self {
      case .f32: .f32
      case .f16: .f16
      case .bf16: .bf16
      case .q80: .q80
      case .q40: .q40
      }
    }
  }

  struct Verification: ParameterSet {
    var prompts = [
      "What is the capital of France?", "Who are you?", "你是谁?", "Write one sentence about the sea.",
    ]
    var maxRMS: Double?
    var maxFlips: Double?

    static let fields: [Field<Verification>] = [
      Field("prompts", \.prompts, help: "Asked of the base with the adapter and of the merged model."),
      Field(
        "max_rms", \.maxRMS, .number(exclusiveMinimum: 0),
        help: "The largest root-mean-square difference of logits; by default what the dtype explains."),
      Field(
        "max_flips", \.maxFlips, .number(0...1),
        help: "The largest share of positions whose most likely token differs; by default by dtype."),
    ]
  }

  struct Parameters: ParameterSet {
    var dtype = Precision.bfloat16
    var formats = [Format.huggingface]
    var ggufDType = GGUFPrecision.q80
    var verify = Verification()

    static let fields: [Field<Parameters>] = [
      Field(
        "dtype", \.dtype, help: "Precision of the Hugging Face folder's weights.", aliases: ["torch_dtype"]),
      Field(
        "formats", \.formats, help: "What is written: config.json and safetensors, model.gguf, or both.",
        aliases: ["format"]),
      Field("gguf_dtype", \.ggufDType, help: "Precision of the GGUF's matrices."),
      Field(
        "verify", \.verify, help: "The proof: the stage fails when the merged model's logits differ by more."),
    ]
  }

  static let kind = StageKind(
    "merge", version: 1,
    summary: "Adds an adapter into its base and verifies the logits; writes a Hugging Face folder, a GGUF, or both.",
    inputs: [
      InputSpec(
        "model", [.model, .files], help: "The base the adapter was trained on.", aliases: ForeignNames.model),
      InputSpec("adapter", [.adapter, .files], help: "The adapter.", aliases: ForeignNames.adapter),
    ],
    parameters: Parameters.self, output: .model,
    metrics: [
      MetricSpec(
        "lost_share", better: .lower, help: "The share of the update that rounding to the dtype loses."),
      MetricSpec(
        "lost_share.gguf", better: .lower, help: "The share of the update that rounding loses in the GGUF."),
      MetricSpec(
        "verify.max", better: .lower, headline: true,
        help: "Largest difference between logits of base with adapter and of the merged model."),
      MetricSpec("verify.rms", better: .lower, headline: true, help: "Root mean square of the differences."),
      MetricSpec(
        "verify.flips", better: .lower, unit: .share, headline: true,
        help: "The share of positions whose most likely token differs."),
      MetricSpec("verify.positions", help: "Positions compared."),
      MetricSpec(
        "verify.gguf.max", better: .lower,
        help: "Largest difference between logits of base with adapter and of the GGUF, when both formats are written."),
      MetricSpec("verify.gguf.rms", better: .lower, help: "Root mean square of the differences to the GGUF."),
      MetricSpec(
        "verify.gguf.flips", better: .lower, unit: .share,
        help: "The share of positions whose most likely token differs in the GGUF."),
      MetricSpec("verify.gguf.positions", help: "Positions compared with the GGUF."),
    ],
    product: ProductSpec("model", next: ["chat {}", "serve {}"]), aliases: ["merge_lora", "export"])

  private let dtype: TensorDType
  private let formats: [Format]
  private let ggufDType: TensorDType
  private let verification: Verification

  init(_ parameters: Parameters) throws {
    dtype = parameters.dtype.dtype
    formats = parameters.formats
    ggufDType = parameters.ggufDType.dtype
    verification = parameters.verify
    guard !formats.isEmpty else {
      throw Diagnostic(
        code: "merge-nothing", "a merge writes nothing", remedy: "formats: [huggingface]",
        location: SourceLocation(file: "formats"))
    }
  }

  /// Bytes of everything written.
  func outputBytes(_ configuration: ModelConfiguration) -> Int64 {
    let parameters = Double(configuration.parameterCount)
    var bytes = 0.0
    if formats.contains(.huggingface) { bytes += parameters * (dtype == .f32 ? 4 : 2) }
    if formats.contains(.gguf) {
      bytes += parameters * ([.f32: 4, .q80: 1.07, .q40: 0.57][ggufDType] ?? 2)
    }
    return Int64(bytes)
  }

  func run(_ context: any StageContext) async throws {
    let modelInput = try context.required("model")
    let adapterInput = try context.required("adapter")
    // An adapter's embedding, head and norms are the base's before its updates are added.
    let (source, adapter) = try ModelSource.open(modelInput.path).applying(Adapter.read(adapterInput.path))
    let lineage = try Lineage.read(folder: adapterInput.path)
    try lineage?.requireBase(modelInput)
    let chat = try ChatContext.read(folder: adapterInput.path)
    try AdapterTokenizer.check(adapterInput.path, model: source)
    let output = context.outputDirectory

    var written: [(label: String, path: String, dtype: TensorDType)] = []
    if formats.contains(.huggingface) {
      let weights = try MergedWeights(source: source, adapter: adapter)
      let writer = HuggingFaceModelWriter(source: source, dtype: dtype, chatTemplate: try chat?.templateSource())
      try writer.write(to: output, rows: weights.rows, observer: observer(weights, context, "Hugging Face"))
      context.metric("lost_share", weights.lostShare)
      written.append(("huggingface", output, dtype))
    }
    if formats.contains(.gguf) {
      let weights = try MergedWeights(source: source, adapter: adapter)
      var writer = GGUFModelWriter(source: source, dtype: ggufDType, chatTemplate: try chat?.templateSource())
      writer.chatContext = chat?.json.text()
      let path = output + "/model.gguf"
      try writer.write(to: path, rows: weights.rows, observer: observer(weights, context, "GGUF"))
      context.metric("lost_share.gguf", weights.lostShare)
      written.append(("gguf", path, ggufDType))
    }
    try chat?.write(folder: output)
    try Lineage(
      product: .model, base: modelInput.digest, adapter: adapterInput.digest, tokens: lineage?.tokens
    ).write(folder: output)
    try verify(source, adapter, written, context, chat)
  }

  private func observer(
    _ weights: MergedWeights, _ context: any StageContext, _ format: String
  ) -> ModelWriteObserver {
    ModelWriteObserver(
      progress: { completed, total in
        try context.checkCancellation()
        context.emit(
          .progress(
            completed: Double(completed), total: Double(total), unit: "bytes", detail: "writing \(format)"))
      }, tile: weights.observe)
  }

  /// Compares logits of base with adapter against each merged file, at every position of every prompt.
  private func verify(
    _ source: ModelSource, _ adapter: Adapter, _ written: [(label: String, path: String, dtype: TensorDType)],
    _ context: any StageContext, _ chat: ChatContext?
  ) throws {
    let encoder = try ConversationEncoder.open(source, context: chat ?? ChatContext())
    let proof = try ContainerProof(source, chat: chat, prompts: verification.prompts)
    for file in written { try proof.check(file.path, label: file.label) }
    let rows = try verification.prompts.map { try encoder.prompt([Message(role: "user", content: $0)]) }
    let base = try TransformerModel(source)
    let parameters = try AdapterParameters(adapter, model: source.configuration)
    let reference = try rows.map { ids in
      try context.checkCancellation()
      return try base.logits(ids, adapter: parameters)
    }
    for file in written {
      let merged = try TransformerModel(ModelSource.open(file.path))
      var difference = LogitDifference()
      for (index, ids) in rows.enumerated() {
        try context.checkCancellation()
        difference.add(
          reference[index], try merged.logits(ids), vocabulary: source.configuration.vocabularySize)
        context.emit(
          .progress(
            completed: Double(index + 1), total: Double(rows.count), unit: "prompts", detail: "verifying \(file.label)"
          ))
      }
      let prefix = file.label == "huggingface" || written.count == 1 ? "verify" : "verify.\(file.label)"
      context.emit(.log("compared \(file.label) with base and adapter on \(rows.count) prompts"))
      context.metric("\(prefix).max", difference.maximum)
      context.metric("\(prefix).rms", difference.rms)
      context.metric("\(prefix).flips", difference.flipShare)
      context.metric("\(prefix).positions", difference.positions)
      try difference.check(
        rms: verification.rmsBound(file.dtype), flips: verification.flipBound(file.dtype), dtype: file.dtype)
    }
  }
}

extension MergeStage.Verification {
  /// The recipe's bound, or what the dtype explains.
  fileprivate func rmsBound(_ dtype: TensorDType) -> Double {
    if let maxRMS { maxRMS } else { LogitDifference.rmsBound(dtype) }
  }

  fileprivate func flipBound(_ dtype: TensorDType) -> Double {
    if let maxFlips { maxFlips } else { LogitDifference.flipBound(dtype) }
  }
}

/// How far two models' logits lie apart.
struct LogitDifference {
  private(set) var maximum = 0.0
  private var squares = 0.0
  private var count = 0
  private(set) var positions = 0
  private(set) var flips = 0

  var rms: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }
  var flipShare: Double { positions > 0 ? Double(flips) / Double(positions) : 0 }

  /// Adds all positions of one row: `[positions, vocabulary]` of both.
  mutating func add(_ left: [Float], _ right: [Float], vocabulary: Int) {
    guard vocabulary > 0, left.count == right.count else { return }
    for start in stride(from: 0, to: left.count - vocabulary + 1, by: vocabulary) {
      var (leftBest, rightBest) = (start, start)
      var sum = 0.0
      for index in start..<start + vocabulary {
        if left[index] > left[leftBest] { leftBest = index }
        if right[index] > right[rightBest] { rightBest = index }
        let difference = Double(abs(left[index] - right[index]))
        sum += difference * difference
        if !(difference <= maximum) { maximum = difference }
      }
      squares += sum
      count += vocabulary
      positions += 1
      if leftBest != rightBest { flips += 1 }
    }
  }

  /// What a dtype explains, measured on small models where rounding shows most.
  static func rmsBound(_ dtype: TensorDType) -> Double {
    switch dtype {
    case .f32: 1e-3
    case .f16: 0.1
    case .bf16: 0.6
    case .q80: 0.6
    default: 3
    }
  }

  static func flipBound(_ dtype: TensorDType) -> Double {
    switch dtype {
    case .f32: 0.02
    case .f16: 0.05
    case .bf16, .q80: 0.15
    default: 0.4
    }
  }

  /// - Throws: `Diagnostic` (`merge-differs`).
  func check(rms bound: Double, flips flipBound: Double, dtype: TensorDType) throws {
    guard !(rms <= bound) || !(flipShare <= flipBound) else { return }
    throw Diagnostic(
      code: "merge-differs",
      "the merged \(dtype.rawValue) model's logits differ from base with adapter by \(rms) (root mean square, at most "
        + "\(bound)) and \(flips) of \(positions) most likely tokens differ (at most \(flipBound) of them)",
      remedy: "merge in a wider dtype, or raise verify.max_rms and verify.max_flips if this is good enough")
  }
}
