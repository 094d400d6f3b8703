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
/// Each source is tokenized whole, as a piece of work with a key of its own: a new ratio, seed or further source
/// tokenizes nothing old again.
struct TokenizeStage: Stage {
  enum LongRowPolicy: String, ParameterChoice {
    case drop, truncate, error

    static var foreignWords: [String: LongRowPolicy] { ["delete": .drop, "right": .truncate, "raise": .error] }
  }

  /// Which assistant turns are learned.
  enum LabelledTurns: String, ParameterChoice {
    case all, last
  }

  struct Parameters: ParameterSet {
    var system: String?
    var template = "model"
    var templateArguments = JSONObject()
    var maxLength = 2048
    var onLongRow = LongRowPolicy.drop
    var labels = LabelledTurns.all
    var onBadRow = BadRowPolicy.error

    static let fields: [Field<Parameters>] = [
      Field(
        "system", \.system, help: "The system prompt of rows that have none of their own.",
        aliases: ForeignNames.system),
      Field(
        "template", \.template,
        help: "The chat template: model (the model's own), a built-in's name, or Jinja text.",
        aliases: ["chat_template"]),
      Field(
        "template_arguments", \.templateArguments, help: "Variables for the template, such as enable_thinking.",
        aliases: ["template_args", "enable_thinking"]),
      Field(
        "max_length", \.maxLength, .integer(16...1_048_576), help: "The longest row, in tokens.",
        aliases: ["cutoff_len", "max_seq_length", "max_seq_len", "max_len", "sequence_len", "model_max_length"]),
      Field(
        "on_long_row", \.onLongRow, help: "What to do with a longer row: leave it out, cut its end, or stop.",
        aliases: ["truncation_strategy"]),
      Field(
        "labels", \.labels, help: "Which assistant turns are learned.", aliases: ["loss_scale", "mask_history"]),
      Field(
        "on_bad_row", \.onBadRow,
        help: "What to do with a row the template refuses: stop, or leave it out and count it."),
    ]
  }

