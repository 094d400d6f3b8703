import Recipes
import Reports

/// What `help METRIC` prints, from the declarations of the kinds.
struct MetricHelp {
  private struct Entry {
    var kind: StageKind
    var metric: MetricSpec
  }

  private var entries: [Entry]

  /// The metrics of a name: exactly that, one it covers (`tuned.general.loss`), a former one (`forgotten`), a title in
  /// reports, or a part of one (`flips`, `perplexity`).
  /// - Parameter takesParts: whether a part of a name is enough.
  /// - Returns: `nil` where there is none.
  init?(_ asked: String, of registry: StageRegistry, takesParts: Bool) {
    let word = asked.lowercased()
    let name = Chinese.metric(word) ?? Words.metric(titled: word) ?? Self.identifier(word)
    let all = registry.kinds.flatMap { kind in kind.metrics.map { Entry(kind: kind, metric: $0) } }
    let rules: [(MetricSpec) -> Bool] = [
      { $0.name == name }, { $0.formerNames.contains(name) }, { name.contains(".") && $0.covers(name) },
      { takesParts && ($0.name.hasSuffix("." + name) || $0.name.hasPrefix(name + ".")) },
    ]
    guard let found = rules.lazy.map({ rule in all.filter { rule($0.metric) } }).first(where: { !$0.isEmpty }) else {
      return nil
    }
    entries = found
  }

  /// Those of exactly this name, for a word that is a parameter too.
  init?(exactly name: String, of registry: StageRegistry) {
    guard let found = Self(name, of: registry, takesParts: false) else { return nil }
    entries = found.entries.filter { $0.metric.name == name }
    if entries.isEmpty { return nil }
  }

  private static func identifier(_ word: String) -> String {
    word.replacing(" ", with: "_").replacing("-", with: "_")
  }

  var text: String {
    let lines = entries.map { entry in
      let better =
        switch entry.metric.better {
        case .higher: " " + say("Higher is better.")
        case .lower: " " + say("Lower is better.")
        case nil: ""
        }
      return say("\(entry.metric.name), a metric of \(entry.kind.name) stages: \(said(entry.metric.help))") + better
    }
    return (lines + [say("'lorapipe show' prints the metrics of a run, and 'lorapipe diff' those of two.")])
      .map { HelpScreen.wrap($0, width: 88).joined(separator: "\n") + "\n" }.joined()
  }
}
