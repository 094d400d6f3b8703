import Diagnostics
import Glibc
import JSON

/// The two matrices of one adapted linear layer: `y += scale · B(A x)`.
public struct AdapterModule: Sendable {
  public var layer: Int
  public var projection: ProjectionKind
  /// `[rank, in]`.
  public var a: TensorView
  /// `[out, rank]`.
  public var b: TensorView
  public var scale: Double

  public var rank: Int { a.shape.first ?? 0 }

  /// peft's name without `.lora_A.weight`.
  public var modulePath: String { Adapter.modulePath(layer: layer, projection) }
}

/// A LoRA adapter in a folder as peft writes it: `adapter_config.json` and `adapter_model.safetensors`.
public struct Adapter: Sendable {
  public var configuration: AdapterConfiguration
  /// By layer, then in the order of `ProjectionKind.allCases`.
  public var modules: [AdapterModule]

  static let weightsName = "adapter_model.safetensors"
  static let configurationName = "adapter_config.json"

  static func modulePath(layer: Int, _ projection: ProjectionKind) -> String {
    "base_model.model.model.layers.\(layer).\(projection.modulePath)"
  }

  /// Reads and checks an adapter folder; `validate(for:)` checks it against a base.
  /// - Throws: `Diagnostic` naming the file and, where one is at fault, the tensor.
  public static func read(_ folder: String) throws -> Adapter {
    let path = folder + "/" + weightsName
    guard FileListing.isFile(folder + "/" + configurationName), FileListing.isFile(path) else {
      throw Diagnostic(
        code: "missing-model-file", "the folder does not hold '\(configurationName)' and '\(weightsName)'",
        remedy: "give the folder of a LoRA adapter in peft's format", location: SourceLocation(file: folder))
    }
    let configurationPath = folder + "/" + configurationName
    let configuration = try AdapterConfiguration(
      json: ModelSource.readJSON(configurationPath), path: configurationPath)
    return try Adapter(configuration: configuration, file: SafetensorsFile(path))
  }

  /// Pairs up the tensors of a file.
  /// - Throws: `Diagnostic` (`unsupported-adapter`, `bad-adapter`) naming the tensor.
  public init(configuration: AdapterConfiguration, file: SafetensorsFile) throws {
    func failure(_ name: String, _ message: String) -> Diagnostic {
      Diagnostic(code: "bad-adapter", "tensor '\(name)': \(message)", location: SourceLocation(file: file.path))
    }
    var halves: [ModuleKey: (a: TensorView?, b: TensorView?)] = [:]
    for tensor in file.tensors {
      guard let (key, isA) = ModuleKey.parse(tensor.name) else {
        throw Diagnostic(
          code: "unsupported-adapter", "tensor '\(tensor.name)' is not a LoRA matrix of a supported layer",
          remedy: "only plain LoRA on the linear layers of the blocks is read",
          location: SourceLocation(file: file.path))
      }
      guard tensor.shape.count == 2, tensor.shape.allSatisfy({ $0 > 0 }) else {
        throw failure(tensor.name, "not a matrix")
      }
      guard [.f32, .f16, .bf16].contains(tensor.dtype) else {
        throw ModelFileFailure.dtype(file.path, tensor: tensor.name, tensor.dtype.rawValue)
      }
      if isA { halves[key, default: (nil, nil)].a = tensor } else { halves[key, default: (nil, nil)].b = tensor }
    }
    guard !halves.isEmpty else {
      throw Diagnostic(code: "bad-adapter", "the file holds no LoRA matrix", location: SourceLocation(file: file.path))
    }
    self.configuration = configuration
    // The configuration may name its targets by a pattern; the file says what they are.
    self.configuration.targets = ProjectionKind.allCases.filter { kind in halves.keys.contains { $0.projection == kind }
    }
    self.modules = try halves.sorted { $0.key < $1.key }.map { key, pair in
      let path = Adapter.modulePath(layer: key.layer, key.projection)
      guard let a = pair.a else { throw failure(path + ".lora_A.weight", "missing") }
      guard let b = pair.b else { throw failure(path + ".lora_B.weight", "missing") }
      let rank = configuration.rank(layer: key.layer, key.projection)
      guard a.shape[0] == rank, b.shape[1] == rank else {
        throw failure(
          path, "lora_A \(a.shape) and lora_B \(b.shape) do not fit the rank \(rank) of the adapter's configuration")
      }
      return AdapterModule(
        layer: key.layer, projection: key.projection, a: a, b: b,
        scale: configuration.scale(layer: key.layer, key.projection))
    }
  }

  /// Checks that the adapter fits a base.
  /// - Throws: `Diagnostic` (`adapter-mismatch`) naming the first module that does not.
  public func validate(for model: ModelConfiguration) throws {
    for module in modules {
      let shape = model.shape(of: module.projection)
      guard module.layer < model.layerCount else {
        throw mismatch("it adapts layer \(module.layer), the base has \(model.layerCount) layers")
      }
      guard module.a.shape[1] == shape.in, module.b.shape[0] == shape.out else {
        throw mismatch(
          "\(module.modulePath) adapts [\(module.b.shape[0]), \(module.a.shape[1])], the base has [\(shape.out), \(shape.in)]"
        )
      }
    }
  }

  private func mismatch(_ message: String) -> Diagnostic {
    Diagnostic(
      code: "adapter-mismatch", "the adapter belongs to another base: \(message)",
      remedy: "use the base the adapter was trained on")
  }

  public func module(layer: Int, _ projection: ProjectionKind) -> AdapterModule? {
    modules.first { $0.layer == layer && $0.projection == projection }
  }
}

private struct ModuleKey: Hashable, Comparable {
  let layer: Int
  let projection: ProjectionKind

  static func < (left: ModuleKey, right: ModuleKey) -> Bool {
    (left.layer, left.order) < (right.layer, right.order)
  }

  private var order: Int { ProjectionKind.allCases.firstIndex(of: projection) ?? 0 }

  static func parse(_ name: String) -> (ModuleKey, isA: Bool)? {
    let prefix = "base_model.model.model.layers."
    guard name.hasPrefix(prefix) else { return nil }
    let parts = name.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[4] == "weight", parts[3] == "lora_A" || parts[3] == "lora_B",
      let layer = Int(parts[0]), (0..<65536).contains(layer), String(layer) == parts[0],
      let projection = ProjectionKind(rawValue: String(parts[2])),
      projection.modulePath == "\(parts[1]).\(parts[2])"
    else { return nil }
    return (ModuleKey(layer: layer, projection: projection), parts[3] == "lora_A")
  }
}
