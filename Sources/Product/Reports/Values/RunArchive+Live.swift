import Artifacts
import Datasets
import Diagnostics
public import JSON
import PipelineEngine
import Platform
import Recipes
public import RunHistory

/// What is read of a run while it goes on.
extension RunArchive {
  var live: LiveData { LiveData(runs, database: database) }

  /// Names of a stage's curves, those of a stage that is still running too.
  public func series(of stage: StageEntry, run: String) -> [String] {
    guard stage.series.isEmpty, stage.state.ran || stage.state == .cached else { return stage.series }
    return (try? live.series(run: run, stage: stage.stage)) ?? []
  }

  /// What the running stages of a run do; `nil` when none is.
  public func progress(of run: String) -> JSONValue? { live.progress(run: run)?.json }

  /// The text that a stage's log has after a byte, at most a megabyte of it; of a stage that did not run in this run the
  /// log of the newest older run in which it did.
  public func log(run: String, stage: String, since offset: Int) -> (run: String, text: String, next: Int) {
    let name = fileName(for: stage)
    func hasLog(_ run: String) -> Bool { FileSystem.exists("\(runs.runPath(run))/logs/\(name).log") }
    let source = hasLog(run) ? run : (try? runs.runs().last { $0 < run && hasLog($0) }) ?? run
    let batch = live.log(run: source, stage: stage, since: offset)
    return (source, batch.lines.map { $0 + "\n" }.joined(), batch.next)
  }

  /// Ends the records of runs whose process is gone, so that none looks as if it went on.
  public func reconcile() {
    PipelineRunner(
      runs: runs, catalog: catalog, launcher: LocalLauncher(command: []),
      observers: [RunRecorder(database, runs: runs)]
    ).reconcile()
  }

  /// The names of the sources of a run's mix, as the recipe has them.
  public func dataSources(of detail: RunDetail) -> [String] {
    dataCard(stageFacts(detail), recipe: try? runs.storedRecipe(of: detail.run.id))?.sources.map(\.name) ?? []
  }
}
