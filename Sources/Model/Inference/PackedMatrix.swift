import CKernels
import Diagnostics
import ModelFiles

/// Rows of one or several matrices as the kernels read them: groups of 16 rows side by side.
///
/// Matrices that are applied to the same input lie in one, so that a step walks them in one go; each quantized one, and
/// each run of plain ones, is a segment of it. Quantized ones are read where they lie in their file. Output rows of a
/// source start at a multiple of 16; rows between are zero.
struct PackedMatrix: Sendable {
  struct Segment: Sendable {
    /// Where its groups start in the whole.
    let firstGroup: Int
    let groupCount: Int
    let type: Int32
    let storage: Storage

    enum Storage: Sendable {
      /// Plain weights, rearranged.
      case packed(Slab, offset: Int, groupBytes: Int)
      /// Quantized weights in their file; the groups of a second matrix take turns with the first's.
      case stored(TensorView, turns: TensorView?)
      /// The same in a file of arranged weights, of which the offsets count. Rows past the last are zero.
      case arranged(ReadOnlyMemory, offset: Int, turns: Int?, rowBytes: Int)
    }

    /// Whether its products read a quantized input.
    var isQuantized: Bool { lp_is_quantized(type) != 0 }

    /// What its products read.
    func form(_ activations: ActivationType) -> InputForm {
      guard isQuantized else { return .plain }
      // Products of 8 bits read rows as they lie in a model's file; arranged ones keep 16 bits.
      if case .stored = storage, activations == .int8, lp_takes_bytes(type) != 0 { return .bytes }
      return .quantized
    }

    func weights(columns: Int) -> lp_weights {
      switch storage {
      case .packed(let slab, let offset, let groupBytes):
        lp_weights(
          data: UnsafePointer((slab.base + offset).assumingMemoryBound(to: UInt8.self)), other: nil, cols: columns,
          rows: groupCount * 16, row_bytes: 0, groups: groupCount, group_bytes: groupBytes, type: type, arranged: 0)
      case .stored(let view, let turns):
        lp_weights(
          data: view.baseAddress.assumingMemoryBound(to: UInt8.self),
          other: turns?.baseAddress.assumingMemoryBound(to: UInt8.self), cols: columns, rows: view.rowCount,
          row_bytes: view.rowByteCount, groups: groupCount, group_bytes: 0, type: type, arranged: 0)
      case .arranged(let memory, let offset, let turns, let rowBytes):
        lp_weights(
          data: (memory.baseAddress + offset).assumingMemoryBound(to: UInt8.self),
          other: turns.map { (memory.baseAddress + $0).assumingMemoryBound(to: UInt8.self) }, cols: columns,
          rows: (turns == nil ? groupCount : groupCount / 2) * 16, row_bytes: rowBytes, groups: groupCount,
          group_bytes: 0, type: type, arranged: 1)
      }
    }
  }

  /// How the input of a product is prepared: not rounded, or rounded to 16 or to 8 bits.
  enum InputForm { case plain, quantized, bytes }

  let columnCount: Int
  let groupCount: Int
  let segments: [Segment]

  /// Whether any of its segments reads that form.
  func reads(_ form: InputForm, _ activations: ActivationType) -> Bool {
    segments.contains { $0.form(activations) == form }
  }
  /// Width of the output, padding included.
  var outputWidth: Int { groupCount * 16 }
}

/// Lays matrices out for the kernels. First `plan` everything, then `pack` plain weights on all threads into one slab.
struct MatrixPacker {
  private struct Task {
    let type: Int32
    let columns: Int
    let groupBytes: Int
    /// The 16 rows of each group; `nil` past the end of a source.
    let groups: [[(view: Int, row: Int)?]]
    let views: [TensorView]
    let offset: Int
  }

  private var tasks: [Task] = []
  private var total = 0

  /// Matrices whose plain weights have a place in the slab-to-be.
  struct Planned {
    fileprivate let columnCount: Int
    fileprivate let parts: [Part]

    fileprivate struct Part {
      let groupCount: Int
      let type: Int32
      let place: Place
    }

    fileprivate enum Place {
      case slab(offset: Int, groupBytes: Int)
      case file(TensorView, turns: TensorView?)
    }
  }

  /// Sources one below the other.
  mutating func plan(stacking views: [TensorView]) throws -> Planned {
    var parts: [Planned.Part] = []
    var pending: [TensorView] = []
    func flush(_ packer: inout MatrixPacker) throws {
      if !pending.isEmpty { parts.append(try packer.add(pending, groups: Self.stacked(pending))) }
      pending = []
    }
    for view in views {
      if let type = Self.storedType(view) {
        try flush(&self)
        parts.append(
          Planned.Part(groupCount: (view.rowCount + 15) / 16, type: type, place: .file(view, turns: nil)))
        continue
      }
      if let last = pending.last, last.dtype != view.dtype { try flush(&self) }
      pending.append(view)
    }
    try flush(&self)
    return Planned(columnCount: views.first?.columnCount ?? 0, parts: parts)
  }

