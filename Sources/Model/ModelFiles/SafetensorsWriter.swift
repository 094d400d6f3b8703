import Diagnostics
import JSON

/// Writes a `.safetensors` file tensor by tensor, in the order announced. Equal input gives equal bytes.
public final class SafetensorsWriter {
  private let file: SequentialFile
  private let expectedByteCount: Int

  /// Creates the file and writes its header, padded so that the data starts at a multiple of 8.
  /// - Throws: `Diagnostic` (`cannot-write-file`, `disk-full`, `bad-tensor-shape`).
  public init(_ path: String, tensors: [TensorSpecification], metadata: [(String, String)] = [("format", "pt")]) throws
  {
    var header = JSONObject()
    if !metadata.isEmpty {
      header["__metadata__"] = .object(JSONObject(metadata.map { ($0.0, .string($0.1)) }))
    }
    var offset = 0
    for tensor in tensors {
      guard let dtype = Self.dtypeName(tensor.dtype) else {
        throw Diagnostic(
          code: "unsupported-tensor-dtype",
          "tensor '\(tensor.name)': safetensors cannot hold \(tensor.dtype.rawValue)", remedy: "use f32, f16 or bf16")
      }
      let end = offset + (try tensor.byteCount())
      header[tensor.name] = [
        "dtype": .string(dtype), "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
        "data_offsets": [.integer(Int64(offset)), .integer(Int64(end))],
      ]
      offset = end
    }
    var bytes = JSONValue.object(header).bytes()
    bytes.append(contentsOf: repeatElement(0x20, count: (8 - bytes.count % 8) % 8))
    let file = try SequentialFile(path)
    let length = UInt64(bytes.count)
    try withUnsafeBytes(of: length.littleEndian) { try file.write($0) }
    try file.write(bytes)
    self.file = file
    expectedByteCount = 8 + bytes.count + offset
  }

  /// Appends the next bytes of the data.
  public func append(_ bytes: UnsafeRawBufferPointer) throws { try file.write(bytes) }

  /// Appends f32 values.
  public func append(_ values: [Float]) throws { try values.withUnsafeBytes { try file.write($0) } }

  /// Closes the file.
  /// - Throws: `Diagnostic` (`incomplete-tensor-data`) when the bytes are not as many as announced.
  public func finish() throws {
    guard file.byteCount == expectedByteCount else {
      throw Diagnostic(
        code: "incomplete-tensor-data",
        "\(file.byteCount) bytes were written where \(expectedByteCount) were announced",
        location: SourceLocation(file: file.path))
    }
    try file.finish()
  }

  static func dtypeName(_ dtype: TensorDType) -> String? {
    switch dtype {
    case .f64: "F64"
    case .f32: "F32"
    case .f16: "F16"
    case .bf16: "BF16"
    case .i64: "I64"
    case .i32: "I32"
    case .i16: "I16"
    case .i8: "I8"
    case .u8: "U8"
    case .bool: "BOOL"
    default: nil
    }
  }
}
