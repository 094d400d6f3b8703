public import Artifacts
public import Diagnostics
public import JSON
public import Platform
public import Recipes

// What a kind of stage may offer the planner besides running. A stage conforms to the protocols it has a use for.

/// A stage whose key depends on something outside the recipe that must be asked: the newest revision of a hub's
/// branch, the bytes of a program.
public protocol ResolvableStage: Stage {
  /// False for a pinned source, which is then never asked, so that a run with nothing to do stays quick.
  var needsResolution: Bool { get }
  /// Whether `--locked` accepts the stage only with a resolution from the lock file. False for what is asked of this
  /// machine alone.
  var isRemote: Bool { get }
  /// What alone decides the answer of a stage that asks this machine; `nil` when there is more to it. Stages of a kind with
  /// the same subject share one answer: a thousand commands of one program read its bytes once.
  var subject: String? { get }

  /// Asks once a run. The answer enters the key, and is given to the stage in `StageContext.resolution`.
  ///
  /// It blocks its thread; several sources are asked at a time. (Not `async`: optimized builds of Swift 6.3 release a
  /// `JSONValue` once too often that an `async` requirement of an existential returns inside a task group.)
  /// - Throws: `Diagnostic` when there is no answer. What is remote is then taken as it was last, and the run says so;
  ///   what is local is an error.
  func resolve(_ context: ResolutionContext) throws -> JSONValue
}

extension ResolvableStage {
  public var isRemote: Bool { true }
  public var subject: String? { nil }
}

/// What a resolution may use.
public struct ResolutionContext: Sendable {
  public var stageName: String
  /// Absolute path of the folder of the recipe.
  public var directory: String
  public var store: ArtifactStore
  /// The last answer, if there was one.
  public var previous: JSONValue?
  /// Where the stage will run; `nil` for this machine.
  public var placement: StagePlacement?
  /// What it asks of that machine.
  public var resources = StageResources()

  public init(stageName: String, directory: String, store: ArtifactStore, previous: JSONValue? = nil) {
    self.stageName = stageName
    self.directory = directory
    self.store = store
    self.previous = previous
  }
}

/// A stage that may stand for the user's own file or folder: it is then hashed where it lies and referenced, and never
/// runs.
public protocol ReferencingStage: Stage {
  /// Absolute path, or `nil` when there is work to do.
  var referencedPath: String? { get }
}

/// A stage that leaves checkpoints in its work folder. They travel: a stage that was killed on one machine continues on another
/// from the last one that a remote cache has.
public protocol CheckpointingStage: Stage {
  /// The newest whole checkpoint in a work folder; `nil` when there is none. Asked while the stage runs, from another process.
  func checkpoint(in work: String) -> WorkCheckpoint?
}

/// A stage that reads rows, and can look at them before anything runs.
public protocol RowReadingStage: Stage {
  /// What speaks against reading a file or folder as the input of a role: what the stage itself would say of its first
  /// rows. Nothing for a role that holds no rows. A warning stops no run.
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - stage: the stage's name, for advice about its parameters.
  func objections(toRowsAt path: String, name: String, role: String, stage: String) -> [Diagnostic]
}

/// A stage of whose parameters something may be worth a look before it runs, such as a learning rate that no training
/// survives.
public protocol CautiousStage: Stage {
  /// Warnings about the parameters, and errors that need no look at any file. The file of a location is a parameter's path, as
  /// in `RecipeStage.located`.
  /// - Parameters:
  ///   - name: what messages call the stage.
  ///   - inputs: what it reads.
  func cautions(named name: String, inputs: [InputReference]) -> [Diagnostic]
}

/// A stage that can say before it runs what it will take.
public protocol EstimatingStage: Stage {
  func estimate(_ context: EstimateContext) throws -> StageEstimate
}

/// What an estimate may look at. Anything may be missing: what is not known is left `nil` in the answer.
public struct EstimateContext: Sendable {
  public struct Input: Sendable {
    public var role: String
    public var name: String
    public var kind: ArtifactKind
    public var rowCap: Int?
    /// The artifact's digest and path, when it is here already.
    public var digest: Digest?
    public var path: String?
    /// The final figures of the stage that made it, when it is here already.
    public var metrics: JSONObject?
    /// What the stage that will make it expects.
    public var estimate: StageEstimate?
  }

  public var stageName: String
  public var inputs: [Input]
  public var seed: UInt64
  public var threads: Int
  public var memoryLimit: UInt64
  public var store: ArtifactStore
}

/// Something that a machine could do in place of what is too much for it.
public struct Alternative: Sendable, Hashable {
  public enum Change: Sendable, Hashable {
    /// Fewer updates.
    case steps(Int, of: Int)
    /// Fewer rows to learn from.
    case rows(Int, of: Int)
    /// An adapter on the last layers only.
    case lastLayers(Int, of: Int)
    /// Another base, by its name on the hubs.
    case model(String)
  }

  public var change: Change
  /// At the machine's present load.
  public var seconds: Double
  /// Bytes at the peak.
  public var memory: Int64

  public init(_ change: Change, seconds: Double, memory: Int64) {
    self.change = change
    self.seconds = seconds
    self.memory = memory
  }
}

/// What a stage expects to take and to give.
public struct StageEstimate: Sendable, Hashable {
  /// A line of the plan: exact, or unknown.
  public struct Figure: Sendable, Hashable {
    public var name: String
    /// `nil` prints as unknown.
    public var value: JSONValue?
    public var unit: String?
    /// The whole that the value is a part of: rows that there are, of which so many are used.
    public var whole: JSONValue?

    public init(_ name: String, _ value: JSONValue?, unit: String? = nil, of whole: JSONValue? = nil) {
      self.name = name
      self.value = value
      self.unit = unit
      self.whole = whole
    }
  }

  /// With whatever else the machine does at the moment.
  public var seconds: Double?
  /// With the machine to itself; `nil` when the load makes no difference, or is not known.
  public var secondsAlone: Double?
  /// Bytes at the highest.
  public var memory: Int64?
  /// Bytes the output and checkpoints take.
  public var disk: Int64?
  /// Bytes that come over the network.
  public var download: Int64?
  /// For people, in order.
  public var figures: [Figure]
  /// For the stages that read this one's output: rows, tokens, sizes, as far as they are exact.
  public var output: JSONObject
  /// What speaks against running at all, such as a batch larger than the data.
  public var objections: [Diagnostic]
  /// What is worth a look before it runs, such as a learning rate that no training survives.
  public var warnings: [Diagnostic] = []
  /// What this machine could do instead when the stage is too much for it: the nearest to what was asked for first.
  public var alternatives: [Alternative] = []

  public init(
    seconds: Double? = nil, secondsAlone: Double? = nil, memory: Int64? = nil, disk: Int64? = nil,
    download: Int64? = nil, figures: [Figure] = [],
    output: JSONObject = JSONObject(), objections: [Diagnostic] = []
  ) {
    self.seconds = seconds
    self.secondsAlone = secondsAlone
    self.memory = memory
    self.disk = disk
    self.download = download
    self.figures = figures
    self.output = output
    self.objections = objections
  }
}
