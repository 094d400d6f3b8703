import Diagnostics
import Serving

/// The file from which `ollama create` makes a model.
struct OllamaModelfile {
  /// The GGUF file, relative to this one.
  var weights: String
  var template: TurnTemplate
  var system: String?
  /// Texts that end an answer.
  var stops: [String]
  var generation: GenerationDefaults
  /// Tokens of the context window.
  var contextLength: Int

  /// Ollama asks for memory for the whole window at once.
  static let maximumContext = 8192

  /// - Throws: `Diagnostic` when a text cannot stand in the file.
  func text() throws -> String {
    var lines = ["FROM ./\(weights)", "TEMPLATE \(try Self.quoted(template.goTemplate, "the template"))"]
    if let system, !system.isEmpty { lines.append("SYSTEM \(try Self.quoted(system, "the system prompt"))") }
    for stop in stops { lines.append("PARAMETER stop \(try Self.quoted(stop, "a stop text"))") }
    lines += [
      "PARAMETER temperature \(generation.temperature)", "PARAMETER top_p \(generation.topP)",
      "PARAMETER top_k \(generation.topK)", "PARAMETER min_p \(generation.minP)",
      "PARAMETER repeat_penalty \(generation.repetitionPenalty)", "PARAMETER num_ctx \(contextLength)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ text: String, _ what: String) throws -> String {
    guard !text.contains("\"\"\""), !text.hasSuffix("\"") else {
      throw Diagnostic(
        code: "modelfile-quotes", "\(what) ends in a quote or holds three, which a Modelfile cannot quote",
        remedy: "Write it otherwise, and export again.")
    }
    return "\"\"\"\(text)\"\"\""
  }
}
