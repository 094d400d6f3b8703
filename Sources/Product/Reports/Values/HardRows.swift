import Artifacts
public import Datasets
import Diagnostics
import PipelineEngine
public import Platform
import Recipes
public import RunHistory
import Stages

/// A training row whose loss stayed high, with its text: a candidate for a wrong answer.
public struct HardRow: Sendable {
  public var row: SelectedRow
  /// What the recipe calls its source.
  public var source: String
  /// Labeled tokens of the row.
  public var labels: Int
  /// Their mean loss when training saw the row last, in nats.
  public var loss: Double
}

/// The rows that a stage of a run chose.
public struct ChosenRows: Sendable {
  public var stage: String
  public var artifact: Digest
  public var selection: DatasetSelection
}

extension RunArchive {
  /// What a run's mix chose; `nil` when no stage chose rows, or its artifact is gone.
  public func chosenRows(of detail: RunDetail) -> ChosenRows? {
    for stage in detail.stages {
      guard let artifact = stage.artifact, let path = try? runs.store.artifactPath(digest: artifact),
        DatasetSelection.isSelection(path), let selection = try? DatasetSelection(folder: path)
      else { continue }
      return ChosenRows(stage: stage.stage, artifact: artifact, selection: selection)
    }
    return nil
  }

  /// Whether a training of a run left the losses of the rows that the run's mix chose.
  public func hasRowLosses(_ detail: RunDetail) -> Bool {
    chosenRows(of: detail).map { rowLosses(detail, $0) != nil } ?? false
  }

  /// The training rows of a run with the highest loss, the highest first; a row that was trained on twice is there once.
  /// - Parameters:
  ///   - limit: at most so many, of at most `RowLosses.limit`.
  ///   - accepts: which rows count, once their texts are known.
  /// - Throws: when the rows' source is gone or was changed.
  public func hardRows(
    _ detail: RunDetail, _ chosen: ChosenRows, limit: Int, where accepts: (SelectedRow) -> Bool = { _ in true }
  ) throws -> [HardRow] {
    guard let losses = rowLosses(detail, chosen) else { return [] }
    struct Place: Hashable {
      var source: Int
      var row: Int
    }
    var references: [Place: DatasetSelection.Reference] = [:]
    for reference in chosen.selection.references(.train) {
      references[Place(source: reference.source, row: reference.row)] = reference
    }
    var found: [(reference: DatasetSelection.Reference, loss: RowLosses.Row)] = []
    for loss in losses.rows {
      // Taken out, so that its second occurrence finds nothing.
      guard let reference = references.removeValue(forKey: Place(source: loss.source, row: loss.number)) else {
        continue
      }
      found.append((reference, loss))
    }
    let names = dataSources(of: detail)
    var hard: [HardRow] = []
    // Most callers want a few rows of many; the texts of the others are not read then.
    for start in stride(from: 0, to: found.count, by: Self.readAtOnce) where hard.count < limit {
      let part = found[start..<min(start + Self.readAtOnce, found.count)]
      let rows = try chosen.selection.rows(part.map(\.reference)) { try runs.store.artifactPath(digest: $0) }
      for (row, entry) in zip(rows, part) where accepts(row) && hard.count < limit {
        let name =
          names.indices.contains(entry.reference.source) ? names[entry.reference.source] : row.provenance.source
        hard.append(HardRow(row: row, source: name, labels: entry.loss.labels, loss: entry.loss.loss))
      }
    }
    return hard
  }

  private static let readAtOnce = 200

  /// Of the first stage of a run whose adapter was trained on these rows and holds their losses.
  private func rowLosses(_ detail: RunDetail, _ chosen: ChosenRows) -> RowLosses? {
    for entry in detail.stages where catalog.kind(entry.kind)?.output == .adapter {
      guard let artifact = entry.artifact, let path = try? runs.store.artifactPath(digest: artifact),
        let losses = try? RowLosses.read(folder: path), !losses.rows.isEmpty,
        let ancestors = try? database.lineage(of: artifact),
        ancestors.contains(where: { $0.artifact == chosen.artifact })
      else { continue }
      return losses
    }
    return nil
  }
}
