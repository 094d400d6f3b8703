import JSON
import ModelFiles
import Models
import Platform
import TestSupport
import Testing

/// A golden model: weights, an adapter with non-zero B, and what transformers and peft computed from them in f64.
struct Golden {
  struct Row {
    var ids: [Int32]
    var labels: [Int32]
  }

  static let names = [
    "llama-tied", "llama-untied", "qwen2-tied", "qwen2-untied", "qwen3-tied", "qwen3-untied", "mistral", "ministral3",
    "smollm3", "gemma3", "gemma3-nested", "gemma2", "phi3", "qwen3.5",
    "qwen2-dora", "phi3-dora", "gemma3-dora", "llama-tables", "qwen2-tables", "gemma2-tables",
  ]

  let folder: String
  let model: TransformerModel
  let adapter: AdapterParameters
  let json: JSONValue
  let arrays: SafetensorsFile

  init(_ name: String) throws {
    folder = Golden.fixtures + "/" + name
    model = try TransformerModel(ModelSource.open(folder))
    adapter = try AdapterParameters(
      model.source.withoutCopies(Adapter.read(folder + "/adapter")), model: model.configuration)
    json = try MappedFile(folder + "/golden.json").withBytes { try JSONValue(parsing: $0) }
    arrays = try SafetensorsFile(folder + "/golden.safetensors")
  }

  /// A golden model under a configuration that says its output matrix is the embedding.
  static func tied(_ name: String) throws -> TransformerModel {
    let copy = try TemporaryFolder()
    defer { try? FileSystem.removeTree(copy.path) }
    for file in try FileSystem.names(in: fixtures + "/" + name) where file.hasPrefix("model") {
      try FileSystem.copy(fixtures + "/\(name)/\(file)", to: copy.path + "/" + file, mode: 0o644)
    }
    var object = try #require(
      MappedFile(fixtures + "/\(name)/config.json").withBytes { try JSONValue(parsing: $0) }.objectValue)
    object["tie_word_embeddings"] = true
    try FileSystem.replace(copy.path + "/config.json", with: JSONValue.object(object).bytes())
    return try TransformerModel(ModelSource.open(copy.path))
  }

  static var fixtures: String {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Fixtures/Models"
  }

  var rows: [Row] {
    (json["rows"]?.arrayValue ?? []).map { row in
      func ids(_ key: String) -> [Int32] { (row[key]?.arrayValue ?? []).map { Int32($0.intValue ?? 0) } }
      return Row(ids: ids("ids"), labels: ids("labels"))
    }
  }

  func array(_ name: String) throws -> [Float] { try #require(arrays.tensor(name), "\(name)").floats() }
}

func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
}

/// ‖left − right‖ / ‖right‖, in double precision.
func relativeError(_ left: [Float], _ right: [Float]) -> Double {
  guard left.count == right.count else { return .infinity }
  var difference = 0.0
  var norm = 0.0
  for (l, r) in zip(left, right) {
    difference += (Double(l) - Double(r)) * (Double(l) - Double(r))
    norm += Double(r) * Double(r)
  }
  return (difference / max(norm, 1e-30)).squareRoot()
}
