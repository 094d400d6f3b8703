import Datasets
import Diagnostics
import JSON
import ModelFiles
import Models
import PipelineEngine
import Platform
import Training

/// Trains with a program that is not ours: gives it exactly our rows, order and initial adapter, follows it, and takes its
/// adapter (docs/engines.md).
struct ExternalTraining {
  var options: EngineOptions
  var configuration: TrainingConfiguration
  var context: any StageContext

  private static let mostRows = 50_000_000

  func run() async throws {
    let modelInput = try context.required("model")
    let dataInput = try context.required("data")
    let tokens = try TokensArtifact.read(folder: dataInput.path)
    try tokens.requireModel(modelInput)
    guard !tokens.train.isEmpty else {
      throw Diagnostic(code: "no-rows", "there is no training row", remedy: "give more data, or a smaller validation")
    }
    let total = configuration.steps(rows: tokens.train.count).total
    // Every update's rows are written into the job.
    guard total.multipliedReportingOverflow(by: configuration.windowRows).partialValue <= Self.mostRows,
      total <= Self.mostRows
    else {
      throw Diagnostic(
        code: "engine-too-long", "an engine is given at most \(Self.mostRows) rows in all, and this training has more",
        remedy: "lower epochs or max_steps")
    }
    let source = try ModelSource.open(modelInput.path)
    let environment = try EngineEnvironment(options, device: context.resolution?["device"]?.stringValue)
    let folder = context.workDirectory + "/engine"
    try FileSystem.makeDirectory(folder)
    let initial = try context.input("adapter").map { input in
      try Lineage.read(folder: input.path)?.requireBase(modelInput)
      return try AdapterParameters(Adapter.read(input.path), model: source.configuration)
    }
    let start =
      try initial
      ?? AdapterParameters(
        initial: configuration.adapter, model: source.configuration, seed: configuration.seed,
        weights: { try TransformerModel(source) })
    let windows = configuration.windows(rows: tokens.train.count)
    let job = TrainingJob(
      folder: folder, base: try base(source, modelInput.path, folder, environment.device),
      adapter: folder + "/start", tokens: dataInput.path, roles: tokens.sources.map(\.role.rawValue), windows: windows,
      configuration: configuration, options: options, device: environment.device,
      history: EngineHistory(events: folder + "/events.jsonl"))
    try FileSystem.removeTree(job.adapter)
    try FileSystem.makeDirectory(job.adapter)
    var named = start.configuration
    named.baseModelName = job.base
    try Adapter.write(to: job.adapter, configuration: named, model: source.configuration, modules: start.modules)
    try job.prepare()
    context.metric("rows", tokens.train.count)
    context.describe("engine", .string(options.title))
    context.describe("reproducible", false)
    let reporter = EngineReporter(
      context: context, events: job.events,
      windowTokens: windows.map { $0.reduce(0) { $0 + tokens.train[$1].ids.count } })
    let status = try await follow(job, environment, reporter)
    try context.checkCancellation()
    let ending = reporter.ending
    try environment.check(ending, status: status, stage: context.stageName)
    try publish(ending, start: start, model: source.configuration, modelInput, dataInput, tokens)
  }

  private func follow(
    _ job: TrainingJob, _ environment: EngineEnvironment, _ reporter: EngineReporter
  ) async throws -> ProcessStatus {
    let context = context
    let stop = job.stop
    return try await EngineProcess(
      arguments: try environment.command(job), folder: job.folder,
      variables: environment.variables(job, threads: context.threads)
    ).run {
      // The engine looks for the file after each update, writes a checkpoint and ends.
      if context.isCancelled, !FileSystem.exists(stop) { try? FileSystem.replace(stop, with: []) }
      reporter.read()
    }
  }

  /// The base as a Hugging Face folder; one that is none is written as such once.
  private func base(_ source: ModelSource, _ path: String, _ folder: String, _ device: String) throws -> String {
    if source.gguf == nil {
      // ms-swift runs what a folder brings along.
      let hasCode = try FileSystem.names(in: path).contains { $0.hasSuffix(".py") }
      guard !hasCode, source.huggingFaceConfiguration?["auto_map"] == nil else {
        throw Diagnostic(
          code: "model-with-code", "the base brings Python code along, which the engine would run",
          remedy: "use a base without *.py files and without 'auto_map' in its config.json")
      }
      return path
    }
    let target = folder + "/base"
    if FileSystem.exists(target + "/complete") { return target }
    try FileSystem.removeTree(target)
    try FileSystem.makeDirectory(target)
    context.emit(.note("writing the base as a Hugging Face folder"))
    try HuggingFaceModelWriter(source: source, dtype: device == "cpu" ? .f32 : .bf16).write(to: target)
    try FileSystem.replace(target + "/complete", with: [])
    return target
  }

  private func publish(
    _ ending: EngineReporter.Ending, start: AdapterParameters, model: ModelConfiguration, _ modelInput: StageInput,
    _ dataInput: StageInput, _ tokens: TokensArtifact
  ) throws {
    let best = configuration.loadsBest ? ending.best?.path : nil
    guard let path = best ?? ending.checkpoint?.path, FileStamp.of(path)?.isDirectory == true else {
      throw Diagnostic(
        code: "engine-no-adapter", "the engine reported success but left no adapter",
        remedy: "see its output: lorapipe logs \(context.stageName)")
    }
    let adapter = try Adapter.read(path)
    let parameters = try AdapterParameters(adapter, model: model)
    guard parameters.layout == start.layout else {
      throw Diagnostic(
        code: "engine-other-adapter",
        "the engine left an adapter of rank \(adapter.configuration.rank) on "
          + "\(adapter.configuration.targets.joined(separator: ", ")), which is not what it was given",
        remedy: "remove what sets rank, alpha or targets from engine.arguments")
    }
    guard parameters.areFinite else {
      throw Diagnostic(
        code: "not-finite", "the engine's adapter holds numbers that are not finite",
        remedy: "lower the learning rate, or compute in bfloat16 instead of float16")
    }
    try Adapter.write(
      to: context.outputDirectory, configuration: start.configuration, model: model, modules: parameters.modules)
    try tokens.chat.write(folder: context.outputDirectory)
    try Lineage(product: .adapter, base: modelInput.digest, tokens: dataInput.digest)
      .write(folder: context.outputDirectory)
    context.metric("steps", ending.lastStep)
    if let loss = ending.lastLoss { context.metric("loss", loss) }
    if configuration.evaluateEvery > 0, configuration.loadsBest || configuration.patience > 0, let best = ending.best {
      context.metric("best.loss", best.loss)
      context.metric("best.step", best.step)
    }
    if ending.isEarly { context.emit(.note("stopped early: the validation loss no longer fell")) }
    UpdateReport(adapter: adapter, source: try ModelSource.open(modelInput.path), context: context).emit()
  }
}
