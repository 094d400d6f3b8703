import Diagnostics
import JSON
import Platform
import Training

/// The file that tells an engine everything: what to train, on which rows in which order, from which adapter, and where to
/// report (docs/engines.md).
struct TrainingJob {
  static let format = "lorapipe-training-job"

  var folder: String
  /// A Hugging Face folder.
  var base: String
  /// The adapter to begin with, in peft's form.
  var adapter: String
  /// The tokens artifact.
  var tokens: String
  /// Role of each source, by index.
  var roles: [String]
  /// Rows of each update, in order.
  var windows: [[Int]]
  var configuration: TrainingConfiguration
  var options: EngineOptions
  /// `cpu` or `cuda`.
  var device: String
  var history: EngineHistory

  var path: String { folder + "/job.json" }
  var events: String { Self.events(folder) }
  var stop: String { folder + "/stop" }
  var checkpoints: String { Self.checkpoints(folder) }

  /// The engine's part of a stage's work folder.
  static func folder(_ work: String) -> String { work + "/engine" }
  static func events(_ folder: String) -> String { folder + "/events.jsonl" }
  static func checkpoints(_ folder: String) -> String { folder + "/checkpoints" }

  var json: JSONValue {
    var object = JSONObject()
    object["format"] = .string(Self.format)
    object["version"] = 1
    object["base"] = .string(base)
    object["adapter"] = .string(adapter)
    object["rows"] = .string(tokens + "/train.rows")
    object["validation"] = .string(tokens + "/validation.rows")
    object["roles"] = .array(roles.map { .string($0) })
    object["windows"] = .array(windows.map { .array($0.map { .integer(Int64($0)) }) })
    object["window_rows"] = .integer(Int64(configuration.windowRows))
    object["steps"] = .integer(Int64(windows.count))
    object["micro_batch_size"] = .integer(Int64(options.microBatchSize ?? configuration.batchSize))
    object["processes"] = .integer(Int64(options.processes))
    object["nodes"] = .integer(Int64(options.nodes))
    object["device"] = .string(device)
    object["seed"] = .integer(Int64(truncatingIfNeeded: configuration.seed & 0x7FFF_FFFF_FFFF_FFFF))
    object["engine"] = options.engineMembers
    object["parameters"] = parameters
    object["checkpoints"] = .string(checkpoints)
    object["events"] = .string(events)
    object["stop"] = .string(stop)
    object["resume"] = history.checkpoint.map { .string($0.path) }
    if let best = history.best {
      object["best"] = [
        "loss": .number(best.loss), "step": .integer(Int64(best.step)),
        "stale": .integer(Int64(history.checkpoint?.stale ?? 0)),
      ]
    }
    return .object(object)
  }

  private var parameters: JSONValue {
    let norm = configuration.maximumGradientNorm
    return [
      "learning_rate": .number(configuration.learningRate), "schedule": .string(configuration.schedule.kind.rawValue),
      "warmup_steps": .integer(Int64(configuration.schedule.warmup(total: windows.count))),
      "weight_decay": .number(configuration.weightDecay), "beta1": .number(configuration.beta1),
      "beta2": .number(configuration.beta2), "epsilon": .number(configuration.epsilon),
      "max_grad_norm": .number(norm.isFinite ? norm : 0),
      "eval_every": .integer(Int64(configuration.evaluateEvery)),
      "save_every": .integer(Int64(configuration.saveEvery)),
      "keep_checkpoints": .integer(Int64(configuration.keepsCheckpoints)),
      "load_best": .bool(configuration.loadsBest), "patience": .integer(Int64(configuration.patience)),
    ]
  }

  /// Writes the job, and puts the folder into the state in which an engine may begin.
  func prepare() throws {
    try FileSystem.makeDirectory(checkpoints)
    // What no event names was written in part.
    let whole = Set([history.checkpoint?.path, history.best?.path].compactMap { $0 })
    for name in try FileSystem.names(in: checkpoints) where !whole.contains(checkpoints + "/" + name) {
      try FileSystem.removeTree(checkpoints + "/" + name)
    }
    try FileSystem.removeTree(stop)
    try history.rewrite(events)
    try FileSystem.replace(path, with: json.bytes(.pretty) + [0x0A])
  }
}
