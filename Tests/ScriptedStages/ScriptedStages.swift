import Artifacts
import Diagnostics
import Glibc
public import JSON
public import PipelineEngine
import Platform
public import Recipes

// Stages whose whole behaviour is in their parameters, so that an engine test is a small recipe.

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

private let common = [
  ParameterSpec("trace", .string, semantic: false, help: "A file that gets a line for each execution."),
  ParameterSpec("delay", .integer(), semantic: false, help: "Milliseconds to wait, unless cancelled."),
]

private func begin(_ parameters: JSONValue, _ context: any StageContext) async throws {
  if let trace = parameters["trace"]?.stringValue { append(context.stageName, to: trace) }
  var left = parameters["delay"]?.intValue ?? 0
  while left > 0 {
    if context.isCancelled { throw CancellationError() }
    try await Task.sleep(for: .milliseconds(min(left, 5)))
    left -= 5
  }
}

/// Writes its text and then that of its inputs; fails, crashes or misbehaves as told.
public struct Make: Stage {
  public static let schema = StageSchema(
    kind: "make", version: 1, summary: "Writes text.",
    inputs: [InputSpec("from", ArtifactKind.allCases, .many, allowsRowCap: true, help: "Inputs.")],
    parameters: common + [
      ParameterSpec("text", .string, default: "", help: "What it writes."),
      ParameterSpec("rate", .number(), help: "A number."),
      ParameterSpec("metric", .number(), help: "A figure it reports."),
      ParameterSpec("bytes", .integer(), default: 0, help: "Size of a second file."),
      ParameterSpec(
        "misbehave", .string, semantic: false, help: "fail, crash, kill, exit, link, orphan or touch:PATH."),
    ], output: .files, usesSeed: true)

  let parameters: JSONValue

  public init(parameters: JSONValue) throws { self.parameters = parameters }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters, context)
    print("making \(context.stageName)")
    fflush(nil)
    let inputs = try context.inputs.map { try text(of: $0) + ($0.rowCap.map { "#\($0)" } ?? "") }
    try write(([parameters["text"]?.stringValue ?? ""] + inputs).joined(separator: "+"), context)
    if let size = parameters["bytes"]?.intValue, size > 0 {
      try FileSystem.replace(context.outputDirectory + "/bulk", with: [UInt8](repeating: 7, count: size))
    }
    if let metric = parameters["metric"] {
      context.emit(.metric(name: "score", value: metric))
      for step in 1...3 { context.emit(.point(series: "loss", step: step, value: 1 / Double(step))) }
      context.emit(.warning("mind the gap"))
    }
    try misbehave(context)
  }

  private func misbehave(_ context: any StageContext) throws {
    let how = parameters["misbehave"]?.stringValue ?? ""
    switch how {
    case "fail": throw Diagnostic(code: "scripted", "it was told to fail")
    case "crash":
      // A real fault: one that is only sent is caught by the runtime's backtracer.
      UnsafeMutablePointer<Int>(bitPattern: 64)?.pointee = 1
    case "kill": kill(getpid(), SIGKILL)
    case "exit": exit(7)
    case "link": symlink("/etc/passwd", context.outputDirectory + "/link")
    default:
      if how.hasPrefix("touch:") { append("more", to: String(how.dropFirst(6))) }
    }
  }
}

/// `make` as a later version would have it.
public struct MakeNext: Stage {
  public static var schema: StageSchema {
    var schema = Make.schema
    schema.version = 2
    return schema
  }

  let make: Make

  public init(parameters: JSONValue) throws { make = try Make(parameters: parameters) }

  public func run(_ context: any StageContext) async throws { try await make.run(context) }
}

/// Writes its input in capitals: different inputs may give equal outputs.
public struct Upper: Stage {
  public static let schema = StageSchema(
    kind: "upper", version: 1, summary: "Capitals.", inputs: [InputSpec("from", ArtifactKind.allCases, help: "Input.")],
    parameters: common, output: .files)

  let parameters: JSONValue

  public init(parameters: JSONValue) throws { self.parameters = parameters }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters, context)
    try write(try context.inputs.map { try text(of: $0).uppercased() }.joined(), context)
  }
}

