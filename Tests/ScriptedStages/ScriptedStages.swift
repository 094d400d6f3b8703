public import Artifacts
import Diagnostics
import Glibc
public import JSON
public import PipelineEngine
import Platform
public import Recipes

// Stages whose whole behavior is in their parameters, so that an engine test is a small recipe.

/// The kinds there are.
public enum ScriptedStages {
  public static let all: [any Stage.Type] = [Make.self, Upper.self, Ask.self, Alias.self, Count.self, Pieces.self]
}

private func append(_ line: String, to path: String) {
  let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644)
  defer { close(descriptor) }
  try? FileSystem.writeAll(descriptor, Array((line + "\n").utf8), path: path)
}

/// The text of an input, whether it is an artifact's folder or a file.
private func text(of input: StageInput) throws -> String {
  let isFolder = FileStamp.of(input.path)?.isDirectory ?? false
  return String(decoding: try FileSystem.read(isFolder ? input.path + "/out.txt" : input.path), as: UTF8.self)
}

private func write(_ text: String, _ context: any StageContext) throws {
  try FileSystem.replace(context.outputDirectory + "/out.txt", with: Array(text.utf8))
}

/// What every scripted stage can be told.
public struct Beginning: Sendable {
  /// A file that gets a line for each execution.
  public var trace: String?
  /// Milliseconds to wait, unless cancelled.
  public var delay: Int?

  public init() {}
}

/// Parameters with a beginning.
public protocol ScriptedParameters: ParameterSet {
  var begin: Beginning { get set }
}

extension ScriptedParameters {
  static var beginning: [Field<Self>] {
    [
      Field("trace", \.begin.trace, semantic: false, help: "A file that gets a line for each execution."),
      Field("delay", \.begin.delay, semantic: false, help: "Milliseconds to wait, unless cancelled."),
    ]
  }
}

private func begin(_ beginning: Beginning, _ context: any StageContext) async throws {
  if let trace = beginning.trace { append(context.stageName, to: trace) }
  guard var left = beginning.delay else { return }
  while left > 0 {
    if context.isCancelled { throw CancellationError() }
    try await Task.sleep(for: .milliseconds(min(left, 5)))
    left -= 5
  }
}

/// Parameters of a kind that can be told nothing else.
public struct CommonParameters: ScriptedParameters {
  public var begin = Beginning()

  public init() {}

  public static let fields = beginning
}

/// Writes its text and then that of its inputs; fails, crashes or misbehaves as told.
public struct Make: Stage {
  public struct Parameters: ScriptedParameters {
    public var begin = Beginning()
    var text = ""
    var rate: Double?
    var metric: Double?
    var bytes = 0
    var misbehave: String?

    public init() {}

    public static let fields: [Field<Parameters>] =
      beginning + [
        Field("text", \.text, help: "What it writes."),
        Field("rate", \.rate, help: "A number."), Field("metric", \.metric, help: "A figure it reports."),
        Field("bytes", \.bytes, help: "Size of a second file."),
        Field(
          "misbehave", \.misbehave, semantic: false, help: "fail, crash, kill, exit, link, orphan or touch:PATH."),
      ]
  }

  public static let kind = StageKind(
    "make", version: 1, summary: "Writes text.",
    inputs: [InputSpec("from", ArtifactKind.allCases, .many, allowsRowCap: true, help: "Inputs.")],
    parameters: Parameters.self, output: .files, usesSeed: true,
    metrics: [
      MetricSpec("score", better: .higher, headline: true, help: "What it was told to report.", formerNames: ["points"])
    ],
    product: ProductSpec("text"))

  let parameters: Parameters

  public init(_ parameters: Parameters) { self.parameters = parameters }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters.begin, context)
    print("making \(context.stageName)")
    fflush(nil)
    let inputs = try context.inputs.map { try text(of: $0) + ($0.rowCap.map { "#\($0)" } ?? "") }
    try write(([parameters.text] + inputs).joined(separator: "+"), context)
    if parameters.bytes > 0 {
      try FileSystem.replace(context.outputDirectory + "/bulk", with: [UInt8](repeating: 7, count: parameters.bytes))
    }
    if let metric = parameters.metric {
      context.emit(.metric(name: "score", value: .number(metric)))
      for step in 1...3 { context.emit(.point(series: "loss", step: step, value: 1 / Double(step))) }
      context.emit(.warning("mind the gap"))
    }
    try misbehave(context)
  }

  private func misbehave(_ context: any StageContext) throws {
    switch parameters.misbehave {
    case "fail": throw Diagnostic(code: "scripted", "it was told to fail")
    case "crash":
      // A real fault: one that is only sent is caught by the runtime's backtracer.
      UnsafeMutablePointer<Int>(bitPattern: 64)?.pointee = 1
    case "kill": kill(getpid(), SIGKILL)
    case "exit": exit(7)
    case "link": symlink("/etc/passwd", context.outputDirectory + "/link")
    case let how?: if how.hasPrefix("touch:") { append("more", to: String(how.dropFirst(6))) }
    case nil: break
    }
  }
}

/// `make` as a later version would have it.
public struct MakeNext: Stage {
  public static var kind: StageKind {
    var kind = Make.kind
    kind.version = 2
    return kind
  }

  let make: Make

  public init(_ parameters: Make.Parameters) { make = Make(parameters) }

  public func run(_ context: any StageContext) async throws { try await make.run(context) }
}

