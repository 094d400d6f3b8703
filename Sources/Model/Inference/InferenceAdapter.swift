import Diagnostics
public import ModelFiles
import Synchronization

/// A LoRA adapter beside a model: applied at run time, `y += s·B(A x)`, so that one base serves many of them and one
/// batch may mix them. With DoRA, each output is then multiplied by its magnitude over the length of its row of
/// `W + s·B·A`; those factors are computed here, once.
public final class InferenceAdapter: Sendable {
  public let rank: Int
  /// Differs between any two adapters of a process, loaded at the same time or not.
  let identity: Int
  private static let lastIdentity = Atomic<Int>(0)
  /// Bytes held in memory.
  public let byteCount: Int
  let layers: [Layer]
  /// Weights of its own for what is no linear layer, where it has them; `nil`, or `norms` without the layer, elsewhere.
  let embedding: TensorView?
  let head: PackedMatrix?
  let finalNorm: [Float]?
  let norms: [Int: Norms]

  /// The norms of one layer that differ from the base's.
  struct Norms: Sendable {
    var beforeMixer: [Float]?
    var afterMixer: [Float]?
    var beforeMLP: [Float]?
    var afterMLP: [Float]?
    var query: [Float]?
    var key: [Float]?
  }
  /// Largest rank applied at run time.
  public static let maximumRank = 256

  /// The adapted part of one fused product: the A's stacked, one B per adapted module.
  struct Product: Sendable {
    /// All modules' A, one below the other, each from a multiple of 16 rows.
    let a: PackedMatrix
    let parts: [Part]
    /// DoRA: what each output is multiplied by, in the layout of the product's output; empty for a plain LoRA.
    let rowScales: [Float]

    struct Part: Sendable {
      let b: PackedMatrix
      /// Where the module's rows of A x begin.
      let inputOffset: Int
      /// What they are multiplied by first; `nil` when the part before had the same rows.
      let scale: Float?
      /// Maps a group of B to a group of the product's output: `first + stride · group`.
      let firstGroup: Int
      let groupStride: Int
    }
  }

  struct Layer: Sendable {
    var queryKeyValue: Product?
    var output: Product?
    var gateUp: Product?
    var down: Product?
  }

  /// Reads a folder in peft's format.
  /// - Parameter threads: how many measure the rows of a DoRA's weights.
  /// - Throws: `Diagnostic`: `adapter-mismatch` when it was made for another base.
  public static func open(_ folder: String, for model: InferenceModel, threads: Int = 1) throws -> InferenceAdapter {
    try InferenceAdapter(Adapter.read(folder), for: model, threads: threads)
  }

