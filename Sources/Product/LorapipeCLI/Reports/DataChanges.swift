import Artifacts
import Datasets
import Diagnostics
import JSON
import Platform
import RunHistory

/// How the rows of two datasets differ, for `diff`.
struct DataChanges: Equatable {
  /// A row by where it stands and what it holds.
  struct Row {
    var place: String
    var content: String
  }

  var added = 0
  var removed = 0
  /// Rows at the same place with other content.
  var changed = 0

  /// Rows with equal content are the same row, wherever they stand.
  init(old: [Row], new: [Row]) {
    let gone = Self.without(old, new)
    let fresh = Self.without(new, old)
    let places = Set(gone.map(\.place))
    changed = fresh.count { places.contains($0.place) }
    added = fresh.count - changed
    removed = gone.count - changed
  }

  /// The rows whose content the others lack, equal rows counted.
  private static func without(_ rows: [Row], _ others: [Row]) -> [Row] {
    var counts: [String: Int] = [:]
    for row in others { counts[row.content, default: 0] += 1 }
    return rows.filter { row in
      guard let count = counts[row.content], count > 0 else { return true }
      counts[row.content] = count - 1
      return false
    }
  }

  /// Three lines for each stage whose artifact changed and whose rows can be read in both runs.
  static func lines(_ old: RunDetail, _ new: RunDetail, store: ArtifactStore) -> [RunDiff.Line] {
    var lines: [RunDiff.Line] = []
    for stage in new.stages {
      guard let before = old.stage(stage.stage)?.artifact, let after = stage.artifact, before != after,
        let oldRows = rows(before, store), let newRows = rows(after, store)
      else { continue }
      let changes = DataChanges(old: oldRows, new: newRows)
      for (name, count) in [
        ("rows added", changes.added), ("rows removed", changes.removed), ("rows changed", changes.changed),
      ] where count > 0 {
        lines.append(.init(stage: stage.stage, name: name, old: 0, new: .integer(Int64(count))))
      }
    }
    return lines
  }

  /// The rows of a selection or of a dataset's files; `nil` for an artifact that holds none.
  private static func rows(_ artifact: Digest, _ store: ArtifactStore) -> [Row]? {
    guard let folder = try? store.artifactPath(digest: artifact) else { return nil }
    return rows(at: folder)
  }

  static func rows(at path: String) -> [Row]? {
    if DatasetSelection.isSelection(path) {
      guard let selection = try? DatasetSelection(folder: path) else { return nil }
      return (selection.train + selection.validation).map {
        Row(place: "\(selection.sources[$0.source].name):\($0.row)", content: $0.fingerprint)
      }
    }
    guard !others.contains(where: { FileSystem.exists(path + "/" + $0) }) else { return nil }
    // A folder of several formats is read without its JSON files, which are more often descriptions than rows.
    guard
      let files = (try? DatasetFiles(path: path))
        ?? (try? DatasetFiles(path: path, include: ["*.jsonl", "*.csv", "*.tsv"]))
    else { return nil }
    var rows: [Row] = []
    for file in files.files {
      guard let reader = try? DatasetReader(path: file.path, format: file.format) else { return nil }
      while let record = try? reader.next() {
        switch record {
        case .row(let row):
          rows.append(
            Row(
              place: "\(file.name):\(row.number)",
              content: SHA256.hash(JSONValue.object(row.fields).bytes(.canonical)).hex))
        case .bad(let number, let problem):
          rows.append(Row(place: "\(file.name):\(number)", content: problem.message))
        }
      }
    }
    return rows
  }

  /// Files that tell a model, an adapter, tokens, a report or a service, whose JSON files are no rows.
  private static let others = [
    "config.json", "adapter_config.json", "tokenizer.json", "tokens.json", "report.json", "service.json",
  ]
}
