import Diagnostics
import Glibc
import JSON

/// The two matrices of one adapted linear layer: `y += scale · B(A x)`.
public struct AdapterModule: Sendable {
  public var layer: Int
  /// The linear layer's path inside the decoder layer, such as `self_attn.q_proj`.
  public var module: String
  /// `[rank, in]`.
  public var a: TensorView
  /// `[out, rank]`.
  public var b: TensorView
  public var scale: Double

  public var rank: Int { a.shape.first ?? 0 }

  /// The path in the model, as messages name it.
  public var path: String { "model.layers.\(layer).\(module)" }
}

/// A LoRA adapter in a folder as peft writes it: `adapter_config.json` and `adapter_model.safetensors`.
public struct Adapter: Sendable {
  public var configuration: AdapterConfiguration
  /// By layer, then in the order of computation.
  public var modules: [AdapterModule]

  static let weightsName = "adapter_model.safetensors"
  static let configurationName = "adapter_config.json"

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
    var targets: [String] = []
    for key in halves.keys.sorted() {
      let name = String(key.module.split(separator: ".").last ?? "")
      if !targets.contains(name) { targets.append(name) }
    }
    self.configuration.targets = targets
    self.modules = try halves.sorted { $0.key < $1.key }.map { key, pair in
      guard let a = pair.a else { throw failure(key.path + ".lora_A.weight", "missing") }
      guard let b = pair.b else { throw failure(key.path + ".lora_B.weight", "missing") }
      let rank = configuration.rank(layer: key.layer, key.module)
      guard a.shape[0] == rank, b.shape[1] == rank else {
        throw failure(
          key.path,
          "lora_A \(a.shape) and lora_B \(b.shape) do not fit the rank \(rank) of the adapter's configuration")
      }
      return AdapterModule(
        layer: key.layer, module: key.module, a: a, b: b, scale: configuration.scale(layer: key.layer, key.module))
    }
  }

  /// Checks that the adapter fits a base.
  /// - Throws: `Diagnostic` (`adapter-mismatch`) naming the first module that does not.
  public func validate(for model: ModelConfiguration) throws {
    for module in modules {
      guard module.layer < model.layerCount else {
        throw mismatch("it adapts layer \(module.layer), the base has \(model.layerCount) layers")
      }
      guard let projection = model.layers[module.layer].projections.first(where: { $0.module == module.module }) else {
        throw mismatch("it adapts \(module.path), which is no linear layer of the base")
      }
      guard module.a.shape[1] == projection.inputs, module.b.shape[0] == projection.outputs else {
        throw mismatch(
          "\(module.path) adapts [\(module.b.shape[0]), \(module.a.shape[1])], the base has [\(projection.outputs), \(projection.inputs)]"
        )
      }
    }
  }

  private func mismatch(_ message: String) -> Diagnostic {
    Diagnostic(
      code: "adapter-mismatch", "the adapter belongs to another base: \(message)",
      remedy: "use the base the adapter was trained on")
  }

  /// The module of a layer that a path, or the end of one, names.
  public func module(layer: Int, _ target: String) -> AdapterModule? {
    modules.first { $0.layer == layer && ($0.module == target || $0.module.hasSuffix("." + target)) }
  }
}

private struct ModuleKey: Hashable, Comparable {
  let layer: Int
  let module: String
  /// The module's name in the file, without the matrix.
  let path: String

  static func < (left: ModuleKey, right: ModuleKey) -> Bool {
    (left.layer, left.order, left.module) < (right.layer, right.order, right.module)
  }

  /// In the order of computation, as far as families have the module.
  private var order: Int { ModelFamily.linearModules.firstIndex(of: module) ?? .max }

  static func parse(_ name: String) -> (ModuleKey, isA: Bool)? {
    // The second and third: a decoder inside a class with a vision part, as transformers 5 and 4 name it.
    let prefixes = ["model.layers.", "model.language_model.layers.", "language_model.model.layers."]
    for prefix in prefixes.map({ "base_model.model." + $0 }) where name.hasPrefix(prefix) {
      let parts = name.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count >= 4, let suffix = parts.last, suffix == "weight", let layer = Int(parts[0]),
        (0..<65536).contains(layer), String(layer) == parts[0]
      else { return nil }
      let matrix = parts[parts.count - 2]
      let module = parts[1..<parts.count - 2].joined(separator: ".")
      guard matrix == "lora_A" || matrix == "lora_B", ModelFamily.linearModules.contains(module) else { return nil }
      let key = ModuleKey(layer: layer, module: module, path: prefix + "\(layer)." + module)
      return (key, matrix == "lora_A")
    }
    return nil
  }
}
