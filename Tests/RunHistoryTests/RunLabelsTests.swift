import JSON
import PipelineEngine
import Platform
import Recipes
import ScriptedStages
import TestSupport
import Testing

@testable import RunHistory

@Suite struct RunLabelsTests {
  /// Two programs at work on one workspace: what each attaches stays, in the database and in the folders.
  @Test func twoWritersLoseNoLabel() async throws {
    let folder = try TemporaryFolder()
    let runs = try RunsDirectory(at: folder.path + "/runs")
    let catalog = StageCatalog(ScriptedStages.all)
    let databases = try (0..<2).map { _ in try RunDatabase(at: folder.path + "/runs/runs.db") }
    var ids: [String] = []
    for text in ["one", "two"] {
      let recipe = Recipe(
        name: "test", file: "recipe.yaml", directory: folder.path, seed: 7,
        stages: [
          RecipeStage(id: "a", kind: "make", parameters: JSONObject([("text", .string(text))]), output: .files)
        ])
      let runner = PipelineRunner(
        runs: runs, catalog: catalog, launcher: InProcessLauncher(catalog: catalog),
        observers: [RunRecorder(databases[0], runs: runs)])
      ids.append(try await runner.run(recipe).id)
    }
    let (run, both) = (ids[0], ids)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (writer, database) in databases.enumerated() {
        group.addTask {
          for number in 0..<20 {
            try database.changeLabels(of: run, in: runs) { $0.tags.append("t\(writer)-\(number)") }
            // Both give the alias away, to different runs.
            try database.changeLabels(of: both[writer], in: runs) { $0.aliases.append("best") }
          }
        }
      }
      try await group.waitForAll()
    }
    let expected = (0..<2).flatMap { writer in (0..<20).map { "t\(writer)-\($0)" } }.sorted()
    #expect(try databases[1].labels(of: run).tags == expected)
    for id in both { #expect(try runs.labels(of: id) ?? RunLabels() == databases[0].labels(of: id)) }
    #expect(try both.count { try databases[0].labels(of: $0).aliases == ["best"] } == 1)
  }
}
