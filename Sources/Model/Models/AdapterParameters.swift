import Diagnostics
import Glibc
public import ModelFiles
import Platform
public import Tensors

/// A LoRA adapter's parameters in memory, in the order of its layout.
public struct AdapterParameters: Sendable {
  public let configuration: AdapterConfiguration
  public let model: ModelConfiguration
  public let layout: AdapterLayout
  public let values: FloatBuffer

  private init(configuration: AdapterConfiguration, model: ModelConfiguration, layout: AdapterLayout) {
    self.configuration = configuration
    self.model = model
    self.layout = layout
    values = FloatBuffer(count: layout.parameterCount)
  }

  /// Parameters already laid out for this configuration, such as a training's.
  public init(configuration: AdapterConfiguration, model: ModelConfiguration, values: FloatBuffer) {
    self.configuration = configuration
    self.model = model
    layout = AdapterLayout(configuration, for: model)
    precondition(values.count == layout.parameterCount, "one value per parameter")
    self.values = values
  }

  /// A fresh adapter: A ~ U(±1/√in), drawn per module from `seed`, the layer and the projection; B = 0; DoRA's magnitudes
  /// are the lengths of the weights' rows, so that the model answers as its base. Of the embedding, A is 0 and B normal, as
  /// in peft.
  /// - Parameter weights: the base, from which the lengths are taken; only read for DoRA.
  /// - Throws: `Diagnostic` for a base whose weights cannot be read.
  public init(
    initial configuration: AdapterConfiguration, model: ModelConfiguration, seed: UInt64,
    weights: () throws -> TransformerModel
  ) throws {
    self.init(
      configuration: configuration, model: model, layout: AdapterLayout(configuration, for: model))
    for pair in layout.pairs {
      var generator = SplitMix64(
        seed: seed &+ 0x9E37_79B9_7F4A_7C15
          &* AdapterLayout.key(pair))
      let bound = 1 / Double(pair.inputs).squareRoot()
      let a = values.pointer + pair.offsetA
      for index in 0..<pair.rank * pair.inputs { a[index] = Float((2 * generator.unit() - 1) * bound) }
    }
    for pair in layout.tables { begin(pair, seed) }
    guard layout.hasMagnitudes else { return }
    RowScales(model: try weights(), layout: layout).fillMagnitudes(values.pointer)
  }

  /// An adapter read from a file, for a base of this shape.
  /// - Parameter adapter: without changes of the base (`ModelSource.applying`) other than low-rank updates of its embedding
  ///   and head (`ModelSource.withoutCopies`).
  /// - Throws: `Diagnostic` (`adapter-mismatch`) when it belongs to another base, (`unsupported-adapter`) when its ranks
  ///   are beyond what products take, or it changes the base.
  public init(_ adapter: Adapter, model: ModelConfiguration) throws {
    guard adapter.changes.isTrainable else { throw adapter.refusalOfChanges("are not trained further") }
    try adapter.validate(for: model)
    var modules: [String: AdapterModule] = [:]
    for module in adapter.modules { modules["\(module.layer).\(module.module)"] = module }
    let updates = adapter.changes.tableUpdates
    let layout = AdapterLayout(
      model, hasMagnitudes: adapter.configuration.usesDoRA,
      table: { name in updates.first { $0.table == name }.map { ($0.rank, $0.scale) } },
      pair: { layer, projection in modules["\(layer).\(projection.module)"].map { ($0.rank, $0.scale) } })
    guard layout.largestGroupRank <= ProductExtension.limit else {
      throw Diagnostic(
        code: "unsupported-adapter",
        "the ranks of projections that read one input add up to \(layout.largestGroupRank), more than \(ProductExtension.limit)",
        remedy: "merge the adapter with another tool, or train one of a lower rank")
    }
    self.init(configuration: adapter.configuration, model: model, layout: layout)
    for pair in layout.pairs {
      guard let module = modules["\(pair.layer).\(pair.projection.module)"] else { continue }
      try store(a: module.a.floats(), b: module.b.floats(), pair)
      guard let offset = pair.offsetMagnitude, let magnitude = try module.magnitude?.floats() else { continue }
      for (row, length) in magnitude.enumerated() { values.pointer[offset + row] = length }
    }
    for (pair, update) in zip(layout.tables, updates) { try store(update, pair) }
  }

