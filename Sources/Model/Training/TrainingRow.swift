import Diagnostics
import ModelFiles
import Models

/// A tokenized row: ids, and for each the label it should have been predicted as, −100 where nothing is learned.
public struct TrainingRow: Sendable, Hashable {
  public var ids: [Int32]
  public var labels: [Int32]
  /// What the row is for (`domain`, `general`): evaluation reports each on its own.
  public var role: String
  /// Where the row came from, for messages: a source's name and its row number there.
  public var source: String
  public var number: Int

  public init(ids: [Int32], labels: [Int32], role: String = "", source: String = "", number: Int = 0) {
    self.ids = ids
    self.labels = labels
    self.role = role
    self.source = source
    self.number = number
  }

  /// Labeled tokens that are predicted: the label of position 0 has nothing before it.
  public var labelCount: Int { labels.dropFirst().reduce(0) { $0 + ($1 == -100 ? 0 : 1) } }

  var description: String { source.isEmpty ? "row \(number)" : "\(source) row \(number)" }
}

enum TrainingRows {
  /// Checks rows against the base before any work.
  /// - Parameter empty: what to say when there are no rows.
  /// - Throws: `DiagnosticList`, the first ten faults.
  static func validate(_ rows: [TrainingRow], _ model: ModelConfiguration, empty: String) throws {
    guard !rows.isEmpty else {
      throw Diagnostic(
        code: "empty-dataset", empty, remedy: "check what mixing and tokenizing left")
    }
    var problems: [Diagnostic] = []
    func note(_ row: TrainingRow, _ code: String, _ message: String, _ remedy: String) {
      problems.append(Diagnostic(code: code, "\(row.description): \(message)", remedy: remedy))
    }
    for row in rows where problems.count < 10 {
      if row.ids.count != row.labels.count {
        note(row, "bad-row", "\(row.ids.count) ids but \(row.labels.count) labels", "tokenize the data again")
      } else if row.labelCount == 0 {
        note(row, "no-labels", "no token is labeled", "raise max_length or drop the row")
      } else if row.ids.contains(where: { $0 < 0 || Int($0) >= model.vocabularySize })
        || row.labels.contains(where: { $0 != -100 && ($0 < 0 || Int($0) >= model.vocabularySize) })
      {
        note(
          row, "token-out-of-range", "a token is not in the model's vocabulary", "tokenize with this model's tokenizer")
      } else if model.rotationDependsOnLength(row.ids.count) {
        note(
          row, "row-too-long",
          "\(row.ids.count) tokens, past the \(model.usablePositions) after which the model's RoPE changes",
          "lower max_length")
      }
    }
    if problems.count == 1 { throw problems[0] }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}
