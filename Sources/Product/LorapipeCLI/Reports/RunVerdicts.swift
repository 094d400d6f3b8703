import Diagnostics
import JSON
import Reports
import RunHistory
import Verdicts

/// What a run came to, in words: the verdicts on its stages, in their order.
struct RunVerdicts {
  private(set) var found: [StageVerdict] = []

  init(_ found: [StageVerdict]) { self.found = found }

  /// - Throws: `Diagnostic` when the records cannot be read.
  init(_ detail: RunDetail, _ database: RunDatabase) throws(Diagnostic) {
    found = try StageVerdict.all(of: detail, database, catalog: Lorapipe.catalog)
  }

  /// Those after which the model is not worth talking to yet.
  ///
  /// A run may ask in a harder way too, such as without the system prompt. One evaluation that went well shows a model that is
  /// worth talking to.
  var poor: [StageVerdict] {
    let poor = found.filter(\.verdict.isPoor)
    guard found.contains(where: { $0.verdict.code == "learned" }) else { return poor }
    return poor.filter { $0.verdict.code != "not-learned" }
  }

  func print(_ console: Console) {
    for item in found {
      let (stage, verdict) = (item.stage, item.verdict)
      let style: Console.Style =
        switch verdict.tone {
        case .good: .green
        case .note: .dim
        case .warning: .yellow
        }
      let remedy = verdict.remedy.map { Language.semicolon + reworded($0) } ?? ""
      let text = reworded(verdict.message) + remedy
      console.print("  \(console.styled(stage.terminalSafe + ":", style)) \(text.terminalSafe)")
    }
  }

  var json: JSONValue { .array(found.map(\.json)) }
}
