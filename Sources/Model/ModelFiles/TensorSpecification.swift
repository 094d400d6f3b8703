import Diagnostics

/// What a writer must know of a tensor before its bytes come.
public struct TensorSpecification: Sendable, Hashable {
  public var name: String
  /// Row-major.
  public var shape: [Int]
  public var dtype: TensorDType

  public init(name: String, shape: [Int], dtype: TensorDType) {
    self.name = name
    self.shape = shape
    self.dtype = dtype
  }

  /// Bytes of the tensor.
  /// - Throws: `Diagnostic` (`bad-tensor-shape`) when the shape overflows or its rows are no whole number of blocks.
  public func byteCount() throws -> Int {
    guard let elements = TensorView.elementCount(of: shape), (shape.last ?? 1) % dtype.blockElementCount == 0,
      let bytes = dtype.byteCount(elementCount: elements)
    else {
      throw Diagnostic(
        code: "bad-tensor-shape", "tensor '\(name)' \(shape) cannot be stored as \(dtype.rawValue)")
    }
    return bytes
  }
}

/// The f32 values of rows of a weight, by canonical name: a base's own, or merged ones.
///
/// `output` has room for exactly the rows asked for; a vector is one row.
public typealias WeightRows = (
  _ tensor: String, _ rows: Range<Int>, _ output: UnsafeMutableBufferPointer<Float>
) throws -> Void

extension ModelSource {
  /// Widens rows of a weight: the `WeightRows` of the model as it is. What a GGUF file holds otherwise, such as 1 + w of
  /// a norm, is brought into the canonical form.
  public func readRows(
    _ name: String, _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    let layout = layout(of: name)
    // Row by row, nothing of a reordered matrix need be kept.
    let isWhole = layout.headDimension != nil
    let tensor = isWhole ? try tensor(name) : try storedTensor(name)
    let columns = tensor.columnCount
    for (index, row) in rows.enumerated() {
      try tensor.readRow(
        isWhole ? row : layout.rows?.fileIndex(canonical: row) ?? row,
        into: UnsafeMutableBufferPointer(rebasing: output[index * columns..<(index + 1) * columns]))
    }
    try layout.toCanonical(output, rowCount: rows.count, tensor: name, path: path)
  }
}
