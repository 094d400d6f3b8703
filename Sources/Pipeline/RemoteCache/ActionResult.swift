/// The part of Bazel's `ActionResult` message that a cache looks at: which blobs an action refers to.
///
/// A cache such as bazel-remote parses the entries below `ac/`, and answers "not found" when one of the blobs they name
/// is gone. Entries are therefore written in that form. Fields by number (build.bazel.remote.execution.v2):
/// `output_files` 2, each with `path` 1, `digest` 2 (`hash` 1, `size_bytes` 2) and `is_executable` 4; `stdout_raw` 5;
/// `stderr_raw` 7.
struct ActionResult: Sendable, Hashable {
  struct OutputFile: Sendable, Hashable {
    var path: String
    /// Hexadecimal SHA-256.
    var hash: String
    var size: Int64
    var isExecutable = false
  }

  var outputFiles: [OutputFile] = []
  /// The portable action record.
  var record: [UInt8] = []
  /// Signatures of the record.
  var signatures: [UInt8] = []

  var bytes: [UInt8] {
    var message = ProtobufWriter()
    for file in outputFiles {
      var digest = ProtobufWriter()
      digest.bytes(1, Array(file.hash.utf8))
      digest.number(2, UInt64(bitPattern: file.size))
      var entry = ProtobufWriter()
      entry.bytes(1, Array(file.path.utf8))
      entry.bytes(2, digest.output)
      entry.number(4, file.isExecutable ? 1 : 0)
      message.bytes(2, entry.output)
    }
    message.bytes(5, record)
    message.bytes(7, signatures)
    return message.output
  }

  /// - Returns: `nil` for bytes that are no such message. Fields of other numbers are passed over.
  init?(_ bytes: [UInt8]) {
    guard let fields = ProtobufReader.fields(bytes[...]) else { return nil }
    for (number, value) in fields {
      switch (number, value) {
      case (2, .bytes(let entry)):
        guard let file = OutputFile(entry) else { return nil }
        outputFiles.append(file)
      case (5, .bytes(let text)): record = Array(text)
      case (7, .bytes(let text)): signatures = Array(text)
      default: break
      }
    }
  }

  init(outputFiles: [OutputFile], record: [UInt8], signatures: [UInt8] = []) {
    self.outputFiles = outputFiles
    self.record = record
    self.signatures = signatures
  }
}

extension ActionResult.OutputFile {
  fileprivate init?(_ bytes: ArraySlice<UInt8>) {
    self.init(path: "", hash: "", size: 0)
    guard let fields = ProtobufReader.fields(bytes) else { return nil }
    for (number, value) in fields {
      switch (number, value) {
      case (1, .bytes(let text)):
        guard let text = String(validating: text, as: UTF8.self) else { return nil }
        path = text
      case (2, .bytes(let digest)):
        guard let members = ProtobufReader.fields(digest) else { return nil }
        for (number, value) in members {
          switch (number, value) {
          case (1, .bytes(let text)):
            guard let text = String(validating: text, as: UTF8.self) else { return nil }
            hash = text
          case (2, .number(let count)): size = Int64(bitPattern: count)
          default: break
          }
        }
      case (4, .number(let flag)): isExecutable = flag != 0
      default: break
      }
    }
  }
}

/// Writes the wire format of Protocol Buffers: fields of numbers and of bytes. A field of the default value is left out.
private struct ProtobufWriter {
  var output: [UInt8] = []

  mutating func number(_ field: UInt64, _ value: UInt64) {
    guard value != 0 else { return }
    variable(field << 3)
    variable(value)
  }

  mutating func bytes(_ field: UInt64, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    variable(field << 3 | 2)
    variable(UInt64(value.count))
    output += value
  }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    output.append(UInt8(rest))
  }
}

/// Reads the wire format of Protocol Buffers.
private enum ProtobufReader {
  enum Value {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  /// - Returns: all fields in order; `nil` when the bytes end in the middle or hold a group.
  static func fields(_ bytes: ArraySlice<UInt8>) -> [(UInt64, Value)]? {
    var rest = bytes
    var fields: [(UInt64, Value)] = []
    while !rest.isEmpty {
      guard let tag = variable(&rest), tag >> 3 > 0 else { return nil }
      switch tag & 7 {
      case 0:
        guard let value = variable(&rest) else { return nil }
        fields.append((tag >> 3, .number(value)))
      case 2:
        guard let length = variable(&rest).flatMap({ Int(exactly: $0) }), length <= rest.count else { return nil }
        fields.append((tag >> 3, .bytes(rest.prefix(length))))
        rest = rest.dropFirst(length)
      case 1, 5:
        let length = tag & 7 == 1 ? 8 : 4
        guard length <= rest.count else { return nil }
        rest = rest.dropFirst(length)
      default: return nil
      }
    }
    return fields
  }

  private static func variable(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst() {
      guard shift < 63 || (shift == 63 && byte <= 1) else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}
