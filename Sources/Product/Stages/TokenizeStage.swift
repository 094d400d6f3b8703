import Artifacts
import Conversations
import Datasets
import Diagnostics
public import JSON
import JinjaTemplates
import ModelFiles
public import PipelineEngine
public import Recipes
import Tokenization

/// Turns conversations into token ids and labels with the model's tokenizer and chat template.
///
/// Each source is tokenized whole, as a piece of work with a key of its own: a new ratio, seed or further source
/// tokenizes nothing old again.
public struct TokenizeStage: Stage {
  public static let schema = StageSchema(
    kind: "tokenize", version: 2,
    summary: "Turns conversations into token ids and labels; each source is tokenized once, whatever the mix.",
    inputs: [
      InputSpec("model", [.model, .files], help: "Whose tokenizer and chat template to use."),
      InputSpec("data", [.dataset, .files], help: "The rows, usually of a mix stage."),
    ],
    parameters: [
      ParameterSpec(
        "system", .string, help: "The system prompt of rows that have none of their own.", aliases: ["system_prompt"]),
      ParameterSpec(
        "template", .string, default: "model",
        help: "The chat template: model (the model's own), a built-in's name, or Jinja text.",
        aliases: ["chat_template"]),
      ParameterSpec(
        "template_arguments", .map(.any), default: [:], help: "Variables for the template, such as enable_thinking.",
        aliases: ["template_args", "enable_thinking"]),
      ParameterSpec(
        "max_length", .integer(16...1_048_576), default: 2048, help: "The longest row, in tokens.",
        aliases: ["cutoff_len", "max_seq_length", "model_max_length"]),
      ParameterSpec(
        "on_long_row", .choice(["drop", "truncate", "error"]), default: "drop",
        help: "What to do with a longer row: leave it out, cut its end, or stop.", aliases: ["truncation_strategy"]),
      ParameterSpec(
        "labels", .choice(["all", "last"]), default: "all", help: "Which assistant turns are learned.",
        aliases: ["loss_scale", "mask_history"]),
      ParameterSpec(
        "on_bad_row", .choice(["error", "drop"]), default: "error",
        help: "What to do with a row the template refuses: stop, or leave it out and count it."),
    ], output: .tokens)

  let parameters: StageParameters

  public init(parameters: JSONValue) throws {
    self.parameters = StageParameters(parameters)
    // A name that no built-in has, or a template that does not parse, is a mistake of the recipe.
    if let source = try ChatContext(self.parameters).templateSource() { _ = try JinjaTemplate(source) }
  }

  private var maxLength: Int { parameters.int("max_length") ?? 2048 }

  public func run(_ context: any StageContext) async throws {
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
      kind: "tokenized-source", version: 2,
      parameters: [
        "chat": encoder.context.json, "labels": .string(parameters.string("labels") ?? "all"),
        "on_bad_row": .string(parameters.string("on_bad_row") ?? "error"), "files": .array(files),
      ], inputs: [source.digest, modelInput.digest]
    ) { folder in
      var rows: [TokenRow] = []
      var problems = RowProblems()
      var differing = 0
      let learns = parameters.string("labels").flatMap { LearnedTurns(rawValue: $0) } ?? .all
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
          guard case .row(let encoded) = try encoder.encode(row.conversation, learns: learns) else { return true }
          if encoded.servingDifference != nil { differing += 1 }
          rows.append(TokenRow(encoded, source: index, number: row.ordinal))
        } catch let problem as Diagnostic where problem.code != "unexpected" {
          var problem = problem
          problem.message = "row \(row.row): " + problem.message
          problem.location = SourceLocation(file: "\(source.name)/\(row.file)", line: row.line)
          if parameters.onBadRow == .error {
            problems.add(problem, row: row.row)
          } else {
            rows.append(TokenRow(ids: [], labels: [], source: index, number: row.ordinal))
          }
        }
        return true
      }
      if !problems.isEmpty {
        throw problems.error(note: "on_bad_row: drop leaves such rows out and counts them")
      }
      if differing > 0 {
        let hint = encoder.context.arguments["enable_thinking"] == false
          ? "; rows with reasoning want template_arguments: { enable_thinking: true }" : ""
        context.emit(
          .warning(
            "\(differing) rows of \(source.name) have other tokens before an answer than serving would put there\(hint)"))
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
        switch parameters.string("on_long_row") {
        case "truncate":
          row.ids.removeLast(row.ids.count - maxLength)
          row.labels.removeLast(row.labels.count - maxLength)
          tally.cut += 1
        case "error":
          throw Diagnostic(
            code: "row-too-long",
            "row \(row.number) of '\(selection.sources[reference.source].name)' has \(row.ids.count) tokens, more than "
              + "max_length: \(maxLength)", remedy: "raise max_length, or set on_long_row: drop or truncate")
        default:
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