/// Writes its input in capitals: different inputs may give equal outputs.
public struct Upper: Stage {
  public static let kind = StageKind(
    "upper", version: 1, summary: "Capitals.", inputs: [InputSpec("from", ArtifactKind.allCases, help: "Input.")],
    parameters: CommonParameters.self, output: .files)

  let parameters: CommonParameters

  public init(_ parameters: CommonParameters) { self.parameters = parameters }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters.begin, context)
    try write(try context.inputs.map { try text(of: $0).uppercased() }.joined(), context)
  }
}

/// Writes what a file says at the time of planning.
public struct Ask: ResolvableStage {
  public struct Parameters: ScriptedParameters {
    public var begin = Beginning()
    var path = ""
    var pinned: String?
    var local: String?

    public init() {}

    public static let fields: [Field<Parameters>] =
      beginning + [
        Field("path", \.path, required: true, help: "The file asked."),
        Field("pinned", \.pinned, help: "An answer that needs no asking."),
        Field("local", \.local, help: "Whether this machine alone is asked."),
      ]
  }

  public static let kind = StageKind(
    "ask", version: 1, summary: "Asks.", parameters: Parameters.self, output: .files)

  let parameters: Parameters

  public init(_ parameters: Parameters) { self.parameters = parameters }

  public var needsResolution: Bool { parameters.pinned == nil }
  public var isRemote: Bool { parameters.local == nil }

  public func resolve(_ context: ResolutionContext) throws -> JSONValue {
    ["revision": .string(String(decoding: try FileSystem.read(parameters.path), as: UTF8.self))]
  }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters.begin, context)
    try write(context.resolution?["revision"]?.stringValue ?? parameters.pinned ?? "", context)
  }
}

/// Stands for a file of the user's.
public struct Alias: ReferencingStage {
  public struct Parameters: ParameterSet {
    var path = ""

    public init() {}

    public static let fields = [Field<Parameters>("path", \.path, required: true, help: "The file.")]
  }

  public static let kind = StageKind(
    "alias", version: 1, summary: "A file.", parameters: Parameters.self, output: .files)

  public let referencedPath: String?

  public init(_ parameters: Parameters) { referencedPath = parameters.path }

  public func run(_ context: any StageContext) async throws {
    throw Diagnostic(code: "scripted", "an alias never runs")
  }
}

/// Counts to a number with a checkpoint after each step, so that an interrupted count goes on where it was.
public struct Count: Stage, CheckpointingStage {
  public struct Parameters: ScriptedParameters {
    public var begin = Beginning()
    var to = 10
    var stepDelay = 1

    public init() {}

    public static let fields: [Field<Parameters>] =
      beginning + [
        Field("to", \.to, help: "The last number."),
        Field("step_delay", \.stepDelay, semantic: false, help: "Milliseconds per step."),
      ]
  }

  public static let kind = StageKind(
    "count", version: 1, summary: "Counts.",
    inputs: [InputSpec("from", ArtifactKind.allCases, .many, help: "Inputs.")], parameters: Parameters.self,
    output: .files, metrics: [MetricSpec("resumed_from", help: "Steps done before.")])

  let parameters: Parameters

  public init(_ parameters: Parameters) { self.parameters = parameters }

  public func checkpoint(in work: String) -> WorkCheckpoint? {
    guard let bytes = try? FileSystem.readIfPresent(work + "/count"), !bytes.isEmpty else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).count
    return WorkCheckpoint(position: .init(step: lines), files: ["count"])
  }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters.begin, context)
    let checkpoint = context.workDirectory + "/count"
    let saved = try FileSystem.readIfPresent(checkpoint) ?? []
    var lines = String(decoding: saved, as: UTF8.self).split(separator: "\n").map(String.init)
    let last = parameters.to
    context.emit(.metric(name: "resumed_from", value: .integer(Int64(lines.count))))
    while lines.count < last {
      lines.append(SHA256.hash(lines.last ?? "").hex)
      try FileSystem.replace(checkpoint, with: Array(lines.joined(separator: "\n").utf8))
      context.emit(.point(series: "count", step: lines.count, value: Double(lines.count)))
      context.emit(.log("counted \(lines.count)"))
      context.emit(.activity("counting \(lines.count)/\(last)"))
      context.emit(.progress(completed: Double(lines.count), total: Double(last), unit: "steps", detail: nil))
      if context.isCancelled { throw CancellationError() }
      try await Task.sleep(for: .milliseconds(parameters.stepDelay))
    }
    try write(lines.joined(separator: "\n"), context)
  }
}

/// Does its work in pieces that are cached by themselves.
public struct Pieces: Stage {
  public struct Parameters: ScriptedParameters {
    public var begin = Beginning()
    var names: [String] = []

    public init() {}

    public static let fields: [Field<Parameters>] =
      beginning + [
        Field("names", \.names, help: "One piece each.")
      ]
  }

  public static let kind = StageKind(
    "pieces", version: 1, summary: "Pieces.", parameters: Parameters.self, output: .files)

  let parameters: Parameters

  public init(_ parameters: Parameters) { self.parameters = parameters }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters.begin, context)
    var text = ""
    for name in parameters.names {
      let piece = try await context.subartifact(
        kind: "piece", version: 1, parameters: ["name": .string(name)], inputs: []
      ) { folder in
        if let trace = parameters.begin.trace { append("piece \"\(name)\"", to: trace) }
        try FileSystem.replace(folder + "/piece", with: Array("\"\(name)\"".utf8))
      }
      text += piece.digest.hex + "\n"
    }
    try write(text, context)
  }
}
