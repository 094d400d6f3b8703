import JSON
import PipelineEngine
import Recipes
import RunHistory
import ScriptedStages
import TestSupport

/// A workspace whose runs are recorded.
final class RecordedWorkspace: Sendable {
  private let folder: TemporaryFolder
  var path: String { folder.path }
  let runs: RunsDirectory
  let database: RunDatabase
  let recorder: RunRecorder

  init() throws {
    folder = try TemporaryFolder()
    runs = try RunsDirectory(at: folder.path + "/runs")
    database = try RunDatabase(at: folder.path + "/runs/runs.db", busyTimeout: 200)
    recorder = RunRecorder(database, runs: runs)
  }

  func recipe(text: String = "one", metric: Double = 0.5, misbehave: String = "") -> Recipe {
    Recipe(
      name: "test", file: "recipe.yaml", directory: path, seed: 7,
      stages: [
        RecipeStage(
          id: "a", kind: "make",
          parameters: JSONObject([
            ("text", .string(text)), ("metric", .number(metric)), ("delay", 0), ("misbehave", .string(misbehave)),
          ]), output: .files),
        RecipeStage(
          id: "b", kind: "upper",
          inputs: [InputReference(role: "from", source: .stage("a"), text: "a", kind: .files)], output: .files),
      ])
  }

  /// What differs between two runs.
  func diff(
    _ old: String, _ new: String, catalog: StageCatalog = StageCatalog(ScriptedStages.all)
  ) throws -> RunDiff {
    RunDiff(try database.detail(old), try database.detail(new), catalog: catalog).onlyChanged
  }

  @discardableResult
  func run(
    _ recipe: Recipe, observers: [any RunObserver]? = nil, control: RunControl = RunControl()
  ) async throws -> RunSummary {
    let catalog = StageCatalog(ScriptedStages.all)
    var options = RunOptions()
    options.environment["version"] = "test"
    options.environment["threads"] = 2
    return try await PipelineRunner(
      runs: runs, catalog: catalog, launcher: InProcessLauncher(catalog: catalog), observers: observers ?? [recorder]
    ).run(recipe, options: options, control: control)
  }
}
