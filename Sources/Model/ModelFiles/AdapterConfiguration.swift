import Diagnostics
import Glibc
public import JSON

/// The options of a LoRA adapter that decide its numerics.
public struct AdapterConfiguration: Sendable, Hashable {
  /// A value for the modules whose path ends in `pattern` (`k_proj`, `layers.1.mlp.up_proj`), which may be a regular
  /// expression; the first match counts.
  public struct Override<Value: Sendable & Hashable>: Sendable, Hashable {
    public let pattern: String
    public var value: Value
    /// `nil` for a plain path.
    private let expression: ModulePattern?

    /// - Throws: `Diagnostic` (`bad-module-pattern`).
    public init(pattern: String, value: Value) throws {
      self.pattern = pattern
      self.value = value
      expression = ModulePattern.isPlain(pattern) ? nil : try ModulePattern(pattern, matchesEnds: true)
    }

    func matches(_ path: String) -> Bool {
      if let expression { return expression.matches(path) }
      return path == pattern || path.hasSuffix("." + pattern)
    }
  }

  public var rank: Int
  public var alpha: Double
  /// Dropout during training; no part of inference.
  public var dropout: Double
  /// Scale is alpha/√rank instead of alpha/rank.
  public var usesRankStabilizedScale: Bool
  /// DoRA: each row of the updated weight has a length of its own, which is trained beside A and B.
  public var usesDoRA: Bool
  /// The linear layers that are adapted: module paths or ends of them (`q_proj`), or one of `all-linear`, `attention`
  /// and `mlp`, which `resolved(for:)` replaces by what they mean in a model.
  public var targets: [String]
  /// Decides instead of `targets` which linear layers are adapted, by their whole paths in the model.
  public var targetPattern: ModulePattern?
  /// On which decoder layers those are adapted.
  public var layers = AdaptedLayers.all
  public var rankOverrides: [Override<Int>]
  public var alphaOverrides: [Override<Double>]
  /// How training begins; no part of the files, which hold a plain adapter however it began.
  public var initialization = AdapterInitialization.random
  /// The embedding or the output head, where they have a low-rank update: `embed_tokens`, `lm_head`.
  public var tableTargets: [String] = []
  /// Modules of the base that the adapter holds whole, by their paths or ends of them.
  public var savedModules: [String] = []
  /// Tokens whose rows the adapter holds, by the module they belong to.
  public var tokenIndices: [TokenIndices] = []
  /// A copied embedding is the head's too: peft's `ensure_weight_tying`.
  public var ensuresTying = false
  /// What other tools know the base by; empty in artifacts, where a base is named by its digest.
  public var baseModelName: String

  public init(
    rank: Int = 8, alpha: Double = 32, dropout: Double = 0, usesRankStabilizedScale: Bool = false,
    usesDoRA: Bool = false, targets: [String] = [AdapterConfiguration.allLinear], targetPattern: ModulePattern? = nil,
    rankOverrides: [Override<Int>] = [],
    alphaOverrides: [Override<Double>] = [], baseModelName: String = ""
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.usesRankStabilizedScale = usesRankStabilizedScale
    self.usesDoRA = usesDoRA
    self.targets = targets
    self.targetPattern = targetPattern
    self.rankOverrides = rankOverrides
    self.alphaOverrides = alphaOverrides
    self.baseModelName = baseModelName
  }

  /// Tokens of a table, `embed_tokens` or `lm_head`.
  public struct TokenIndices: Sendable, Hashable {
    public var module: String
    public var tokens: [Int]
  }

  /// Whether a module's path is a name that adapters use for it, or ends in one.
  static func module(_ path: String, endsIn name: String) -> Bool { path == name || path.hasSuffix("." + name) }

  /// Whether the adapter holds a module of the base whole.
  /// peft compares ends as text, so that `norm` means every norm whose name ends so.
  func saves(_ path: String) -> Bool { savedModules.contains { path.hasSuffix($0) } }

  /// The tables that have a low-rank update.
  public var tables: [BaseChanges.Table] { BaseChanges.Table.allCases.filter { tableTargets.contains($0.name) } }

  /// The tokens of a table whose rows the adapter holds.
  func tokens(of table: BaseChanges.Table) -> [Int]? {
    tokenIndices.first { Self.module(table.rawValue, endsIn: $0.module) }?.tokens
  }

  public static let allLinear = "all-linear"

  /// The linear layers that models of the supported families have, as adapters call them.
  public static let linearLayers: [String] = ModelFamily.linearModules.map {
    String($0.split(separator: ".").last ?? "")
  }

  /// Whether a linear layer of a model is adapted.
  public func adapts(_ projection: Projection, layer: Int, of model: ModelConfiguration) -> Bool {
    guard layers.contains(layer, of: model.layerCount) else { return false }
    if let targetPattern { return targetPattern.matches(model.path(layer: layer, projection.module)) }
    return names(projection)
  }

  private func names(_ projection: Projection) -> Bool {
    targets.contains { target in
      switch target {
      case Self.allLinear: true
      case "attention": projection.group == .mixerInput || projection.group == .mixerOutput
      case "mlp": projection.group == .mlpInput || projection.group == .mlpInner
      default: projection.isNamed(target)
      }
    }
  }