  public init(_ given: Adapter, for model: InferenceModel, threads: Int = 1) throws {
    let configuration = model.configuration
    let readsBase = given.configuration.usesDoRA || !given.changes.isEmpty
    let base = readsBase ? try model.source() : nil
    let applied = try base?.applying(given)
    let (changed, adapter) = (applied?.base, applied?.adapter ?? given)
    let own = try OwnWeights(changed, over: base, of: given)
    try adapter.validate(for: configuration)
    if let module = adapter.modules.first(where: { $0.rank > Self.maximumRank }) {
      throw Diagnostic(
        code: "unsupported-adapter", "\(module.path) has the rank \(module.rank), more than \(Self.maximumRank)",
        remedy: "merge the adapter into its base and use the merged model")
    }
    rank = adapter.configuration.rank
    identity = Self.lastIdentity.add(1, ordering: .relaxed).newValue
    let modules = Dictionary(grouping: adapter.modules) { $0.layer }
    typealias PlannedPart = (b: MatrixPacker.Planned, inputOffset: Int, scale: Float?, first: Int, stride: Int)
    typealias PlannedProduct = (a: MatrixPacker.Planned, parts: [PlannedPart], rowScales: [Float])
    var packer = MatrixPacker()
    let source = adapter.configuration.usesDoRA ? changed : nil
    let plannedHead = try own.head.map { try packer.plan(stacking: [$0]) }

    func plan(_ layer: Int, _ roles: [(role: ProjectionRole, first: Int, stride: Int)]) throws -> PlannedProduct? {
      let description = configuration.layers[layer]
      var views: [TensorView] = []
      var parts: [PlannedPart] = []
      var offset = 0
      var offsets: [String: Int] = [:]
      var rowScales: [Float] = []
      var moduleScales: [String: [Float]] = [:]
      for (role, first, stride) in roles {
        guard let (index, rows) = description.place(of: role),
          let module = modules[layer]?.first(where: { $0.module == description.projections[index].module })
        else { continue }
        // Parts of one fused module read the same rows of A x.
        let known = offsets[module.module]
        // What the mixer made lies in the order of the matrix that reads it.
        let order = role == .output ? model.layers[layer].outputOrder : nil
        if known == nil { views.append(try Self.widened(module.a, order)) }
        let b = try packer.plan(stacking: [Self.widened(module.b).rows(rows)])
        parts.append((b, known ?? offset, known == nil ? Float(module.scale) : nil, first, stride))
        if let source {
          let name = module.module
          let all =
            try moduleScales[name]
            ?? module.rowScales(of: source.tensor("model.layers.\(layer).\(name).weight"), threads: threads)
          moduleScales[name] = all
          for (row, scale) in (all ?? [])[rows].enumerated() {
            let place = (first + row / 16 * stride) * 16 + row % 16
            if place >= rowScales.count {
              rowScales += [Float](repeating: 1, count: padded16(place + 1) - rowScales.count)
            }
            rowScales[place] = scale
          }
        }
        if known == nil {
          offsets[module.module] = offset
          offset += padded16(module.rank)
        }
      }
      return views.isEmpty ? nil : (try packer.plan(stacking: views), parts, rowScales)
    }

    /// The roles that read the mixer's input and where their groups begin in the output.
    func inputs(_ layer: LayerDescription) -> [(role: ProjectionRole, first: Int, stride: Int)] {
      var group = 0
      return InferenceModel.inputRoles(layer).map { role in
        defer { group += padded16(layer.place(of: role)?.rows.count ?? 0) / 16 }
        return (role, group, 1)
      }
    }
    var planned: [(PlannedProduct?, PlannedProduct?, PlannedProduct?, PlannedProduct?)] = []
    for layer in 0..<configuration.layerCount {
      planned.append(
        (
          try plan(layer, inputs(configuration.layers[layer])),
          try plan(layer, [(.output, 0, 1)]),
          try plan(layer, [(.gate, 0, 2), (.up, 1, 2)]),
          try plan(layer, [(.down, 0, 1)])
        ))
    }
    let slab = try packer.pack(team: ThreadTeam(count: threads))
    embedding = own.embedding
    head = plannedHead.map { MatrixPacker.matrix($0, in: slab) }
    finalNorm = own.finalNorm
    norms = own.norms
    byteCount =
      slab.byteCount + (own.embedding?.byteCount ?? 0)
      + planned.reduce(0) { sum, layer in
        [layer.0, layer.1, layer.2, layer.3].reduce(sum) { $0 + 4 * ($1?.rowScales.count ?? 0) }
      }
    func product(_ planned: PlannedProduct?) -> Product? {
      planned.map { planned in
        Product(
          a: MatrixPacker.matrix(planned.a, in: slab),
          parts: planned.parts.map {
            Product.Part(
              b: MatrixPacker.matrix($0.b, in: slab), inputOffset: $0.inputOffset, scale: $0.scale,
              firstGroup: $0.first, groupStride: $0.stride)
          }, rowScales: planned.rowScales)
      }
    }
    layers = planned.map {
      Layer(queryKeyValue: product($0.0), output: product($0.1), gateUp: product($0.2), down: product($0.3))
    }
  }

  /// Adapter matrices are computed with in f32, whatever they are stored in.
  /// - Parameter order: in which the columns are wanted; `nil` for the canonical one.
  private static func widened(_ view: TensorView, _ order: ValueHeadOrder? = nil) throws -> TensorView {
    if view.dtype == .f32, order == nil { return view }
    var values = try view.floats()
    if let order {
      let columns = view.columnCount
      values.withUnsafeMutableBufferPointer { values in
        for row in 0..<view.rowCount {
          order.toFile(UnsafeMutableBufferPointer(rebasing: values[row * columns..<(row + 1) * columns]))
        }
      }
    }
    let memory = values.withUnsafeBytes { ReadOnlyMemory(copying: $0) }
    return TensorView(name: view.name, shape: view.shape, dtype: .f32, memory: memory, offset: 0) ?? view
  }
}
