import Glibc
import JSON
import ModelFiles

/// The golden models that `Tests/Goldens/generate.py` writes.
enum Fixture {
  static let folder: String = {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Fixtures/Models"
  }()

  static let cases = [
    "llama-tied", "llama-untied", "qwen2-tied", "qwen2-untied", "qwen3-tied", "qwen3-untied", "mistral", "ministral3",
    "smollm3", "gemma3", "gemma3-nested", "gemma2", "phi3", "qwen3.5",
    "qwen2-dora", "phi3-dora", "gemma3-dora",
  ]

  static func path(_ name: String) -> String { folder + "/" + name }

  static func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: bytes(path(name))) }

  static func bytes(_ path: String) throws -> [UInt8] { try MappedFile(path).contents() }
}
