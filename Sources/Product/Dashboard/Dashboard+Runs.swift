import Artifacts
import Diagnostics
import HTTPService
import JSON
import PipelineEngine
import Recipes
import Reports
import RunHistory

extension Dashboard {
  /// The table of runs: only the parameters that differ among them, and the metrics one looks at first.
  func runTable(_ request: HTTPRequest) throws -> JSONValue {
    let limit = number(request, "limit", 1...100_000, default: Self.allRuns)
    let words = words(language(request))
    let answer = try tableCache.answer(archive, limit: limit, words: words)
    guard answer.running.contains(where: isLost) else { return answer.page }
    archive.reconcile()
    return try tableCache.answer(archive, limit: limit, words: words).page
  }

  /// Reads what the first page asks for before anybody does.
  public func readAhead() {
    for language in Words.Language.allCases {
      _ = try? tableCache.answer(archive, limit: Self.allRuns, words: words(language))
    }
  }

  private static let allRuns = 5000

  /// Whether a run is recorded as going on and its process is gone.
  private func isLost(_ run: RunEntry) -> Bool { run.status == .running && !archive.runs.isLive(run.id) }

  /// The record of a run, ended if its process is gone.
  private func detail(_ name: String) throws -> RunDetail {
    let detail = try archive.database.detail(name)
    guard isLost(detail.run) else { return detail }
    archive.reconcile()
    return try archive.database.detail(detail.run.id)
  }

  /// One run with everything but its curves' points.
  func run(_ request: HTTPRequest) throws -> JSONValue {
    let facts = try archive.facts(try detail(try text(request, "run")).run.id, curves: false)
    return RunPage(
      facts, isLive: archive.runs.isLive(facts.run.id), hasRowLosses: archive.hasRowLosses(facts.detail),
      words: words(language(request))
    ).json
  }

  /// What changes while a run goes on: states, times, progress. Small, so that a page can ask every second.
  func live(_ request: HTTPRequest) throws -> JSONValue {
    let detail = try detail(try text(request, "run"))
    var object = JSONObject([
      ("run", .string(detail.run.id)), ("status", .string(detail.run.status.rawValue)),
      ("live", .bool(archive.runs.isLive(detail.run.id))), ("seconds", detail.run.seconds.map { .number($0) } ?? .null),
      (
        "stages",
        .array(
          detail.stages.map { stage in
            [
              "stage": .string(stage.stage), "state": .string(stage.state.rawValue),
              "started": stage.started.map { .number($0) } ?? .null,
              "finished": stage.finished.map { .number($0) } ?? .null,
              "series": .array(stage.series.map { .string($0) }),
            ]
          })
      ),
    ])
    object["progress"] = archive.progress(of: detail.run.id)
    return .object(object)
  }

  /// A curve with at most so many points; without `name` every curve of the stage. With `runs` instead of `run`, those of
  /// several runs.
  func curve(_ request: HTTPRequest) throws -> JSONValue {
    guard request.query["runs"] != nil else { return try curves(try text(request, "run"), request) }
    return .array(try runNames(request).map { try curves($0, request) })
  }

  private func curves(_ name: String, _ request: HTTPRequest) throws -> JSONValue {
    let detail = try archive.database.detail(name)
    let limit = number(request, "points", 10...CurveFacts.limit, default: CurveFacts.limit)
    let wanted = request.query["stage"]
    let names = request.query["name"].map { Set($0.split(separator: ",").map(String.init)) }
    var found: [JSONValue] = []
    for stage in detail.stages where wanted == nil || stage.stage == wanted {
      for name in archive.series(of: stage, run: detail.run.id) where names?.contains(name) ?? true {
        let curve = try curveCache.curve(
          run: detail.run.id, stage: stage, name: name, limit: limit, archive: archive)
        var object = curve.json.objectValue ?? JSONObject()
        object["stage"] = .string(stage.stage)
        object["group"] = .string(CurveGroup.name(of: name))
        found.append(.object(object))
      }
    }
    return ["run": .string(detail.run.id), "label": .string(detail.run.label), "curves": .array(found)]
  }

  /// How large the update of each module is, and how many directions it uses.
  func adapter(_ request: HTTPRequest) throws -> JSONValue {
    let detail = try archive.database.detail(try text(request, "run"))
    let words = words(language(request))
    return ["adapters": .array(archive.adapters(detail).map { $0.json(words) })]
  }

  /// What the machine did while a run went on.
  func machine(_ request: HTTPRequest) throws -> JSONValue {
    let run = try archive.database.run(try text(request, "run"))
    return ["curves": .array(archive.machine(run: run.id).map(\.json))]
  }

  /// What a stage wrote to its log after a byte; a cached stage shows the log of the run that made it.
  func log(_ request: HTTPRequest) throws -> JSONValue {
    let detail = try archive.database.detail(try text(request, "run"))
    let stage = try text(request, "stage")
    guard detail.stage(stage) != nil else {
      throw Diagnostic(code: "unknown-stage", "run \(detail.run.id) has no stage '\(stage)'")
    }
    let log = archive.log(
      run: detail.run.id, stage: stage, since: number(request, "since", 0...Int.max / 2, default: 0))
    return [
      "run": .string(log.run), "text": .string(log.text), "next": .integer(Int64(log.next)),
    ]
  }

  func compare(_ request: HTTPRequest) throws -> JSONValue {
    let comparison = try archive.comparison(try runNames(request), curves: false)
    return ComparisonPage(comparison, catalog: archive.catalog, words: words(language(request))).json
  }

  func answers(_ request: HTTPRequest) throws -> JSONValue {
    var details: [RunDetail] = []
    for name in try runNames(request) { details.append(try archive.database.detail(name)) }
    return archive.answers(details)?.json ?? ["columns": [], "rows": [], "scores": []]
  }

  func stop(_ request: HTTPRequest) throws -> JSONValue {
    let run = try archive.database.run(try body(request, "run")).id
    try archive.runs.interrupt(run)
    return ["stopping": .string(run)]
  }

  func resume(_ request: HTTPRequest) throws -> JSONValue {
    let run = try archive.database.run(try body(request, "run")).id
    try program.start(["resume", run] + spoken(request))
    return ["resuming": .string(run)]
  }

  func chat(_ request: HTTPRequest) throws -> JSONValue {
    let run = try archive.database.run(try body(request, "run")).id
    return ["address": .string(try program.chat(run, spoken(request)))]
  }

  /// A text of a request's JSON body.
  func body(_ request: HTTPRequest, _ name: String) throws(APIError) -> String {
    guard let value = (try? JSONValue(parsing: request.body))?[name]?.stringValue, !value.isEmpty else {
      throw APIError.invalid("'\(name)' must be a text", name)
    }
    return value
  }
}
