public import PipelineEngine

/// A stage's state as the database keeps it: a `StageState`, or what it is while its run goes on.
public enum RecordedState: String, Sendable, Hashable, CaseIterable {
  case pending, running
  case built, cached, referenced, failed, interrupted, skipped, excluded

  public init(_ state: StageState) {
    self =
      switch state {
      case .built: .built
      case .cached: .cached
      case .referenced: .referenced
      case .failed: .failed
      case .interrupted: .interrupted
      case .skipped: .skipped
      case .excluded: .excluded
      }
  }

  /// Whether the stage had its artifact when the run ended.
  public var isDone: Bool {
    switch self {
    case .built, .cached, .referenced: true
    case .pending, .running, .failed, .interrupted, .skipped, .excluded: false
    }
  }

  /// Whether its work was begun in this run.
  var isExecution: Bool {
    switch self {
    case .running, .built, .failed, .interrupted: true
    case .pending, .cached, .referenced, .skipped, .excluded: false
    }
  }
}
