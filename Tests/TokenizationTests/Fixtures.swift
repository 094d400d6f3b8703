import Conversations
import Diagnostics
import Glibc
import JSON
import ModelFiles
import Testing

@testable import Tokenization

/// What Hugging Face `tokenizers` made, from `Tests/Fixtures/Tokenization/generate.py`.
enum Fixtures {
  static let folder: String = {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Fixtures"
  }()

  static func bytes(_ path: String) throws -> [UInt8] {
    guard let file = fopen(folder + "/" + path, "rb") else {
      throw Diagnostic(code: "missing-fixture", "cannot open \(path)")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes.append(contentsOf: buffer[..<count])
    }
    return bytes
  }

  static func json(_ path: String) throws -> JSONValue { try JSONValue(parsing: try bytes(path)) }

  static func tokenizer(_ family: String) throws -> Tokenizer {
    let path = "Tokenization/\(family).tokenizer.json"
    return try Tokenizer(tokenizerJSON: try bytes(path), configuration: .null, path: path)
  }

  static func template(_ name: String) throws -> ChatTemplate {
    return try ChatTemplate(
      String(decoding: try bytes("JinjaTemplates/templates/\(name).jinja"), as: UTF8.self), origin: name)
  }

  static func ids(_ value: JSONValue?) -> [TokenID] {
    (value?.arrayValue ?? []).compactMap { $0.intValue.map { TokenID($0) } }
  }
}
