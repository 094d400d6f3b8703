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
    "smollm3", "gemma3", "gemma3-nested", "gemma2", "phi3",
  ]

  static func path(_ name: String) -> String { folder + "/" + name }

  static func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: bytes(path(name))) }

  static func bytes(_ path: String) throws -> [UInt8] { try MappedFile(path).contents() }
}

/// A folder that is removed with the object.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/lorapipe-model-files-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer -> String in
      guard let base = buffer.baseAddress, mkdtemp(base) != nil else { return "/tmp/lorapipe-model-files" }
      return String(cString: base)
    }
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    if let directory = opendir(path) {
      var names: [String] = []
      while let entry = readdir(directory) {
        names.append(
          withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
          })
      }
      closedir(directory)
      for name in names where name != "." && name != ".." { remove(path + "/" + name) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) -> String {
    let path = file(name)
    if let stream = fopen(path, "w") {
      _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
      fclose(stream)
    }
    return path
  }

  @discardableResult
  func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }
}

/// SplitMix64: reproducible everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