  /// The configuration with its targets named as the model names them, in the order of computation, and its layers by
  /// their numbers.
  /// - Throws: `Diagnostic` (`bad-adapter-config`) for a target that the model does not have, a pattern that matches
  ///   none of its linear layers, or more layers than it has.
  public func resolved(for model: ModelConfiguration) throws -> AdapterConfiguration {
    var result = self
    result.layers = try layers.resolved(count: model.layerCount)
    if let targetPattern { return try result.resolved(for: model, targetPattern) }
    // Layers of a model may differ in their projections.
    var projections: [Projection] = []
    for (index, layer) in model.layers.enumerated() where result.layers.contains(index, of: model.layerCount) {
      for projection in layer.projections where !projections.contains(where: { $0.module == projection.module }) {
        projections.append(projection)
      }
    }
    for target in targets where ![Self.allLinear, "attention", "mlp"].contains(target) {
      guard projections.contains(where: { $0.isNamed(target) }) else {
        let names = projections.map(\.name).joined(separator: ", ")
        guard result.layers == .all else {
          throw Diagnostic(
            code: "bad-adapter-config", "the layers that lora.layers chooses have no linear layer '\(target)'",
            remedy: "their linear layers are " + names)
        }
        throw Diagnostic(
          code: "bad-adapter-config", "the base has no linear layer '\(target)'",
          remedy: "its linear layers are " + names)
      }
    }
    result.targets = projections.filter(names).reduce(into: []) { if !$0.contains($1.name) { $0.append($1.name) } }
    return result
  }

  private func resolved(for model: ModelConfiguration, _ pattern: ModulePattern) throws -> AdapterConfiguration {
    // A wide pattern means linear layers; one that names a table would have it adapted.
    for table in BaseChanges.Table.allCases
    where pattern.text.contains(table.name) && pattern.matches(table.path(in: model)) {
      throw Diagnostic(
        code: "bad-adapter-config",
        "the pattern '\(pattern.text)' names '\(table.name)', which a pattern does not choose",
        remedy: "list the layers instead: targets: [q_proj, v_proj, \(table.name)]")
    }
    var result = self
    result.targets = []
    for (index, layer) in model.layers.enumerated() {
      for projection in layer.projections
      where !result.targets.contains(projection.name) && adapts(projection, layer: index, of: model) {
        result.targets.append(projection.name)
      }
    }
    guard !result.targets.isEmpty else {
      let chosen = model.layers.indices.first { layers.contains($0, of: model.layerCount) } ?? 0
      let example = model.layers.first?.projections.first.map { model.path(layer: chosen, $0.module) } ?? ""
      throw Diagnostic(
        code: "bad-adapter-config",
        layers == .all
          ? "the pattern '\(pattern.text)' matches no linear layer of the base"
          : "the pattern '\(pattern.text)' matches no linear layer that lora.layers chooses",
        remedy: "it must match a whole path, such as '\(example)'")
    }
    return result
  }

  /// The rank of one module.
  /// - Parameter path: in the model, such as `model.layers.0.self_attn.q_proj`.
  public func rank(of path: String) -> Int { rankOverrides.first { $0.matches(path) }?.value ?? rank }

  /// The alpha of one module.
  public func alpha(of path: String) -> Double { alphaOverrides.first { $0.matches(path) }?.value ?? alpha }

  /// What `B(A x)` is multiplied by in one module.
  public func scale(of path: String) -> Double {
    let rank = Double(rank(of: path))
    return usesRankStabilizedScale ? alpha(of: path) / rank.squareRoot() : alpha(of: path) / rank
  }

  /// Trainable elements for a base of this shape.
  public func parameterCount(for model: ModelConfiguration) -> Int {
    var count = 0
    for (index, layer) in model.layers.enumerated() {
      for projection in layer.projections where adapts(projection, layer: index, of: model) {
        count += rank(of: model.path(layer: index, projection.module)) * (projection.outputs + projection.inputs)
        if usesDoRA { count += projection.outputs }
      }
    }
    for table in tables { count += rank(of: table.rawValue) * (model.vocabularySize + model.hiddenSize) }
    return count
  }

  /// peft has a word of its own for all linear layers, which is no list.
  private var targetModules: JSONValue {
    if let targetPattern {
      let others = tableTargets.map { "|(.*\\.)?" + $0 }.joined()
      return .string(others.isEmpty ? targetPattern.text : "(" + targetPattern.text + ")" + others)
    }
    return targets == [Self.allLinear] && tableTargets.isEmpty
      ? .string(Self.allLinear) : .array((targets + tableTargets).map { .string($0) })
  }

  /// peft takes it beside a list of targets only; `Adapter.write` names the modules one by one elsewhere. `last` has no
  /// numbers before it is resolved.
  private var layersToTransform: JSONValue {
    guard case .listed(let numbers) = layers, targetPattern == nil else { return .null }
    return .array(numbers.map { .integer(Int64($0)) })
  }

  private var tokenJSON: JSONValue {
    if tokenIndices.isEmpty { return .null }
    return .object(
      JSONObject(tokenIndices.map { ($0.module, .array($0.tokens.map { .integer(Int64($0)) })) }))
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
        ("ensure_weight_tying", .bool(ensuresTying)),
        ("fan_in_fan_out", false),
        ("inference_mode", true),
        ("init_lora_weights", true),
        ("layers_pattern", .null),
        ("layers_to_transform", layersToTransform),
        ("lora_alpha", number(alpha)),
        ("lora_dropout", .number(dropout)),
        ("modules_to_save", savedModules.isEmpty ? .null : .array(savedModules.map { .string($0) })),
        ("peft_type", "LORA"),
        ("r", .integer(Int64(rank))),
        ("rank_pattern", .object(JSONObject(rankOverrides.map { ($0.pattern, .integer(Int64($0.value))) }))),
        ("revision", .null),
        ("target_modules", targetModules),
        ("task_type", "CAUSAL_LM"),
        ("trainable_token_indices", tokenJSON),
        ("use_dora", .bool(usesDoRA)),
        ("use_rslora", .bool(usesRankStabilizedScale)),
      ]))
  }
}
