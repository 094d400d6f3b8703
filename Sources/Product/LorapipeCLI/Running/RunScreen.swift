import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import RemoteCache

/// Runs one plan and shows it: lines for people, or one JSON event a line for programs.
struct RunScreen {
  let session: RunSession
  let workspace: Workspace
  /// Whether a long run asks for `--yes`. One that is continued was agreed to when it was started.
  var asksAboutTime = true

  /// Above this many seconds a run asks for `--yes`.
  static let longRun: Double = 6 * 3600

  /// - Returns: `nil` when nothing was run because the answer to a question is missing.
  func run(
    _ recipe: Recipe, plan options: PlanOptions, run runOptions: RunOptions, control: RunControl,
    observers: [any RunObserver]
  ) async throws -> RunSummary? {
    let console = session.console
    let isJSON = session.invocation.wantsJSON
    var all = observers
    let display = LiveDisplay(console: console, names: recipe.stages.map(\.id))
    if isJSON {
      all.append(JSONObserver(console: console))
    } else {
      all.append(TerminalObserver(display: display, console: console, showsCached: recipe.stages.count <= 40))
    }
    let runner = PipelineRunner(
      runs: session.runs, catalog: session.catalog, launcher: session.launcher, observers: all,
      remote: session.remote?.cache, uploads: session.remote?.uploads,
      checkpoints: session.remote?.checkpoints)
    session.remote?.speak { diagnostic in
      if isJSON {
        console.print(RunEvent(time: SystemClock.now(), .warning(diagnostic)).json.text())
      } else {
        let text = ErrorText.render([diagnostic], color: console.errorHasColor)
        display.note(text.hasSuffix("\n") ? String(text.dropLast()) : text)
      }
    }
    session.remote?.uploads.start()
    let prepared = try await prepare(runner, recipe, options) { plan in
      if asksAboutTime, !runOptions.ignoresForecast { try refuseVeryLong(plan) }
    }
    if !runOptions.ignoresForecast {
      try refuseObjections(prepared.plan)
      try refuseTooLarge(prepared.plan, memory: runOptions.memoryLimit)
    }
    let forecast = prepared.plan.forecast
    if !isJSON, !prepared.plan.isUpToDate, forecast.seconds >= 1 || forecast.download > 0 {
      console.printError(console.styledError(forecastLine(prepared.plan), .dim))
    }
    let animation = Task { await display.animate() }
    defer {
      display.finish()
      animation.cancel()
    }
    let summary = try await runner.execute(prepared, options: runOptions, control: control)
    if let remote = session.remote {
      remote.finishUploads(isJSON ? nil : display, control: control)
      report(remote.cache.report, display, isJSON: isJSON)
    }
    return summary
  }

  private func report(_ report: RemoteReport, _ display: LiveDisplay, isJSON: Bool) {
    guard !report.isEmpty else { return }
    if isJSON {
      session.console.print(
        JSONValue.object(JSONObject([("event", "remote-cache"), ("report", report.json)])).text())
    } else if let line = RemoteCaches.summary(report) {
      display.note(session.console.styledError(line, .dim))
    }
  }

  /// Says how long it would take before anything is asked for or downloaded.
  private func refuseVeryLong(_ plan: Plan) throws {
    let forecast = plan.forecast
    // What else runs at the moment may soon be over: it does not decide.
    guard forecast.secondsAlone > Self.longRun else { return }
    var parts = [say("\(Quantity.bytes(UInt64(clamping: forecast.memory))) of memory")]
    if forecast.download > 0 {
      parts.append(say("\(Quantity.bytes(UInt64(clamping: forecast.download))) to download"))
    }
    let time = Quantity.forecast(forecast.seconds)
    throw CommandFailure(
      cause: Diagnostic(
        code: "very-long",
        say("this would take \(time) on this machine, \(parts.joined(separator: Language.and))"),
        remedy: "start it anyway with --yes; 'lorapipe plan' shows how long each stage takes",
        notes: plan.alternatives.map(AlternativeText.text)), status: .failed)
  }

  private func prepare(
    _ runner: PipelineRunner, _ recipe: Recipe, _ options: PlanOptions, review: @escaping (Plan) throws -> Void
  ) async throws -> PipelineRunner.Prepared {
    do {
      return try await runner.prepare(recipe, options: options, review: review)
    } catch let list as DiagnosticList where Self.isUsage(list) {
      throw CommandFailure(cause: list, status: .usage)
    }
  }

  /// Whether planning failed by the command line's or the recipe's fault.
  static func isUsage(_ list: DiagnosticList) -> Bool { list.diagnostics.contains { usage.contains($0.code) } }

  private static let usage: Set<String> = [
    "unknown-stage", "upstream-not-built", "not-locked", "never-resolved", "cycle", "not-found",
  ]

  /// Refuses what a stage says cannot work. It is the recipe's or the data's fault: exit status 2.
  private func refuseObjections(_ plan: Plan) throws {
    guard !plan.objections.isEmpty else { return }
    var objections = plan.objections
    objections[objections.count - 1].notes += plan.alternatives.map(AlternativeText.text)
    throw CommandFailure(cause: DiagnosticList(objections), status: .usage)
  }

  /// Refuses what the machine has no room for, with what would fit.
  private func refuseTooLarge(_ plan: Plan, memory: UInt64) throws {
    var objections = plan.forecast.objections(freeDisk: session.runs.store.freeSpace(), memory: memory)
    guard !objections.isEmpty else { return }
    objections[objections.count - 1].notes += plan.alternatives.map(AlternativeText.text)
    throw DiagnosticList(objections)
  }

  private func forecastLine(_ plan: Plan) -> String {
    let forecast = plan.forecast
    var parts: [String] = []
    if forecast.seconds >= (forecast.unknown.isEmpty ? 1 : 10) { parts.append(Quantity.forecast(forecast.seconds)) }
    if forecast.memory > 0 { parts.append(say("\(Quantity.bytes(UInt64(clamping: forecast.memory))) of memory")) }
    if forecast.disk > 0 { parts.append(say("\(Quantity.bytes(UInt64(clamping: forecast.disk))) of disk")) }
    if forecast.download > 0 {
      parts.append(say("\(Quantity.bytes(UInt64(clamping: forecast.download))) to download"))
    }
    let total = Quantity.plural(plan.stages.filter { $0.disposition != .excluded }.count, "stage")
    let line = say("\(plan.pending.count) of \(total) to run: \(parts.joined(separator: Language.comma))")
    return forecast.unknown.isEmpty ? line : say("\(line) (not counting \(forecast.unknown.listed()))")
  }
}

/// Events for programs, one JSON object a line.
struct JSONObserver: RunObserver {
  let console: Console

  func observe(_ event: RunEvent) { console.print(event.json.text()) }
}
