public import Diagnostics
import Glibc
import JSON

/// The two matrices of one adapted linear layer, `y += scale · B(A x)`, and DoRA's magnitudes.
public struct AdapterModule: Sendable {
  public var layer: Int
  /// The linear layer's path inside the decoder layer, such as `self_attn.q_proj`.
  public var module: String
  /// `[rank, in]`.
  public var a: TensorView
  /// `[out, rank]`.
  public var b: TensorView
  /// `[out]`, of DoRA: the length that each row of `W + scale · B·A` is brought to; `nil` for a plain LoRA.
  public var magnitude: TensorView?
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
  /// What it changes beside: `ModelSource.applying` makes a base of them.
  public var changes = BaseChanges()
  /// Where it was read from, with a tokenizer of its own perhaps.
  public var folder: String?

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
    var adapter = try Adapter(configuration: configuration, file: SafetensorsFile(path))
    adapter.folder = folder
    return adapter
  }

  /// Pairs up the tensors of a file.
  /// - Throws: `Diagnostic` (`unsupported-adapter`, `bad-adapter`) naming the tensor.
  public init(configuration: AdapterConfiguration, file: SafetensorsFile) throws {
    func failure(_ name: String, _ message: String) -> Diagnostic {
      Diagnostic(code: "bad-adapter", "tensor '\(name)': \(message)", location: SourceLocation(file: file.path))
    }
    var parts: [ModuleKey: [ModuleKey.Part: TensorView]] = [:]
    var reader = BaseChangesReader(configuration)
    for tensor in file.tensors {
      guard let (key, part) = ModuleKey.parse(tensor.name) else {
        if reader.take(tensor) { continue }
        throw Diagnostic(
          code: "unsupported-adapter",
          "tensor '\(tensor.name)' is neither a LoRA matrix of a supported layer nor in 'modules_to_save'",
          remedy: "LoRA and DoRA on linear layers, embedding and head are read, and whole modules",
          location: SourceLocation(file: file.path))
      }
      let isVector = part == .magnitude
      guard tensor.shape.count == (isVector ? 1 : 2), tensor.shape.allSatisfy({ $0 > 0 }) else {
        throw failure(tensor.name, isVector ? "not a vector" : "not a matrix")
      }
      if isVector, !configuration.usesDoRA {
        throw failure(tensor.name, "a magnitude of DoRA, but the configuration does not say 'use_dora'")
      }
      guard [.f32, .f16, .bf16].contains(tensor.dtype) else {
        throw ModelFileFailure.dtype(file.path, tensor: tensor.name, tensor.dtype.rawValue)
      }
      parts[key, default: [:]][part] = tensor
    }
    let changes = try reader.finish(file.path)
    guard !parts.isEmpty || !changes.isEmpty else {
      throw Diagnostic(code: "bad-adapter", "the file holds no LoRA matrix", location: SourceLocation(file: file.path))
    }
    self.configuration = configuration
    self.changes = changes
    // The configuration may name its targets by a pattern, and leave out layers; the file says what they are, and where.
    var targets: [String] = []
    for key in parts.keys.sorted() {
      let name = String(key.module.split(separator: ".").last ?? "")
      if !targets.contains(name) { targets.append(name) }
    }
    self.configuration.targets = targets
    self.configuration.targetPattern = nil
    self.configuration.layers = .all
    self.configuration.tableTargets = BaseChanges.Table.allCases.filter { changes.updates[$0] != nil }.map(\.name)
    self.modules = try parts.sorted { $0.key < $1.key }.map { key, found in
      func part(_ part: ModuleKey.Part) throws -> TensorView {
        guard let tensor = found[part] else { throw failure(key.path + "." + part.rawValue, "missing") }
        return tensor
      }
      let (a, b) = (try part(.a), try part(.b))
      let magnitude = configuration.usesDoRA ? try part(.magnitude) : nil
      let rank = configuration.rank(of: key.modelPath)
      guard a.shape[0] == rank, b.shape[1] == rank else {
        throw failure(
          key.path,
          "lora_A \(a.shape) and lora_B \(b.shape) do not fit the rank \(rank) of the adapter's configuration")
      }
      guard magnitude.map({ $0.elementCount == b.shape[0] }) ?? true else {
        throw failure(key.path, "lora_magnitude_vector and lora_B differ in their rows")
      }
      return AdapterModule(
        layer: key.layer, module: key.module, a: a, b: b, magnitude: magnitude,
        scale: configuration.scale(of: key.modelPath))
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

  /// Why something that needs a plain adapter does not take this one, which changes its base.
  public func refusalOfChanges(_ what: String) -> Diagnostic { changes.refusal(what) }

  /// Whether the adapter belongs to a vocabulary of another size than its base's.
  public func resizesVocabulary(of model: ModelConfiguration) -> Bool {
    BaseChanges.Table.allCases.contains {
      changes.weights[$0.weight].map { $0.rowCount != model.vocabularySize } ?? false
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
  /// What a tensor is to its module, by the end of its name.
  enum Part: String, CaseIterable {
    case a = "lora_A.weight"
    case b = "lora_B.weight"
    case magnitude = "lora_magnitude_vector"
  }

  let layer: Int
  let module: String
  /// The module's name in the file, without the matrix.
  let path: String

  /// The module's name in the model that was adapted.
  var modelPath: String { String(path.dropFirst(Self.wrapper.count)) }

  private static let wrapper = "base_model.model."

  static func < (left: ModuleKey, right: ModuleKey) -> Bool {
    (left.layer, left.order, left.module) < (right.layer, right.order, right.module)
  }

  /// In the order of computation, as far as families have the module.
  private var order: Int { ModelFamily.linearModules.firstIndex(of: module) ?? .max }

  static func parse(_ name: String) -> (ModuleKey, Part)? {
    // The second and third: a decoder inside a class with a vision part, as transformers 5 and 4 name it.
    let prefixes = ["model.layers.", "model.language_model.layers.", "language_model.model.layers."]
    for prefix in prefixes.map({ wrapper + $0 }) where name.hasPrefix(prefix) {
      // Some versions of peft wrote a magnitude's parameter with its own name, `weight`.
      let path = name.hasSuffix(Part.magnitude.rawValue + ".weight") ? name.dropLast(7) : name[...]
      guard let part = Part.allCases.first(where: { path.hasSuffix("." + $0.rawValue) }) else { return nil }
      let parts = path.dropFirst(prefix.count).dropLast(part.rawValue.count + 1)
        .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let layer = Int(parts[0]), (0..<65536).contains(layer), String(layer) == parts[0],
        ModelFamily.linearModules.contains(String(parts[1]))
      else { return nil }
      let module = String(parts[1])
      return (ModuleKey(layer: layer, module: module, path: prefix + "\(layer)." + module), part)
    }
    return nil
  }
}
