import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Synchronization

/// Shows a run to a person as it goes.
final class TerminalObserver: RunObserver {
  private let display: LiveDisplay
  private let console: Console
  /// Whether stages that were here already are named.
  private let showsCached: Bool
  /// Warnings of the plan, which a stage says again when it finds the same.
  private let planned = Mutex<[String]>([])

  init(display: LiveDisplay, console: Console, showsCached: Bool) {
    self.display = display
    self.console = console
    self.showsCached = showsCached
  }

  func observe(_ event: RunEvent) {
    switch event.kind {
    case .stageStarted(let stage, let decision, _, _):
      for line in decision.explanation(of: stage, verb: "reruns") where !decision.changes.isEmpty {
        display.note(console.styledError(reworded(line), .dim))
      }
      display.start(stage)
    case .stageEvent(let stage, let event): observe(event, of: stage)
    case .stageFinished(let result): finish(result)
    case .warning(let diagnostic):
      planned.withLock { $0.append(diagnostic.message) }
      display.note(trimmed(ErrorText.render([diagnostic], color: console.errorHasColor)))
    case .runReconciled(let id):
      display.note(console.styledError(say("run \(id) had died; it is marked interrupted"), .dim))
    case .runStarted, .runFinished: break
    }
  }

  private func observe(_ event: StageEvent, of stage: String) {
    switch event {
    case .progress(let completed, let total, let unit, let detail):
      display.update(stage, completed: completed, total: total, unit: unit, detail: detail)
    case .warning(let text):
      let isSaid = planned.withLock { $0.contains { text == $0 || text.hasPrefix($0 + ". ") } }
      if isSaid { return }
      display.note(console.styledError(say("warning:"), .yellow) + " \(stage): \(reworded(text.terminalSafe))")
    case .note(let text): display.note("\(stage): \(reworded(text.terminalSafe))")
    case .activity(let text): display.update(stage, activity: text.map { reworded($0) })
    case .usage(let memory): display.update(stage, memory: memory)
    case .metric, .point, .log: break
    }
  }

  private func finish(_ result: StageResult) {
    switch result.state {
    case .built:
      display.finish(
        result.stage, mark: say("done"), styles: [.green],
        text: [Quantity.duration(result.seconds), MetricText.headlines(result)].filter { !$0.isEmpty }
          .joined(separator: "  "))
      if !result.isRecorded {
        display.note(
          console.styledError(say("warning:"), .yellow) + " \(result.stage): "
            + say("an input changed while it ran; the result is used but not cached"))
      }
    case .cached, .referenced:
      if showsCached { display.finish(result.stage, mark: say("cached"), styles: [.dim], text: "") }
    case .failed:
      display.finish(result.stage, mark: say("failed"), styles: [.red], text: Quantity.duration(result.seconds))
      for line in result.log.map(Self.lastLines) ?? [] { display.note(console.styledError("  │ ", .dim) + line) }
      for diagnostic in result.diagnostics {
        display.note(trimmed(ErrorText.render([diagnostic], color: console.errorHasColor)))
      }
    case .interrupted where result.log == nil && result.seconds == 0:
      display.finish(result.stage, mark: say("not started"), styles: [.dim], text: "")
    case .interrupted:
      display.finish(result.stage, mark: say("stopped"), styles: [.yellow], text: Quantity.duration(result.seconds))
    case .skipped:
      display.finish(
        result.stage, mark: say("skipped"), styles: [.dim], text: say("something it needs failed or was stopped"))
    case .excluded: break
    }
  }

  /// The end of what a stage's programs wrote, for a person who wants to see at once what went wrong. What the stage itself
  /// said was on the screen already.
  private static func lastLines(ofLog path: String) -> [String] {
    let bytes = LocalText.bytes(path, last: 4096) ?? []
    return String(decoding: LogReader.tail(bytes, lines: 10), as: UTF8.self)
      .split(separator: "\n").filter { !StageLogLine.isOne($0) }.map { DisplayWidth.fit($0.terminalSafe, 160) }
  }

  private func trimmed(_ text: String) -> String { text.hasSuffix("\n") ? String(text.dropLast()) : text }
}
