public import Diagnostics
import JSON
public import PipelineEngine
public import RunHistory

/// The runs of a workspace, as reports and the dashboard read them.
public struct RunArchive: Sendable {
  public let runs: RunsDirectory
  public let database: RunDatabase
  public let catalog: StageCatalog

  public init(runs: RunsDirectory, database: RunDatabase, catalog: StageCatalog) {
    self.runs = runs
    self.database = database
    self.catalog = catalog
  }

  /// The newest older run with the same label: what a run is compared with.
  func previous(of run: RunEntry) throws(Diagnostic) -> RunEntry? {
    try database.runs(recipe: run.recipe).first { $0.id < run.id && $0.label == run.label }
  }
}
