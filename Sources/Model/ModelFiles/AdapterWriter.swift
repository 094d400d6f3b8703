import Diagnostics
import Glibc
import JSON

/// The f32 matrices of one adapted layer, for writing.
public struct AdapterModuleValues: Sendable {
  public var layer: Int
  public var projection: ProjectionKind
  /// `[rank, in]`, row-major.
  public var a: [Float]
  /// `[out, rank]`, row-major.
  public var b: [Float]

  public init(layer: Int, projection: ProjectionKind, a: [Float], b: [Float]) {
    self.layer = layer
    self.projection = projection
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
      let shape = model.shape(of: module.projection)
      let rank = configuration.rank(layer: module.layer, module.projection)
      let path = modulePath(layer: module.layer, module.projection)
      guard module.a.count == rank * shape.in, module.b.count == shape.out * rank else {
        throw Diagnostic(
          code: "bad-adapter", "\(path): \(module.a.count) and \(module.b.count) values do not fit rank \(rank)")
      }
      specifications.append(TensorSpecification(name: path + ".lora_A.weight", shape: [rank, shape.in], dtype: .f32))
      specifications.append(TensorSpecification(name: path + ".lora_B.weight", shape: [shape.out, rank], dtype: .f32))
    }
    let writer = try SafetensorsWriter(folder + "/" + weightsName, tensors: specifications)
    for module in modules {
      try writer.append(module.a)
      try writer.append(module.b)
    }
    try writer.finish()
    try SequentialFile.write(
      configuration.json.bytes(.pretty) + [0x0A], to: folder + "/" + configurationName)
  }
}
