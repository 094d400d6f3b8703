public import Artifacts
public import Diagnostics
public import JSON
public import Platform
public import Recipes

/// Where a stage of a run ended.
public enum StageState: String, Sendable, Hashable, CaseIterable {
  /// An equal action was found.
  case cached
  /// It stands for a file or folder of the user's.
  case referenced
  /// It ran.
  case built
  case failed
  /// It was stopped before its end, or the run was before it began.
  case interrupted
  /// Something it needs failed or was stopped.
  case skipped
  /// Not asked for.
  case excluded

  /// Whether its artifact is here.
  public var isDone: Bool { self == .cached || self == .referenced || self == .built }
}

/// What became of a stage.
public struct StageResult: Sendable, Hashable {
  public var stage: String
  public var kind: String
  public var state: StageState
  public var decision: StageDecision
  public var key: CacheKey?
  public var artifact: Digest?
  /// Where the artifact lies.
  public var path: String?
  /// Seconds in this run; 0 for what was cached.
  public var seconds: Double
  /// False when an input changed while the stage ran: the artifact is used and not cached.
  public var isRecorded: Bool
  public var diagnostics: [Diagnostic]
  public var log: String?
  /// The truth from the store, for what has one.
  public var record: ActionRecord?

  init(_ planned: PlannedStage, _ state: StageState) {
    stage = planned.id
    kind = planned.stage.kind
    self.state = state
    decision = planned.decision
    key = planned.key?.digest
    artifact = planned.artifact
    seconds = 0
    isRecorded = true
    diagnostics = []
  }
}

/// How a run ended.
public enum RunStatus: String, Sendable, Hashable, CaseIterable {
  case running, succeeded, failed, interrupted
}

/// A run that begins.
public struct RunStart: Sendable {
  public var id: String
  /// `runs/<id>`, absolute.
  public var path: String
  public var plan: Plan
  /// The run this one resumes.
  public var parent: String?
  /// The command line, for people.
  public var command: [String]
  /// Version, host, processor, threads.
  public var environment: JSONObject
  public var process: ProcessIdentity

  public var recipe: Recipe { plan.recipe }
}

/// A run that has ended.
public struct RunSummary: Sendable {
  public var id: String
  public var path: String
  public var status: RunStatus
  /// In the plan's order.
  public var stages: [StageResult]
  public var seconds: Double

  /// 0 done, 1 a stage failed, 130 interrupted.
  public var exitStatus: Int32 {
    switch status {
    case .succeeded: 0
    case .interrupted: 130
    case .failed, .running: 1
    }
  }
}

/// Something that happened in a run.
public struct RunEvent: Sendable {
  public enum Kind: Sendable {
    case runStarted(RunStart)
    case stageStarted(stage: String, decision: StageDecision, key: CacheKey, log: String)
    case stageEvent(stage: String, StageEvent)
    case stageFinished(StageResult)
    case warning(Diagnostic)
    case runFinished(RunSummary)
    /// A run that was found dead: its process is gone and it never ended.
    case runReconciled(id: String)
  }

  /// Seconds since 1970.
  public var time: Double
  public var kind: Kind

  public init(time: Double, _ kind: Kind) {
    self.time = time
    self.kind = kind
  }
}

/// Sees what happens in a run, in order, one event at a time.
public protocol RunObserver: Sendable {
  /// Must neither block for long nor fail: what cannot be recorded must not stop a run.
  func observe(_ event: RunEvent)
}
