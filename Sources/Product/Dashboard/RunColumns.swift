import JSON
import PipelineEngine
import Recipes
import Reports
import RunHistory

/// The table of runs as a page shows it: columns of what differs, and a value of each run in them.
struct RunColumns {
  struct Column: Hashable {
    var stage: String
    var name: String
    var metric: MetricSpec?
    var help = ""
  }

  private let table: RunTable
  private let words: Words
  private var columns: [Column] = []
  /// By run, then by the place of the column.
  private var values: [String: [Int: JSONValue]] = [:]

  /// Metrics that a table shows: those a kind puts first, and the best it reached.
  static func metrics(_ catalog: StageCatalog) -> Set<String> {
    Set(catalog.kinds.flatMap(\.metrics).filter(isShown).flatMap { [$0.name] + $0.formerNames })
  }

  private static func isShown(_ metric: MetricSpec) -> Bool {
    metric.isHeadline || metric.better != nil && metric.name.hasPrefix("best.")
  }

  init(_ table: RunTable, catalog: StageCatalog, words: Words) {
    self.table = table
    self.words = words
    addParameters(catalog)
    addMetrics(catalog)
  }

  /// A parameter is a column when two runs have different values of it. That one lacks it counts only beside runs of the
  /// same recipe: other recipes have other stages.
  private mutating func addParameters(_ catalog: StageCatalog) {
    let recipes = Dictionary(table.runs.map { ($0.id, $0.recipe) }, uniquingKeysWith: { first, _ in first })
    var sets: [String: [String: Set<Int>]] = [:]
    var order: [String] = []
    for stage in table.stages {
      guard let set = stage.parameterSet, let recipe = recipes[stage.run] else { continue }
      if sets[stage.stage] == nil { order.append(stage.stage) }
      sets[stage.stage, default: [:]][recipe, default: []].insert(set)
    }
    var places: [String: [(place: Int, name: String)]] = [:]
    for stage in order {
      for name in differing(sets[stage] ?? [:]).sorted() {
        places[stage, default: []].append((columns.count, name))
        columns.append(Column(stage: stage, name: name, metric: nil))
      }
    }
    for stage in table.stages {
      guard let set = stage.parameterSet, let object = table.parameters[set] else { continue }
      for (place, name) in places[stage.stage] ?? [] { values[stage.run, default: [:]][place] = object[name] }
    }
  }

  private func differing(_ sets: [String: Set<Int>]) -> Set<String> {
    var first: [String: JSONValue] = [:]
    var differing: Set<String> = []
    for own in sets.values {
      let objects = own.compactMap { table.parameters[$0] }
      var counts: [String: Int] = [:]
      for object in objects {
        for (name, value) in object {
          counts[name, default: 0] += 1
          if let known = first[name] {
            if known != value { differing.insert(name) }
          } else {
            first[name] = value
          }
        }
      }
      for (name, count) in counts where count < objects.count { differing.insert(name) }
    }
    return differing
  }

  private mutating func addMetrics(_ catalog: StageCatalog) {
    var places: [Column: Int] = [:]
    for stage in table.stages {
      guard let key = stage.key, let recorded = table.metrics[key], let kind = catalog.kind(stage.kind),
        kind.product != nil
      else { continue }
      let metrics = kind.currentMetrics(recorded)
      for spec in kind.metrics where Self.isShown(spec) {
        guard let value = metrics[spec.name] else { continue }
        let column = Column(stage: stage.stage, name: spec.name, metric: spec)
        let place = places[column] ?? columns.count
        if place == columns.count {
          places[column] = place
          columns.append(column)
        }
        values[stage.run, default: [:]][place] = value
      }
    }
  }

  var json: JSONValue {
    [
      "columns": .array(
        columns.map { column in
          [
            "stage": .string(column.stage), "name": .string(column.name),
            "kind": column.metric == nil ? "parameter" : "metric",
            "better": column.metric?.better.map { .string($0.rawValue) } ?? .null,
            "share": .bool(column.metric?.unit == .share),
            "help": .string(words.reworded(column.metric?.help ?? "")),
          ]
        }),
      "runs": .array(
        table.runs.map { run in
          let own = values[run.id] ?? [:]
          var object = JSONObject([
            ("id", .string(run.id)), ("label", .string(run.title)), ("recipe", .string(run.recipe)),
            ("status", .string(run.status.rawValue)), ("started", .number(run.started)),
            ("values", .array(columns.indices.map { own[$0] ?? .null })),
          ])
          object["seconds"] = run.seconds.map { .number($0) }
          if run.origin == .command { object["of_command"] = true }
          object["group"] = run.group.map { .string($0) }
          object["parent"] = run.parent.map { .string($0) }
          for name in ["tags", "aliases", "note"] { object[name] = run.json[name] }
          return .object(object)
        }),
    ]
  }
}
