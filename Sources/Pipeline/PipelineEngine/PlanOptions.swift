public import JSON
public import Recipes

/// What a plan is asked for.
public struct PlanOptions: Sendable {
  /// How sources that name no immutable revision are treated.
  public enum Resolution: Sendable, Hashable {
    /// Ask; when there is no answer, use the last one and say so.
    case ask
    /// Use the last answer; a source that was never asked stays unknown.
    case lastKnown
    /// Use the last answer and say so; a source that was never asked is an error.
    case offline
    /// Use the lock file's answers only.
    case locked
  }

  /// Build these stages and what they need; empty means all.
  public var targets: [String] = []
  /// Look only at these stages and what follows them; what comes before must be here already.
  public var from: [String] = []
  /// The same as `targets`, for the command line's `--until`.
  public var until: [String] = []
  /// Run the stages asked for even when they are cached: `targets` when there are any, else all that are selected.
  public var force = false
  public var resolution = Resolution.ask
  /// Answers by stage id, from a lock file: used in place of asking.
  public var lockedResolutions = JSONObject()
  /// Whether to ask pending stages for estimates.
  public var estimates = true
  public var threads = 1
  public var memoryLimit: UInt64 = .max

  /// Where stages are started that do not run on this machine; `nil` for this machine.
  public var placement: @Sendable (RecipeStage) -> StagePlacement? = { _ in nil }

  public init() {}
}

/// Where a stage runs that does not run on this machine.
public struct StagePlacement: Sendable, Hashable {
  /// The launcher that starts it.
  public var launcher: String
  /// Variables that are set for it there.
  public var variables: [String: String]

  public init(launcher: String, variables: [String: String] = [:]) {
    self.launcher = launcher
    self.variables = variables
  }
}
