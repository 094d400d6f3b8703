import Datasets
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Recipes
import Tokenization

/// Mixes domain rows with general ones in a ratio, and splits off validation rows.
struct MixStage: Stage {
  struct Parameters: ParameterSet {
    var ratio: Ratio?
    /// All but the ratio, which recipes write as text.
    var options = MixOptions()
    var include: [String] = []

    static let fields: [Field<Parameters>] = [
      Field("ratio", \.ratio, help: "Domain to general, such as \"1:5\"; without it everything is used."),
      Field("by", \.options.unit, help: "What the ratio counts."),
      Field(
        "validation", \.options.validation, .number(0...0.9),
        help: "The share of each source kept for validation; equal and nearly equal rows stay on one side.",
        aliases: ["split_dataset_ratio", "val_size", "val_set_size", "validation_split"]),
      Field(
        "deduplicate", \.options.deduplicate,
        help:
          "Which rows are kept once: none, equal ones (exact), or also those nearly the same (near); all are counted."),
      Field(
        "when_short", \.options.whenShort,
        help: "When there are too few general rows for the ratio: stop, repeat rows, or accept what there is."),
      Field("include", \.include, help: "Only data files whose path matches one of these patterns."),
      Field("columns", \.options.reading.columns, help: ReadingOptions.columnsHelp, aliases: ["column_mapping"]),
      Field("encoding", \.options.reading.encoding, help: ReadingOptions.encodingHelp),
      Field(
        "on_bad_row", \.options.onBadRow,
        help: "What to do with a row that cannot be read: stop, or leave it out and count it."),
    ]
  }

  static let kind = StageKind(
    "mix", version: 4,
    summary: "Mixes domain data with general data in a ratio, splits off validation rows, and reports what came out.",
    inputs: [
      InputSpec(
        "domain", [.dataset, .files], .many, allowsRowCap: true,
        help: "What the model is to learn; never dropped to meet the ratio.", aliases: ForeignNames.data + ["data"]),
      InputSpec(
        "general", [.dataset, .files], .many, allowsRowCap: true,
        help: "What it must not forget; sampled down in proportion to meet the ratio."),
      InputSpec(
        "model", [.model, .files], .optional, neededWith: .init("by", "tokens"),
        help: "The model whose tokenizer and chat template count the tokens, for by: tokens.",
        aliases: ForeignNames.model),
    ],
    parameters: Parameters.self, output: .dataset, usesSeed: true,
    metrics: [
      MetricSpec("rows", help: "Rows of the mix."),
      MetricSpec("rows.train", headline: true, help: "Rows to learn from."),
      MetricSpec("rows.validation", headline: true, help: "Rows kept for validation."),
      MetricSpec("rows.domain", help: "Domain rows."),
      MetricSpec("rows.general", help: "General rows."),
      MetricSpec("rows.bad", better: .lower, help: "Rows that could not be read and were left out."),
      MetricSpec("columns.unused", help: "Names of columns that no conversation shows."),
      MetricSpec("tokens.domain", help: "Tokens of the domain rows, with by: tokens."),
      MetricSpec("tokens.general", help: "Tokens of the general rows, with by: tokens."),
      MetricSpec("ratio", headline: true, help: "General to one of domain, as it came out."),
      MetricSpec("duplicates", headline: true, help: "Rows equal to an earlier one."),
      MetricSpec("duplicates.removed", help: "How many duplicates and near-duplicates were left out."),
      MetricSpec("near_duplicates", help: "Rows nearly the same as an earlier one, without equal ones."),
      MetricSpec(
        "validation.seen", better: .lower, help: "Validation rows with a question that is also learned."),
      MetricSpec("findings.*", better: .lower, help: "Rows with the flaw of that name, which data lint explains."),
      MetricSpec("language.*", help: "Rows in that language."),
      MetricSpec("length.median", help: "Median length of a row, in characters."),
      MetricSpec("length.p95", help: "Length that 95 % of the rows do not exceed."),
      MetricSpec("length.maximum", help: "Length of the longest row."),
    ],
    aliases: ["mixture", "blend", "dataset", "data"])

  let options: MixOptions
  let include: [String]

  init(_ parameters: Parameters) {
    var options = parameters.options
    options.ratio = parameters.ratio.map { MixRatio(domain: $0.domain, general: $0.general) }
    self.options = options
    include = parameters.include
  }

  func run(_ context: any StageContext) async throws {
    var options = options
    options.seed = context.seed
    let sources = context.inputs.filter { $0.role != "model" }
    let inputs = try sources.map { input in
      MixInput(
        name: input.name, role: input.role == "general" ? .general : .domain, digest: input.digest,
        files: try input.dataFiles(include: include, reading: options.reading.placed(inStage: context.stageName)),
        rowCap: input.rowCap)
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
      let policy = options.onBadRow
      result = try await Mix.run(
        inputs, options: options,
        tokenCounts: { request in
          try await TokenCounts.of(
            inputs[request.input], request, onBadRow: policy, encoder, model: model.digest, context)
        }, progress: progress)
    } else {
      result = try Mix.run(inputs, options: options, progress: progress)
    }
    var paths: [Digest: String] = [:]
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
