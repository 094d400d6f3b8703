import Diagnostics

/// One `.gguf` file, version 2 or 3: checked metadata and tensor table over a mapped file.
public struct GGUFFile: Sendable {
  public let path: String
  public let version: Int
  /// In file order.
  public let metadataKeys: [String]
  public let metadata: [String: GGUFValue]
  /// By the file's own names (`blk.0.attn_q.weight`), row-major, in file order.
  public let tensors: [TensorView]
  private let positions: [String: Int]

  /// - Throws: `Diagnostic` naming the file and, where one is at fault, the key or tensor.
  public init(_ path: String) throws {
    try self.init(path: path, memory: MappedFile(path).memory)
  }

  /// Reads a file that is already in memory; `path` serves for messages.
  public init(path: String, memory: ReadOnlyMemory) throws {
    func failure(_ message: String) -> Diagnostic { ModelFileFailure.gguf(path, message) }
    var cursor = GGUFCursor(path: path, memory: memory, offset: 0, end: memory.count)
    guard memory.count >= 4, try cursor.integer(UInt32.self) == 0x4655_4747 else {
      // A file of another kind is likelier than a damaged one.
      throw Diagnostic(
        code: "bad-gguf", "no GGUF file: it does not start with 'GGUF'",
        remedy: "give a GGUF file or a model's folder; if this should be one, download it again",
        location: SourceLocation(file: path))
    }
    let version = try cursor.integer(UInt32.self)
    guard version == 2 || version == 3 else {
      throw failure("GGUF version \(version) is not supported, only 2 and 3 (little-endian)")
    }
    // A tensor's entry takes at least 24 bytes, a metadata entry at least 13.
    let tensorCount = try cursor.count(minimumByteCount: 24, what: "the tensor count")
    let metadataCount = try cursor.count(minimumByteCount: 13, what: "the metadata count")
    var keys: [String] = []
    var metadata: [String: GGUFValue] = [:]
    for _ in 0..<metadataCount {
      let key = try cursor.string(of: "a metadata key")
      let value = try cursor.value(try cursor.type(of: key), key: key, depth: 0)
      guard metadata.updateValue(value, forKey: key) == nil else { throw failure("metadata '\(key)' occurs twice") }
      keys.append(key)
    }
    var alignment = 32
    if let value = metadata["general.alignment"] {
      guard let given = value.intValue, given >= 8, given <= 1 << 20, given & (given - 1) == 0 else {
        throw failure("metadata 'general.alignment' is not a power of two from 8 to 1048576")
      }
      alignment = given
    }
    var entries: [GGUFTensorEntry] = []
    for _ in 0..<tensorCount { entries.append(try GGUFTensorEntry(&cursor)) }
    let dataStart = (cursor.offset + alignment - 1) / alignment * alignment

    var positions: [String: Int] = [:]
    var tensors: [TensorView] = []
    for entry in entries {
      guard entry.offset % UInt64(alignment) == 0 else {
        throw failure("tensor '\(entry.name)' lies at \(entry.offset), not aligned to \(alignment)")
      }
      guard let offset = Int(exactly: entry.offset), offset <= memory.count - dataStart,
        let view = TensorView(
          name: entry.name, shape: entry.shape, dtype: entry.dtype, memory: memory, offset: dataStart + offset)
      else {
        throw failure(
          "tensor '\(entry.name)' \(entry.shape) of \(entry.dtype.rawValue) at \(entry.offset) does not fit the file")
      }
      guard positions.updateValue(tensors.count, forKey: entry.name) == nil else {
        throw failure("tensor '\(entry.name)' occurs twice")
      }
      tensors.append(view)
    }
    var end = dataStart
    for tensor in tensors.sorted(by: { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }) {
      guard tensor.offset >= end else { throw failure("tensor '\(tensor.name)' overlaps the one before it") }
      end = tensor.offset + tensor.byteCount
    }
    self.path = path
    self.version = Int(version)
    self.metadataKeys = keys
    self.metadata = metadata
    self.tensors = tensors
    self.positions = positions
  }

  /// The tensor of that name, or `nil`.
  public func tensor(_ name: String) -> TensorView? { positions[name].map { tensors[$0] } }

  /// A metadata array of strings, or `nil` when the key is absent.
  /// - Throws: `Diagnostic` (`bad-gguf`) when it holds something else.
  public func strings(_ key: String) throws -> [String]? {
    try metadata[key].map { value in
      guard let array = value.arrayValue else { throw ModelFileFailure.gguf(path, "metadata '\(key)' is no array") }
      return try array.strings()
    }
  }

  /// A metadata array of integers, or `nil` when the key is absent.
  /// - Throws: `Diagnostic` (`bad-gguf`) when it holds something else.
  public func integers(_ key: String) throws -> [Int]? {
    try metadata[key].map { value in
      guard let array = value.arrayValue else { throw ModelFileFailure.gguf(path, "metadata '\(key)' is no array") }
      return try array.integers()
    }
  }
}

/// One row of the tensor table. GGUF lists extents innermost first; `shape` is turned to row-major.
private struct GGUFTensorEntry {
  let name: String
  let shape: [Int]
  let dtype: TensorDType
  let offset: UInt64

  init(_ cursor: inout GGUFCursor) throws {
    let name = try cursor.string(of: "a tensor name")
    let dimensions = try cursor.integer(UInt32.self)
    guard (1...4).contains(dimensions) else {
      throw ModelFileFailure.gguf(cursor.path, "tensor '\(name)' has \(dimensions) dimensions, not 1 to 4")
    }
    var shape: [Int] = []
    for _ in 0..<dimensions {
      guard let extent = Int(exactly: try cursor.integer(UInt64.self)) else {
        throw ModelFileFailure.gguf(cursor.path, "tensor '\(name)' has an extent over 2^63")
      }
      shape.append(extent)
    }
    let type = try cursor.integer(UInt32.self)
    guard let dtype = GGUFTensorType.dtypes[type] else {
      throw ModelFileFailure.dtype(cursor.path, tensor: name, GGUFTensorType.name(type))
    }
    self.name = name
    self.shape = shape.reversed()
    self.dtype = dtype
    self.offset = try cursor.integer(UInt64.self)
  }
}

/// ggml's numbers for tensor types.
enum GGUFTensorType {
  static let dtypes: [UInt32: TensorDType] = {
    var dtypes: [UInt32: TensorDType] = [24: .i8, 25: .i16, 26: .i32, 27: .i64, 28: .f64]
    for dtype in TensorDType.allCases {
      if let type = dtype.weightType { dtypes[UInt32(type)] = dtype }
    }
    return dtypes
  }()

  /// The number of a kind that GGUF can hold.
  static func number(_ dtype: TensorDType) -> UInt32? { dtypes.first { $0.value == dtype }?.key }

  /// What ggml calls a type that is not supported here.
  static func name(_ number: UInt32) -> String {
    let names: [UInt32: String] = [
      9: "q8_1", 15: "q8_k", 16: "iq2_xxs", 17: "iq2_xs", 18: "iq3_xxs", 19: "iq1_s", 21: "iq3_s", 22: "iq2_s",
      29: "iq1_m", 34: "tq1_0", 35: "tq2_0", 40: "nvfp4",
    ]
    return names[number] ?? "type \(number)"
  }
}
