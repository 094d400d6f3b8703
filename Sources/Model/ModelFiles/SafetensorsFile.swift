import Diagnostics
import JSON

/// One `.safetensors` file: a checked header over a mapped file.
public struct SafetensorsFile: Sendable {
  public let path: String
  /// The header's `__metadata__`, in file order.
  public let metadata: [(key: String, value: String)]
  /// Sorted by position in the file.
  public let tensors: [TensorView]
  private let positions: [String: Int]

  /// As in the reference implementation.
  static let maximumHeaderBytes = 100_000_000

  /// - Throws: `Diagnostic` naming the file and, where one is at fault, the tensor.
  public init(_ path: String) throws {
    try self.init(path: path, memory: MappedFile(path).memory)
  }

  /// Reads a file that is already in memory; `path` serves for messages.
  public init(path: String, memory: ReadOnlyMemory) throws {
    func failure(_ message: String) -> Diagnostic { ModelFileFailure.safetensors(path, message) }
    let bytes = memory.bytes
    guard bytes.count >= 8 else { throw failure("no safetensors file: shorter than its 8-byte header length") }
    let headerLength = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard headerLength <= UInt64(Self.maximumHeaderBytes) else {
      throw failure("no safetensors file: a header of \(headerLength) bytes is over the limit of 100 MB")
    }
    guard headerLength <= UInt64(bytes.count - 8) else {
      throw failure("the header of \(headerLength) bytes does not fit the file of \(bytes.count) bytes")
    }
    let dataStart = 8 + Int(headerLength)
    let header: JSONValue
    do {
      header = try JSONValue(
        parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]), maximumDepth: 16, rejectsDuplicateKeys: true)
    } catch {
      throw failure("the header is not valid JSON: \(error.message)")
    }
    guard let members = header.objectValue else { throw failure("the header is not a JSON object") }

    var metadata: [(key: String, value: String)] = []
    var entries: [Entry] = []
    entries.reserveCapacity(members.count)
    for (name, value) in members {
      if name == "__metadata__" {
        guard let object = value.objectValue else { throw failure("'__metadata__' is not an object") }
        for (key, value) in object {
          guard let text = value.stringValue else { throw failure("metadata '\(key)' is not a string") }
          metadata.append((key, text))
        }
      } else {
        entries.append(try Entry(name: name, value: value, path: path))
      }
    }
    entries.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    let dataLength = bytes.count - dataStart
    var expectedStart = 0
    for entry in entries {
      guard entry.start == expectedStart else {
        throw failure(
          "tensor '\(entry.name)' starts at \(entry.start), but the data before it ends at \(expectedStart)")
      }
      guard entry.end <= dataLength else {
        throw failure("tensor '\(entry.name)' ends at \(entry.end), past the file's \(dataLength) bytes of data")
      }
      expectedStart = entry.end
    }
    guard expectedStart == dataLength else {
      throw failure("\(dataLength - expectedStart) bytes after the last tensor belong to none")
    }
    self.path = path
    self.metadata = metadata
    self.tensors = try entries.map { try $0.view(memory: memory, dataStart: dataStart, path: path) }
    self.positions = Dictionary(
      uniqueKeysWithValues: self.tensors.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// The tensor of that name, or `nil`.
  public func tensor(_ name: String) -> TensorView? { positions[name].map { tensors[$0] } }
}

/// A tensor's entry in the header, checked on its own.
private struct Entry {
  let name: String
  let dtype: TensorDType
  let shape: [Int]
  let start: Int
  let end: Int

  init(name: String, value: JSONValue, path: String) throws {
    func failure(_ message: String) -> Diagnostic {
      ModelFileFailure.safetensors(path, "tensor '\(name)': \(message)")
    }
    guard let dtypeName = value["dtype"]?.stringValue else { throw failure("the header gives no dtype") }
    guard let dtype = Self.dtypes[dtypeName] else {
      throw ModelFileFailure.dtype(path, tensor: name, dtypeName)
    }
    guard let shapeValues = value["shape"]?.arrayValue, shapeValues.count <= 8 else {
      throw failure("the header gives no shape of up to 8 dimensions")
    }
    let shape = try shapeValues.map { value in
      guard let extent = value.intValue, extent >= 0 else { throw failure("the shape has a bad extent") }
      return extent
    }
    guard let offsets = value["data_offsets"]?.arrayValue, offsets.count == 2, let start = offsets[0].intValue,
      let end = offsets[1].intValue, start >= 0, end >= start
    else { throw failure("the data offsets are not two ascending positions") }
    guard let elements = TensorView.elementCount(of: shape), let size = dtype.byteCount(elementCount: elements),
      size == end - start
    else { throw failure("shape \(shape) of \(dtypeName) does not fill \(end - start) bytes") }
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.start = start
    self.end = end
  }

  /// Old files may lie at an odd address; such a tensor is copied to an aligned one.
  func view(memory: ReadOnlyMemory, dataStart: Int, path: String) throws -> TensorView {
    if let view = TensorView(name: name, shape: shape, dtype: dtype, memory: memory, offset: dataStart + start) {
      return view
    }
    let copy = ReadOnlyMemory(
      copying: UnsafeRawBufferPointer(rebasing: memory.bytes[dataStart + start..<dataStart + end]))
    guard let view = TensorView(name: name, shape: shape, dtype: dtype, memory: copy, offset: 0) else {
      throw ModelFileFailure.safetensors(path, "tensor '\(name)' does not fit its bytes")
    }
    return view
  }

  private static let dtypes: [String: TensorDType] = [
    "F64": .f64, "F32": .f32, "F16": .f16, "BF16": .bf16, "I64": .i64, "I32": .i32, "I16": .i16, "I8": .i8, "U8": .u8,
    "BOOL": .bool,
  ]
}
