import Diagnostics
import Glibc
import JSON

/// The f32 values of one adapted layer, for writing.
public struct AdapterModuleValues: Sendable {
  public var layer: Int
  /// The linear layer's path inside the decoder layer.
  public var module: String
  /// `[rank, in]`, row-major.
  public var a: [Float]
  /// `[out, rank]`, row-major.
  public var b: [Float]
  /// `[out]`, of DoRA.
  public var magnitude: [Float]?

  public init(layer: Int, module: String, a: [Float], b: [Float], magnitude: [Float]? = nil) {
    self.layer = layer
    self.module = module
    self.a = a
    self.b = b
    self.magnitude = magnitude
  }

  /// The values of a module that was read.
  public init(_ module: AdapterModule) throws {
    self.init(
      layer: module.layer, module: module.module, a: try module.a.floats(), b: try module.b.floats(),
      magnitude: try module.magnitude?.floats())
  }
}

extension Adapter {
  /// Writes `adapter_config.json` and `adapter_model.safetensors` into an existing folder. Equal input gives equal
  /// bytes.
  /// - Parameter changes: what else an adapter that was read changes, written as it was.
  /// - Throws: `Diagnostic` (`bad-adapter` when a matrix does not fit the model, `cannot-write-file`, `disk-full`).
  public static func write(
    to folder: String, configuration: AdapterConfiguration, model: ModelConfiguration, modules: [AdapterModuleValues],
    changes: BaseChanges = BaseChanges()
  ) throws {
    var specifications: [TensorSpecification] = []
    for module in modules {
      let path = "base_model.model." + model.path(layer: module.layer, module.module)
      guard model.layers.indices.contains(module.layer),
        let projection = model.layers[module.layer].projections.first(where: { $0.module == module.module })
      else { throw Diagnostic(code: "bad-adapter", "\(path) is no linear layer of the model") }
      let rank = configuration.rank(of: model.path(layer: module.layer, module.module))
      guard module.a.count == rank * projection.inputs, module.b.count == projection.outputs * rank else {
        throw Diagnostic(
          code: "bad-adapter", "\(path): \(module.a.count) and \(module.b.count) values do not fit rank \(rank)")
      }
      specifications.append(
        TensorSpecification(name: path + ".lora_A.weight", shape: [rank, projection.inputs], dtype: .f32))
      specifications.append(
        TensorSpecification(name: path + ".lora_B.weight", shape: [projection.outputs, rank], dtype: .f32))
      guard (module.magnitude != nil) == configuration.usesDoRA,
        module.magnitude?.count ?? projection.outputs
          == projection.outputs
      else { throw Diagnostic(code: "bad-adapter", "\(path): the magnitudes do not fit DoRA's configuration") }
      if configuration.usesDoRA {
        specifications.append(
          TensorSpecification(name: path + ".lora_magnitude_vector", shape: [projection.outputs], dtype: .f32))
      }
    }
    for tensor in changes.tensors {
      specifications.append(TensorSpecification(name: tensor.name, shape: tensor.shape, dtype: tensor.dtype))
    }
    let writer = try SafetensorsWriter(folder + "/" + weightsName, tensors: specifications)
    for module in modules {
      try writer.append(module.a)
      try writer.append(module.b)
      if let magnitude = module.magnitude { try writer.append(magnitude) }
    }
    for tensor in changes.tensors { try tensor.withBytes { try writer.append($0) } }
    try writer.finish()
    try SequentialFile.write(
      Self.described(configuration, model, modules).json.bytes(.pretty) + [0x0A], to: folder + "/" + configurationName)
  }

  /// The configuration with its targets named so that peft adapts the modules that are there and no others.
  private static func described(
    _ configuration: AdapterConfiguration, _ model: ModelConfiguration, _ modules: [AdapterModuleValues]
  ) throws -> AdapterConfiguration {
    var result = modules.isEmpty ? configuration : try configuration.resolved(for: model)
    if modules.isEmpty { result.layers = .all }
    let there = Set(modules.map { model.path(layer: $0.layer, $0.module) })
    func means(_ configuration: AdapterConfiguration) -> Bool {
      var meant: Set<String> = []
      for (index, layer) in model.layers.enumerated() {
        for projection in layer.projections where configuration.adapts(projection, layer: index, of: model) {
          meant.insert(model.path(layer: index, projection.module))
        }
      }
      return there == meant
    }
    // peft takes numbers of layers only beside a list of names, all of which it then looks for in those layers.
    let takesLayers = result.targetPattern == nil && result.tableTargets.isEmpty
    if result.layers == .all || takesLayers, means(result) { return result }
    if takesLayers, !modules.isEmpty {
      result.layers = try AdaptedLayers.listed(Set(modules.map(\.layer)).sorted()).resolved(count: model.layerCount)
      if means(result) { return result }
    }
    result.layers = .all
    // Names alone would mean more, as of an adapter that leaves out layers.
    let paths = modules.map { model.path(layer: $0.layer, $0.module).split(separator: ".").joined(separator: "\\.") }
    result.targetPattern = try ModulePattern(paths.joined(separator: "|"))
    return result
  }
}
