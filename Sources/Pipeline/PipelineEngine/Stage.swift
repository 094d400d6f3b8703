public import JSON
public import Platform
public import Recipes

/// A piece of work in the graph: a value decoded from the recipe that turns input artifacts into one output artifact.
///
/// A stage runs in a child process of its own. It reads what `StageContext` gives it and writes only below
/// `outputDirectory` and `workDirectory`; the engine decides whether to run it, publishes what it wrote, and records it.
public protocol Stage: Sendable {
  /// What a recipe can set, with every default.
  associatedtype Parameters: ParameterSet

  /// What recipes, plans, keys, records and documentation know of this kind.
  static var kind: StageKind { get }

  /// - Throws: `Diagnostic` or `DiagnosticList` for what single fields cannot say, such as one parameter against another.
  init(_ parameters: Parameters) throws

  /// Seconds that the stage may take to write a checkpoint and end when it is asked to.
  var stopSeconds: Double { get }

  /// Does the work.
  /// - Throws: `Diagnostic` or `DiagnosticList` for anything the user can fix.
  func run(_ context: any StageContext) async throws
}

extension Stage {
  public var stopSeconds: Double { 10 }

  /// The stage that a recipe's parameters describe; what they lack has its default.
  /// - Throws: `Diagnostic`, located at the parameter's path.
  public init(decoding parameters: JSONObject) throws { try self.init(Parameters(decoding: parameters)) }
}

/// An input artifact as a stage sees it.
public struct StageInput: Sendable {
  /// The name of the input in the kind's declaration.
  public var role: String
  /// The name of the stage or file in the recipe: for labels and provenance, never for the output's bytes unless the
  /// name is a parameter.
  public var name: String
  public var kind: ArtifactKind
  /// Hexadecimal SHA-256 of the artifact's tree.
  public var digest: Digest
  /// The artifact's folder, or the file itself for a local file reference.
  public var path: String
  /// The row cap of `name#N`.
  public var rowCap: Int?

  public init(role: String, name: String, kind: ArtifactKind, digest: Digest, path: String, rowCap: Int? = nil) {
    self.role = role
    self.name = name
    self.kind = kind
    self.digest = digest
    self.path = path
    self.rowCap = rowCap
  }
}

/// What a running stage tells its parent.
public enum StageEvent: Sendable, Hashable {
  /// `completed` of `total` in `unit` (rows, tokens, steps, bytes); `detail` is a short line for people.
  case progress(completed: Double, total: Double?, unit: String, detail: String?)
  /// A final figure of the stage.
  case metric(name: String, value: JSONValue)
  /// A point of a curve.
  case point(series: String, step: Int, value: Double)
  case warning(String)
  case note(String)
  /// What it does beside its main work, such as `measuring validation 12/24`; `nil` when that is over.
  case activity(String?)
  /// A line for the stage's log alone.
  case log(String)
  /// Bytes resident of the stage's process now.
  case usage(memory: Int64)
}

/// What a running stage may use: inputs, output folder, limits, cancellation, and a way to tell how it goes.
public protocol StageContext: Sendable {
  var stageName: String { get }
  var inputs: [StageInput] { get }
  /// An existing empty folder; what lies in it after `run` returns becomes the artifact.
  var outputDirectory: String { get }
  /// A folder that survives a crash and belongs to this key alone: checkpoints.
  var workDirectory: String { get }
  var seed: UInt64 { get }
  /// How many threads the stage may use; never changes its output.
  var threads: Int { get }
  /// Bytes of memory the stage may use.
  var memoryLimit: UInt64 { get }
  /// True once the stage should write a checkpoint and stop.
  var isCancelled: Bool { get }
  /// What `ResolvableStage.resolve` answered for this run; `nil` for a pinned source.
  var resolution: JSONValue? { get }

  func emit(_ event: StageEvent)

  /// Records something about how the work was done, beside version, host and processor: a device, another program's version.
  /// `reproducible` = `false` says that doing it again would not give the same bytes.
  func describe(_ name: String, _ value: JSONValue)

  /// The path of any artifact in the store, by digest: sources that a selection names.
  /// - Throws: `Diagnostic` when it is not there or was damaged.
  func artifactPath(digest: Digest) throws -> String

  /// A piece of this stage's work with a key of its own in the same cache.
  ///
  /// `build` is given an empty folder to fill; it is not called when an equal piece exists.
  /// - Parameters:
  ///   - inputs: digests of what the piece reads, in order.
  ///   - isPart: whether the stage's own record names the piece. Then it is kept and sent to remote caches as long as the
  ///     stage's artifact. Otherwise it only saves work, and the next garbage collection after the run removes it.
  /// - Returns: path and digest of the piece's artifact.
  func subartifact(
    kind: String, version: Int, parameters: JSONValue, inputs: [Digest], isPart: Bool,
    build: (String) async throws -> Void
  ) async throws -> (path: String, digest: Digest, wasCached: Bool)

  /// Whether a piece was made before. It may have been removed since; `subartifact` makes it then.
  func hasRecord(ofSubartifact kind: String, version: Int, parameters: JSONValue, inputs: [Digest]) -> Bool
}

extension StageContext {
  public var resolution: JSONValue? { nil }

  public func describe(_ name: String, _ value: JSONValue) {}

  /// A piece that is part of the stage's artifact.
  public func subartifact(
    kind: String, version: Int, parameters: JSONValue, inputs: [Digest], build: (String) async throws -> Void
  ) async throws -> (path: String, digest: Digest, wasCached: Bool) {
    try await subartifact(
      kind: kind, version: version, parameters: parameters, inputs: inputs, isPart: true, build: build)
  }

  /// The only input of a role.
  public func input(_ role: String) -> StageInput? { inputs.first { $0.role == role } }

  /// All inputs of a role, in the recipe's order.
  public func inputs(_ role: String) -> [StageInput] { inputs.filter { $0.role == role } }
}
