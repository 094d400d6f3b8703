import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes

/// Runs any program in an empty folder that holds the declared inputs; what it writes to `{output}` is the artifact.
///
/// The program's output streams become the stage's log. It inherits the environment, but only the variables declared in
/// `environment` are part of the key.
struct CommandStage: Stage {
  struct Parameters: ParameterSet {
    var run: [String]?
    var shell: String?
    var environment: [String: String] = [:]
    /// The engine reads it by the kind's `outputRules`.
    var output = ArtifactKind.files

    static let fields: [Field<Parameters>] = [
      Field(
        "run", \.run, .list(.text),
        help: "The program and its arguments; {output}, {inputs.NAME}, {threads} and {seed} are replaced."),
      Field("shell", \.shell, help: "A command line for /bin/sh instead of run."),
      Field(
        "environment", \.environment, .map(.text),
        help: "Variables set for the program; part of the key, so never for credentials."),
      Field(
        "output", \.output,
        help: "What the program writes, so that stages that need a model or a dataset accept it."),
    ]
  }

  static let kind = StageKind(
    "command", version: 1, summary: "Runs any program: what is not done natively stays in the same graph.",
    inputs: [
      InputSpec(
        "inputs", ArtifactKind.allCases, .named,
        help: """
          Names for files and outputs of stages. Each input is in the working folder under its name, and {inputs.NAME} \
          is its path. An input of several stages, such as train[*], is a folder with their outputs: 1, 2 and so on.
          """)
    ],
    parameters: Parameters.self, output: .files,
    outputRules: ArtifactKind.allCases.map { OutputRule("output", prefix: $0.rawValue, gives: $0) }, usesSeed: true,
    isReproducible: false)

  private let arguments: [String]
  private let variables: [(String, String)]

  init(_ parameters: Parameters) throws {
    switch (parameters.run, parameters.shell) {
    case (let run?, nil) where !run.isEmpty: arguments = run
    case (nil, let shell?), ([]?, let shell?): arguments = ["/bin/sh", "-c", shell]
    case (_?, _?):
      throw Diagnostic(code: "command", "a command stage takes 'run' or 'shell', not both")
    case (_, nil):
      throw Diagnostic(code: "command", "a command stage needs 'run' or 'shell'", remedy: "run: [program, argument]")
    }
    variables = parameters.environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func run(_ context: any StageContext) async throws {
    let folder = context.workDirectory + "/folder"
    try FileSystem.removeTree(folder)
    try FileSystem.makeDirectory(folder)
    var values = [
      ("output", context.outputDirectory), ("threads", String(context.threads)), ("seed", String(context.seed)),
    ]
    let named = context.inputs.map { input in
      (input.role.hasPrefix("inputs.") ? String(input.role.dropFirst("inputs.".count)) : input.name, input.path)
    }
    for (name, paths) in Self.grouped(named) {
      let link = folder + "/" + name
      if paths.count == 1 {
        try Self.link(paths[0], at: link)
        values.append(("inputs.\(name)", paths[0]))
        continue
      }
      // Numbers, not the stages' names: those are not in the key.
      try FileSystem.makeDirectory(link)
      for (index, path) in paths.enumerated() { try Self.link(path, at: "\(link)/\(index + 1)") }
      values.append(("inputs.\(name)", link))
    }
    let arguments = try arguments.map { try Self.fill($0, values) }
    let status = try await ChildProgram(arguments: arguments, folder: folder, variables: variables).run {
      context.isCancelled
    }
    try FileSystem.removeTree(folder)
    if context.isCancelled { throw CancellationError() }
    guard status.succeeded else {
      throw Diagnostic(
        code: "command-failed", "\(arguments.first ?? "the program") \(status.description)",
        remedy: "its output is in the stage's log: lorapipe logs \(context.stageName)")
    }
  }

  /// The paths of each name, names in the order they come first.
  private static func grouped(_ inputs: [(name: String, path: String)]) -> [(name: String, paths: [String])] {
    var groups: [(name: String, paths: [String])] = []
    for input in inputs {
      if let index = groups.firstIndex(where: { $0.name == input.name }) {
        groups[index].paths.append(input.path)
      } else {
        groups.append((input.name, [input.path]))
      }
    }
    return groups
  }

  private static func link(_ path: String, at link: String) throws {
    guard symlink(path, link) == 0 else { throw systemFailure("link an input at", path: link) }
  }

  /// Replaces `{name}`; a doubled brace is a brace, and any other brace stays as it is.
  static func fill(_ text: String, _ values: [(String, String)]) throws -> String {
    var result = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      rest = rest[open...]
      if rest.hasPrefix("{{") {
        result += "{"
        rest = rest.dropFirst(2)
        if let close = rest.range(of: "}}") {
          result += rest[..<close.lowerBound] + "}"
          rest = rest[close.upperBound...]
        }
        continue
      }
      guard let value = values.first(where: { rest.hasPrefix("{\($0.0)}") }) else {
        if rest.hasPrefix("{inputs."), let close = rest.firstIndex(of: "}") {
          let name = rest[rest.index(rest.startIndex, offsetBy: 8)..<close]
          throw Diagnostic(
            code: "command", "the command names {inputs.\(name)}, but the stage has no such input",
            remedy: "declare it: inputs: { \(name): … }")
        }
        result += "{"
        rest = rest.dropFirst()
        continue
      }
      result += value.1
      rest = rest.dropFirst(value.0.count + 2)
    }
    return result + rest
  }
}

extension CommandStage: ResolvableStage {
  /// The program's own bytes are part of the key: another version of it may write something else.
  var needsResolution: Bool { arguments.first.map { !$0.contains("{") } ?? false }
  var isRemote: Bool { false }
  var subject: String? { arguments.first }

  func resolve(_ context: ResolutionContext) throws -> JSONValue {
    guard let program = arguments.first, let path = Self.executable(program) else { return [:] }
    return ["program": .string(try context.store.digest(ofFile: path).hex)]
  }

  /// Absolute path of a program as the shell finds it; `nil` for one that is found only when it runs, such as an input
  /// in the working folder, or not at all, which the run then says.
  private static func executable(_ name: String) -> String? {
    if name.contains("/") { return name.hasPrefix("/") && Environment.isExecutableFile(name) ? name : nil }
    return Environment.program(name)
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
