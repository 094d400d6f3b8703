import Datasets
import JSON
import PipelineEngine
import Recipes
import Reports
import RunHistory
import Verdicts

/// A run as the page of one run shows it.
struct RunPage {
  private let facts: RunFacts
  private let isLive: Bool
  private let hasRowLosses: Bool
  private let words: Words

  init(_ facts: RunFacts, isLive: Bool, hasRowLosses: Bool, words: Words) {
    self.facts = facts
    self.isLive = isLive
    self.hasRowLosses = hasRowLosses
    self.words = words
  }

  var json: JSONValue {
    var object = facts.run.json.objectValue ?? JSONObject()
    object["live"] = .bool(isLive)
    object["graph"] = facts.graph.json
    object["stages"] = .array(facts.stages.map(stage))
    object["verdicts"] = .array(facts.verdicts.map(verdict))
    object["data"] = facts.data.map(data)
    object["has_adapter"] = .bool(facts.stages.contains { $0.kind?.output == .adapter && $0.entry.artifact != nil })
    object["has_answers"] = .bool(facts.answers != nil)
    object["settings"] = .array(
      facts.settings.map { setting in
        [
          "stage": .string(setting.stage), "name": .string(setting.name), "value": setting.value,
          "default": setting.defaultValue ?? .null, "help": .string(words.reworded(setting.help)),
        ]
      })
    object["environment"] = .object(facts.detail.environment)
    object["lineage"] = .array(
      facts.lineage.map { node in
        var object = node.json.objectValue ?? JSONObject()
        object["file"] = facts.fileNames[node.artifact].map { .string($0) }
        return .object(object)
      })
    object["product"] = facts.product.map { .string($0.stage) }
    object["recipe_text"] = facts.recipeText.map { .string($0) }
    object["work_seconds"] = .number(facts.workSeconds)
    object["peak_memory"] = facts.peakMemory.map { .integer(Int64($0)) }
    object["disk"] = .integer(Int64(facts.diskBytes))
    if let change = facts.change {
      object["change"] = [
        "old": .string(change.old.id), "parameters": lines(change.parameters), "data": lines(change.data),
        "metrics": lines(change.metrics),
      ]
    }
    return .object(object)
  }

  /// The data card, with each finding in words.
  private func data(_ card: DataCard) -> JSONValue {
    var object = card.json.objectValue ?? JSONObject()
    object["findings"] = .array(
      card.findings.map { flaw, rows in
        [
          "code": .string(flaw.code), "level": .string(flaw.level.rawValue), "rows": .integer(Int64(rows)),
          "message": .string(words.reworded(flaw.message(rows: rows))), "remedy": .string(words.reworded(flaw.remedy)),
        ]
      })
    object["has_row_losses"] = .bool(hasRowLosses)
    return .object(object)
  }

  private func stage(_ stage: StageFacts) -> JSONValue {
    var object = stage.entry.json.objectValue ?? JSONObject()
    object["parameters"] = nil
    object["decision"] = nil
    object["causes"] = .array(stage.causes.map { .string(words.reworded($0)) })
    object["reason"] = stage.entry.decision.map { .string($0.reason.code) }
    object["headlines"] = .array(stage.headlines.map { .string($0.name) })
    object["product"] = .bool(stage.kind?.product != nil)
    object["metric_specs"] = .object(
      JSONObject(
        stage.metrics.map { name, _ in
          let spec = stage.kind?.metric(name)
          return (
            name,
            [
              "better": spec?.better.map { .string($0.rawValue) } ?? .null,
              "unit": .string(spec.map { "\($0.unit)" } ?? "plain"), "help": .string(words.reworded(spec?.help ?? "")),
            ]
          )
        }))
    object["metrics"] = .object(stage.metrics)
    if let forecast = stage.forecast {
      object["forecast"] = [
        "seconds": forecast.seconds.map { .number($0) } ?? .null,
        "memory": forecast.memory.map { .number($0) } ?? .null,
      ]
    }
    let failures = stage.entry.diagnostics?.arrayValue ?? []
    object["diagnostics"] = .array(
      failures.map { diagnostic in
        [
          "message": .string(words.reworded(diagnostic["message"]?.stringValue ?? "")),
          "remedy": diagnostic["remedy"]?.stringValue.map { .string(words.reworded($0)) } ?? .null,
        ]
      })
    return .object(object)
  }

  private func verdict(_ found: StageVerdict) -> JSONValue {
    var object = found.json.objectValue ?? JSONObject()
    object["message"] = .string(words.reworded(found.verdict.message))
    object["remedy"] = found.verdict.remedy.map { .string(words.reworded($0)) }
    return .object(object)
  }

  private func lines(_ lines: [RunDiff.Line]) -> JSONValue {
    .array(
      lines.map { line in
        [
          "stage": .string(line.stage), "name": .string(line.name), "old": line.old ?? .null, "new": line.new ?? .null,
          "verdict": line.verdict.map { .string($0.rawValue) } ?? .null,
        ]
      })
  }
}

/// Several runs as the page of a comparison shows them.
struct ComparisonPage {
  private let comparison: ComparedRuns
  private let catalog: StageCatalog
  private let words: Words

  init(_ comparison: ComparedRuns, catalog: StageCatalog, words: Words) {
    self.comparison = comparison
    self.catalog = catalog
    self.words = words
  }

  var json: JSONValue {
    [
      "runs": .array(comparison.details.map(\.run.json)), "parameters": lines(comparison.parameters),
      "data": lines(comparison.data), "metrics": lines(comparison.metrics),
    ]
  }

  private func lines(_ lines: [ComparedRuns.Line]) -> JSONValue {
    .array(
      lines.map { line in
        let spec = catalog.kind(line.kind)?.metric(line.name)
        return [
          "stage": .string(line.stage), "name": .string(line.name), "values": .array(line.values.map { $0 ?? .null }),
          "better": line.better.map { .string($0.rawValue) } ?? .null,
          "best": line.best.map { .integer(Int64($0)) } ?? .null, "unit": .string(spec.map { "\($0.unit)" } ?? "plain"),
          "headline": .bool(spec?.isHeadline ?? false), "help": .string(words.reworded(spec?.help ?? "")),
        ]
      })
  }
}
