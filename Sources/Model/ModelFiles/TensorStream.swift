import Diagnostics

/// Rows of a tensor as they were written, for checks of what narrowing did to them.
public struct WrittenTile {
  /// The canonical name.
  public let tensor: String
  /// In canonical order.
  public let rows: Range<Int>
  /// What was to be written, `rows.count` rows.
  public let values: UnsafeBufferPointer<Float>
  /// What it became, row by row in canonical order; valid only during the call.
  public let bytes: UnsafeRawBufferPointer
  public let dtype: TensorDType
}

/// Hooks into a long write; both are called on the writing thread.
public struct ModelWriteObserver {
  /// Bytes of weights written so far and in all.
  public var progress: (_ completed: Int, _ total: Int) throws -> Void
  public var tile: (WrittenTile) throws -> Void

  public init(
    progress: @escaping (_ completed: Int, _ total: Int) throws -> Void = { _, _ in },
    tile: @escaping (WrittenTile) throws -> Void = { _ in }
  ) {
    self.progress = progress
    self.tile = tile
  }
}

/// Narrows weights tile by tile, so that memory stays bounded whatever the model's size.
struct TensorStream {
  let rows: WeightRows
  let observer: ModelWriteObserver
  let total: Int
  private(set) var completed = 0

  /// Rows of f32 in flight; 4 MB.
  private static let tileElements = 1 << 20

  init(rows: @escaping WeightRows, observer: ModelWriteObserver, total: Int) {
    self.rows = rows
    self.observer = observer
    self.total = total
  }

  /// Streams one tensor.
  /// - Parameters:
  ///   - canonical: the name `rows` knows.
  ///   - layout: the order in which the rows go out.
  mutating func write(
    canonical: String, shape: [Int], dtype: TensorDType, layout: GGUFLayout = .canonical,
    sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let columns = shape.last ?? 1
    guard columns > 0, let elements = TensorView.elementCount(of: shape),
      let rowBytes = dtype.byteCount(elementCount: columns)
    else {
      throw Diagnostic(
        code: "bad-tensor-shape", "tensor '\(canonical)' \(shape) cannot be stored as \(dtype.rawValue)")
    }
    let rowCount = elements / columns
    let unit = layout.headDimension ?? 1
    let tileRows = max(unit, Self.tileElements / columns / unit * unit)
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(tileRows, rowCount) * columns)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(tileRows, rowCount) * rowBytes, alignment: 64)
    defer {
      values.deallocate()
      bytes.deallocate()
    }
    values.initialize(repeating: 0)
    for range in Self.tiles(rowCount, of: tileRows, layout) {
      let input = UnsafeMutableBufferPointer(rebasing: values[..<(range.count * columns)])
      try rows(canonical, range, input)
      for index in 0..<range.count {
        try narrow(
          UnsafeBufferPointer(rebasing: input[index * columns..<(index + 1) * columns]), dtype,
          UnsafeMutableRawBufferPointer(rebasing: bytes[index * rowBytes..<(index + 1) * rowBytes]),
          canonical: canonical, row: range.lowerBound + index)
      }
      let output = UnsafeRawBufferPointer(rebasing: bytes[..<(range.count * rowBytes)])
      try observer.tile(
        WrittenTile(tensor: canonical, rows: range, values: UnsafeBufferPointer(input), bytes: output, dtype: dtype))
      if let headDimension = layout.headDimension {
        for index in 0..<range.count {
          let source = RowPermutation.canonicalRow(gguf: index, headDimension: headDimension)
          try sink(UnsafeRawBufferPointer(rebasing: output[source * rowBytes..<(source + 1) * rowBytes]))
        }
      } else {
        try sink(output)
      }
      completed += output.count
      try observer.progress(completed, total)
    }
  }

  /// Canonical rows in the order in which they go out, at most `size` at a time.
  private static func tiles(_ rowCount: Int, of size: Int, _ layout: GGUFLayout) -> [Range<Int>] {
    (layout.rows?.canonicalRuns ?? [0..<rowCount]).flatMap { run in
      stride(from: run.lowerBound, to: run.upperBound, by: size).map { $0..<min($0 + size, run.upperBound) }
    }
  }

  /// Streams a tensor's bytes as they are.
  mutating func copy(_ view: TensorView, sink: (UnsafeRawBufferPointer) throws -> Void) throws {
    let step = 4 * Self.tileElements
    for first in stride(from: 0, to: view.byteCount, by: step) {
      let count = min(step, view.byteCount - first)
      try view.withBytes { try sink(UnsafeRawBufferPointer(rebasing: $0[first..<first + count])) }
      completed += count
      try observer.progress(completed, total)
    }
  }

  private func narrow(
    _ values: UnsafeBufferPointer<Float>, _ dtype: TensorDType, _ output: UnsafeMutableRawBufferPointer,
    canonical: String, row: Int
  ) throws {
    do {
      try Quantize.row(values, as: dtype, into: output)
    } catch {
      switch error {
      case .notFinite(let index):
        throw Diagnostic(
          code: "weight-not-finite", "tensor '\(canonical)' has the value \(values[index]) at [\(row), \(index)]",
          remedy: "the training diverged or the base is damaged")
      case .overflow(let index):
        throw Diagnostic(
          code: "weight-overflow",
          "tensor '\(canonical)' has values near [\(row), \(index)] that \(dtype.rawValue) cannot hold",
          remedy: "use bf16 or f32")
      case .unsupportedKind:
        throw Diagnostic(
          code: "unsupported-tensor-dtype", "tensor '\(canonical)' cannot be written as \(dtype.rawValue)",
          remedy: "use f32, f16, bf16, q8_0 or q4_0")
      }
    }
  }
}
