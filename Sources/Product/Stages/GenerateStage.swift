import Conversations
import Datasets
import Diagnostics
import Inference
import JSON
import ModelFiles
import PipelineEngine
import Recipes
import Serving
import Tokenization

/// Runs a model over rows, and writes rows with what it said.
struct GenerateStage: Stage {
  /// What becomes of the model's text.
  enum Use: String, ParameterChoice {
    /// The row's answer, in place of the one it has.
    case answers
    /// The row's question, in place of the one it has.
    case questions
    /// Beside the row's answer, as `rejected_response`.
    case rejected
  }

  enum CutAnswers: String, ParameterChoice {
    case drop, keep
  }

  struct Parameters: ParameterSet {
    var use = Use.answers
    var prompt: String?
    var system: String?
    var maxTokens = GenerationRequest.usualMaximumTokens
    var temperature = 0.0
    var topP = 1.0
    var topK = 0
    var samples = 1
    var onCut = CutAnswers.drop
    var kvCache = KeyValueType.usual
    var include: [String] = []
    var reading = ReadingOptions()
    var onBadRow = BadRowPolicy.error

    static let fields: [Field<Parameters>] = [
      Field(
        "use", \.use,
        help: "What the model's text becomes: the row's answers, its questions, or rejected answers beside its own."),
      Field(
        "prompt", \.prompt, prose: true,
        help: "What the model is asked instead of the row's conversation, with {query}, {response} or {a column}."),
      Field(
        "system", \.system, prose: true, help: "A system prompt for the model; rows keep only their own.",
        aliases: ForeignNames.system),
      Field(
        "max_tokens", \.maxTokens, .integer(1...32768), help: "The longest text, in tokens.",
        aliases: ForeignNames.maximumTokens),
      Field(
        "temperature", \.temperature, .number(0...2), help: "Randomness; 0 always takes the most likely token."),
      Field(
        "top_p", \.topP, .number(0...1), help: "Sample from the most likely tokens whose probabilities sum to this."),
      Field("top_k", \.topK, .integer(0...1_000_000), help: "Sample from so many most likely tokens; 0 means all."),
      Field(
        "samples", \.samples, .integer(1...64), help: "How many texts each row gets, each in a row of its own.",
        aliases: ["num_return_sequences"]),
      Field(
        "on_cut", \.onCut, help: "What to do with a text that has no end after max_tokens: leave it out, or keep it."),
      Field(
        "kv_cache", \.kvCache, neutral: "f32", help: KeyValueType.help, aliases: KeyValueType.foreignNames),
      Field("include", \.include, help: "Only data files whose path matches one of these patterns."),
      Field("columns", \.reading.columns, help: ReadingOptions.columnsHelp, aliases: ["column_mapping"]),
      Field("encoding", \.reading.encoding, help: ReadingOptions.encodingHelp),
      Field(
        "on_bad_row", \.onBadRow,
        help: "What to do with a row that cannot be read: stop, or leave it out and count it."),
    ]
  }

  static let kind = StageKind(
    "generate", version: 1,
    summary: "Runs a model over rows: its own answers to them, new wordings of their questions, or rejected answers.",
    inputs: [
      InputSpec("model", [.model, .files], help: "The model to ask.", aliases: ForeignNames.model),
      InputSpec("adapter", [.adapter, .files], .optional, help: "Its adapter.", aliases: ForeignNames.adapter),
      InputSpec(
        "data", [.dataset, .files], allowsRowCap: true, help: "The rows; '#N' draws N of them.",
        aliases: ForeignNames.data),
    ],
    parameters: Parameters.self, output: .dataset, usesSeed: true,
    metrics: [
      MetricSpec("rows", headline: true, help: "Rows written."),
      MetricSpec("rows.bad", better: .lower, help: "Rows that could not be read and were left out."),
      MetricSpec("dropped.cut", better: .lower, headline: true, help: "Texts left out because they have no end."),
      MetricSpec("dropped.empty", better: .lower, help: "Texts left out because they are empty."),
      MetricSpec("dropped.same", help: "Texts left out because they equal the row's own or an earlier one."),
      MetricSpec("dropped.unanswerable", better: .lower, help: "Rows that do not fit into the model's context."),
      MetricSpec("rows.kept_from_before", help: "Texts kept from an interrupted attempt."),
      MetricSpec("tokens", help: "Tokens generated."),
    ],
    aliases: ["infer", "inference", "predict"])

  let parameters: Parameters

  init(_ parameters: Parameters) throws {
    self.parameters = parameters
    if let prompt = parameters.prompt { _ = try PromptTemplate(prompt) }
    guard parameters.samples == 1 || parameters.temperature > 0 else {
      throw Diagnostic(
        code: "equal-samples", "with temperature 0 all \(parameters.samples) samples of a row are the same",
        remedy: "set a temperature, such as 0.8, or samples: 1", location: SourceLocation(file: "samples"))
    }
    guard parameters.use != .questions || parameters.prompt != nil else {
      throw Diagnostic(
        code: "missing-prompt", "use: questions needs a prompt that asks for a question",
        remedy: "write for example prompt: \"Ask this in other words: {query}\"", location: SourceLocation(file: "use"))
    }
  }

