import Artifacts
import Conversations
import Datasets
import Diagnostics
import JSON
import JinjaTemplates
import ModelFiles
import PipelineEngine
import Platform
import Recipes
import Tokenization

/// Turns conversations into token ids and labels with the model's tokenizer and chat template.
///
/// Rows are tokenized in blocks, each a piece of work with a key of its own: a new ratio, a larger draw or a further source
/// tokenizes nothing old again, and what a large source is not asked for is not tokenized.
struct TokenizeStage: Stage {
  enum LongRowPolicy: String, ParameterChoice {
    case drop, truncate, error

    static var foreignWords: [String: LongRowPolicy] { ["delete": .drop, "right": .truncate, "raise": .error] }
  }

  /// Which assistant turns are learned.
  enum LabeledTurns: String, ParameterChoice {
    case all, last
  }

  struct Parameters: ParameterSet {
    var system: String?
    var template = "model"
    var templateArguments = JSONObject()
    var maxLength = 2048
    var onLongRow = LongRowPolicy.drop
    var labels = LabeledTurns.all
    var onBadRow = BadRowPolicy.error

    static let fields: [Field<Parameters>] = [
      Field(
        "system", \.system, prose: true, help: "The system prompt of rows that have none of their own.",
        aliases: ForeignNames.system),
      Field(
        "template", \.template, prose: true,
        help: "The chat template: model (the model's own), a built-in's name, or Jinja text.",
        aliases: ["chat_template", "chat_template_jinja"]),
      Field(
        "template_arguments", \.templateArguments, help: "Variables for the template, such as enable_thinking.",
        aliases: ["template_args", "enable_thinking"]),
      Field(
        "max_length", \.maxLength, .integer(16...1_048_576), help: "The longest row, in tokens.",
        aliases: ["cutoff_len", "max_seq_length", "max_seq_len", "max_len", "sequence_len", "model_max_length"]),
      Field(
        "on_long_row", \.onLongRow, help: "What to do with a longer row: leave it out, cut its end, or stop.",
        aliases: ["truncation_strategy", "excess_length_strategy"]),
      Field(
        "labels", \.labels, help: "Which assistant turns are learned.", aliases: ["loss_scale", "mask_history"]),
      Field(
        "on_bad_row", \.onBadRow,
        help: "What to do with a row the template refuses: stop, or leave it out and count it."),
    ]
  }

  static let kind = StageKind(
    "tokenize", version: 4,
    summary: "Turns conversations into token ids and labels; rows are tokenized once, whatever the mix.",
    inputs: [
      InputSpec(
        "model", [.model, .files], help: "Whose tokenizer and chat template to use.", aliases: ForeignNames.model),
      InputSpec("data", [.dataset, .files], help: "The rows, usually of a mix stage.", aliases: ForeignNames.data),
    ],
    parameters: Parameters.self, output: .tokens,
    metrics: [
      MetricSpec("train.rows", headline: true, help: "Rows to learn from."),
      MetricSpec("train.tokens", headline: true, help: "Tokens of the rows to learn from."),
      MetricSpec("train.labels", headline: true, help: "Tokens that are learned."),
      MetricSpec("validation.rows", help: "Rows kept for validation."),
      MetricSpec("validation.tokens", help: "Tokens of the validation rows."),
      MetricSpec("rows.longest", help: "Tokens of the longest row."),
      MetricSpec("rows.dropped.long", better: .lower, help: "Rows left out because they are too long."),
      MetricSpec("rows.cut", better: .lower, help: "Rows whose end was cut."),
      MetricSpec(
        "rows.unended", better: .lower, help: "Cut rows whose answer lost its end, so that stopping is not learned."),
      MetricSpec("labels.domain", help: "Learned tokens of the domain rows, validation left out."),
      MetricSpec("labels.general", help: "Learned tokens of the general rows, validation left out."),
      MetricSpec("rows.dropped.bad", better: .lower, help: "Rows left out because the template refuses them."),
      MetricSpec(
        "rows.dropped.unlabeled", better: .lower, help: "Rows left out because no token of theirs is learned.",
        formerNames: ["rows.dropped.unlabelled"]),
      MetricSpec("shards", help: "Pieces the rows are tokenized in."),
      MetricSpec("shards.reused", headline: true, help: "Pieces that were tokenized before."),
    ],
    aliases: ["tokenizer", "tokenization"])

