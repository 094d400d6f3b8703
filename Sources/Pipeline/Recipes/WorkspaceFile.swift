public import Diagnostics
public import JSON
import YAML

/// What a workspace, or a person, sets for all recipes: the files `lorapipe.yaml` and `~/.config/lorapipe/config.yaml`
/// (`docs/workspace-file.md`). Nothing in them enters a key, and they hold no credentials.
public struct WorkspaceFile: Sendable, Hashable {
  /// The values that were set, checked and with defaults; of the two files together.
  public var values: JSONObject
  /// The files read, the user's first.
  public var files: [String]

  public init(values: JSONObject = JSONObject(), files: [String] = []) {
    self.values = values
    self.files = files
  }

  /// The name of a workspace's own file, beside `recipes/`.
  public static let fileName = "lorapipe.yaml"

  /// What may be set.
  public static let parameters: [ParameterSpec] = [
    ParameterSpec(
      "store", .string,
      help: "The folder of the artifact store, relative to this file; runs/store unless given."),
    ParameterSpec(
      "remote_caches", .list(.object(remoteCache)),
      help: "Caches to share results through, asked in this order (docs/remote-cache.md)."),
    ParameterSpec(
      "launchers", .map(.object(launcher)),
      help: "How stages are started on other machines, by name (docs/launchers.md)."),
    ParameterSpec(
      "engines",
      .object([
        ParameterSpec(
          "ms-swift",
          .object([
            ParameterSpec("python", .string, help: "The Python of the environment that has ms-swift.")
          ]), help: "The training engine ms-swift (docs/engines.md).", aliases: ["ms_swift", "swift"])
      ]), help: "External training engines."),
  ]

  private static let launcher: [ParameterSpec] = [
    ParameterSpec(
      "kind", .choice(LauncherKind.allCases.map(\.rawValue)), required: true,
      help: "On this machine, as jobs of Slurm, or by a command that runs another command.", aliases: ["type"]),
    ParameterSpec("stages", .list(.string), help: "The stages or kinds of stages that it starts."),
    ParameterSpec(
      "run", .list(.text),
      help: "Of a command: its words. {command} is what it has to run; without it, that follows as further words."),
    ParameterSpec(
      "program", .string, help: "Where lorapipe is on the other machine; the same path as here unless given."),
    ParameterSpec("environment", .map(.text), help: "Variables that are set for the stage.", aliases: ["env"]),
    ParameterSpec("partition", .string, help: "Of Slurm.", aliases: ["queue"]),
    ParameterSpec("account", .string, help: "Of Slurm."),
    ParameterSpec("qos", .string, help: "Of Slurm."),
    ParameterSpec("constraint", .string, help: "Of Slurm."),
    ParameterSpec("reservation", .string, help: "Of Slurm."),
    ParameterSpec("arguments", .list(.text), help: "Further options of sbatch, a word each.", aliases: ["extra"]),
    ParameterSpec("memory_per_cpu", .boolean, help: "Ask for memory per processor, as some sites want it."),
    ParameterSpec("requeue", .boolean, help: "Whether Slurm may start the job again after a preemption."),
    ParameterSpec(
      "warning_seconds", .integer(0...65535),
      help: "Seconds before the time limit at which the stage writes a checkpoint and ends."),
    ParameterSpec(
      "resubmit", .integer(0...1000), help: "How often a stage that reached its time limit is submitted again."),
    ParameterSpec(
      "settle_seconds", .integer(1...3600),
      help: "Seconds that a result may take to become visible here after a job's end."),
  ]

  private static let remoteCache: [ParameterSpec] = [
    ParameterSpec(
      "url", .string, required: true, help: "file:/folder, https://host/prefix or s3://bucket/prefix.",
      aliases: ["address", "endpoint_url"]),
    ParameterSpec(
      "push", .choice(["never", "ci", "always"]), default: "never",
      help: "When this machine adds to the cache: never, where CI is set, or always."),
    ParameterSpec(
      "trust", .list(.string), default: [],
      help: "Public keys, ed25519:…; when there are any, only records that one of them signed are used."),
    ParameterSpec(
      "token_variable", .string, default: "LORAPIPE_CACHE_TOKEN",
      help: "The variable that holds a bearer token for an HTTP cache."),
    ParameterSpec("endpoint", .string, help: "The server of an S3 cache that is not Amazon's."),
    ParameterSpec("region", .string, help: "The region of an S3 cache."),
    ParameterSpec("max_bytes", .integer(1...Int.max), help: "Larger artifacts are not sent."),
    ParameterSpec(
      "send_unreproducible", .boolean, default: false,
      help: "Also send results that would not come out the same again: those of GPUs and commands."),
    ParameterSpec(
      "checkpoint_seconds", .integer(0...86_400), default: 60,
      help: "Seconds between two checkpoints of a running stage that are sent; 0 sends none."),
    ParameterSpec("timeout", .integer(1...3600), default: 5, help: "Seconds to wait for an answer."),
  ]

