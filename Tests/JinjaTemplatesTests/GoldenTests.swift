import Diagnostics
import Glibc
import JSON
import Testing

@testable import JinjaTemplates

/// What Jinja2 rendered, from `Tests/Fixtures/JinjaTemplates/generate.py`.
enum Goldens {
  static let folder: String = {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Fixtures/JinjaTemplates"
  }()

  static func text(_ path: String) throws -> String {
    guard let file = fopen(path, "rb") else {
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
    return String(decoding: bytes, as: UTF8.self)
  }

  static func load() throws -> JSONValue {
    let path = getenv("LORAPIPE_TEMPLATE_GOLDENS").map { String(cString: $0) } ?? folder + "/goldens.json"
    return try JSONValue(parsing: try text(path))
  }
}

@Suite struct GoldenTests {
  /// What the script's clock says.
  private let date = JinjaDate(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5)

  @Test func templatesOfRealModelsRenderAsJinja2() throws {
    let goldens = try Goldens.load()
    let contexts = goldens["contexts"]?.arrayValue ?? []
    #expect(contexts.count >= 20)
    for (name, texts) in goldens["rendered"]?.objectValue ?? JSONObject() {
      let source =
        try goldens["sources"]?[name]?.stringValue ?? Goldens.text("\(Goldens.folder)/templates/\(name).jinja")
      let template = try JinjaTemplate(source, name: name)
      for (index, expected) in (texts.arrayValue ?? []).enumerated() {
        let context = contexts[index].objectValue ?? JSONObject()
        if let expected = expected.stringValue {
          let rendered = try template.render(context, date: date).text
          #expect(ExactText(rendered) == ExactText(expected), "\(name), conversation \(index)")
        } else {
          #expect(throws: Diagnostic.self, "\(name), conversation \(index)") {
            try template.render(context, date: date)
          }
        }
      }
    }
  }

  @Test func theLanguageBehavesAsJinja2() throws {
    let goldens = try Goldens.load()
    let context = goldens["context"]?.objectValue ?? JSONObject()
    let cases = goldens["cases"]?.arrayValue ?? []
    #expect(cases.count > 80)
    for entry in cases {
      let source = entry["source"]?.stringValue ?? ""
      if let expected = entry["expected"]?.stringValue {
        do {
          let rendered = try JinjaTemplate(source).render(context, date: date).text
          #expect(ExactText(rendered) == ExactText(expected), "\(source)")
        } catch {
          Issue.record("\(source): \(error)")
        }
      } else {
        #expect(throws: Diagnostic.self, "\(source)") { try JinjaTemplate(source).render(context, date: date) }
      }
    }
  }
}
