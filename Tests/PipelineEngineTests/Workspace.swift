import Artifacts
import Diagnostics
import Glibc
public import JSON
import PipelineEngine
import Platform
import Recipes
import ScriptedStages
import Synchronization
import TestSupport

/// A `runs/` of a test's own, with stages that run inside the test.
final class Workspace: Sendable {
  private let folder: TemporaryFolder
  var path: String { folder.path }
  let runs: RunsDirectory
  let events = EventRecorder()

  init() throws {
    folder = try TemporaryFolder()
    runs = try RunsDirectory(at: folder.path + "/runs")
  }

  var trace: String { path + "/trace" }

  /// Stages that ran, in the order in which they began; forgets them.
  func ran() throws -> [String] {
    let bytes = try FileSystem.readIfPresent(trace) ?? []
    unlink(trace)
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    try FileSystem.replace(file, with: Array(text.utf8))
    return file
  }

  /// A stage that leaves a line in the trace.
  func stage(
    _ id: String, _ kind: String = "make", _ parameters: JSONObject = JSONObject(), from inputs: [String] = [],
    after: [String] = []
  ) -> RecipeStage {
    var parameters = parameters
    if kind != "alias" { parameters["trace"] = .string(trace) }
    let references = inputs.map { text -> InputReference in
      let parts = text.split(separator: "#").map(String.init)
      let source: InputReference.Source = text.hasPrefix("/") ? .file(parts[0]) : .stage(parts[0])
      return InputReference(
        role: "from", source: source, text: parts[0], rowCap: parts.count > 1 ? Int(parts[1]) : nil, kind: .files)
    }
    return RecipeStage(
      id: id, kind: kind, parameters: parameters, inputs: references, after: after, output: .files,
      location: SourceLocation(file: "recipe.yaml", line: 1),
      locations: [ParameterLocation(path: "text", location: SourceLocation(file: "recipe.yaml", line: 7, column: 3))])
  }

  func recipe(_ stages: [RecipeStage], seed: UInt64 = 42, env: JSONObject = JSONObject()) -> Recipe {
    Recipe(name: "test", file: "recipe.yaml", directory: path, seed: seed, env: env, stages: stages)
  }

  /// `a ← b ← c`, each adding its text.
  func chain(_ texts: String...) -> Recipe {
    let names = ["a", "b", "c", "d", "e"]
    return recipe(
      texts.enumerated().map { index, text in
        stage(names[index], "make", ["text": .string(text)], from: index == 0 ? [] : [names[index - 1]])
      })
  }

  func runner(_ stages: [any Stage.Type] = ScriptedStages.all) -> PipelineRunner {
    let catalog = StageCatalog(stages)
    return PipelineRunner(
      runs: runs, catalog: catalog, launcher: InProcessLauncher(catalog: catalog), observers: [events])
  }

  @discardableResult
  func run(
    _ recipe: Recipe, plan: PlanOptions = PlanOptions(), options: RunOptions = RunOptions(),
    stages: [any Stage.Type] = ScriptedStages.all
  ) async throws -> RunSummary {
    try await runner(stages).run(recipe, plan: plan, options: options)
  }

  func plan(
    _ recipe: Recipe, options: PlanOptions = PlanOptions(), stages: [any Stage.Type] = ScriptedStages.all
  ) async throws -> Plan {
    try Planner(runs: runs, catalog: StageCatalog(stages)).plan(recipe, options: options)
  }

  func output(_ result: StageResult?) throws -> String {
    String(decoding: try FileSystem.read((result?.path ?? "") + "/out.txt"), as: UTF8.self)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension RunSummary {
  subscript(_ stage: String) -> StageResult? { stages.first { $0.stage == stage } }
  var states: [StageState] { stages.map(\.state) }
}

/// Keeps what happened, for tests to look at.
final class EventRecorder: RunObserver {
  private let list = Mutex<[RunEvent]>([])

  func observe(_ event: RunEvent) { list.withLock { $0.append(event) } }

  var all: [RunEvent] { list.withLock { $0 } }

  var warnings: [Diagnostic] {
    all.compactMap { if case .warning(let diagnostic) = $0.kind { diagnostic } else { nil } }
  }
}