  /// Reads both files; one that is not there is as good as empty.
  /// - Parameters:
  ///   - root: the workspace's folder; `nil` outside of one.
  ///   - home: the folder that holds `lorapipe/config.yaml`.
  /// - Throws: `DiagnosticList` with every error in both.
  public static func read(root: String?, configuration home: String?, files: RecipeFiles = .disk) throws(DiagnosticList)
    -> WorkspaceFile
  {
    var file = WorkspaceFile()
    var problems: [Diagnostic] = []
    for path in [home.map { $0 + "/lorapipe/config.yaml" }, root.map { $0 + "/" + fileName }].compactMap({ $0 })
    where files.exists(path) {
      do throws(DiagnosticList) {
        file.merge(try read(path, files: files))
        file.files.append(path)
      } catch {
        problems += error.diagnostics
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return file
  }

  /// Reads one file.
  public static func read(_ path: String, files: RecipeFiles = .disk) throws(DiagnosticList) -> JSONObject {
    let registry = try StageRegistry([])
    let session = LoadSession(registry: registry, environment: [:], files: files, decode: nil)
    let directory = RecipeFiles.folder(of: files.absolute(path))
    let source = session.addSource(path, directory: directory, text: nil)
    let bytes: [UInt8]
    do { bytes = try files.read(files.absolute(path), RecipeLoader.maximumBytes) } catch {
      throw DiagnosticList([error])
    }
    let document = YAMLDocument(
      parsing: bytes, file: path, source: source, limits: YAMLLimits(maximumBytes: RecipeLoader.maximumBytes))
    session.sources[Int(source)].text = document.text
    for diagnostic in document.diagnostics { session.add(diagnostic) }
    var values = JSONObject()
    if document.isComplete, let root = document.root {
      values = check(session.expectMap(root, "the workspace file"), session)
    }
    if session.hasErrors { throw session.finish() }
    if let store = values["store"]?.stringValue {
      values["store"] = .string(files.absolute(store, in: directory))
    }
    return values
  }

  private static func check(_ pairs: [YAMLPair], _ session: LoadSession) -> JSONObject {
    var check = TypeCheck(session: session, owner: "the workspace file")
    var values = JSONObject()
    for pair in pairs where !pair.key.hasPrefix("x-") {
      guard let spec = parameters.first(where: { $0.name == pair.key }) else {
        let near = didYouMean(pair.key, among: parameters.map(\.name))
        session.report(
          "unknown-key", "unknown key '\(pair.key)' in the workspace file", at: pair.keyMark,
          remedy: session.punctuationRemedy(of: pair, among: pairs) { key in parameters.contains { $0.name == key } }
            ?? near.map { "did you mean '\($0)'?" }
            ?? "known keys are \(parameters.map(\.name).joined(separator: ", "))")
        continue
      }
      if pair.value.leavesOut(spec) { continue }
      if let value = check.check(pair.value, spec.type, spec.name) { values[spec.name] = value }
      if spec.name == "launchers" { checkLaunchers(pair.value.pairs ?? [], session) }
    }
    return values
  }

  /// What single keys of a launcher cannot say.
  private static func checkLaunchers(_ pairs: [YAMLPair], _ session: LoadSession) {
    for pair in pairs {
      func member(_ name: String) -> YAMLPair? { pair.value.pairs?.first { $0.key == name } }
      guard case .string(let text)? = member("kind")?.value.scalar?.value,
        let kind = LauncherKind(rawValue: text)
      else { continue }
      if kind == .command, member("run") == nil {
        session.report(
          "missing-key", "the launcher '\(pair.key)' needs 'run'", at: pair.keyMark,
          remedy: "run: [ssh, gpu1, \"{command}\"]")
      }
      let slurm = [
        "partition", "account", "qos", "constraint", "reservation", "arguments", "memory_per_cpu", "requeue",
        "warning_seconds", "resubmit",
      ]
      for name in kind == .slurm ? ["run"] : slurm + (kind == .local ? ["run", "program"] : []) {
        guard let extra = member(name) else { continue }
        session.report(
          "unknown-key", "'\(name)' means nothing to a launcher of kind '\(kind.rawValue)'", at: extra.keyMark,
          remedy: "remove it")
      }
    }
  }

  /// The other's values come on top: a key as a whole, engines and launchers by name.
  private mutating func merge(_ other: JSONObject) {
    for (key, value) in other {
      if key == "engines" || key == "launchers", let mine = values[key]?.objectValue,
        let theirs = value.objectValue
      {
        var merged = mine
        for (name, entry) in theirs { merged[name] = entry }
        values[key] = .object(merged)
      } else {
        values[key] = value
      }
    }
  }
}
