import Datasets
import Diagnostics
public import JSON
import ModelFiles
public import PipelineEngine
public import Recipes
import Tokenization

/// Mixes domain rows with general ones in a ratio, and splits off validation rows.
public struct MixStage: Stage {
  public static let schema = StageSchema(
    kind: "mix", version: 2,
    summary: "Mixes domain data with general data in a ratio, splits off validation rows, and reports what came out.",
    inputs: [
      InputSpec(
        "domain", [.dataset, .files], .many, allowsRowCap: true,
        help: "What the model is to learn; never dropped to meet the ratio."),
      InputSpec(
        "general", [.dataset, .files], .many, allowsRowCap: true,
        help: "What it must not forget; sampled down in proportion to meet the ratio."),
      InputSpec(
        "model", [.model, .files], .optional, neededWith: .init("by", "tokens"),
        help: "The model whose tokenizer and chat template count the tokens, for by: tokens."),
    ],
    parameters: [
      ParameterSpec("ratio", .ratio, help: "Domain to general, such as \"1:5\"; without it everything is used."),
      ParameterSpec("by", .choice(["rows", "tokens"]), default: "rows", help: "What the ratio counts."),
      ParameterSpec(
        "validation", .number(0...0.9), default: 0,
        help: "The share of each source kept for validation; equal rows stay on one side.",
        aliases: ["split_dataset_ratio", "val_size"]),
      ParameterSpec(
        "deduplicate", .choice(["none", "exact"]), default: "none",
        help: "Whether equal rows are kept once; duplicates are counted either way."),
      ParameterSpec(
        "when_short", .choice(["error", "repeat", "accept"]), default: "error",
        help: "When there are too few general rows for the ratio: stop, repeat rows, or accept what there is."),
      ParameterSpec(
        "include", .list(.string), default: [], help: "Only data files whose path matches one of these patterns."),
      ParameterSpec(
        "on_bad_row", .choice(["error", "drop"]), default: "error",
        help: "What to do with a row that cannot be read: stop, or leave it out and count it."),
    ], output: .dataset, usesSeed: true)

  let options: MixOptions
  let include: [String]

  public init(parameters: JSONValue) throws {
    options = Self.options(StageParameters(parameters))
    include = StageParameters(parameters).strings("include")
  }

  /// The library's options from a stage's parameters.
  static func options(_ parameters: StageParameters) -> MixOptions {
    var options = MixOptions()
    options.ratio = parameters.string("ratio").flatMap { MixRatio($0) }
    options.unit = parameters.string("by").flatMap { MixOptions.Unit(rawValue: $0) } ?? .rows
    options.whenShort = parameters.string("when_short").flatMap { MixOptions.Shortage(rawValue: $0) } ?? .error
    options.removesDuplicates = parameters.string("deduplicate") == "exact"
    options.validation = parameters.double("validation") ?? 0
    options.onBadRow = parameters.onBadRow
    return options
  }

  public func run(_ context: any StageContext) async throws {
    var options = options
    options.seed = context.seed
    let sources = context.inputs.filter { $0.role != "model" }
    let inputs = try sources.map { input in
      MixInput(
        name: input.name, role: input.role == "general" ? .general : .domain, digest: input.digest,
        files: try input.dataFiles(include: include), rowCap: input.rowCap)
    }
    guard !inputs.isEmpty else {
      throw Diagnostic(code: "mix-empty", "a mix needs rows", remedy: "name datasets under domain: or general:")
    }
    let progress = { (rows: Int) in
      context.emit(.progress(completed: Double(rows), total: nil, unit: "rows", detail: nil))
    }
    let result: MixResult
    if options.unit == .tokens {
      guard let model = context.input("model") else {
        throw Diagnostic(
          code: "mix-needs-model", "mixing by tokens needs a tokenizer", remedy: "give the stage a model: input")
      }
      let encoder = try ConversationEncoder.open(ModelSource.open(model.path))
      result = try await Mix.run(
        inputs, options: options,
        tokenCounts: { request in
          try await TokenCounts.of(
            inputs[request.input], request, onBadRow: options.onBadRow, encoder, model: model.digest, context)
        }, progress: progress)
    } else {
      result = try Mix.run(inputs, options: options, progress: progress)
    }
    var paths: [String: String] = [:]
    for input in context.inputs { paths[input.digest] = input.path }
    try result.selection.write(to: context.outputDirectory) { digest in
      if let path = paths[digest] { return path }
      return try context.artifactPath(digest: digest)
    }
    for input in inputs { for warning in input.files.warnings { context.emit(.warning(warning)) } }
    for warning in result.warnings { context.emit(.warning(warning)) }
    for (name, value) in result.metrics.flattened { context.emit(.metric(name: name, value: value)) }
  }
}