  /// Two sources of equal shape, group by group in turn: gate and up. Different dtypes meet in f32.
  mutating func plan(interleaving first: TensorView, _ second: TensorView) throws -> Planned {
    let groupCount = (first.rowCount + 15) / 16
    if first.dtype == second.dtype, let type = Self.storedType(first) {
      return Planned(
        columnCount: first.columnCount,
        parts: [Planned.Part(groupCount: 2 * groupCount, type: type, place: .file(first, turns: second))])
    }
    var views = [first, second]
    if first.dtype != second.dtype { views = try views.map(Self.widened) }
    let groups = (0..<groupCount).flatMap { group in
      (0..<2).map { view in Self.group(group, of: view, rowCount: first.rowCount) }
    }
    return Planned(columnCount: first.columnCount, parts: [try add(views, groups: groups)])
  }

  /// The type of weights that are multiplied where they lie; `nil` for plain ones.
  private static func storedType(_ view: TensorView) -> Int32? { view.dtype.isQuantized ? view.dtype.weightType : nil }

  private static func group(_ group: Int, of view: Int, rowCount: Int) -> [(view: Int, row: Int)?] {
    (0..<16).map { lane in group * 16 + lane < rowCount ? (view, group * 16 + lane) : nil }
  }

  private static func stacked(_ views: [TensorView]) -> [[(view: Int, row: Int)?]] {
    views.indices.flatMap { view in
      (0..<(views[view].rowCount + 15) / 16).map { group($0, of: view, rowCount: views[view].rowCount) }
    }
  }

  private static func widened(_ view: TensorView) throws -> TensorView {
    let values = try view.floats()
    let memory = values.withUnsafeBytes { ReadOnlyMemory(copying: $0) }
    return TensorView(name: view.name, shape: view.shape, dtype: .f32, memory: memory, offset: 0) ?? view
  }

  private mutating func add(_ views: [TensorView], groups: [[(view: Int, row: Int)?]]) throws -> Planned.Part {
    guard let first = views.first, let type = first.dtype.weightType else {
      throw Diagnostic(
        code: "unsupported-tensor-dtype",
        "tensor '\(views.first?.name ?? "")' is \(views.first?.dtype.rawValue ?? "empty"), which does not hold weights")
    }
    let bytes = lp_packed_group_bytes(type, first.columnCount)
    let offset = total
    tasks.append(
      Task(type: type, columns: first.columnCount, groupBytes: bytes, groups: groups, views: views, offset: offset))
    total += (groups.count * bytes + 4095) / 4096 * 4096
    return Planned.Part(groupCount: groups.count, type: type, place: .slab(offset: offset, groupBytes: bytes))
  }

  /// Fills one slab with the plain weights that were planned.
  func pack(team: ThreadTeam) throws -> Slab {
    // Reading ahead of a row's end is harmless inside the slab; the last matrix gets room for it.
    let slab = try Slab(byteCount: total + 65536)
    team.run { member in
      for task in tasks {
        let count = task.groups.count
        let base = (slab.base + task.offset).assumingMemoryBound(to: UInt8.self)
        var weights = lp_weights(
          data: base, other: nil, cols: task.columns, rows: count * 16, row_bytes: 0, groups: count,
          group_bytes: task.groupBytes, type: task.type, arranged: 0)
        for index in count * member / team.count..<count * (member + 1) / team.count {
          var rows = [UnsafePointer<UInt8>?](repeating: nil, count: 16)
          for (lane, place) in task.groups[index].enumerated() {
            guard let place else { continue }
            let view = task.views[place.view]
            rows[lane] = (view.baseAddress + place.row * view.rowByteCount).assumingMemoryBound(to: UInt8.self)
          }
          lp_pack_group(&weights, index, &rows, base)
        }
      }
    }
    return slab
  }

  /// - Parameter arranged: read instead of the quantized matrices that it holds.
  static func matrix(_ planned: Planned, in slab: Slab, arranged: ArrangedWeights? = nil) -> PackedMatrix {
    var segments: [PackedMatrix.Segment] = []
    var group = 0
    for part in planned.parts {
      let storage: PackedMatrix.Segment.Storage =
        switch part.place {
        case .slab(let offset, let groupBytes): .packed(slab, offset: offset, groupBytes: groupBytes)
        case .file(let view, let turns): storage(view, turns, arranged)
        }
      segments.append(
        PackedMatrix.Segment(firstGroup: group, groupCount: part.groupCount, type: part.type, storage: storage))
      group += part.groupCount
    }
    return PackedMatrix(columnCount: planned.columnCount, groupCount: group, segments: segments)
  }

  private static func storage(
    _ view: TensorView, _ turns: TensorView?, _ arranged: ArrangedWeights?
  ) -> PackedMatrix.Segment.Storage {
    guard let arranged, let offset = arranged.offset(of: view) else { return .stored(view, turns: turns) }
    guard let turns else {
      return .arranged(arranged.memory, offset: offset, turns: nil, rowBytes: view.rowByteCount)
    }
    guard let other = arranged.offset(of: turns) else { return .stored(view, turns: turns) }
    return .arranged(arranged.memory, offset: offset, turns: other, rowBytes: view.rowByteCount)
  }
}
