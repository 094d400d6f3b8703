import Diagnostics
public import Inference
import ModelFiles
import Tokenization
import Training

/// What is worth knowing of a model before it is used: what it is, and whether and how fast this machine trains it.
public struct ModelInspection: Sendable {
  /// `qwen3`, as its configuration names it.
  public var family: String
  public var layers: Int
  public var hiddenSize: Int
  public var vocabulary: Int
  /// Tokens that it was made to attend to.
  public var context: Int
  public var parameters: Int
  /// Those of an output layer that is not the embedding. A file may hold one for a model that is published with one layer
  /// for both, and then has more parameters than the model's name says.
  public var headParameters: Int
  private let configuration: ModelConfiguration
  /// Bytes of its weights as they are stored.
  public var bytes: Int64
  /// How most of its weights are stored: `q4_k`, `bf16`.
  public var precision: String
  /// Where its chat template comes from; `nil` with the reason when it has none that can be used.
  public var template: String?
  public var templateProblem: String?
  /// Of an adapter of rank 8 on every linear layer.
  public var trainableParameters: Int
  /// Bytes at the peak, and seconds at the present load and with the machine to itself; `nil` when memory is too small.
  public var training: (memory: Int64, seconds: Double, secondsAlone: Double)?
  /// What the estimate is for.
  public static let rows = 300
  public static let tokensPerRow = 120
  public static let epochs = 3.0

  /// Bytes that a token of a conversation takes in a KV cache.
  public func cacheBytes(_ type: KeyValueType) -> Int { type.bytesPerToken(of: configuration) }

  /// - Parameter path: a model's folder or file.
  /// - Throws: `Diagnostic` for what is no model, or of a family that is not supported.
  public init(path: String, threads: Int, memoryLimit: UInt64) throws {
    let source = try ModelSource.open(path)
    let model = source.configuration
    self.configuration = model
    family = model.family
    layers = model.layerCount
    hiddenSize = model.hiddenSize
    vocabulary = model.vocabularySize
    context = model.maximumPositions
    parameters = model.parameterCount
    headParameters = model.tiesEmbeddings ? 0 : model.vocabularySize * model.hiddenSize
    bytes = Int64(source.weightByteCount)
    precision = source.dominantDType.rawValue
    do {
      template = try ConversationEncoder.open(source).template.origin
    } catch {
      templateProblem = Diagnostic.all(of: error).first?.message
    }
    var configuration = TrainingConfiguration()
    configuration.adapter.rank = 8
    configuration.epochs = Self.epochs
    trainableParameters = configuration.adapter.parameterCount(for: model)
    let lengths = AssumedLengths(
      averageTokens: Self.tokensPerRow, averageLabels: Self.tokensPerRow * 2 / 3, longest: Self.tokensPerRow * 3)
    guard
      let plan = try? TrainingPlan(
        rowCount: Self.rows, lengths: lengths, configuration: configuration, model: model,
        baseBytes: source.canonicalByteCount,
        resources: TrainingResources(workers: threads, memoryBudget: Int(clamping: memoryLimit)))
    else { return }
    let rate = WorkerRate.measured(model, workers: threads)
    training = (
      Int64(plan.peakMemory), plan.seconds(flopsPerWorker: rate.present * SFTStage.rateShare),
      plan.seconds(flopsPerWorker: rate.alone * SFTStage.rateShare)
    )
  }
}
