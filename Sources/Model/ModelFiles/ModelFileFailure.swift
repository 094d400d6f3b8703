import Diagnostics
import JSON

/// The diagnostics of this module, so that the same failure always has the same code and names its file.
enum ModelFileFailure {
  static func safetensors(_ path: String, _ message: String) -> Diagnostic {
    Diagnostic(
      code: "bad-safetensors", message, remedy: "the file is damaged or cut short; download it again",
      location: SourceLocation(file: path))
  }

  static func gguf(_ path: String, _ message: String) -> Diagnostic {
    Diagnostic(
      code: "bad-gguf", message, remedy: "the file is damaged or cut short; download it again",
      location: SourceLocation(file: path))
  }

  static func configuration(_ path: String, _ message: String) -> Diagnostic {
    Diagnostic(code: "bad-model-config", message, location: SourceLocation(file: path))
  }

  static func unsupported(_ path: String, _ message: String, remedy: String? = nil) -> Diagnostic {
    Diagnostic(
      code: "unsupported-model", message,
      remedy: remedy ?? ModelFamily.supported,
      location: SourceLocation(file: path))
  }

  /// Numerics that a GGUF file has no place for.
  static func unwritable(_ message: String) -> Diagnostic {
    Diagnostic(code: "unsupported-model", message, remedy: "write a model folder instead")
  }

  static func dtype(_ path: String, tensor: String, _ dtype: String) -> Diagnostic {
    Diagnostic(
      code: "unsupported-tensor-dtype", "tensor '\(tensor)' is stored as \(dtype), which is not supported",
      remedy: "use a file with weights in one of " + weightTypes,
      location: SourceLocation(file: path))
  }

  /// The kinds that weights may have, for messages.
  static let weightTypes = TensorDType.allCases.filter(\.isWeight).map(\.rawValue).joined(separator: ", ")

  static func json(_ path: String, _ error: JSONParseError) -> Diagnostic {
    Diagnostic(
      code: "bad-json", error.message, location: SourceLocation(file: path, line: error.line, column: error.column))
  }
}
