import Datasets
import Diagnostics
import JSON
import PipelineEngine

extension StageContext {
  /// The one input of a role that the kind requires.
  func required(_ role: String) throws -> StageInput {
    guard let input = input(role) else {
      throw Diagnostic(code: "missing-input", "the stage '\(stageName)' has no input '\(role)'")
    }
    return input
  }

  func metric(_ name: String, _ value: Double) { emit(.metric(name: name, value: .number(value))) }

  func metric(_ name: String, _ value: Int) { emit(.metric(name: name, value: .integer(Int64(value)))) }

  /// Stops the stage when it was asked to.
  func checkCancellation() throws {
    if isCancelled { throw CancellationError() }
  }
}

extension StageInput {
  /// The data files of this input.
  /// - Throws: `Diagnostic` when there is none, or the input is a selection made by `mix`.
  func dataFiles(include: [String] = [], reading: ReadingOptions = ReadingOptions()) throws -> DatasetFiles {
    if DatasetSelection.isSelection(path) {
      throw Diagnostic(
        code: "wrong-dataset", "'\(name)' is a selection made by a mix stage, not rows",
        remedy: "give the datasets themselves, as one mix of all")
    }
    return try DatasetFiles(path: path, label: name, include: include, reading: reading)
  }
}

extension StageEvent {
  /// A warning with its remedy.
  static func warning(_ diagnostic: Diagnostic) -> StageEvent {
    .warning(diagnostic.message + (diagnostic.remedy.map { ". \($0)" } ?? ""))
  }
}
