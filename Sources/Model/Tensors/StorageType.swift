internal import CKernels

/// How a weight is stored: one of the types the kernels read, by ggml's number.
public struct StorageType: RawRepresentable, Sendable, Hashable, CaseIterable {
  public let rawValue: Int32
  private let block: (elements: Int32, bytes: Int32)

  /// - Returns: `nil` when no kernel reads the type.
  public init?(rawValue: Int32) {
    let block = lp_block_of(rawValue)
    guard block.elements > 0 else { return nil }
    self.rawValue = rawValue
    self.block = (block.elements, block.bytes)
  }

  /// 32-bit floats.
  public static let f32 = StorageType(plain: LP_F32, bytes: 4)

  private init(plain: lp_weight_type, bytes: Int32) {
    rawValue = Int32(plain.rawValue)
    block = (1, bytes)
  }

  public static let allCases: [StorageType] = sequence(first: Int32(0)) { $0 + 1 }.lazy
    .map { lp_weight_type_at($0) }.prefix { $0 >= 0 }.compactMap { StorageType(rawValue: $0) }

  /// Elements of a block along a row.
  public var blockSize: Int { Int(block.elements) }
  public var blockBytes: Int { Int(block.bytes) }

  public static func == (a: StorageType, b: StorageType) -> Bool { a.rawValue == b.rawValue }
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}
