import JSON

extension ModelChoice {
  /// Who is talked to, for a person: model, run, base and system prompt.
  func introduction(system: String?) -> [String] {
    var words = name
    if adapterPath != nil { words += baseName.map { say(", an adapter of \($0)") } ?? say(", an adapter") }
    if adapterPath == nil, let baseName { words += say(", made from \(baseName)") }
    if let run = lineage["run"]?.stringValue {
      words += say(", of run \(run)") + (lineage["recipe"]?.stringValue.map { " (\($0))" } ?? "")
    }
    let prompt = (system ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
    return [words, prompt.isEmpty ? say("no system prompt") : say("system prompt: \(prompt)")]
  }

  /// The stage that the base comes from; `nil` when no run knows it.
  private var baseName: String? {
    guard let base = lineage["made_from"]?["base"] else { return nil }
    return lineage["ancestors"]?.arrayValue?.first { $0["artifact"] == base }?["stage"]?.stringValue
  }
}
