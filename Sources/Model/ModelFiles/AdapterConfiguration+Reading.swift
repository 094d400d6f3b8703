import Diagnostics
public import JSON

extension AdapterConfiguration {
  /// Reads an `adapter_config.json` as peft writes it. What would change the numerics and is not implemented is
  /// refused by name.
  /// - Parameter path: for messages.
  /// - Throws: `Diagnostic` (`bad-adapter-config`, `unsupported-adapter`).
  public init(json: JSONValue, path: String) throws {
    func failure(_ message: String) -> Diagnostic {
      Diagnostic(code: "bad-adapter-config", message, location: SourceLocation(file: path))
    }
    guard let object = json.objectValue else { throw failure("not a JSON object") }
    try Self.refuseUnsupported(object, path)
    guard let rank = json["r"]?.intValue, (1...65536).contains(rank) else {
      throw failure("'r' is not a whole number from 1 to 65536")
    }
    guard let alpha = (json["lora_alpha"] ?? 8).doubleValue, alpha.isFinite else {
      throw failure("'lora_alpha' is not a number")
    }
    /// A value of another kind than peft writes would be read as its default, and change what the adapter does.
    func member<Value>(_ key: String, _ kind: String, _ read: (JSONValue) -> Value?) throws -> Value? {
      guard let value = json[key], !value.isNull else { return nil }
      guard let member = read(value) else { throw failure("'\(key)' is not \(kind)") }
      return member
    }
    func flag(_ key: String) throws -> Bool { try member(key, "true or false", \.boolValue) ?? false }
    let dropout = try member("lora_dropout", "a number", \.doubleValue) ?? 0
    guard dropout >= 0, dropout < 1 else { throw failure("'lora_dropout' is not in 0..<1") }

    func located<Result>(_ body: () throws -> Result) throws -> Result {
      do { return try body() } catch var error as Diagnostic {
        error.location = error.location ?? SourceLocation(file: path)
        throw error
      }
    }
    func overrides<Value>(_ key: String, _ convert: (JSONValue) -> Value?) throws -> [Override<Value>] {
      guard let value = json[key], !value.isNull else { return [] }
      guard let members = value.objectValue else { throw failure("'\(key)' is not an object") }
      return try members.map { pattern, value in
        guard let converted = convert(value) else { throw failure("'\(key)' has a bad value for '\(pattern)'") }
        return try located { try Override(pattern: pattern, value: converted) }
      }
    }
    self.init(
      rank: rank, alpha: alpha, dropout: dropout, usesRankStabilizedScale: try flag("use_rslora"),
      usesDoRA: try flag("use_dora"), targets: try Self.targets(json["target_modules"], failure),
      targetPattern: try located {
        // A string is a regular expression or `all-linear`.
        try json["target_modules"]?.stringValue.flatMap { $0 == Self.allLinear ? nil : try ModulePattern($0) }
      },
      rankOverrides: try overrides("rank_pattern") { value in
        value.intValue.flatMap { (1...65536).contains($0) ? $0 : nil }
      },
      alphaOverrides: try overrides("alpha_pattern") { value in value.doubleValue.flatMap { $0.isFinite ? $0 : nil } },
      baseModelName: try member("base_model_name_or_path", "a text", \.stringValue) ?? "")
    for key in ["peft_type", "task_type", "bias"] { _ = try member(key, "a text", \.stringValue) }
    let listed = json["target_modules"]?.arrayValue?.compactMap(\.stringValue) ?? []
    tableTargets = BaseChanges.Table.allCases.map(\.name).filter { name in
      listed.contains { Self.module($0, endsIn: name) }
    }
    layers = try Self.layers(json["layers_to_transform"], failure)
    savedModules = try Self.names(json["modules_to_save"], "modules_to_save", failure)
    tokenIndices = try Self.tokenIndices(json["trainable_token_indices"], failure)
    ensuresTying = try flag("ensure_weight_tying")
  }

  private static func names(
    _ value: JSONValue?, _ key: String, _ failure: (String) -> Diagnostic
  ) throws -> [String] {
    guard let value, !value.isNull else { return [] }
    guard let names = value.arrayValue?.map(\.stringValue), !names.contains(nil) else {
      throw failure("'\(key)' is not a list of names")
    }
    return names.compactMap { $0 }
  }

