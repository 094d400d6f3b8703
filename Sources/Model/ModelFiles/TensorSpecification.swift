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
  /// Widens rows of a weight: the `WeightRows` of the model as it is. A norm's row is w, also where the file holds 1 + w.
  public func readRows(
    _ name: String, _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    let tensor = try tensor(name)
    let columns = tensor.columnCount
    for (index, row) in rows.enumerated() {
      try tensor.readRow(
        row, into: UnsafeMutableBufferPointer(rebasing: output[index * columns..<(index + 1) * columns]))
    }
    if holdsSumOfNorm(name) { for index in output.indices { output[index] -= 1 } }
  }
}
