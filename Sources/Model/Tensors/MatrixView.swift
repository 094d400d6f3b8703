internal import CKernels

/// A stored matrix `[rows][columns]` read in place: memory that never changes, kept alive by `owner`.
///
/// `@unchecked Sendable`: the bytes are constant while a view of them exists (a read-only mapping, or a parameter buffer
/// that is written only between passes).
public struct MatrixView: @unchecked Sendable {
  let descriptor: lp_matrix
  private let owner: AnyObject?

  /// - Parameters:
  ///   - data: `rows` rows of `columns / blockSize · blockBytes` bytes.
  ///   - owner: what keeps `data` alive; `nil` when the caller does.
  /// - Returns: `nil` when `columns` is not a whole number of blocks or a size is negative.
  public init?(data: UnsafeRawPointer, rows: Int, columns: Int, type: StorageType, owner: AnyObject?) {
    guard rows >= 0, columns >= 0, columns % type.blockSize == 0 else { return nil }
    descriptor = lp_matrix(
      data: data, rows: Int64(rows), columns: Int64(columns),
      row_bytes: Int64(columns / type.blockSize * type.blockBytes),
      type: type.rawValue)
    self.owner = owner
  }

  /// A view of floats the caller keeps alive.
  /// - Parameter stride: distance between rows; `columns` when `nil`.
  public init(floats: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    descriptor = lp_matrix(
      data: UnsafeRawPointer(floats), rows: Int64(rows), columns: Int64(columns),
      row_bytes: Int64((stride ?? columns) * 4), type: StorageType.f32.rawValue)
    owner = nil
  }

  private init(descriptor: lp_matrix, owner: AnyObject?) {
    self.descriptor = descriptor
    self.owner = owner
  }

  public var rows: Int { Int(descriptor.rows) }
  public var columns: Int { Int(descriptor.columns) }
  public var byteCount: Int { Int(descriptor.rows * descriptor.row_bytes) }
  public var storage: StorageType { StorageType(rawValue: descriptor.type) ?? .f32 }

  /// Columns `range` of the matrix; its start is a multiple of the block.
  public func columns(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns out of range")
    precondition(range.lowerBound % storage.blockSize == 0, "columns start with a block")
    var part = descriptor
    part.data = descriptor.data + range.lowerBound / storage.blockSize * storage.blockBytes
    part.columns = Int64(range.count)
    return MatrixView(descriptor: part, owner: owner)
  }

  /// Rows `range` of the matrix.
  public func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows out of range")
    var part = descriptor
    part.data = descriptor.data + range.lowerBound * Int(descriptor.row_bytes)
    part.rows = Int64(range.count)
    return MatrixView(descriptor: part, owner: owner)
  }
}
