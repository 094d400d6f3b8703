import Artifacts
import JSON
import ModelFiles
public import PipelineEngine

extension TokenizeStage: EstimatingStage {
  /// Rows pass through, but for those that are too long: exact unless some are.
  public func estimate(_ context: EstimateContext) throws -> StageEstimate {
    guard let split = context.input("data")?.split else { return StageEstimate(figures: [.count("rows", nil)]) }
    // A megabyte of rows takes about a second, model and files opened.
    let rows = split.train + split.validation
    return StageEstimate(
      seconds: 0.3 + Double(rows) * 2e-4, disk: Int64(rows) * 1500,
      figures: [
        .count("rows to learn from, at most", split.train),
        .count("rows kept for validation, at most", split.validation),
      ],
      output: JSONObject([
        ("train", .integer(Int64(split.train))), ("validation", .integer(Int64(split.validation))),
      ]))
  }
}

extension EvalStage: EstimatingStage {
  public func estimate(_ context: EstimateContext) throws -> StageEstimate {
    guard let model = context.input("model")?.model else { return StageEstimate() }
    let passes = context.input("adapter") == nil ? 1.0 : 2.0
    let rows = Double(context.input("data")?.split?.validation ?? 0)
    let questions = Double(probeCount + (context.input("questions")?.rows() ?? 0))
    let operations = 2 * Double(model.configuration.parameterCount)
    // Loss runs at the rate of training's forward pass; answers at what a batch of eight decodes.
    let loss = rows * 180 * operations / (Self.rate * Double(context.threads))
    let answers = questions * Double(longestAnswer) * 0.6 * operations / (Self.rate * 0.4 * Double(context.threads))
    return StageEstimate(
      seconds: 1 + passes * (loss + answers), memory: model.weightBytes * 2,
      figures: [.count("validation rows", Int(rows)), .count("probes", Int(questions))])
  }

  /// Floating-point operations a second of one core, a middling one.
  private static let rate = 6e10
}

extension MergeStage: EstimatingStage {
  public func estimate(_ context: EstimateContext) throws -> StageEstimate {
    guard let model = context.input("model")?.model else { return StageEstimate() }
    let bytes = outputBytes(model.configuration)
    let parameters = Double(model.configuration.parameterCount)
    return StageEstimate(
      seconds: 1 + Double(bytes) / 2e8 + parameters * 160 / (6e10 * Double(context.threads)),
      memory: model.weightBytes * 2, disk: bytes,
      figures: [.init("size of the merged model", .integer(bytes), unit: "bytes")])
  }
}

extension ServeStage: EstimatingStage {
  public func estimate(_ context: EstimateContext) throws -> StageEstimate {
    guard let model = context.input("model")?.model else { return StageEstimate() }
    return StageEstimate(
      seconds: 2 + Double(model.weightBytes) / 1e9, memory: model.weightBytes * 2 + (128 << 20), disk: 1 << 16)
  }
}
