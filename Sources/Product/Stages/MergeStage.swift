import Artifacts
import Conversations
import Diagnostics
public import JSON
import ModelFiles
import Models
public import PipelineEngine
public import Recipes
import Tokenization

/// Adds an adapter's update into the base's weights and proves that the result answers as both did.
public struct MergeStage: Stage {
  static let prompts: JSONValue = [
    "What is the capital of France?", "Who are you?", "你是谁?", "Write one sentence about the sea.",
  ]

  public static let schema = StageSchema(
    kind: "merge", version: 1,
    summary: "Adds an adapter into its base and verifies the logits; writes a Hugging Face folder, a GGUF, or both.",
    inputs: [
      InputSpec("model", [.model, .files], help: "The base the adapter was trained on."),
      InputSpec("adapter", [.adapter, .files], help: "The adapter."),
    ],
    parameters: [
      ParameterSpec(
        "dtype", .choice(["float32", "bfloat16", "float16"]), default: "bfloat16",
        help: "Precision of the Hugging Face folder's weights.", aliases: ["torch_dtype"]),
      ParameterSpec(
        "formats", .list(.choice(["huggingface", "gguf"])), default: ["huggingface"],
        help: "What is written: config.json and safetensors, model.gguf, or both.", aliases: ["format"]),
      ParameterSpec(
        "gguf_dtype", .choice(["f32", "f16", "bf16", "q8_0", "q4_0"]), default: "q8_0",
        help: "Precision of the GGUF's matrices."),
      ParameterSpec(
        "verify",
        .object([
          ParameterSpec(
            "prompts", .list(.string), default: prompts,
            help: "Asked of the base with the adapter and of the merged model."),
          ParameterSpec(
            "max_rms", .number(nil, exclusiveMinimum: 0),
            help: "The largest root-mean-square difference of logits; by default what the dtype explains."),
          ParameterSpec(
            "max_flips", .number(0...1),
            help: "The largest share of positions whose likeliest token differs; by default by dtype."),
        ]), default: [:], help: "The proof: the stage fails when the merged model's logits differ by more."),
    ], output: .model)

  private let dtype: TensorDType
  private let formats: [String]
  private let ggufDType: TensorDType
  private let prompts: [String]
  private let bound: (rms: Double?, flips: Double?)

  public init(parameters: JSONValue) throws {
    let parameters = StageParameters(parameters)
    dtype = ["float32": .f32, "float16": .f16][parameters.string("dtype") ?? ""] ?? .bf16
    formats = parameters.strings("formats")
    ggufDType = parameters.string("gguf_dtype").flatMap { TensorDType(rawValue: $0) } ?? .q80
    let verify = parameters.object("verify")
    prompts = verify.strings("prompts")
    bound = (verify.double("max_rms"), verify.double("max_flips"))
    guard !formats.isEmpty else {
      throw Diagnostic(code: "merge-nothing", "a merge writes nothing", remedy: "formats: [huggingface]")
    }
  }

  /// Bytes of everything written.
  func outputBytes(_ configuration: ModelConfiguration) -> Int64 {
    let parameters = Double(configuration.parameterCount)
    var bytes = 0.0
    if formats.contains("huggingface") { bytes += parameters * (dtype == .f32 ? 4 : 2) }
    if formats.contains("gguf") {
      bytes += parameters * ([.f32: 4, .q80: 1.07, .q40: 0.57][ggufDType] ?? 2)
    }
    return Int64(bytes)
  }

  public func run(_ context: any StageContext) async throws {
    let modelInput = try context.required("model")
    let adapterInput = try context.required("adapter")
    let source = try ModelSource.open(modelInput.path)
    let adapter = try Adapter.read(adapterInput.path)
    let lineage = try Lineage.read(folder: adapterInput.path)
    try lineage?.requireBase(modelInput)
    let chat = try ChatContext.read(folder: adapterInput.path)
    try AdapterTokenizer.check(adapterInput.path, model: source)
    let output = context.outputDirectory

    var written: [(label: String, path: String, dtype: TensorDType)] = []
    if formats.contains("huggingface") {
      let weights = try MergedWeights(source: source, adapter: adapter)
      let writer = HuggingFaceModelWriter(source: source, dtype: dtype, chatTemplate: try chat?.templateSource())
      try writer.write(to: output, rows: weights.rows, observer: observer(weights, context, "Hugging Face"))
      context.metric("lost_share", weights.lostShare)
      written.append(("huggingface", output, dtype))
    }
    if formats.contains("gguf") {
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
    let proof = try ContainerProof(source, chat: chat, prompts: prompts)
    for file in written { try proof.check(file.path, label: file.label) }
    let rows = try prompts.map { try encoder.prompt([Message(role: "user", content: $0)]) }
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
      context.metric("\(prefix).max", difference.maximum)
      context.metric("\(prefix).rms", difference.rms)
      context.metric("\(prefix).flips", difference.flipShare)
      context.metric("\(prefix).positions", difference.positions)
      try difference.check(
        rms: bound.rms ?? LogitDifference.rmsBound(file.dtype),
        flips: bound.flips ?? LogitDifference.flipBound(file.dtype), dtype: file.dtype)
    }
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
        + "\(bound)) and \(flips) of \(positions) likeliest tokens differ (at most \(flipBound) of them)",
      remedy: "merge in a wider dtype, or raise verify.max_rms and verify.max_flips if this is good enough")
  }
}