/// Writes what a file says at the time of planning.
public struct Ask: ResolvableStage {
  public static let schema = StageSchema(
    kind: "ask", version: 1, summary: "Asks.",
    parameters: common + [
      ParameterSpec("path", .string, required: true, help: "The file asked."),
      ParameterSpec("pinned", .string, help: "An answer that needs no asking."),
      ParameterSpec("local", .string, help: "Whether this machine alone is asked."),
    ], output: .files)

  let parameters: JSONValue

  public init(parameters: JSONValue) throws { self.parameters = parameters }

  public var needsResolution: Bool { parameters["pinned"] == nil }
  public var isRemote: Bool { parameters["local"] == nil }

  public func resolve(_ context: ResolutionContext) throws -> JSONValue {
    ["revision": .string(String(decoding: try FileSystem.read(parameters["path"]?.stringValue ?? ""), as: UTF8.self))]
  }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters, context)
    try write(context.resolution?["revision"]?.stringValue ?? parameters["pinned"]?.stringValue ?? "", context)
  }
}

/// Stands for a file of the user's.
public struct Alias: ReferencingStage {
  public static let schema = StageSchema(
    kind: "alias", version: 1, summary: "A file.",
    parameters: [ParameterSpec("path", .string, required: true, help: "The file.")], output: .files)

  public let referencedPath: String?

  public init(parameters: JSONValue) throws { referencedPath = parameters["path"]?.stringValue }

  public func run(_ context: any StageContext) async throws {
    throw Diagnostic(code: "scripted", "an alias never runs")
  }
}

/// Counts to a number with a checkpoint after each step, so that an interrupted count goes on where it was.
public struct Count: Stage {
  public static let schema = StageSchema(
    kind: "count", version: 1, summary: "Counts.",
    inputs: [InputSpec("from", ArtifactKind.allCases, .many, help: "Inputs.")],
    parameters: common + [
      ParameterSpec("to", .integer(), default: 10, help: "The last number."),
      ParameterSpec("step_delay", .integer(), default: 1, semantic: false, help: "Milliseconds a step."),
    ], output: .files)

  let parameters: JSONValue

  public init(parameters: JSONValue) throws { self.parameters = parameters }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters, context)
    let checkpoint = context.workDirectory + "/count"
    let saved = try FileSystem.readIfPresent(checkpoint) ?? []
    var lines = String(decoding: saved, as: UTF8.self).split(separator: "\n").map(String.init)
    let last = parameters["to"]?.intValue ?? 0
    context.emit(.metric(name: "resumed_from", value: .integer(Int64(lines.count))))
    while lines.count < last {
      lines.append(SHA256.hash(lines.last ?? ""))
      try FileSystem.replace(checkpoint, with: Array(lines.joined(separator: "\n").utf8))
      context.emit(.progress(completed: Double(lines.count), total: Double(last), unit: "steps", detail: nil))
      if context.isCancelled { throw CancellationError() }
      try await Task.sleep(for: .milliseconds(parameters["step_delay"]?.intValue ?? 1))
    }
    try write(lines.joined(separator: "\n"), context)
  }
}

/// Does its work in pieces that are cached by themselves.
public struct Pieces: Stage {
  public static let schema = StageSchema(
    kind: "pieces", version: 1, summary: "Pieces.",
    parameters: common + [ParameterSpec("names", .list(.string), default: [], help: "One piece each.")], output: .files)

  let parameters: JSONValue

  public init(parameters: JSONValue) throws { self.parameters = parameters }

  public func run(_ context: any StageContext) async throws {
    try await begin(parameters, context)
    var text = ""
    for name in parameters["names"]?.arrayValue ?? [] {
      let piece = try await context.subartifact(
        kind: "piece", version: 1, parameters: ["name": name], inputs: []
      ) { folder in
        if let trace = parameters["trace"]?.stringValue { append("piece \(name.text())", to: trace) }
        try FileSystem.replace(folder + "/piece", with: name.bytes())
      }
      text += piece.digest + "\n"
    }
    try write(text, context)
  }
}
