import JSON
import ModelFiles
import PipelineEngine

extension EngineOptions {
  /// What an engine's device has to hold, by arithmetic: weights exactly, activations about. Time is unknown, because
  /// lorapipe has not measured that machine.
  /// - Parameters:
  ///   - parameters: trainable elements.
  ///   - rows: of a pass, unless the options say otherwise.
  ///   - tokens: of the whole training.
  ///   - longest: tokens of the longest row, about.
  func figures(
    model: ModelConfiguration, parameters: Int, rows: Int, tokens: Int, longest: Int
  ) -> [StageEstimate.Figure] {
    let isOnCPU = device == .cpu
    let width: Double =
      switch dtype ?? (isOnCPU ? .float32 : .bfloat16) {
      case .float32: 4
      case .bfloat16, .float16: 2
      }
    // nf4 holds the linear layers in 4 bits and a scale for each 64 values (itself quantized); embeddings stay as they are.
    let linear = Double(model.parameterCount) - Double(model.vocabularySize) * Double(model.hiddenSize)
    let embeddings = Double(model.parameterCount) - linear
    let shards = deepspeed == .zero3 || deepspeed == .zero3Offload ? Double(worldSize) : 1
    let weights =
      (quantize == .nf4 ? linear * 0.516 + embeddings * width : Double(model.parameterCount) * width) / shards
    // Weights, gradients and both moments in 32 bits.
    let optimizer = Double(parameters) * 16
    let passTokens = Double((microBatchSize ?? rows) * longest)
    let layers = Double(model.layerCount)
    // What PyTorch keeps of a layer without checkpointing: its normalized inputs, projections and gated products.
    let kept = Double(6 * model.hiddenSize + 2 * model.queryWidth + 4 * model.intermediateSize) * width
    let recomputes = gradientCheckpointing ?? !isOnCPU
    let hidden = Double(model.hiddenSize) * width
    let logits = Double(model.vocabularySize) * (width + 4)
    let activations = passTokens * ((recomputes ? layers * hidden + kept : layers * kept) + logits)
    func bytes(_ name: String, _ value: Double) -> StageEstimate.Figure {
      StageEstimate.Figure(name, .integer(Int64(min(value, 9e18))), unit: "bytes")
    }
    return [
      .init("engine", .string(title)), .init("processes", .integer(Int64(worldSize))),
      .init("tokens, about", .integer(Int64(tokens))), bytes("base on each device", weights),
      bytes("adapter and optimizer", optimizer), bytes("activations, about", activations),
      bytes("memory of each device, about", weights + optimizer + activations), .init("time", nil, unit: "seconds"),
    ]
  }
}
