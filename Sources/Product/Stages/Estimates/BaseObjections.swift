import Diagnostics
import JSON
import PipelineEngine
import Platform

// Whether adapter, tokens and model belong together, as far as a plan can tell: a run that would train for hours and
// then be refused by the stage after it is refused before it starts.

extension EstimateContext.Input {
  /// What names this model: its artifact's digest when it is here, else where it will come from.
  var baseNames: JSONObject {
    var names = JSONObject()
    if let digest { names["base"] = .string(digest.hex) }
    if let source = estimate?.output["source"] { names["base_source"] = source }
    return names
  }

  /// The digest of the base an adapter or tokens belong to.
  fileprivate var base: Digest? {
    if let path {
      if let lineage = try? Lineage.read(folder: path), lineage.product == .adapter { return lineage.base }
      return TokensArtifact.counts(folder: path)?.model
    }
    return estimate?.output["base"]?.stringValue.flatMap { Digest($0) }
  }
}

extension EstimateContext {
  /// What speaks against using the input `role`, an adapter or tokens, with the input `model`.
  func baseObjections(_ role: String) -> [Diagnostic] {
    guard let model = input("model"), let other = input(role) else { return [] }
    if let base = other.base, let digest = model.digest {
      // Tokens may be put to a model that an adapter was merged into: its tokenizer is the base's.
      let isMerged = role == "data" && model.path.flatMap { try? Lineage.read(folder: $0) }?.base == base
      return base == digest || isMerged ? [] : [objection(other.name, role, model.name)]
    }
    guard let source = other.estimate?.output["base_source"]?.stringValue,
      let modelSource = model.estimate?.output["source"]?.stringValue, source != modelSource
    else { return [] }
    return [objection(other.name, role, model.name)]
  }

  private func objection(_ name: String, _ role: String, _ model: String) -> Diagnostic {
    role == "adapter"
      ? Diagnostic(
        code: "adapter-mismatch",
        "'\(stageName)' takes the adapter '\(name)', which belongs to another base than '\(model)'",
        remedy: "give '\(stageName)' the model the adapter is trained on")
      : Diagnostic(
        code: "tokens-mismatch", "'\(stageName)' takes '\(name)', made with another model's tokenizer than '\(model)'",
        remedy: "give the tokenize stage the same model")
  }
}

extension Diagnostic {
  /// Any error as diagnostics.
  static func all(of error: any Error) -> [Diagnostic] {
    switch error {
    case let diagnostic as Diagnostic: [diagnostic]
    case let list as DiagnosticList: list.diagnostics
    default: [Diagnostic(code: "unexpected-error", "\(error)")]
    }
  }
}
