import Glibc
public import JSON

/// The options of a LoRA adapter that decide its numerics.
public struct AdapterConfiguration: Sendable, Hashable {
  /// A value for the modules whose path ends in `pattern` (`k_proj`, `layers.1.mlp.up_proj`); the first match counts.
  public struct Override<Value: Sendable & Hashable>: Sendable, Hashable {
    public var pattern: String
    public var value: Value

    public init(pattern: String, value: Value) {
      self.pattern = pattern
      self.value = value
    }
  }

  public var rank: Int
  public var alpha: Double
  /// Dropout during training; no part of inference.
  public var dropout: Double
  /// Scale is alpha/√rank instead of alpha/rank.
  public var usesRankStabilizedScale: Bool
  /// In the order of `ProjectionKind.allCases`.
  public var targets: [ProjectionKind]
  public var rankOverrides: [Override<Int>]
  public var alphaOverrides: [Override<Double>]
  /// What other tools know the base by; empty in artifacts, where a base is named by its digest.
  public var baseModelName: String

  public init(
    rank: Int = 8, alpha: Double = 32, dropout: Double = 0, usesRankStabilizedScale: Bool = false,
    targets: [ProjectionKind] = ProjectionKind.allCases, rankOverrides: [Override<Int>] = [],
    alphaOverrides: [Override<Double>] = [], baseModelName: String = ""
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.usesRankStabilizedScale = usesRankStabilizedScale
    self.targets = ProjectionKind.allCases.filter(targets.contains)
    self.rankOverrides = rankOverrides
    self.alphaOverrides = alphaOverrides
    self.baseModelName = baseModelName
  }

  /// The rank of one module.
  public func rank(layer: Int, _ projection: ProjectionKind) -> Int {
    Self.match(rankOverrides, layer, projection) ?? rank
  }

  /// The alpha of one module.
  public func alpha(layer: Int, _ projection: ProjectionKind) -> Double {
    Self.match(alphaOverrides, layer, projection) ?? alpha
  }

  /// What `B(A x)` is multiplied by in one module.
  public func scale(layer: Int, _ projection: ProjectionKind) -> Double {
    let rank = Double(rank(layer: layer, projection))
    let alpha = alpha(layer: layer, projection)
    return usesRankStabilizedScale ? alpha / rank.squareRoot() : alpha / rank
  }

  private static func match<Value>(_ overrides: [Override<Value>], _ layer: Int, _ projection: ProjectionKind) -> Value?
  {
    guard !overrides.isEmpty else { return nil }
    let path = "model.layers.\(layer).\(projection.modulePath)"
    return overrides.first { path == $0.pattern || path.hasSuffix("." + $0.pattern) }?.value
  }

  /// Trainable elements for a base of this shape.
  public func parameterCount(for model: ModelConfiguration) -> Int {
    var count = 0
    for layer in 0..<model.layerCount {
      for target in targets {
        let shape = model.shape(of: target)
        count += rank(layer: layer, target) * (shape.out + shape.in)
      }
    }
    return count
  }

  /// `adapter_config.json` as peft reads it.
  public var json: JSONValue {
    let number = { (value: Double) -> JSONValue in Int64(exactly: value).map { .integer($0) } ?? .number(value) }
    return .object(
      JSONObject([
        ("alpha_pattern", .object(JSONObject(alphaOverrides.map { ($0.pattern, number($0.value)) }))),
        ("auto_mapping", .null),
        ("base_model_name_or_path", .string(baseModelName)),
        ("bias", "none"),
        ("fan_in_fan_out", false),
        ("inference_mode", true),
        ("init_lora_weights", true),
        ("layers_pattern", .null),
        ("layers_to_transform", .null),
        ("lora_alpha", number(alpha)),
        ("lora_dropout", .number(dropout)),
        ("modules_to_save", .null),
        ("peft_type", "LORA"),
        ("r", .integer(Int64(rank))),
        ("rank_pattern", .object(JSONObject(rankOverrides.map { ($0.pattern, .integer(Int64($0.value))) }))),
        ("revision", .null),
        ("target_modules", .array(targets.map { .string($0.rawValue) })),
        ("task_type", "CAUSAL_LM"),
        ("use_dora", false),
        ("use_rslora", .bool(usesRankStabilizedScale)),
      ]))
  }
}
