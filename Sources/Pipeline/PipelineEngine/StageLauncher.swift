public import Diagnostics
import JSON

/// How a stage's process ended.
public enum StageOutcome: Sendable, Hashable {
  /// Its action is recorded in the store: under the key, or under the private key when an input changed meanwhile.
  case finished(wasCached: Bool, changedInputs: [String])
  case failed([Diagnostic])
  /// It stopped because it was asked to.
  case interrupted
}

/// Starts stages: as processes of this machine, in this process, or by a cluster's scheduler on a shared store.
public protocol StageLauncher: Sendable {
  /// Returns when the stage has ended and nothing of it runs any more.
  /// - Parameter log: the file for the stage's output streams.
  func launch(
    _ request: StageRequest, log: String, control: RunControl, events: @escaping @Sendable (StageEvent) -> Void
  ) async -> StageOutcome
}

/// A line of the pipe from a stage's process to its parent.
enum ChildMessage: Sendable, Hashable {
  case event(StageEvent)
  case outcome(StageOutcome)

  var line: [UInt8] {
    var object = JSONObject()
    switch self {
    case .event(let event):
      object["event"] = .string(event.code)
      for (key, value) in event.members { object[key] = value }
    case .outcome(.finished(let wasCached, let changed)):
      object["outcome"] = "finished"
      object["was_cached"] = .bool(wasCached)
      object["changed_inputs"] = .array(changed.map { .string($0) })
    case .outcome(.failed(let diagnostics)):
      object["outcome"] = "failed"
      object["diagnostics"] = .array(diagnostics.map(\.json))
    case .outcome(.interrupted): object["outcome"] = "interrupted"
    }
    return JSONValue.object(object).bytes() + [UInt8(ascii: "\n")]
  }

  init?(line: some Collection<UInt8>) {
    guard let json = try? JSONValue(parsing: line) else { return nil }
    switch json["outcome"]?.stringValue {
    case "finished":
      self = .outcome(
        .finished(
          wasCached: json["was_cached"]?.boolValue ?? false,
          changedInputs: json["changed_inputs"]?.arrayValue?.compactMap(\.stringValue) ?? []))
    case "failed":
      self = .outcome(.failed((json["diagnostics"]?.arrayValue ?? []).map { Diagnostic(json: $0) }))
    case "interrupted": self = .outcome(.interrupted)
    case nil:
      guard let event = StageEvent(code: json["event"]?.stringValue, members: json) else { return nil }
      self = .event(event)
    default: return nil
    }
  }
}
