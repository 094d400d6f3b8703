public import Artifacts
public import Diagnostics
public import JSON
public import Platform
public import Recipes
public import RemoteCache

/// What is to be done about one stage. Indirect, because plans are walked often and records are large.
public indirect enum StageDisposition: Sendable, Hashable {
  /// The artifact is here.
  case cached(ActionRecord)
  /// The stage stands for a file or folder of the user's.
  case referenced(ExternalReference)
  /// A remote cache has it: it is fetched, and made here only when that fails.
  case remote(RemoteAction)
  case execute
  /// Known once the stages it reads from are done.
  case undecided
  /// Not asked for.
  case excluded
}

/// A node of the plan.
public struct PlannedStage: Sendable {
  private let node: Shared<RecipeStage>
  public let kind: StageKind
  /// Positions in the plan of the stages that come first, in ascending order.
  public var dependencies: [Int]
  public var disposition: StageDisposition
  public var decision: StageDecision
  /// `nil` until all inputs are known.
  public var key: ActionKey?
  /// The answer that entered the key, for a source that is not pinned.
  public var resolution: JSONValue?
  /// Whether that answer came from another machine, so that a lock file can fix it.
  public var isResolvedRemotely = false
  public var estimate: StageEstimate?
  /// The launcher that starts it on another machine; `nil` for this one.
  public var launcher: String?

  init(
    stage: RecipeStage, kind: StageKind, dependencies: [Int], disposition: StageDisposition, decision: StageDecision,
    resolution: JSONValue?
  ) {
    node = Shared(stage)
    self.kind = kind
    self.dependencies = dependencies
    self.disposition = disposition
    self.decision = decision
    self.resolution = resolution
  }

  public var stage: RecipeStage { node.value }
  public var id: String { node.value.id }

  /// Whether it will run, or may have to.
  public var isPending: Bool {
    switch disposition {
    case .execute, .undecided: true
    default: false
    }
  }

  /// Whether a remote cache has what it makes.
  public var isRemote: Bool { if case .remote = disposition { true } else { false } }

  /// The digest of the output, when it is known.
  public var artifact: Digest? {
    switch disposition {
    case .cached(let record): record.artifact
    case .referenced(let reference): reference.digest
    case .remote(let action): action.record.artifact
    default: nil
    }
  }
}

/// A value that many copies of another share.
private final class Shared<Value: Sendable>: Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}

/// An immutable answer to "what would a run do": stages in an order in which they can run.
public struct Plan: Sendable {
  public let recipe: Recipe
  public let stages: [PlannedStage]
  /// Said aloud when the plan is shown or run.
  public let warnings: [Diagnostic]
  /// Stages that will run, or may have to.
  public let pending: [PlannedStage]
  /// Stages that a remote cache has.
  public let remote: [PlannedStage]
  /// External inputs by path, hashed once.
  let references: [String: ExternalReference]
  let forced: Set<String>
  /// What was found of the list of records; `nil` where none is used.
  let listFindings: RecordReadAhead.Findings?

  init(
    recipe: Recipe, stages: [PlannedStage], warnings: [Diagnostic], references: [String: ExternalReference],
    forced: Set<String>, listFindings: RecordReadAhead.Findings? = nil
  ) {
    self.listFindings = listFindings
    self.recipe = recipe
    self.stages = stages
    self.warnings = warnings
    self.references = references
    self.forced = forced
    pending = stages.indices.lazy.filter { stages[$0].isPending }.map { stages[$0] }
    remote = stages.indices.lazy.filter { stages[$0].isRemote }.map { stages[$0] }
  }

  public func stage(_ id: String) -> PlannedStage? { stages.first { $0.id == id } }

  /// Whether every stage asked for is here already.
  public var isUpToDate: Bool { pending.isEmpty && remote.isEmpty }

  /// What the pending stages say against running, each once: several of them may say the same of one model.
  public var objections: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return pending.flatMap { $0.estimate?.objections ?? [] }.filter { seen.insert($0).inserted }
  }

  /// What the machine could do instead of what is too much for it.
  public var alternatives: [Alternative] {
    var seen: Set<Alternative> = []
    return pending.flatMap { $0.estimate?.alternatives ?? [] }.filter { seen.insert($0).inserted }
  }

  /// What the pending stages expect to take, as far as they can say.
  public var forecast: RunForecast {
    var forecast = RunForecast()
    guard !isUpToDate else { return forecast }
    for case .remote(let action) in remote.map(\.disposition) {
      forecast.disk += action.size
      forecast.download += action.size
    }
    for stage in pending {
      guard let estimate = stage.estimate else {
        forecast.unknown.append(stage.id)
        continue
      }
      forecast.disk += estimate.disk ?? 0
      forecast.download += estimate.download ?? 0
      // Time and memory of another machine are not this one's, and were not measured.
      guard stage.launcher == nil else {
        forecast.unknown.append(stage.id)
        continue
      }
      if let seconds = estimate.seconds {
        forecast.seconds += seconds
        forecast.secondsAlone += estimate.secondsAlone ?? seconds
      } else {
        forecast.unknown.append(stage.id)
      }
      forecast.memory = max(forecast.memory, estimate.memory ?? 0)
    }
    return forecast
  }
}

/// What a run expects to take.
public struct RunForecast: Sendable, Hashable {
  /// Of the stages that can say, one after the other, with whatever else the machine does at the moment.
  public var seconds: Double = 0
  /// The same with the machine to itself.
  public var secondsAlone: Double = 0
  /// Bytes of the largest stage.
  public var memory: Int64 = 0
  /// Bytes.
  public var disk: Int64 = 0
  /// Bytes.
  public var download: Int64 = 0
  /// Stages whose time is not known.
  public var unknown: [String] = []

  public init() {}

  /// What speaks against starting on a machine with so much free.
  public func objections(freeDisk: Int64?, memory limit: UInt64) -> [Diagnostic] {
    var objections: [Diagnostic] = []
    if let freeDisk, disk > freeDisk {
      objections.append(
        Diagnostic(
          code: "not-enough-disk", "the run needs about \(byteText(disk)) of disk and \(byteText(freeDisk)) are free",
          remedy: "free some space ('lorapipe cache gc -n' says what can go)"))
    }
    if memory > 0, UInt64(memory) > limit {
      objections.append(
        Diagnostic(
          code: "not-enough-memory",
          "a stage needs about \(byteText(memory)) of memory and may use \(byteText(limit))",
          remedy: "use a smaller or quantized model, lower max_length, or raise the limit with --memory"))
    }
    return objections
  }
}
