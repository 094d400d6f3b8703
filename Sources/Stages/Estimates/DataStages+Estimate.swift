import Datasets
import JSON
public import PipelineEngine

extension SubstituteStage: EstimatingStage {
  public func estimate(_ context: EstimateContext) throws -> StageEstimate {
    let rows = context.input("data")?.rows(include: include)
    var output = JSONObject()
    output["rows"] = rows.map { .integer(Int64($0)) }
    return StageEstimate(seconds: 0.05, figures: [.count("rows", rows)], output: output)
  }
}

extension MixStage: EstimatingStage {
  public func estimate(_ context: EstimateContext) throws -> StageEstimate {
    var options = options
    options.seed = context.seed
    // How many tokens a row has is not known before it is counted.
    if options.unit == .tokens, options.ratio != nil {
      return StageEstimate(seconds: 1, figures: [.count("rows to learn from", nil)])
    }
    var sources: [(role: RowRole, rows: Int, rowCap: Int?)] = []
    for input in context.inputs where input.role != "model" {
      guard let rows = input.rows(include: include) ?? input.rowCap else {
        return StageEstimate(seconds: 0.2, figures: [.count("rows to learn from", nil)])
      }
      sources.append((input.role == "general" ? .general : .domain, rows, input.rowCap))
    }
    let (train, validation) = try Mix.count(sources, options: options)
    return StageEstimate(
      seconds: 0.2, figures: [.count("rows to learn from", train), .count("rows kept for validation", validation)],
      output: JSONObject([("train", .integer(Int64(train))), ("validation", .integer(Int64(validation)))]))
  }
}
