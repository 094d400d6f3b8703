import Diagnostics
import Glibc

/// A tensor lying in read-only memory, usually a mapped file that the view keeps alive. No bytes are copied.
///
/// `shape` is row-major as PyTorch prints it: a linear layer's weight is `[out, in]`, and each of its `rowCount` rows
/// is `rowByteCount` contiguous bytes.
public struct TensorView: Sendable {
  /// The canonical Hugging Face name, such as `model.layers.0.self_attn.q_proj.weight`, once it comes from a
  /// `ModelSource`; the container's own name otherwise.
  public var name: String
  public let shape: [Int]
  public let dtype: TensorDType
  /// What keeps the bytes alive.
  public let memory: ReadOnlyMemory
  /// Where the tensor starts in `memory`, in bytes.
  public let offset: Int
  public let byteCount: Int

  /// - Returns: `nil` when the shape does not fill the byte range of `memory` or the address is not aligned for
  ///   `dtype`.
  public init?(name: String, shape: [Int], dtype: TensorDType, memory: ReadOnlyMemory, offset: Int) {
    guard let elements = TensorView.elementCount(of: shape),
      (shape.last ?? 1) % dtype.blockElementCount == 0,
      let bytes = dtype.byteCount(elementCount: elements), offset >= 0, offset <= memory.count,
      bytes <= memory.count - offset,
      (Int(bitPattern: memory.baseAddress) &+ offset) % dtype.alignment == 0
    else { return nil }
    self.name = name
    self.shape = shape
    self.dtype = dtype
    self.memory = memory
    self.offset = offset
    self.byteCount = bytes
  }

  /// The product of a shape's extents; `nil` on a negative extent or overflow.
  static func elementCount(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      guard extent >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  public var elementCount: Int { TensorView.elementCount(of: shape) ?? 0 }
  /// Extent of the last dimension: a linear layer's inputs.
  public var columnCount: Int { shape.last ?? 1 }
  /// Product of all extents but the last: a linear layer's outputs; 1 for a vector.
  public var rowCount: Int { columnCount == 0 ? 0 : elementCount / columnCount }
  public var rowByteCount: Int { rowCount == 0 ? 0 : byteCount / rowCount }

  /// The first byte. Valid while `memory` is kept, so whoever stores the pointer stores the view beside it.
  public var baseAddress: UnsafeRawPointer { memory.baseAddress + offset }

  /// Lends all bytes, row after row; the pointer must not leave `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(memory) {} }
    return try body(bytes)
  }

  /// All bytes, for code that already keeps the view alive past its last use of the pointer.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: baseAddress, count: byteCount) }

  /// Rows `range` of the tensor, as a matrix of its own. `range` must lie in `0..<rowCount`.
  public func rows(_ range: Range<Int>) -> TensorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows out of range")
    if range == 0..<rowCount { return self }
    return TensorView(
      name: name, shape: [range.count, columnCount], dtype: dtype, memory: memory,
      offset: offset + range.lowerBound * rowByteCount) ?? self
  }

  /// The bytes of one row. `row` must be below `rowCount`.
  func rowBytes(_ row: Int) -> UnsafeRawBufferPointer {
    precondition(row >= 0 && row < rowCount, "row out of range")
    return UnsafeRawBufferPointer(start: baseAddress + row * rowByteCount, count: rowByteCount)
  }

  /// Widens one row to f32: the oracle of every kernel that reads weights.
  /// - Parameter output: `columnCount` elements.
  /// - Throws: `Diagnostic` (`unsupported-tensor-dtype`) for integer kinds.
  public func readRow(_ row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
    precondition(output.count >= columnCount, "output holds a row")
    defer { withExtendedLifetime(memory) {} }
    guard Dequantize.row(rowBytes(row), dtype: dtype, into: output, count: columnCount) else {
      throw Diagnostic(
        code: "unsupported-tensor-dtype", "tensor '\(name)' is \(dtype.rawValue), which does not hold weights")
    }
  }

  /// Whether both hold the same bytes in the same shape.
  func hasSameContent(as other: TensorView) -> Bool {
    guard shape == other.shape, dtype == other.dtype else { return false }
    defer { withExtendedLifetime((memory, other.memory)) {} }
    return baseAddress == other.baseAddress || memcmp(baseAddress, other.baseAddress, byteCount) == 0
  }

  /// All elements as f32, row-major.
  public func floats() throws -> [Float] {
    let columns = columnCount
    return try [Float](unsafeUninitializedCapacity: elementCount) { buffer, initialized in
      for row in 0..<rowCount {
        try readRow(row, into: UnsafeMutableBufferPointer(rebasing: buffer[row * columns..<(row + 1) * columns]))
      }
      initialized = elementCount
    }
  }
}