  private func store(a: [Float], b: [Float], _ pair: AdapterLayout.Pair) {
    for index in a.indices { values.pointer[pair.offsetA + index] = a[index] }
    for row in 0..<pair.outputs {
      for r in 0..<pair.rank { values.pointer[pair.offsetB + r * pair.outputs + row] = b[row * pair.rank + r] }
    }
  }

  /// DoRA's factors of the base's rows for these parameters; `nil` for a plain LoRA.
  public func rowScales(of base: TransformerModel, workers: Int = 1, kernels: Kernels = .best) -> RowScales? {
    guard layout.hasMagnitudes else { return nil }
    let scales = RowScales(model: base, layout: layout, workers: workers, kernels: kernels)
    scales.update(values.pointer, workers: workers)
    return scales
  }

  /// A `[rank, in]` of a pair, from a buffer of this layout: the parameters, or their gradient.
  public static func a(_ pair: AdapterLayout.Pair, in buffer: FloatPointer) -> [Float] {
    Array(UnsafeBufferPointer(start: buffer + pair.offsetA, count: pair.rank * pair.inputs))
  }

  /// B `[out, rank]` of a pair.
  public static func b(_ pair: AdapterLayout.Pair, in buffer: FloatPointer) -> [Float] {
    let transposed = buffer + pair.offsetB
    return [Float](unsafeUninitializedCapacity: pair.rank * pair.outputs) { output, count in
      for row in 0..<pair.outputs {
        for r in 0..<pair.rank { output[row * pair.rank + r] = transposed[r * pair.outputs + row] }
      }
      count = pair.rank * pair.outputs
    }
  }

  /// DoRA's magnitudes `[out]` of a pair; `nil` for a plain LoRA.
  public static func magnitude(_ pair: AdapterLayout.Pair, in buffer: FloatPointer) -> [Float]? {
    pair.offsetMagnitude.map { Array(UnsafeBufferPointer(start: buffer + $0, count: pair.outputs)) }
  }

  /// Whether every parameter is a finite number.
  public var areFinite: Bool {
    UnsafeBufferPointer(start: values.pointer, count: values.count).allSatisfy(\.isFinite)
  }

  /// What `Adapter.write` takes.
  public var modules: [AdapterModuleValues] {
    layout.pairs.sorted { ($0.layer, $0.index) < ($1.layer, $1.index) }.map {
      AdapterModuleValues(
        layer: $0.layer, module: $0.projection.module, a: Self.a($0, in: values.pointer),
        b: Self.b($0, in: values.pointer), magnitude: Self.magnitude($0, in: values.pointer)
      )
    }
  }
}

extension AdapterLayout {
  /// The layout of an adapter configuration over a base.
  public init(_ adapter: AdapterConfiguration, for model: ModelConfiguration) {
    self.init(
      model, hasMagnitudes: adapter.usesDoRA,
      table: { table in
        guard adapter.tables.contains(table) else { return nil }
        return (adapter.rank(of: table.rawValue), adapter.scale(of: table.rawValue))
      },
      pair: { layer, projection in
        guard adapter.adapts(projection, layer: layer, of: model) else { return nil }
        let path = model.path(layer: layer, projection.module)
        return (adapter.rank(of: path), adapter.scale(of: path))
      })
  }

  /// Tells projections apart where a random number is keyed by layer and projection. The first seven of a layer have the
  /// numbers they always had; further ones lie far beyond any layer's.
  static func key(_ pair: Pair) -> UInt64 {
    UInt64(pair.layer * 7 + pair.index % 7 + 1) + UInt64(pair.index / 7) << 40
  }
}
