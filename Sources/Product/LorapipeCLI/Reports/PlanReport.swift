import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Recipes

/// A plan as people and programs read it.
struct PlanReport {
  var plan: Plan

  /// One line a stage, then what the pending ones expect.
  func text(_ console: Console) -> String {
    var table = Table([("stage", .left), ("kind", .left), ("", .left), ("why", .left)])
    for stage in plan.stages {
      let (word, style) = Self.word(stage.disposition)
      table.add(stage.id, stage.stage.kind, console.styled(word, style), Self.reason(stage))
    }
    var text = table.text(console)
    for stage in plan.pending {
      let figures = stage.estimate?.figures ?? []
      guard !figures.isEmpty else { continue }
      text += "\n" + console.styled(stage.id, .bold) + "\n"
      let width = figures.map { DisplayWidth.of($0.name) }.max() ?? 0
      for figure in figures { text += "  \(DisplayWidth.pad(figure.name, width))  \(Self.figure(figure))\n" }
    }
    return text + forecast(console)
  }

  /// What is left to do, in one or two lines.
  func forecast(_ console: Console) -> String {
    guard !plan.isUpToDate else { return "\nEverything is here already.\n" }
    let forecast = plan.forecast
    var parts: [String] = []
    if forecast.seconds > 0 { parts.append("about \(Quantity.duration(forecast.seconds))") }
    if forecast.memory > 0 { parts.append("\(Quantity.bytes(UInt64(clamping: forecast.memory))) of memory") }
    if forecast.disk > 0 { parts.append("\(Quantity.bytes(UInt64(clamping: forecast.disk))) of disk") }
    if forecast.download > 0 { parts.append("\(Quantity.bytes(UInt64(clamping: forecast.download))) to download") }
    let fetched = plan.remote.isEmpty ? "" : ", \(plan.remote.count) to fetch"
    var text = "\n\(plan.pending.count) of \(Quantity.plural(plan.stages.count, "stage")) to run\(fetched)"
    text += parts.isEmpty ? "\n" : ": " + parts.joined(separator: ", ") + "\n"
    if !forecast.unknown.isEmpty {
      text += console.styled("time not known yet: \(forecast.unknown.listed())", .dim) + "\n"
    }
    return text
  }

  var json: JSONValue {
    let forecast = plan.forecast
    return [
      "recipe": .string(plan.recipe.label), "file": .string(plan.recipe.file),
      "stages": .array(plan.stages.map(Self.json)), "up_to_date": .bool(plan.isUpToDate),
      "forecast": [
        "seconds": .number(forecast.seconds), "memory_bytes": .integer(forecast.memory),
        "disk_bytes": .integer(forecast.disk), "download_bytes": .integer(forecast.download),
        "unknown": .array(forecast.unknown.map { .string($0) }),
      ],
      "warnings": .array(plan.warnings.map { .string($0.message) }),
    ]
  }

  static func json(_ stage: PlannedStage) -> JSONValue {
    var object = JSONObject([
      ("stage", .string(stage.id)), ("kind", .string(stage.stage.kind)),
      ("state", .string(word(stage.disposition).word)), ("decision", stage.decision.json),
    ])
    if let key = stage.key { object["key"] = .string(key.digest) }
    if let artifact = stage.artifact { object["artifact"] = .string(artifact) }
    if let estimate = stage.estimate {
      var figures = JSONObject()
      for figure in estimate.figures { figures[figure.name] = figure.value ?? .null }
      object["figures"] = .object(figures)
      object["seconds"] = estimate.seconds.map { .number($0) } ?? .null
      object["memory_bytes"] = estimate.memory.map { .integer($0) } ?? .null
      object["disk_bytes"] = estimate.disk.map { .integer($0) } ?? .null
      object["download_bytes"] = estimate.download.map { .integer($0) } ?? .null
    }
    return .object(object)
  }

  static func word(_ disposition: StageDisposition) -> (word: String, style: Console.Style) {
    switch disposition {
    case .cached: ("cached", .green)
    case .referenced: ("file", .green)
    case .remote: ("fetch", .green)
    case .execute: ("run", .yellow)
    case .undecided: ("maybe", .yellow)
    case .excluded: ("skip", .dim)
    }
  }

  private static func reason(_ stage: PlannedStage) -> String {
    if stage.disposition == .excluded { return "not asked for" }
    switch stage.decision.reason {
    case .cached: return ""
    case .remote: return "in a remote cache"
    case .neverBuilt: return "never built"
    case .forced: return "forced"
    case .artifactMissing: return "its artifact is missing"
    case .unknownUntilUpstream: return "after what it reads"
    case .implementationChanged, .inputChanged, .parameterChanged:
      let prefix = "\(stage.id) would rerun: "
      return stage.decision.explanation(of: stage.id, verb: "would rerun")
        .map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }.joined(separator: "; ")
    }
  }

  private static func figure(_ figure: StageEstimate.Figure) -> String {
    guard let value = figure.value, !value.isNull else { return "unknown" }
    let text: String
    switch value {
    case .integer(let count) where figure.unit == "bytes": return Quantity.bytes(UInt64(clamping: count))
    case .number(let number) where figure.unit == "bytes" && number >= 0 && number < 9e18:
      return Quantity.bytes(UInt64(number))
    case .number(let seconds) where figure.unit == "seconds": return "about " + Quantity.duration(seconds)
    case .integer(let count): text = Quantity.count(Int(clamping: count))
    case .number(let number): text = Quantity.figure(number)
    default: text = value.stringValue ?? value.text()
    }
    return text + (figure.unit.map { " \($0)" } ?? "")
  }
}