  /// One number or a list of them; none is every layer.
  private static func layers(_ value: JSONValue?, _ failure: (String) -> Diagnostic) throws -> AdaptedLayers {
    guard let value, !value.isNull else { return .all }
    let numbers = (value.arrayValue ?? [value]).map(\.intValue)
    let layers = numbers.compactMap { $0.flatMap { (0..<AdaptedLayers.limits.upperBound).contains($0) ? $0 : nil } }
    guard layers.count == numbers.count else { throw failure("'layers_to_transform' is not a list of layers") }
    return layers.isEmpty ? .all : .listed(Set(layers).sorted())
  }

  /// A list is of the embedding's tokens; a map says of which module.
  private static func tokenIndices(
    _ value: JSONValue?, _ failure: (String) -> Diagnostic
  ) throws -> [TokenIndices] {
    guard let value, !value.isNull else { return [] }
    func tokens(_ value: JSONValue) throws -> [Int] {
      guard let tokens = value.arrayValue?.map(\.intValue), !tokens.contains(where: { $0.map { $0 < 0 } ?? true }),
        Set(tokens).count == tokens.count
      else { throw failure("'trainable_token_indices' is not a list of different tokens") }
      return tokens.compactMap { $0 }
    }
    guard let members = value.objectValue else {
      let all = try tokens(value)
      return all.isEmpty ? [] : [TokenIndices(module: BaseChanges.Table.embedding.name, tokens: all)]
    }
    return try members.map { module, value in
      guard BaseChanges.Table.allCases.contains(where: { Self.module($0.rawValue, endsIn: module) }) else {
        throw failure("'trainable_token_indices' names '\(module)', which is neither the embedding nor the output head")
      }
      return TokenIndices(module: module, tokens: try tokens(value))
    }
  }

  private static func targets(_ value: JSONValue?, _ failure: (String) -> Diagnostic) throws -> [String] {
    guard let names = value?.arrayValue else { return [allLinear] }
    let tables = BaseChanges.Table.allCases
    return try names.compactMap { name in
      // Those are no layers; the file's tensors say that they are adapted.
      if let text = name.stringValue, tables.contains(where: { Self.module(text, endsIn: $0.name) }) { return nil }
      if let word = name.stringValue, word == "attention" || word == "mlp" { return word }
      // peft allows longer paths, `self_attn.q_proj`.
      guard let text = name.stringValue,
        let module = ModelFamily.linearModules.first(where: {
          let name = $0.split(separator: ".").last.map { String($0) } ?? $0
          return text == name || text.hasSuffix("." + name)
        })
      else { throw failure("'target_modules' names '\(name.stringValue ?? "?")', which is no linear layer of a block") }
      return module.split(separator: ".").last.map { String($0) } ?? text
    }
  }

  private static func refuseUnsupported(_ object: JSONObject, _ path: String) throws {
    func refuse(_ what: String) -> Diagnostic {
      Diagnostic(
        code: "unsupported-adapter", "\(what) is not supported", remedy: "LoRA, rsLoRA and DoRA adapters are read",
        location: SourceLocation(file: path))
    }
    func isSet(_ value: JSONValue) -> Bool {
      switch value {
      case .null, .bool(false): false
      case .array(let elements): !elements.isEmpty
      case .object(let members): !members.isEmpty
      default: true
      }
    }
    if let type = object["peft_type"]?.stringValue, type != "LORA" { throw refuse("an adapter of type '\(type)'") }
    if let task = object["task_type"]?.stringValue, task != "CAUSAL_LM" { throw refuse("the task '\(task)'") }
    if let bias = object["bias"]?.stringValue, bias != "none" { throw refuse("trained biases ('bias': '\(bias)')") }
    switch object["init_lora_weights"] {
    case nil, .null?, .bool?, "gaussian"?, "eva"?, "orthogonal"?: break
    case .some(let kind): throw refuse("'init_lora_weights': \(kind.text()), which changes the base's weights,")
    }
    let changing = [
      "fan_in_fan_out", "layer_replication", "lora_bias", "alora_invocation_tokens", "target_parameters",
    ]
    // Settings that only decide how weights were first filled.
    let harmless = ["use_rslora", "use_dora", "loftq_config", "eva_config", "corda_config", "lora_ga_config"]
    for (key, value) in object where isSet(value) {
      let variant = key.hasPrefix("use_") || key.hasSuffix("_config")
      if changing.contains(key) || (variant && !harmless.contains(key)) { throw refuse("'\(key)'") }
    }
  }
}
