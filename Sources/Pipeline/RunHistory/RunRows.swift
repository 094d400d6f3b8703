import Artifacts
import JSON
import PipelineEngine
import Platform
import Recipes

/// A run as the database keeps it.
struct RunRow {
  var id: String
  var recipe: String
  var label: String
  var file: String
  var pipeline: String?
  var group: String?
  var variant: JSONObject
  var seed: String
  var parent: String?
  var status: RunStatus
  var started: Double
  var finished: Double?
  var seconds: Double?
  var command: [String]
  var path: String
  var environment: JSONObject

  init(_ start: RunStart, time: Double) {
    self.init(
      recipe: start.recipe, id: start.id, parent: start.parent, started: time, command: start.command,
      path: start.path, environment: start.environment)
  }

  init(
    recipe: Recipe, id: String, parent: String?, started: Double, command: [String], path: String,
    environment: JSONObject
  ) {
    self.id = id
    self.recipe = recipe.name
    label = recipe.label
    file = recipe.file
    pipeline = recipe.pipeline
    group = recipe.group
    variant = recipe.variant
    seed = String(recipe.seed)
    self.parent = parent
    status = .running
    self.started = started
    self.command = command
    self.path = path
    self.environment = environment
  }
}

/// A stage of a run as the database keeps it.
struct StageRow {
  var run: String
  var position: Int
  var stage: String
  var kind: String
  var state: RecordedState
  var decision: StageDecision?
  var key: CacheKey?
  var artifact: Digest?
  var started: Double?
  var finished: Double?
  var seconds: Double?
  var isRecorded = true
  var parameters: JSONObject
  var diagnostics: JSONValue?
  var log: String?
  /// The truth from the store, where there is one.
  var record: ActionRecord?
  /// Curves of the record; of a stage that did not end well, what it had told until then.
  var series: [RecordedCurve] = []
  var metrics = JSONObject()
}

extension RunDatabase {
  /// A condition on a row of `stages`: whether the metrics under its key are its own.
  ///
  /// Metrics are recorded by key. If this stage did not end, and the key has an action, another run did the work; if a later
  /// run began the same work, it has written its metrics over these.
  static func hasOwnFigures(_ table: String) -> String {
    let done = RecordedState.allCases.filter(\.isDone).map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return """
      (\(table).state IN (\(done)) OR (\(table).key NOT IN (SELECT key FROM actions) AND NOT EXISTS (
        SELECT 1 FROM stages later WHERE later.run > \(table).run AND later.key = \(table).key
          AND later.started IS NOT NULL)))
      """
  }
}

/// A curve on its way into the database.
struct RecordedCurve {
  var name: String
  var points: [CurvePoint]
}

extension RunsDirectory {
  /// The curves of a stage that a run executed: as it wrote them, with times, or as the store keeps them.
  func recordedCurves(run: String, stage: String, record: ActionRecord?) -> [RecordedCurve] {
    let written = curves(run, stage: stage).compactMap { name in
      PointFile.points(in: pointsFile(run, stage: stage, series: name)).map { RecordedCurve(name: name, points: $0) }
    }
    guard let record else { return written }
    // What was built has its whole curves in the store; what was written lacks points where the disk was full.
    let stored = store.curves(of: record)
    if stored.isEmpty { return written }
    return stored.map { curve in
      written.first { $0.name == curve.name && $0.points.count >= curve.points.count } ?? curve
    }
  }
}

extension ArtifactStore {
  fileprivate func curves(of record: ActionRecord) -> [RecordedCurve] {
    guard record.series != nil, let curves = series(of: record)?.objectValue else { return [] }
    return curves.map { name, points in
      RecordedCurve(
        name: name,
        points: (points.arrayValue ?? []).compactMap { point in
          guard let fields = point.arrayValue, fields.count >= 2, let step = fields[0].intValue else { return nil }
          return CurvePoint(step: step, value: fields[1].doubleValue ?? .nan)
        })
    }
  }
}