  let parameters: Parameters

  init(_ parameters: Parameters) throws {
    self.parameters = parameters
    // A name that no built-in has, or a template that does not parse, is a mistake of the recipe.
    if let source = try ChatContext(parameters).templateSource() { _ = try JinjaTemplate(source) }
  }

  private var maxLength: Int { parameters.maxLength }

  func run(_ context: any StageContext) async throws {
    let modelInput = try context.required("model")
    let dataInput = try context.required("data")
    let encoder = try ConversationEncoder.open(ModelSource.open(modelInput.path), context: ChatContext(parameters))
    let selection = try selection(dataInput, context)
    let learns: LearnedTurns = parameters.labels == .last ? .last : .all
    var sources: [TokenizedSource] = []
    for index in selection.sources.indices {
      let wanted = Set((selection.train + selection.validation).lazy.filter { $0.source == index }.map(\.row))
      let source = try await TokenizedSource(
        index, of: selection, wanted: wanted, learns: learns, encoder, model: modelInput.digest,
        path: { try $0 == dataInput.digest ? dataInput.path : context.artifactPath(digest: $0) }, context)
      if parameters.onBadRow == .error, let refusal = source.refusal { throw refusal }
      warn(source, selection.sources[index].name, encoder, context)
      sources.append(source)
    }
    var tally = SelectionTally()
    let train = try select(selection.train, sources, selection, &tally)
    let validation = try select(selection.validation, sources, selection, &tally)
    guard !train.isEmpty else {
      throw Diagnostic(
        code: "empty-dataset",
        "no row is left to learn from: \(tally.long) longer than \(maxLength) tokens, \(tally.bad) refused by the "
          + "template, \(tally.unlabeled) without a learned token",
        remedy: tally.long > 0 ? "raise max_length, or cut rows with on_long_row: truncate" : "look at the rows",
        notes: sources.compactMap(\.refusal).flatMap { Diagnostic.all(of: $0) }.prefix(3).map(\.message))
    }
    if let added = encoder.addedSystemPrompt,
      (train + validation).contains(where: { added.begins($0.ids.lazy.map { TokenID(truncatingIfNeeded: $0) }) })
    {
      context.emit(.warning(AddedPrompts.caution(added, stage: context.stageName)))
    }
    let artifact = TokensArtifact(
      sources: selection.sources.map { .init(name: $0.name, role: $0.role, digest: $0.digest) }, chat: encoder.context,
      model: modelInput.digest, maxLength: maxLength, train: train, validation: validation)
    try artifact.write(folder: context.outputDirectory)
    try FileSystem.replace(
      context.outputDirectory + "/samples.txt", with: Array(samples(train.prefix(4), encoder).utf8))
    report(
      artifact, tally, shards: sources.reduce(0) { $0 + $1.blocks }, reused: sources.reduce(0) { $0 + $1.reused },
      context)
  }

  private func selection(_ input: StageInput, _ context: any StageContext) throws -> DatasetSelection {
    if DatasetSelection.isSelection(input.path) {
      return try DatasetSelection(folder: input.path, label: input.name)
    }
    let files = try DatasetFiles(path: input.path, label: input.name)
    for warning in files.warnings { context.emit(.warning(warning)) }
    return try DatasetSelection.everything(
      in: files, name: "data", digest: input.digest,
      onBadRow: parameters.onBadRow)
  }

