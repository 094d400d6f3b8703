import Diagnostics

/// A metadata value to write.
public enum GGUFWriteValue: Sendable {
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  case string(String)
  case strings([String])
  case int32s([Int32])
  case float32s([Float])
  /// Elements of an array of another file, as they are.
  case copy(GGUFArray)
}

/// Writes a GGUF v3 file: metadata and tensor table at once, then the tensors' bytes in the order announced. Equal
/// input gives equal bytes.
public final class GGUFWriter {
  private let file: SequentialFile
  private let sizes: [Int]
  private var index = 0
  private var written = 0
  static let alignment = 32

  /// - Throws: `Diagnostic` (`cannot-write-file`, `disk-full`, `bad-tensor-shape`, `unsupported-tensor-dtype`).
  public init(_ path: String, metadata: [(String, GGUFWriteValue)], tensors: [TensorSpecification]) throws {
    var header = Header()
    header.append(UInt32(0x4655_4747))
    header.append(UInt32(3))
    header.append(UInt64(tensors.count))
    header.append(UInt64(metadata.count))
    for (key, value) in metadata {
      header.append(key)
      header.append(value)
    }
    var offset = 0
    for tensor in tensors {
      guard let type = GGUFTensorType.number(tensor.dtype) else {
        throw Diagnostic(
          code: "unsupported-tensor-dtype", "tensor '\(tensor.name)': GGUF cannot hold \(tensor.dtype.rawValue)")
      }
      header.append(tensor.name)
      header.append(UInt32(tensor.shape.count))
      for extent in tensor.shape.reversed() { header.append(UInt64(extent)) }
      header.append(type)
      header.append(UInt64(offset))
      offset += Self.aligned(try tensor.byteCount())
    }
    sizes = try tensors.map { try $0.byteCount() }
    file = try SequentialFile(path)
    try file.write(header.bytes)
    try file.write(padding: Self.aligned(header.bytes.count) - header.bytes.count)
  }

  static func aligned(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  /// Appends bytes of the current tensor; a full tensor is padded and the next begins.
  /// - Throws: `Diagnostic` (`incomplete-tensor-data`) when more comes than was announced.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard index < sizes.count, bytes.count <= sizes[index] - written else { throw mismatch() }
    try file.write(bytes)
    written += bytes.count
    if written == sizes[index] {
      try file.write(padding: Self.aligned(written) - written)
      index += 1
      written = 0
    }
  }

  /// Closes the file.
  /// - Throws: `Diagnostic` (`incomplete-tensor-data`) when less came than was announced.
  public func finish() throws {
    while index < sizes.count, sizes[index] == 0 { index += 1 }
    guard index == sizes.count else { throw mismatch() }
    try file.finish()
  }

  private func mismatch() -> Diagnostic {
    Diagnostic(
      code: "incomplete-tensor-data", "the bytes of tensor \(index) are not as many as announced",
      location: SourceLocation(file: file.path))
  }
}

/// The part of the file before the tensors' bytes.
private struct Header {
  var bytes: [UInt8] = []

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ type: GGUFValueType) { append(type.rawValue) }

  mutating func append(_ value: GGUFWriteValue) {
    switch value {
    case .uint32(let value):
      append(GGUFValueType.uint32)
      append(value)
    case .int32(let value):
      append(GGUFValueType.int32)
      append(UInt32(bitPattern: value))
    case .float32(let value):
      append(GGUFValueType.float32)
      append(value.bitPattern)
    case .bool(let value):
      append(GGUFValueType.bool)
      append(UInt8(value ? 1 : 0))
    case .string(let value):
      append(GGUFValueType.string)
      append(value)
    case .strings(let values):
      append(GGUFValueType.array)
      append(GGUFValueType.string)
      append(UInt64(values.count))
      for value in values { append(value) }
    case .int32s(let values):
      append(GGUFValueType.array)
      append(GGUFValueType.int32)
      append(UInt64(values.count))
      for value in values { append(value) }
    case .float32s(let values):
      append(GGUFValueType.array)
      append(GGUFValueType.float32)
      append(UInt64(values.count))
      for value in values { append(value.bitPattern) }
    case .copy(let array):
      append(GGUFValueType.array)
      append(array.elementType)
      append(UInt64(array.count))
      array.withBytes { bytes.append(contentsOf: $0) }
    }
  }
}
