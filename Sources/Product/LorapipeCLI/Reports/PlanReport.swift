import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes

/// A plan as people and programs read it.
struct PlanReport {
  var plan: Plan

  /// One line a stage, then what the pending ones expect.
  func text(_ console: Console) -> String {
    var table = Table([(say("stage"), .left), (say("kind"), .left), ("", .left), (say("why"), .left)])
    // What nobody asked for is counted, not listed.
    let excluded = plan.stages.filter { $0.disposition == .excluded }.count
    for stage in plan.stages where stage.disposition != .excluded {
      let (word, style) = Self.word(stage.disposition)
      table.add(stage.id, stage.stage.kind, console.styled(say(Wording(template: word)), style), Self.reason(stage))
    }
    var text = table.text(console)
    if excluded > 0 {
      text += console.styled(say("\(Quantity.plural(excluded, "stage")) not selected"), .dim) + "\n"
    }
    for stage in plan.pending {
      let figures = stage.estimate?.figures ?? []
      guard !figures.isEmpty else { continue }
      text += "\n" + console.styled(stage.id, .bold) + "\n"
      let names = figures.map { said($0.name) }
      let width = names.map(DisplayWidth.of).max() ?? 0
      for (name, figure) in zip(names, figures) {
        text += "  \(DisplayWidth.pad(name, width))  \(Self.figure(figure))\n"
      }
    }
    return text + forecast(console)
  }

  /// What is left to do, in one or two lines.
  func forecast(_ console: Console) -> String {
    guard !plan.isUpToDate else { return "\n" + say("Everything is here already.") + "\n" }
    let forecast = plan.forecast
    var parts: [String] = []
    if let time = Self.time(forecast) { parts.append(time) }
    if forecast.memory > 0 { parts.append(say("\(Quantity.bytes(UInt64(clamping: forecast.memory))) of memory")) }
    if forecast.disk > 0 { parts.append(say("\(Quantity.bytes(UInt64(clamping: forecast.disk))) of disk")) }
    if forecast.download > 0 {
      parts.append(say("\(Quantity.bytes(UInt64(clamping: forecast.download))) to download"))
    }
    let count = plan.pending.count
    let total = Quantity.plural(plan.stages.filter { $0.disposition != .excluded }.count, "stage")
    var text = "\n"
    text +=
      parts.isEmpty
      ? say("\(count) of \(total) to run")
      : say("\(count) of \(total) to run: \(parts.joined(separator: Language.comma))")
    text += "\n"
    if !plan.remote.isEmpty {
      text += say("\(plan.remote.count) of them are in a remote cache and are fetched") + "\n"
    }
    if !forecast.unknown.isEmpty {
      text += console.styled(say("time not known yet: \(forecast.unknown.listed())"), .dim) + "\n"
    }
    if let note = Self.noteOfLoad(forecast.seconds, alone: forecast.secondsAlone) {
      text += console.styled(note, .dim) + "\n"
    }
    for alternative in plan.alternatives { text += say("would fit: \(AlternativeText.text(alternative))") + "\n" }
    return text
  }

  /// What a forecast would be without the other programs of this moment; `nil` when they make no difference.
  /// - Parameters: both in seconds.
  static func noteOfLoad(_ seconds: Double, alone: Double) -> String? {
    guard alone * 1.2 < seconds, let load = Machine.load() else { return nil }
    let cores = Quantity.plural(Machine.allowedCores(), "core")
    return say(
      "measured beside what else runs now (load \(Quantity.fixed(load, 1)) on \(cores)); with the machine to itself: \(Quantity.forecast(alone))"
    )
  }

  /// The time a forecast comes to; `nil` when too little of it is known to be worth a figure.
  static func time(_ forecast: RunForecast) -> String? {
    guard forecast.seconds > 0 else { return nil }
    let time = Quantity.forecast(forecast.seconds)
    guard !forecast.unknown.isEmpty else { return time }
    // A few seconds of small stages say nothing when the long ones are not known.
    return forecast.seconds < 10 ? nil : say("\(time) without \(forecast.unknown.listed())")
  }

  var json: JSONValue {
    let forecast = plan.forecast
    return [
      "recipe": .string(plan.recipe.label), "file": .string(plan.recipe.file),
      "stages": .array(plan.stages.map(Self.json)), "up_to_date": .bool(plan.isUpToDate),
      "forecast": [
        "seconds": .number(forecast.seconds), "seconds_alone": .number(forecast.secondsAlone),
        "memory_bytes": .integer(forecast.memory),
        "disk_bytes": .integer(forecast.disk), "download_bytes": .integer(forecast.download),
        "unknown": .array(forecast.unknown.map { .string($0) }),
      ],
      "warnings": .array(plan.warnings.map { .string($0.message) }),
      "errors": .array(plan.objections.map(DiagnosticJSON.value)),
      "alternatives": .array(plan.alternatives.map(AlternativeText.json)),
    ]
  }

  static func json(_ stage: PlannedStage) -> JSONValue {
    var object = JSONObject([
      ("stage", .string(stage.id)), ("kind", .string(stage.stage.kind)),
      ("state", .string(word(stage.disposition).word)), ("decision", stage.decision.json),
    ])
    if let key = stage.key { object["key"] = .string(key.digest.hex) }
    if let artifact = stage.artifact { object["artifact"] = .string(artifact.hex) }
    if let estimate = stage.estimate {
      var figures = JSONObject()
      for figure in estimate.figures { figures[figure.name] = figure.value ?? .null }
      object["figures"] = .object(figures)
      object["seconds"] = estimate.seconds.map { .number($0) } ?? .null
      object["seconds_alone"] = (estimate.secondsAlone ?? estimate.seconds).map { .number($0) } ?? .null
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
    switch stage.decision.reason {
    case .cached: return ""
    case .remote: return say("in a remote cache")
    case .neverBuilt: return say("never built")
    case .forced: return say("forced")
    case .artifactMissing: return say("its artifact is missing")
    case .unknownUntilUpstream: return say("depends on an earlier stage")
    case .implementationChanged, .inputChanged, .parameterChanged:
      let prefix = "\(stage.id) would rerun: "
      return stage.decision.explanation(of: stage.id, verb: "would rerun")
        .map { reworded($0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0) }.joined(
          separator: Language.semicolon)
    }
  }

  private static func figure(_ figure: StageEstimate.Figure) -> String {
    guard let value = figure.value, !value.isNull else { return say("unknown") }
    let text: String
    switch value {
    case .integer(let count) where figure.unit == "bytes": return Quantity.bytes(UInt64(clamping: count))
    case .number(let number) where figure.unit == "bytes" && number >= 0 && number < 9e18:
      return Quantity.bytes(UInt64(number))
    case .number(let seconds) where figure.unit == "seconds":
      return Quantity.forecast(seconds)
    case .integer(let count) where figure.whole?.intValue != nil:
      let whole = figure.whole?.intValue ?? 0
      let share = whole > 0 ? Double(count) / Double(whole) * 100 : 0
      let (part, all) = (Quantity.count(Int(clamping: count)), Quantity.count(whole))
      return say("\(part) of \(all) (\(Quantity.fixed(share, share < 10 ? 1 : 0)) %)")
    case .integer(let count): text = Quantity.count(Int(clamping: count))
    case .number(let number): text = Quantity.figure(number)
    default: text = value.stringValue ?? value.text()
    }
    return text + (figure.unit.map { " \($0)" } ?? "")
  }
}
