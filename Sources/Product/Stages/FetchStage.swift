import Artifacts
import Datasets
import Diagnostics
import Glibc
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Recipes
import Transfer

/// Brings a model, a dataset or files from where they live.
///
/// A `file:` source is not copied: it is hashed where it lies and referenced.
struct FetchStage: Stage, ReferencingStage, ResolvableStage, EstimatingStage {
  struct Parameters: ParameterSet {
    var source = SourceList()
    var revision: String?
    var include: [String] = []
    var exclude: [String] = []
    var sha256: String?
    var unpack = true
    var join: String?

    static let fields: [Field<Parameters>] = [
      Field(
        "source", \.source, required: true,
        help: """
          hf:ORG/NAME, hf-dataset:ORG/NAME, modelscope:ORG/NAME, modelscope-dataset:ORG/NAME, pip:NAME==VERSION, \
          https://… or a file; a list is the parts of one file, in their order.
          """, aliases: ["uri", "url"] + ForeignNames.model),
      Field(
        "revision", \.revision,
        help: "A branch, tag or commit of the hub; a commit is pinned, a branch is resolved again in every run.",
        aliases: ["revision_id"]),
      Field(
        "include", \.include, help: "Only files whose path matches one of these patterns; * and ? are wild.",
        aliases: ["allow_patterns"]),
      Field(
        "exclude", \.exclude, help: "No files whose path matches one of these patterns.", aliases: ["ignore_patterns"]),
      Field("sha256", \.sha256, help: "What a single file's SHA-256 must be, in hexadecimal."),
      Field("unpack", \.unpack, help: "Whether a downloaded archive is replaced by what it holds."),
      Field(
        "join", \.join,
        help: "The name of the file that the parts of a list make; each part is one file, chosen by include."),
    ]
  }

  static let kind = StageKind(
    "fetch", version: 1,
    summary: "Brings a model, a dataset or files from a hub, a package, the web or this disk.",
    parameters: Parameters.self, output: .files,
    outputRules: [
      OutputRule("source", prefix: "hf-dataset:", gives: .dataset),
      OutputRule("source", prefix: "modelscope-dataset:", gives: .dataset),
      OutputRule("source", prefix: "hf:", gives: .model), OutputRule("source", prefix: "modelscope:", gives: .model),
    ],
    metrics: [
      MetricSpec("files", headline: true, help: "Files brought."),
      MetricSpec("bytes", unit: .bytes, headline: true, help: "Size of the files."),
    ], command: "pull modelscope:ORG/NAME",
    aliases: ["download", "pull", "get", "model"])

  private let request: FetchRequest
  /// The parts, when the source is a list.
  private let parts: FileParts?
  private let text: String

  init(_ parameters: Parameters) throws {
    let sources = try parameters.source.sources()
    guard let first = sources.first else {
      throw Diagnostic(
        code: "bad-source", "the source is an empty list", remedy: "name at least one",
        location: SourceLocation(file: "source"))
    }
    // The address of a hub's page names its repository.
    let isPage = if case .repository = first { parameters.source.texts[0].hasPrefix("http") } else { false }
    text =
      sources.count == 1
      ? isPage ? first.canonical : parameters.source.texts[0] : sources.map(\.canonical).joined(separator: "+")
    if let name = parameters.join {
      parts = try FileParts(sources, name: name)
    } else if sources.count > 1 {
      throw Diagnostic(
        code: "bad-join", "a list of sources is the parts of one file, which needs a name",
        remedy: "write join: model.gguf; sources that are files of their own are stages of their own",
        location: SourceLocation(file: "source"))
    } else {
      parts = nil
    }
    request = FetchRequest(
      source: first, revision: parameters.revision,
      filter: GlobFilter(include: parameters.include, exclude: parameters.exclude), sha256: parameters.sha256,
      unpacksArchives: parameters.unpack)
  }

  /// What is asked for: one source, or each part by itself.
  private var requests: [FetchRequest] {
    guard let parts else { return [request] }
    return parts.sources.map { source in
      var part = request
      part.source = source
      part.sha256 = nil
      return part
    }
  }

  var referencedPath: String? {
    guard parts == nil, case .file(let path) = request.source else { return nil }
    return path
  }

  var needsResolution: Bool {
    requests.contains { request in
      switch request.source {
      case .file, .wheel: false
      case .url: request.sha256 == nil
      case .repository: !Self.isCommit(request.revision)
      }
    }
  }

  /// A full commit hash can never mean anything else tomorrow.
  private static func isCommit(_ revision: String?) -> Bool {
    guard let revision, revision.utf8.count == 40 else { return false }
    return revision.allSatisfy(\.isHexDigit)
  }

  func resolve(_ context: ResolutionContext) throws -> JSONValue {
    // A plan is made with somebody waiting: two quick tries, then the last answer.
    var retry = RetryPolicy()
    retry.attempts = 2
    let fetcher = Fetcher(HubAccess(environment: Environment.all(), retry: retry))
    guard parts != nil else { return try fetcher.resolve(request).json }
    return ["parts": .array(try requests.map { try fetcher.resolve($0).json })]
  }

  private func bringParts(_ parts: FileParts, _ fetcher: Fetcher, _ context: any StageContext) throws {
    let resolved =
      try context.resolution?["parts"]?.arrayValue.map { try $0.map { try ResolvedSource(json: $0) } }
      ?? requests.map { try fetcher.resolve($0) }
    let summary = try fetcher.download(
      parts, request, resolved, to: context.outputDirectory, work: context.workDirectory
    ) { progress in
      context.emit(
        .progress(completed: Double(progress.bytes), total: nil, unit: "bytes", detail: progress.file))
    }
    context.metric("files", summary.files.count)
    context.metric("bytes", Int(clamping: summary.bytes))
  }

  func run(_ context: any StageContext) async throws {
    let fetcher = Fetcher(HubAccess(environment: Environment.all(), isCancelled: { context.isCancelled }))
    if let parts { return try bringParts(parts, fetcher, context) }
    let resolved = try context.resolution.map { try ResolvedSource(json: $0) } ?? fetcher.resolve(request)
    if let unread = unreadDataset(resolved) { context.emit(.warning(unread)) }
    context.emit(.log("fetching \(text), \(resolved.files.count) files"))
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

  func estimate(_ context: EstimateContext) throws -> StageEstimate {
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
}

/// `source:` one, or the parts of one file.
struct SourceList: ParameterValue {
  var texts: [String] = []
  /// Whether it was written as a list.
  private var isList = false

  init() {}

  static var parameterType: ParameterType { .oneOf([.uri, .list(.uri)]) }

  init(parameter value: JSONValue) throws(ParameterProblem) {
    if let text = value.stringValue {
      texts = [text]
    } else if value.arrayValue != nil {
      texts = try [String](parameter: value)
      isList = true
    } else {
      throw ParameterProblem(value, isNot: Self.parameterType)
    }
  }

  var parameter: JSONValue? {
    isList ? .array(texts.map { .string($0) }) : texts.first.map { .string($0) }
  }

  /// - Throws: `Diagnostic` at the place of the parameter.
  func sources() throws(Diagnostic) -> [FetchSource] {
    var sources: [FetchSource] = []
    for (index, text) in texts.enumerated() {
      do { sources.append(try FetchSource(parsing: text)) } catch {
        var problem = error
        problem.location = SourceLocation(file: isList ? "source.\(index)" : "source")
        throw problem
      }
    }
    return sources
  }
}