  func run(_ context: any StageContext) async throws {
    let input = try context.required("data")
    let files = try input.dataFiles(
      include: parameters.include, reading: parameters.reading.placed(inStage: context.stageName))
    let source = DatasetSource(files: files, onBadRow: parameters.onBadRow)
    let ordinals = try input.rowCap.map { try source.drawn($0, seed: context.seed) }
    let rows = GeneratedRows(parameters)
    // All rows are looked at before the model is opened: what is wrong with one shows at once.
    var asked: [(ordinal: Int, sample: Int)] = []
    let tally = try source.forEachConversation(of: ordinals) { row in
      _ = try rows.request(row)
      for sample in 0..<parameters.samples { asked.append((row.ordinal, sample)) }
      return true
    }
    for warning in files.warnings + tally.warnings { context.emit(.warning(warning)) }
    guard !asked.isEmpty else {
      throw Diagnostic(
        code: "empty-dataset", "'\(input.name)' has no row to generate from", remedy: "give another dataset")
    }
    let journal = try AnswerJournal(path: context.workDirectory + "/answers.jsonl")
    try answer(source, ordinals, rows, journal, total: asked.count, context)
    try write(source, ordinals, rows, journal, bad: tally.badRows, context)
  }

  /// Memory of the KV cache.
  static let cacheByteCount = 512 << 20

  /// Rows that are asked together at most.
  private static let block = 512

  private func answer(
    _ source: DatasetSource, _ ordinals: Set<Int>?, _ rows: GeneratedRows, _ journal: AnswerJournal, total: Int,
    _ context: any StageContext
  ) throws {
    let before = journal.count
    context.metric("rows.kept_from_before", before)
    guard before < total else { return }
    let session = try open(context)
    var done = before
    var pending: [(ordinal: Int, sample: Int, conversation: Conversation)] = []
    func flush() throws {
      var failure: (any Error)?
      session.repliesAsTheyEnd(
        to: pending.map(\.conversation),
        { options(ordinal: pending[$0].ordinal, sample: pending[$0].sample, seed: context.seed) },
        isStopped: { context.isCancelled }
      ) { place, result in
        do {
          try journal.add(row: pending[place].ordinal, sample: pending[place].sample, result)
        } catch {
          failure = error
          return false
        }
        done += 1
        context.emit(.progress(completed: Double(done), total: Double(total), unit: "rows", detail: nil))
        return true
      }
      pending = []
      try context.checkCancellation()
      if let failure { throw failure }
    }
    _ = try source.forEachConversation(of: ordinals) { row in
      let request = try rows.request(row)
      for sample in 0..<parameters.samples where journal.answer(row: row.ordinal, sample: sample) == nil {
        pending.append((row.ordinal, sample, request))
      }
      if pending.count >= Self.block { try flush() }
      return true
    }
    if !pending.isEmpty { try flush() }
  }

  private func open(_ context: any StageContext) throws -> ChatSession {
    let modelInput = try context.required("model")
    let source = try ModelSource.open(modelInput.path)
    let adapterInput = context.input("adapter")
    let adapter = try adapterInput.map { try Adapter.read($0.path) }
    if let adapterInput {
      try Lineage.read(folder: adapterInput.path)?.requireBase(modelInput)
      try AdapterTokenizer.check(adapterInput.path, model: source)
    }
    var chat =
      try adapterInput.flatMap { try ChatContext.read(folder: $0.path) } ?? ChatContext.read(folder: modelInput.path)
      ?? ChatContext()
    if let system = parameters.system { chat.system = system.isEmpty ? nil : system }
    let model = try InferenceModel(source, threads: context.threads)
    return try ChatSession(
      ChatModel(
        model: model,
        prompts: PromptEncoder(try ConversationEncoder.open(source, context: chat), source.configuration),
        adapter: try adapter.map { try InferenceAdapter($0, for: model, threads: context.threads) }),
      threads: context.threads, cacheByteCount: Self.cacheByteCount, keyValueType: parameters.kvCache,
      sequences: 16)
  }

  /// Each text has a seed of its own, so that it does not depend on what is asked beside it.
  private func options(ordinal: Int, sample: Int, seed: UInt64) -> ChatSession.Options {
    ChatSession.Options(
      sampling: SamplingParameters(
        temperature: parameters.temperature, topP: parameters.topP, topK: parameters.topK,
        seed: GeneratedRows.seed(seed, ordinal: ordinal, sample: sample)),
      maximumTokens: parameters.maxTokens)
  }

  private func write(
    _ source: DatasetSource, _ ordinals: Set<Int>?, _ rows: GeneratedRows, _ journal: AnswerJournal, bad: Int,
    _ context: any StageContext
  ) throws {
    let output = try JSONLinesFile(path: context.outputDirectory + "/data.jsonl")
    var counts = GeneratedRows.Counts()
    _ = try source.forEachConversation(of: ordinals) { row in
      let answers = (0..<parameters.samples).compactMap { journal.answer(row: row.ordinal, sample: $0) }
      for fields in rows.rows(row, answers, &counts) { try output.append(fields) }
      return true
    }
    try output.finish()
    context.metric("rows", counts.rows)
    context.metric("rows.bad", bad)
    context.metric("tokens", counts.tokens)
    for (name, count) in [
      ("cut", counts.cut), ("empty", counts.empty), ("same", counts.same), ("unanswerable", counts.unanswerable),
    ] { context.metric("dropped.\(name)", count) }
    if counts.unanswerable > 0, let problem = counts.problem {
      context.emit(.warning("\(counts.unanswerable) rows have no text: \(problem)"))
    }
    if parameters.onCut == .drop, counts.cut > 0 {
      context.emit(
        .warning(
          "\(counts.cut) texts had no end after \(parameters.maxTokens) tokens and were left out. Raise max_tokens to keep them"
        ))
    }
    guard counts.rows > 0 else {
      throw Diagnostic(
        code: "empty-dataset",
        "no text is left: \(counts.cut) had no end, \(counts.empty) were empty, \(counts.same) the same",
        remedy: "raise max_tokens, or change the prompt")
    }
  }
}