  private func warn(
    _ source: TokenizedSource, _ name: String, _ encoder: ConversationEncoder, _ context: any StageContext
  ) {
    func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }
    if source.unreasoned > 0 {
      context.emit(
        .warning(
          "in \(rows(source.unreasoned)) of \(name), the chat template leaves out reasoning before the last answer, as it "
            + "does in serving"))
    }
    guard source.differing > 0 else { return }
    let remedy: String? =
      switch (parameters.labels == .all, encoder.context.arguments["enable_thinking"] == false) {
      case (true, false): "labels: last learns the last answer alone, as serving asks for it"
      case (false, true): "rows with reasoning want template_arguments: { enable_thinking: true }"
      case (true, true):
        "labels: last learns the last answer alone, as serving asks for it; rows with reasoning want "
          + "template_arguments: { enable_thinking: true }"
      case (false, false): nil
      }
    context.emit(
      .warning(
        "in \(rows(source.differing)) of \(name), serving would put other tokens before an answer"
          + (remedy.map { ". \($0)" } ?? "")))
  }

  // MARK: Selection

  private struct SelectionTally {
    var long = 0
    var cut = 0
    /// Cut rows that lost learned tokens.
    var unended = 0
    var bad = 0
    var unlabeled = 0
  }

  private func select(
    _ references: [DatasetSelection.Reference], _ tokenized: [TokenizedSource], _ selection: DatasetSelection,
    _ tally: inout SelectionTally
  ) throws -> [TokenRow] {
    var result: [TokenRow] = []
    result.reserveCapacity(references.count)
    for reference in references {
      guard var row = tokenized[reference.source].rows[reference.row] else {
        if tokenized[reference.source].refused[reference.row] != nil {
          tally.bad += 1
          continue
        }
        throw Diagnostic(
          code: "source-changed", "row \(reference.row) of '\(selection.sources[reference.source].name)' is not there",
          remedy: "run the mix stage again; its input changed")
      }
      row.source = reference.source
      if row.ids.count > maxLength {
        switch parameters.onLongRow {
        case .truncate:
          if row.labels[maxLength...].contains(true) { tally.unended += 1 }
          row.ids.removeLast(row.ids.count - maxLength)
          row.labels.removeLast(row.labels.count - maxLength)
          tally.cut += 1
        case .error:
          throw Diagnostic(
            code: "row-too-long",
            "row \(row.number) of '\(selection.sources[reference.source].name)' has \(row.ids.count) tokens, more than "
              + "max_length: \(maxLength)", remedy: "raise max_length, or set on_long_row: drop or truncate")
        case .drop:
          tally.long += 1
          continue
        }
      }
      guard row.labelCount > 0 else {
        tally.unlabeled += 1
        continue
      }
      result.append(row)
    }
    return result
  }

  private func samples(_ rows: some Sequence<TokenRow>, _ encoder: ConversationEncoder) -> String {
    var text = ""
    for row in rows {
      text += "— row \(row.number): \(row.ids.count) tokens, \(row.labelCount) learned\n\(encoder.marked(row))\n\n"
    }
    return text
  }

  private func report(
    _ artifact: TokensArtifact, _ tally: SelectionTally, shards: Int, reused: Int, _ context: any StageContext
  ) {
    context.metric("train.rows", artifact.train.count)
    context.metric("train.tokens", artifact.trainTokens)
    context.metric("train.labels", artifact.trainLabels)
    context.metric("validation.rows", artifact.validation.count)
    context.metric("validation.tokens", artifact.validationTokens)
    context.metric("rows.longest", artifact.train.map(\.ids.count).max() ?? 0)
    context.metric("rows.dropped.long", tally.long)
    context.metric("rows.cut", tally.cut)
    context.metric("rows.unended", tally.unended)
    var labels: [RowRole: Int] = [:]
    for row in artifact.train { labels[artifact.sources[row.source].role, default: 0] += row.labelCount }
    for role in RowRole.allCases where artifact.sources.contains(where: { $0.role == role }) {
      context.metric("labels.\(role.rawValue)", labels[role] ?? 0)
    }
    context.metric("rows.dropped.bad", tally.bad)
    context.metric("rows.dropped.unlabeled", tally.unlabeled)
    context.metric("shards", shards)
    context.metric("shards.reused", reused)
    if tally.long > 0 {
      context.emit(
        .warning(
          """
          \(tally.long) rows longer than \(maxLength) tokens were left out. \
          Raise max_length, or set on_long_row: truncate
          """))
    }
    if tally.unended > 0 {
      context.emit(
        .warning(
          """
          \(tally.unended) rows were cut before their answer ends, and teach the model not to stop. \
          Raise max_length, or set on_long_row: drop
          """))
    }
    if tally.unlabeled > 0 {
      context.emit(.warning("\(tally.unlabeled) rows without a learned token were left out"))
    }
    if reused > 0 { context.emit(.note("\(reused) of \(shards) pieces were tokenized before and are reused")) }
  }
}
