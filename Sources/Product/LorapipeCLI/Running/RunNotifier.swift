import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import Transfer

/// Tells a program or a web address that a run has ended. It takes bounded time, and its failure is a warning: the run has
/// ended as it has.
struct RunNotifier {
  static let command = Option<String>(
    "notify", nil, "COMMAND",
    help: "Run this shell command when the run has ended; it gets LORAPIPE_STATUS and other variables.")
  static let webhook = Option<String>(
    "webhook", nil, "URL", help: "Post JSON about the run there when it has ended (default: LORAPIPE_WEBHOOK).")

  private let command: String?
  private let webhook: String?
  private let console: Console
  /// Seconds that each of the two may take.
  private static let patience = 10.0

  init(_ invocation: Invocation) {
    func given(_ option: Option<String>, _ variable: String) -> String? {
      let text = invocation[option] ?? Environment.value(variable) ?? ""
      return text.isEmpty ? nil : text
    }
    command = given(Self.command, "LORAPIPE_NOTIFY")
    webhook = given(Self.webhook, "LORAPIPE_WEBHOOK")
    console = invocation.console
  }

  func notify(_ summary: RunSummary, label: String) {
    guard command != nil || webhook != nil else { return }
    let message = Message(summary, label: label)
    var problems: [Diagnostic] = []
    if let command {
      do throws(Diagnostic) { try run(command, message) } catch { problems.append(error) }
    }
    if let webhook {
      do throws(Diagnostic) {
        try Webhook.post(message.json.bytes(), to: webhook, within: Self.patience)
      } catch {
        problems.append(error)
      }
    }
    for var problem in problems {
      problem.severity = .warning
      console.writeError(ErrorText.render([problem], color: console.errorHasColor))
    }
  }

  /// What is told.
  private struct Message {
    let summary: RunSummary
    let label: String

    init(_ summary: RunSummary, label: String) {
      self.summary = summary
      self.label = label
    }

    private var errors: [String] {
      summary.stages.filter { $0.state == .failed }.flatMap { stage in
        stage.diagnostics.map { "\(stage.stage): \($0.message)" }
      }
    }

    private var metrics: [(String, JSONValue)] {
      summary.stages.filter(\.state.isDone).flatMap { stage -> [(String, JSONValue)] in
        let headlines = (Lorapipe.catalog.kind(stage.kind)?.metrics ?? []).filter { $0.isHeadline && $0.better != nil }
        let recorded = MetricText(kind: stage.kind).current(stage.record?.metrics ?? JSONObject())
        return headlines.compactMap { metric in
          recorded[metric.name].map { ("\(stage.stage).\(metric.name)", $0) }
        }
      }
    }

    /// In a line: `grace succeeded after 12 min: eval.tuned.loss 1.204`.
    var text: String {
      let told =
        errors.first
        ?? metrics.prefix(4).map { "\($0) \($1.doubleValue.map { Quantity.figure($0) } ?? $1.text())" }
        .joined(separator: ", ")
      let ended = say("\(label) \(said(summary.status.rawValue)) after \(Quantity.duration(summary.seconds))")
      return told.isEmpty ? ended : "\(ended): \(told)"
    }

    /// `text` is the member that Slack and Mattermost show.
    var json: JSONValue {
      var object = JSONObject()
      object["text"] = .string(text)
      object["run"] = .string(summary.id)
      object["recipe"] = .string(label)
      object["status"] = .string(summary.status.rawValue)
      object["seconds"] = .number(summary.seconds)
      object["host"] = .string(Environment.hostName())
      object["path"] = .string(summary.path)
      object["metrics"] = .object(JSONObject(metrics))
      if !errors.isEmpty { object["errors"] = .array(errors.map { .string($0) }) }
      return .object(object)
    }

    var variables: [String: String] {
      [
        "LORAPIPE_RUN": summary.id, "LORAPIPE_RECIPE": label, "LORAPIPE_STATUS": summary.status.rawValue,
        "LORAPIPE_SECONDS": String(Int(max(0, min(summary.seconds, 1e15)))), "LORAPIPE_MESSAGE": text,
        "LORAPIPE_JSON": json.text(),
      ]
    }
  }

  /// - Throws: `notify-failed`.
  private func run(_ command: String, _ message: Message) throws(Diagnostic) {
    var program = ProgramLaunch(["/bin/sh", "-c", command], variables: message.variables, hasOwnGroup: true)
    program.connect(0, toFile: "/dev/null", flags: O_RDONLY)
    // What it prints belongs to the terminal's messages, never into this program's output.
    program.connect(1, to: 2)
    let child = try program.start()
    let deadline = SystemClock.monotonic() + Self.patience
    while true {
      if let status = try child.poll() {
        if status.succeeded { return }
        throw Diagnostic(code: "notify-failed", "the command of --notify \(status.description)")
      }
      if SystemClock.monotonic() > deadline {
        kill(-child.process, SIGKILL)
        _ = child.wait()
        throw Diagnostic(
          code: "notify-failed", "the command of --notify took longer than \(Int(Self.patience)) s and was ended",
          remedy: "let it start what takes longer in the background")
      }
      usleep(20_000)
    }
  }

  /// A command line as it is recorded: the address of a webhook is often its only secret.
  static func withoutSecrets(_ arguments: [String]) -> [String] {
    let name = "--" + webhook.spec.long
    return arguments.enumerated().map { index, argument in
      if index > 0, arguments[index - 1] == name { return "…" }
      return argument.hasPrefix(name + "=") ? name + "=…" : argument
    }
  }
}
