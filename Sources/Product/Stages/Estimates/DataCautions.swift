import Datasets
import Diagnostics
import PipelineEngine
import Recipes

// What is worth a look before rows are read: a mix that teaches too little or takes too much away, and values that fill
// placeholders with nothing.

extension MixStage: CautiousStage {
  /// More than half for validation leaves less to learn from than to measure with.
  private static let largestShare = 0.5
  /// So many domain rows to a general one are most often the two numbers in the wrong order.
  private static let leastGeneral = 0.1

  func cautions(named name: String, inputs: [InputReference]) -> [Diagnostic] {
    let roles = Set(inputs.map(\.role))
    if options.ratio != nil, let role = ["general", "domain"].first(where: { !roles.contains($0) }) {
      var missing = MixMetrics.missing(role)
      missing.location = SourceLocation(file: "ratio")
      return [missing]
    }
    return [twice(name, inputs), ratio(name), share(name), alone(name, roles)].compactMap { $0 }
  }

  /// One source as both: its rows would be learned as domain rows and again as what the model knew before.
  private func twice(_ name: String, _ inputs: [InputReference]) -> Diagnostic? {
    let domain = inputs.filter { $0.role == "domain" }.map(\.source)
    guard let both = inputs.first(where: { $0.role == "general" && domain.contains($0.source) }) else { return nil }
    return Diagnostic(
      .warning, code: "same-source", "'\(name)' has '\(both.text)' both as domain and as general rows",
      remedy: "general rows are ordinary questions and answers: name another file, or leave general: out",
      location: both.location)
  }

  private func ratio(_ name: String) -> Diagnostic? {
    guard let ratio = options.ratio, ratio.general / ratio.domain < Self.leastGeneral else { return nil }
    return Diagnostic(
      .warning, code: "ratio-unusual",
      "'\(name)' takes hardly any general rows: a ratio is that of domain to general",
      remedy: "\"1:2\" is usual for a name, and \"1:5\" for knowledge", location: SourceLocation(file: "ratio"))
  }

  private func share(_ name: String) -> Diagnostic? {
    guard options.validation > Self.largestShare else { return nil }
    return Diagnostic(
      .warning, code: "validation-share",
      "'\(name)' keeps \(Int((options.validation * 100).rounded())) % of the rows for validation, and they are not learned",
      remedy: "0.05 to 0.2 is usual", location: SourceLocation(file: "validation"))
  }

  private func alone(_ name: String, _ roles: Set<String>) -> Diagnostic? {
    guard roles.contains("domain"), !roles.contains("general") else { return nil }
    return Diagnostic(
      .warning, code: "no-general-rows", "'\(name)' has no general rows: the model may forget what it could do",
      remedy: "add ordinary questions and answers: general: [FILE]; two for each domain row are a good start")
  }
}

extension SubstituteStage: CautiousStage {
  func cautions(named name: String, inputs: [InputReference]) -> [Diagnostic] {
    parameters.values.sorted { $0.key < $1.key }.compactMap { key, value -> Diagnostic? in
      let empty: String?
      switch value {
      case .scalar(let text): empty = text.isBlank ? "values.\(key)" : nil
      case .byTag(let texts):
        empty = texts.sorted { $0.key < $1.key }.first { $0.value.isBlank }.map { "values.\(key).\($0.key)" }
      }
      return empty.map { path in
        Diagnostic(
          .warning, code: "empty-value", "'\(path)' of '\(name)' is empty: {{\(key)}} would vanish from the rows",
          remedy: "write the value", location: SourceLocation(file: path))
      }
    }
  }
}

extension String {
  fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
