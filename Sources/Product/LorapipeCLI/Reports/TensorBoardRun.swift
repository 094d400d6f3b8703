import Artifacts
import JSON
import PipelineEngine
import Recipes
import RunHistory
import Stages

/// What TensorBoard is told of a run beside its curves, during the run and afterward alike.
struct TensorBoardRun {
  /// The folder of the run, which TensorBoard shows as its name: recipe, what was changed, identifier.
  var name: String

  /// - Parameter decisions: of the run's stages; what they name as changed distinguishes runs of one recipe.
  init(label: String, decisions: [StageDecision], id: String) {
    var changes: [String] = []
    for change in decisions.flatMap(\.changes) {
      guard case .parameterChanged(let name, _, let new) = change.reason, let new else { continue }
      let text = "\(name)=\(new.displayText)"
      if text.count <= 60, !changes.contains(text) { changes.append(text) }
    }
    name = fileName(for: ([label] + changes.prefix(4) + [id]).joined(separator: " "))
  }

  static func eventFile(in folder: String, started: Double) -> String {
    "\(folder)/events.out.tfevents.\(Int64(max(0, min(started, 1e12)))).lorapipe"
  }

  /// Parameters of stages as columns of the hparams page, each `stage.parameter`.
  static func hyperparameters(
    _ stages: [(stage: String, parameters: [(String, JSONValue)])]
  ) -> [(name: String, value: JSONValue)] {
    stages.flatMap { stage, parameters in
      parameters.filter { ($0.1.stringValue?.count ?? 0) <= 200 }.map { (name: "\(stage).\($0.0)", value: $0.1) }
    }
  }

  /// The answers of a report as a table in Markdown; `nil` when nothing was asked.
  static func answers(_ report: EvaluationReport) -> String? {
    guard !report.samples.isEmpty else { return nil }
    func cell(_ text: String?, _ isRight: Bool?) -> String {
      guard let text else { return "" }
      let mark = isRight.map { $0 ? "✓ " : "✗ " } ?? ""
      return mark + escaped(text)
    }
    var text = "| question | base | tuned |\n| --- | --- | --- |\n"
    for sample in report.samples.prefix(200) {
      text += "| \(escaped(sample.turns.last ?? "")) | \(cell(sample.base, sample.baseIsRight)) "
      text += "| \(cell(sample.tuned, sample.tunedIsRight)) |\n"
    }
    return text
  }

  /// What Markdown or HTML would take for a mark.
  private static let marks = Set("\\`*_{}[]()<>#+-.!|&~:\"'".unicodeScalars)

  /// Text that a table's cell shows as it is: marks stand as references to their characters, which are neither Markdown nor
  /// HTML.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if marks.contains(scalar) {
        result += "&#\(scalar.value);"
      } else if Character(scalar).isNewline {
        result += " "
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
