import Diagnostics
import Glibc
import JSON

/// The f32 matrices of one adapted layer, for writing.
public struct AdapterModuleValues: Sendable {
  public var layer: Int
  /// The linear layer's path inside the decoder layer.
  public var module: String
  /// `[rank, in]`, row-major.
  public var a: [Float]
  /// `[out, rank]`, row-major.
  public var b: [Float]

  public init(layer: Int, module: String, a: [Float], b: [Float]) {
    self.layer = layer
    self.module = module
    self.a = a
    self.b = b
  }
}

extension Adapter {
  /// Writes `adapter_config.json` and `adapter_model.safetensors` into an existing folder. Equal input gives equal
  /// bytes.
  /// - Throws: `Diagnostic` (`bad-adapter` when a matrix does not fit the model, `cannot-write-file`, `disk-full`).
  public static func write(
    to folder: String, configuration: AdapterConfiguration, model: ModelConfiguration, modules: [AdapterModuleValues]
  ) throws {
    var specifications: [TensorSpecification] = []
    for module in modules {
      let path = "base_model.model.\(model.modulePrefix)layers.\(module.layer).\(module.module)"
      guard model.layers.indices.contains(module.layer),
        let projection = model.layers[module.layer].projections.first(where: { $0.module == module.module })
      else { throw Diagnostic(code: "bad-adapter", "\(path) is no linear layer of the model") }
      let rank = configuration.rank(layer: module.layer, module.module)
      guard module.a.count == rank * projection.inputs, module.b.count == projection.outputs * rank else {
        throw Diagnostic(
          code: "bad-adapter", "\(path): \(module.a.count) and \(module.b.count) values do not fit rank \(rank)")
      }
      specifications.append(
        TensorSpecification(name: path + ".lora_A.weight", shape: [rank, projection.inputs], dtype: .f32))
      specifications.append(
        TensorSpecification(name: path + ".lora_B.weight", shape: [projection.outputs, rank], dtype: .f32))
    }
    let writer = try SafetensorsWriter(folder + "/" + weightsName, tensors: specifications)
    for module in modules {
      try writer.append(module.a)
      try writer.append(module.b)
    }
    try writer.finish()
    try SequentialFile.write(
      configuration.resolved(for: model).json.bytes(.pretty) + [0x0A], to: folder + "/" + configurationName)
  }
}