  static let kind = StageKind(
    "tokenize", version: 1,
    summary: "Turns conversations into token ids and labels; each source is tokenized once, whatever the mix.",
    inputs: [
      InputSpec(
        "model", [.model, .files], help: "Whose tokenizer and chat template to use.", aliases: ForeignNames.model),
      InputSpec("data", [.dataset, .files], help: "The rows, usually of a mix stage.", aliases: ForeignNames.data),
    ],
    parameters: Parameters.self, output: .tokens,
    metrics: [
      MetricSpec("train.rows", headline: true, help: "Rows to learn from."),
      MetricSpec("train.tokens", headline: true, help: "Their tokens."),
      MetricSpec("train.labels", headline: true, help: "Tokens that are learned."),
      MetricSpec("validation.rows", help: "Rows kept for validation."),
      MetricSpec("validation.tokens", help: "Their tokens."),
      MetricSpec("rows.longest", help: "Tokens of the longest row."),
      MetricSpec("rows.dropped.long", better: .lower, help: "Rows left out because they are too long."),
      MetricSpec("rows.cut", better: .lower, help: "Rows whose end was cut."),
      MetricSpec("rows.dropped.bad", better: .lower, help: "Rows left out because the template refuses them."),
      MetricSpec(
        "rows.dropped.unlabelled", better: .lower, help: "Rows left out because no token of theirs is learned."),
      MetricSpec("shards", help: "Sources."),
      MetricSpec("shards.reused", headline: true, help: "Sources that were tokenized before."),
    ])

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
    let selection = try selection(dataInput)
    var shards: [Shard] = []
    var reused = 0
    for index in selection.sources.indices {
      let (shard, wasCached) = try await shard(index, of: selection, dataInput, modelInput, encoder, context)
      shards.append(shard)
      if wasCached { reused += 1 }
    }
    var tally = SelectionTally()
    let train = try select(selection.train, shards, selection, &tally)
    let validation = try select(selection.validation, shards, selection, &tally)
    guard !train.isEmpty else {
      throw Diagnostic(
        code: "empty-dataset",
        "no row is left to learn from: \(tally.long) longer than \(maxLength) tokens, \(tally.bad) refused by the "
          + "template, \(tally.unlabelled) without a learned token",
        remedy: tally.long > 0 ? "raise max_length, or cut rows with on_long_row: truncate" : "look at the rows")
    }
    let artifact = TokensArtifact(
      sources: selection.sources.map { .init(name: $0.name, role: $0.role, digest: $0.digest) }, chat: encoder.context,
      model: modelInput.digest, maxLength: maxLength, train: train, validation: validation)
    try artifact.write(folder: context.outputDirectory)
    try FileSystem.replace(
      context.outputDirectory + "/samples.txt", with: Array(samples(train.prefix(4), encoder).utf8))
    report(artifact, tally, shards: shards.count, reused: reused, context)
  }

  private func selection(_ input: StageInput) throws -> DatasetSelection {
    if DatasetSelection.isSelection(input.path) {
      return try DatasetSelection(folder: input.path, label: input.name)
    }
    return try DatasetSelection.everything(
      in: try DatasetFiles(path: input.path, label: input.name), name: input.name, digest: input.digest,
      onBadRow: parameters.onBadRow)
  }

  // MARK: Shards

  /// A source's rows by number.
  private struct Shard {
    var rows: [TokenRow]
    var places: [Int: Int]
  }

  private func shard(
    _ index: Int, of selection: DatasetSelection, _ dataInput: StageInput, _ modelInput: StageInput,
    _ encoder: ConversationEncoder, _ context: any StageContext
  ) async throws -> (shard: Shard, wasCached: Bool) {
    let source = selection.sources[index]
    let files = source.files.map { JSONValue.string($0.name) }
    let piece = try await context.subartifact(
      kind: "tokenized-source", version: 1,
      parameters: [
        "chat": encoder.context.json, "labels": .string(parameters.labels.rawValue),
        "on_bad_row": .string(parameters.onBadRow.rawValue), "files": .array(files),
      ], inputs: [source.digest, modelInput.digest]
    ) { folder in
      var rows: [TokenRow] = []
      var problems: [Diagnostic] = []
      var differing = 0
      let lastOnly = parameters.labels == .last
      let total = Double(source.rows)
      try selection.forEachRow(
        ofSource: index,
        path: { digest in
          digest == dataInput.digest ? dataInput.path : try context.artifactPath(digest: digest)
        }
      ) { row in
        if rows.count & 63 == 0 {
          try context.checkCancellation()
          context.emit(
            .progress(completed: Double(row.ordinal), total: total, unit: "rows", detail: source.name))
        }
        do {
          guard case .row(let encoded) = try encoder.encode(row.conversation) else { return true }
          if encoded.servingDifference != nil { differing += 1 }
          rows.append(TokenRow(encoded, lastOnly: lastOnly, source: index, number: row.ordinal))
        } catch let problem as Diagnostic where problem.code != "unexpected" {
          var problem = problem
          problem.message = "row \(row.row): " + problem.message
          problem.location = SourceLocation(file: "\(source.name)/\(row.file)", line: row.line)
          if parameters.onBadRow == .error {
            problems.append(problem)
            if problems.count >= DatasetSource.namedBadRows { throw DiagnosticList(problems) }
          } else {
            rows.append(TokenRow(ids: [], labels: [], source: index, number: row.ordinal))
          }
        }
        return true
      }
      if !problems.isEmpty { throw DiagnosticList(problems) }
      if differing > 0 {
        context.emit(
          .warning(
            "\(differing) rows of \(source.name) have other tokens before an answer than serving would put there"))
      }
      try TokenRowFile.write(rows, to: folder + "/rows")
    }
    let rows = try TokenRowFile.read(piece.path + "/rows")
    var places: [Int: Int] = [:]
    places.reserveCapacity(rows.count)
    for (place, row) in rows.enumerated() { places[row.number] = place }
    return (Shard(rows: rows, places: places), piece.wasCached)
  }

  // MARK: Selection

  private struct SelectionTally {
    var long = 0
    var cut = 0
    var bad = 0
    var unlabelled = 0
  }

  private func select(
    _ references: [DatasetSelection.Reference], _ shards: [Shard], _ selection: DatasetSelection,
    _ tally: inout SelectionTally
  ) throws -> [TokenRow] {
    var result: [TokenRow] = []
    result.reserveCapacity(references.count)
    for reference in references {
      guard let place = shards[reference.source].places[reference.row] else {
        throw Diagnostic(
          code: "source-changed", "row \(reference.row) of '\(selection.sources[reference.source].name)' is not there",
          remedy: "run the mix stage again; its input changed")
      }
      var row = shards[reference.source].rows[place]
      row.source = reference.source
      guard !row.ids.isEmpty else {
        tally.bad += 1
        continue
      }
      if row.ids.count > maxLength {
        switch parameters.onLongRow {
        case .truncate:
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
        tally.unlabelled += 1
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
    context.metric("rows.dropped.bad", tally.bad)
    context.metric("rows.dropped.unlabelled", tally.unlabelled)
    context.metric("shards", shards)
    context.metric("shards.reused", reused)
    if tally.long > 0 {
      context.emit(.warning("\(tally.long) rows longer than \(maxLength) tokens were left out"))
    }
    if tally.unlabelled > 0 {
      context.emit(.warning("\(tally.unlabelled) rows without a learned token were left out"))
    }
    if reused > 0 { context.emit(.note("\(reused) of \(shards) sources were tokenized before and are reused")) }
  }
}
