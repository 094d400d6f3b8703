import Diagnostics
import Glibc
import JSON
import ModelFiles
import Models
import Platform
import Synchronization
import Tensors
import Testing
import Training

/// A golden model with what training tests need of it.
struct GoldenTraining {
  static let names = [
    "llama-tied", "llama-untied", "qwen2-tied", "qwen2-untied", "qwen3-tied", "qwen3-untied", "mistral", "ministral3",
    "smollm3", "gemma3", "gemma3-nested", "gemma2", "phi3", "qwen3.5",
    "qwen2-dora", "phi3-dora", "gemma3-dora", "llama-tables", "qwen2-tables", "gemma2-tables",
  ]

  let model: TransformerModel
  let adapter: AdapterParameters
  let json: JSONValue
  let arrays: SafetensorsFile

  init(_ name: String) throws {
    let parts = #filePath.split(separator: "/").dropLast(2)
    let folder = "/" + parts.joined(separator: "/") + "/Fixtures/Models/" + name
    model = try TransformerModel(ModelSource.open(folder))
    adapter = try AdapterParameters(
      model.source.withoutCopies(Adapter.read(folder + "/adapter")), model: model.configuration)
    json = try MappedFile(folder + "/golden.json").withBytes { try JSONValue(parsing: $0) }
    arrays = try SafetensorsFile(folder + "/golden.safetensors")
  }

  var rows: [TrainingRow] { GoldenTraining.rows(json) }
  /// Rows with long beginnings in common, where the golden has such.
  var sharedRows: [TrainingRow] { json["shared"].map(GoldenTraining.rows) ?? [] }

  private static func rows(_ json: JSONValue) -> [TrainingRow] {
    (json["rows"]?.arrayValue ?? []).enumerated().map { index, row in
      func ids(_ key: String) -> [Int32] { (row[key]?.arrayValue ?? []).map { Int32($0.intValue ?? 0) } }
      return TrainingRow(ids: ids("ids"), labels: ids("labels"), source: "golden", number: index)
    }
  }

  /// Seeded rows of the tiny vocabulary, half of them with a common beginning of 20 tokens, and half of those with 18 more.
  static func randomRows(_ count: Int, seed: UInt64) -> [TrainingRow] {
    var generator = SplitMix64(seed: seed)
    func ids(_ count: Int) -> [Int32] { (0..<count).map { _ in Int32(3 + generator.below(77)) } }
    let prefix = ids(20)
    let branch = ids(18)
    return (0..<count).map { index in
      let own = ids(4 + Int(generator.below(20)))
      let all = (index % 2 == 1 ? ids(3) : index % 4 == 0 ? prefix + branch : prefix) + own
      var labels = all
      for place in 0..<all.count - own.count + 2 { labels[place] = -100 }
      return TrainingRow(
        ids: all, labels: labels, role: index % 3 == 0 ? "domain" : "general", source: "random", number: index)
    }
  }
}

extension AdapterParameters {
  /// As bits, for exact comparison.
  var bits: [UInt32] { values.values.map(\.bitPattern) }
}

extension TrainingResult {
  var bits: [UInt32] { adapter.bits }
}

/// A flag that tests raise from an observer.
final class Flag: Sendable {
  private let value = Mutex(false)
  var isRaised: Bool { value.withLock { $0 } }
  func raise() { value.withLock { $0 = true } }
}

/// Replaces a file's content.
func write(_ bytes: [UInt8], to path: String) throws {
  let descriptor = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0o644)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
  try #require(written == bytes.count)
}
