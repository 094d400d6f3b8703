import Diagnostics
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
    if let maximumSteps { object["max_steps"] = .integer(Int64(maximumSteps)) }
    return .object(object)
  }

  /// Reads what `json` wrote; a missing member takes its default, the adapter comes in adapter_config.json's form.
  /// - Throws: `Diagnostic` for a member of the wrong type, `DiagnosticList` for values out of range.
  public init(json: JSONValue) throws {
    self.init()
    func value<T>(_ key: String, _ get: (JSONValue) -> T?, _ assign: (T) -> Void) throws {
      guard let member = json[key], !member.isNull else { return }
      guard let value = get(member) else {
        throw Diagnostic(code: "bad-training-parameter", "'\(key)' has the wrong type")
      }
      assign(value)
    }
    try value("learning_rate", \.doubleValue) { learningRate = $0 }
    try value("schedule", { $0.stringValue.flatMap(LearningRateSchedule.Kind.init) }) { schedule.kind = $0 }
    try value("warmup_ratio", \.doubleValue) { schedule.warmupRatio = $0 }
    try value("warmup_steps", \.intValue) { schedule.warmupSteps = $0 }
    try value("weight_decay", \.doubleValue) { weightDecay = $0 }
    try value("beta1", \.doubleValue) { beta1 = $0 }
    try value("beta2", \.doubleValue) { beta2 = $0 }
    try value("epsilon", \.doubleValue) { epsilon = $0 }
    try value("max_grad_norm", \.doubleValue) { maximumGradientNorm = $0 }
    try value("batch_size", \.intValue) { batchSize = $0 }
    try value("gradient_accumulation", \.intValue) { gradientAccumulation = $0 }
    try value("epochs", \.doubleValue) { epochs = $0 }
    try value("max_steps", \.intValue) { maximumSteps = $0 }
    try value("seed", { $0.stringValue.flatMap { UInt64($0) } ?? $0.intValue.flatMap { UInt64(exactly: $0) } }) {
      seed = $0
    }
    try value("shuffle", \.boolValue) { shuffles = $0 }
    try value("pack_tokens", \.intValue) { packTokens = $0 }
    try value("share_prefixes", \.boolValue) { sharesPrefixes = $0 }
    try value("eval_every", \.intValue) { evaluateEvery = $0 }
    try value("patience", \.intValue) { patience = $0 }
    try value("load_best", \.boolValue) { loadsBest = $0 }
    try value("save_every", \.intValue) { saveEvery = $0 }
    try value("keep_checkpoints", \.intValue) { keepsCheckpoints = $0 }
    if let adapter = json["adapter"] {
      self.adapter = try AdapterConfiguration(json: adapter, path: "training configuration")
    }
    try value("initialization", { $0.stringValue.flatMap(AdapterInitialization.init) }) { adapter.initialization = $0 }
    try validate()
  }
}
