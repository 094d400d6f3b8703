import Datasets
import Diagnostics
import PipelineEngine

/// How a stage reads the rows of an input, to look at them before anything runs.
private struct RowReading {
  var include: [String] = []
  var reading = ReadingOptions()
  var onBadRow: BadRowPolicy
  /// Whether the stage reads conversations, or rows with any columns.
  var readsConversations = true

  func objections(_ path: String, name: String) -> [Diagnostic] {
    // What a mix chose was read when it was mixed.
    guard !DatasetSelection.isSelection(path) else { return [] }
    do {
      let files = try DatasetFiles(path: path, label: name, include: include, reading: reading)
      try DatasetSource(files: files, onBadRow: onBadRow).checkFirstRows(
        asConversations: readsConversations)
      return []
    } catch {
      return Diagnostic.all(of: error)
    }
  }
}

extension MixStage: RowReadingStage {
  func objections(toRowsAt path: String, name: String, role: String) -> [Diagnostic] {
    guard role != "model" else { return [] }
    return RowReading(include: include, reading: options.reading, onBadRow: options.onBadRow)
      .objections(path, name: name)
  }
}

extension SubstituteStage: RowReadingStage {
  func objections(toRowsAt path: String, name: String, role: String) -> [Diagnostic] {
    // Probes are filled too, which are no conversations.
    RowReading(
      include: parameters.include, reading: parameters.reading, onBadRow: parameters.onBadRow,
      readsConversations: false
    ).objections(path, name: name)
  }
}

extension FilterStage: RowReadingStage {
  func objections(toRowsAt path: String, name: String, role: String) -> [Diagnostic] {
    RowReading(include: parameters.include, reading: parameters.reading, onBadRow: parameters.onBadRow)
      .objections(path, name: name)
  }
}

extension GenerateStage: RowReadingStage {
  func objections(toRowsAt path: String, name: String, role: String) -> [Diagnostic] {
    guard role == "data" else { return [] }
    return RowReading(include: parameters.include, reading: parameters.reading, onBadRow: parameters.onBadRow)
      .objections(path, name: name)
  }
}

extension TokenizeStage: RowReadingStage {
  func objections(toRowsAt path: String, name: String, role: String) -> [Diagnostic] {
    guard role == "data" else { return [] }
    return RowReading(onBadRow: parameters.onBadRow).objections(path, name: name)
  }
}

/// What speaks against training or measuring on files that are no tokens.
private func objections(toTokensAt path: String, name: String) -> [Diagnostic] {
  guard TokensArtifact.counts(folder: path) == nil else { return [] }
  return [
    Diagnostic(
      code: "not-tokens", "'\(name)' does not hold tokens this program can read",
      remedy: "add the stage  tokens: { kind: tokenize, model: MODEL, data: \(name) }  and write data: tokens")
  ]
}

extension SFTStage: RowReadingStage {
  func objections(toRowsAt path: String, name: String, role: String) -> [Diagnostic] {
    // A program of another kind may read rows itself.
    role == "data" && engine == nil ? Stages.objections(toTokensAt: path, name: name) : []
  }
}

extension EvalStage: RowReadingStage {
  func objections(toRowsAt path: String, name: String, role: String) -> [Diagnostic] {
    role == "data" ? Stages.objections(toTokensAt: path, name: name) : []
  }
}
