import Diagnostics
import HTTPService
import Inference
import JSON
import PipelineEngine
import Platform
import Recipes
import Serving

/// `run --serve`: when all is done, the service of the recipe's serve stage comes up and stays until Ctrl-C.
enum RunServing {
  static let flag = Flag(
    "serve", help: "After the run, start the service of the recipe's serve stage until Ctrl-C.")

  /// The stage whose service it is, as the recipe has it; `nil` when nobody asked for one.
  ///
  /// Asked before anything runs: nobody wants to learn after an hour of training that there is nothing to serve.
  /// - Throws: `UsageError`.
  static func stage(
    of recipes: LoadedRecipes, targets: [String], _ invocation: Invocation
  ) throws(UsageError) -> RecipeStage? {
    guard invocation[flag] else { return nil }
    guard recipes.recipes.count == 1, let recipe = recipes.recipes.first else {
      throw UsageError(
        "'--serve' keeps one run up, and this recipe makes \(recipes.recipes.count); "
          + "run it, then: lorapipe serve RUN", path: invocation.path)
    }
    let all = recipe.stages.filter { $0.output == .service }
    guard !all.isEmpty else {
      throw UsageError(
        "the recipe '\(recipe.label)' has no serve stage; add one, such as serve: { kind: serve, model: … }",
        path: invocation.path)
    }
    let wanted = targets.isEmpty ? all : all.filter { targets.contains($0.id) || targets.contains($0.name) }
    guard wanted.count < 2 else {
      throw UsageError(
        "'--serve' keeps one service up; name its stage: \(wanted.map(\.id).listed())",
        path: invocation.path)
    }
    guard let stage = wanted.first else {
      throw UsageError(
        "'--serve' needs the stage '\(all[0].id)', which is not among those asked for", path: invocation.path)
    }
    return stage
  }

  /// Serves what the stage of a finished run describes.
  static func keepUp(
    _ stage: RecipeStage, of summary: RunSummary, _ invocation: Invocation
  ) async throws -> ExitStatus {
    let name = stage.id
    guard let result = summary.stages.first(where: { $0.stage == name }), result.state.isDone, let path = result.path
    else {
      throw Diagnostic(
        code: "no-service", "the stage '\(name)' left no service to start", remedy: "lorapipe logs \(name)")
    }
    let lineage = JSONObject([("run", .string(summary.id)), ("stage", .string(name))])
    var descriptor = try ModelChoice.at(path: path, name: name).descriptor()
    descriptor.listen(as: stage.parameters)
    return try await ServeSession.keepUp(
      descriptor, from: lineage, .usual(invocation), .usual(for: descriptor, invocation), invocation)
  }
}

extension ServiceOptions {
  /// What is served when the command line says no more: all cores allowed, a share of free memory.
  static func usual(_ invocation: Invocation) -> ServiceOptions {
    var options = ServiceOptions()
    options.cacheByteCount = Machine.cacheByteCount()
    options.threads = invocation[RunSession.threads] ?? Machine.allowedCores()
    options.keyValueType = invocation[SamplingOptions.kvCache]
    options.activations = invocation[SamplingOptions.activations]
    options.speculation = (invocation[SamplingOptions.speculate] ?? .auto).speculation
    return options
  }
}

extension HTTPAccess {
  /// Who may ask a service: its address decides whether others than this machine can.
  static func usual(for descriptor: ServiceDescriptor, _ invocation: Invocation) -> HTTPAccess {
    HTTPAccess(
      isLoopback: isLoopback(host: descriptor.host),
      key: invocation[keyOption] ?? Environment.value("LORAPIPE_API_KEY"), openPaths: Router.openPaths,
      hosts: Set(invocation.all(hostsOption)), origins: Set(invocation.all(originsOption)))
  }
}
