import CKernels
import Diagnostics
import ModelFiles

/// Rows of one or several matrices in the kernels' layout: groups of 16 rows side by side.
///
/// Matrices that are applied to the same input lie in one, so that a step walks them in one go; where their storage
/// differs (a quantisation that treats v apart) they are segments of it. Output rows of a source start at a multiple
/// of 16; rows between are zero.
struct PackedMatrix: Sendable {
  struct Segment: Sendable {
    /// Where its groups start in the whole.
    let firstGroup: Int
    let groupCount: Int
    let format: Int32
    let groupBytes: Int
    let slab: Slab
    let offset: Int

    /// Whether its products read a quantised input.
    var isQuantised: Bool { format >= Int32(LP_PACKED_Q8_0.rawValue) }

    func packed(columns: Int) -> lp_packed {
      lp_packed(
        data: UnsafePointer((slab.base + offset).assumingMemoryBound(to: UInt8.self)), cols: columns,
        groups: groupCount, group_bytes: groupBytes, format: format)
    }
  }

  let columnCount: Int
  let groupCount: Int
  let segments: [Segment]

  var readsQuantised: Bool { segments.contains(where: \.isQuantised) }
  var readsPlain: Bool { !segments.allSatisfy(\.isQuantised) }
  var byteCount: Int { segments.reduce(0) { $0 + $1.groupCount * $1.groupBytes } }
  /// Width of the output, padding included.
  var outputWidth: Int { groupCount * 16 }
}

extension TensorDType {
  /// How the packer keeps the dtype; `nil` for kinds it has no layout for, which are widened to f32.
  var packed: Int32? {
    let format: lp_packed_format? =
      switch self {
      case .f32: LP_PACKED_F32
      case .f16: LP_PACKED_F16
      case .bf16: LP_PACKED_BF16
      case .q80: LP_PACKED_Q8_0
      case .q40: LP_PACKED_Q4_0
      case .q41: LP_PACKED_Q4_1
      case .q4K: LP_PACKED_Q4_S
      case .q6K: LP_PACKED_Q8_S
      default: nil
      }
    return format.map { Int32($0.rawValue) }
  }
}

/// Lays matrices out for the kernels. First `plan` everything, then `pack` on all threads into one slab.
struct MatrixPacker {
  private struct Task {
    let source: Int32
    let packed: Int32
    let columns: Int
    let groupBytes: Int
    /// The 16 rows of each group; `nil` past the end of a source.
    let groups: [[(view: Int, row: Int)?]]
    let views: [TensorView]
    let offset: Int
  }

  private var tasks: [Task] = []
  private var total = 0

  /// A place in the slab-to-be.
  struct Planned {
    let columnCount: Int
    let parts: [(groupCount: Int, packed: Int32, groupBytes: Int, offset: Int)]
  }

  /// Sources one below the other.
  mutating func plan(stacking views: [TensorView]) throws -> Planned {
    var parts: [(groupCount: Int, packed: Int32, groupBytes: Int, offset: Int)] = []
    var pending: [TensorView] = []
    for view in views {
      if let last = pending.last, last.dtype != view.dtype {
        parts.append(try add(pending, groups: Self.stacked(pending)))
        pending = []
      }
      pending.append(view)
    }
    if !pending.isEmpty { parts.append(try add(pending, groups: Self.stacked(pending))) }
    return Planned(columnCount: views.first?.columnCount ?? 0, parts: parts)
  }

  /// Two sources of equal shape, group by group in turn: gate and up. Different dtypes meet in f32.
  mutating func plan(interleaving first: TensorView, _ second: TensorView) throws -> Planned {
    var views = [first, second]
    if first.dtype != second.dtype { views = try views.map(Self.widened) }
    let groups = (0..<(first.rowCount + 15) / 16).flatMap { group in
      (0..<2).map { view in Self.group(group, of: view, rowCount: first.rowCount) }
    }
    return Planned(columnCount: first.columnCount, parts: [try add(views, groups: groups)])
  }

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

  private mutating func add(_ views: [TensorView], groups: [[(view: Int, row: Int)?]]) throws -> (
    groupCount: Int, packed: Int32, groupBytes: Int, offset: Int
  ) {
    var views = views
    guard let first = views.first else { return (0, 0, 0, total) }
    var layout = first.dtype.packed
    if layout.map({ lp_packed_group_bytes($0, first.columnCount) }) == 0 { layout = nil }
    if layout == nil { views = try views.map(Self.widened) }
    let packed = layout ?? Int32(LP_PACKED_F32.rawValue)
    let bytes = lp_packed_group_bytes(packed, first.columnCount)
    let offset = total
    tasks.append(
      Task(
        source: views[0].dtype.weightType ?? 0, packed: packed, columns: first.columnCount, groupBytes: bytes,
        groups: groups, views: views,
        offset: offset))
    total += (groups.count * bytes + 4095) / 4096 * 4096
    return (groups.count, packed, bytes, offset)
  }

  /// Fills one slab with all that was planned.
  func pack(team: ThreadTeam) throws -> Slab {
    // Reading ahead of a row's end is harmless inside the slab; the last matrix gets room for it.
    let slab = try Slab(byteCount: total + 65536)
    team.run { member in
      for task in tasks {
        let count = task.groups.count
        let base = (slab.base + task.offset).assumingMemoryBound(to: UInt8.self)
        var packed = lp_packed(
          data: base, cols: task.columns, groups: count, group_bytes: task.groupBytes, format: task.packed)
        for index in count * member / team.count..<count * (member + 1) / team.count {
          var rows = [UnsafePointer<UInt8>?](repeating: nil, count: 16)
          for (lane, place) in task.groups[index].enumerated() {
            guard let place else { continue }
            let view = task.views[place.view]
            rows[lane] = (view.baseAddress + place.row * view.rowByteCount).assumingMemoryBound(to: UInt8.self)
          }
          lp_pack_group(&packed, index, task.source, &rows, base)
        }
      }
    }
    return slab
  }

  static func matrix(_ planned: Planned, in slab: Slab) -> PackedMatrix {
    var segments: [PackedMatrix.Segment] = []
    var group = 0
    for part in planned.parts {
      segments.append(
        PackedMatrix.Segment(
          firstGroup: group, groupCount: part.groupCount, format: part.packed, groupBytes: part.groupBytes, slab: slab,
          offset: part.offset))
      group += part.groupCount
    }
    return PackedMatrix(columnCount: planned.columnCount, groupCount: group, segments: segments)
  }
}
