public import JSON
import ModelFiles

extension TrainingConfiguration {
  /// All fields that decide the result; equal trainings have equal text.
  public var json: JSONValue {
    var object = JSONObject([
      ("adapter", adapter.json),
      ("learning_rate", .number(learningRate)),
      ("schedule", .string(schedule.kind.rawValue)),
      ("warmup_ratio", .number(schedule.warmupRatio)),
      ("weight_decay", .number(weightDecay)),
      ("beta1", .number(beta1)),
      ("beta2", .number(beta2)),
      ("epsilon", .number(epsilon)),
      ("max_grad_norm", .number(maximumGradientNorm.isFinite ? maximumGradientNorm : 0)),
      ("batch_size", .integer(Int64(batchSize))),
      ("gradient_accumulation", .integer(Int64(gradientAccumulation))),
      ("epochs", .number(epochs)),
      ("seed", .string(String(seed))),
      ("shuffle", .bool(shuffles)),
      ("pack_tokens", .integer(Int64(packTokens))),
      ("share_prefixes", .bool(sharesPrefixes)),
      ("eval_every", .integer(Int64(evaluateEvery))),
      ("patience", .integer(Int64(patience))),
      ("load_best", .bool(loadsBest)),
      ("save_every", .integer(Int64(saveEvery))),
      ("keep_checkpoints", .integer(Int64(keepsCheckpoints))),
    ])
    if let steps = schedule.warmupSteps { object["warmup_steps"] = .integer(Int64(steps)) }
    if adapter.initialization != .random { object["initialization"] = .string(adapter.initialization.rawValue) }
    // In the adapter's files they have numbers, once the base says how many there are.
    if case .last(let layers) = adapter.layers { object["last_layers"] = .integer(Int64(layers)) }
    if let maximumSteps { object["max_steps"] = .integer(Int64(maximumSteps)) }
    return .object(object)
  }
}
