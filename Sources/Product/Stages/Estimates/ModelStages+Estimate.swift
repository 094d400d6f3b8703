import Conversations
import Datasets
import Diagnostics
import Inference
import JSON
import ModelFiles
import Models
import PipelineEngine
import Tokenization
import Training

extension TokenizeStage: EstimatingStage {
  /// Rows pass through, but for those that are too long: exact unless some are.
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    let model = context.input("model")
    var output = model?.baseNames ?? JSONObject()
    let objections = model.map(templateObjections) ?? []
    let cautions = objections.isEmpty ? addedPromptCautions(context) : []
    guard let data = context.input("data"), let split = data.split else {
      var estimate = StageEstimate(figures: [.count("rows", nil)], output: output, objections: objections)
      estimate.warnings = cautions
      return estimate
    }
    let rows = split.train + split.validation
    output["train"] = .integer(Int64(split.train))
    output["validation"] = .integer(Int64(split.validation))
    let rowSample = data.sample(store: context.store)
    let sample = rowSample.flatMap { tokenizedSample(model, $0) }
    output[TokenizedSample.member] = sample?.json
    let tokens =
      sample?.averageTokens ?? rowSample.map { rowTokens($0) } ?? data.rowBytes().map { rowTokens(bytes: $0) }
    output["row_tokens"] = tokens.map { .integer(Int64($0)) }
    let worked = data.estimate?.output["tokenized_rows"]?.intValue ?? rows
    // The source is read again; a row costs its rendering and its tokens. Each token takes five bytes, in its block and in
    // the stage's own output.
    let reading = Double(data.estimate?.output["source_bytes"]?.intValue ?? 0) / 3e8
    let work = Double(worked) * (5e-5 + Double(tokens ?? 200) * 1e-6)
    var estimate = StageEstimate(
      seconds: 0.3 + reading + work, disk: Int64(worked + rows) * Int64((tokens ?? 200) * 5 + 16),
      figures: [
        .count("rows to learn from, at most", split.train),
        .count("rows kept for validation, at most", split.validation),
      ], output: output, objections: objections)
    estimate.warnings = cautions
    return estimate
  }

  /// Tokens of a row where the tokenizer is not here. English and Chinese text take about 4.3 bytes a token with the
  /// vocabularies made for them, and a template about five tokens around each message.
  private func rowTokens(_ sample: RowSample) -> Int {
    rowTokens(textBytes: sample.textBytes, messages: sample.messageCount, lacksSystem: !sample.bringsSystem)
  }

  /// The same where nothing but the size of the rows' file is known: a question and an answer, and their names.
  private func rowTokens(bytes: Int) -> Int {
    rowTokens(textBytes: max(0, bytes - RowSample.framing), messages: 2, lacksSystem: true)
  }

  private func rowTokens(textBytes: Int, messages: Int, lacksSystem: Bool) -> Int {
    let system = ChatContext(parameters).systemBytes
    // A template may write a system prompt of its own where there is none.
    let added = lacksSystem ? 5 + (system > 0 ? system * 23 / 100 : 5) : 0
    return min(parameters.maxLength, textBytes * 23 / 100 + 5 * messages + added)
  }

  /// A few of the rows to come, tokenized; `nil` unless the tokenizer is here.
  private func tokenizedSample(_ model: EstimateContext.Input?, _ sample: RowSample) -> TokenizedSample? {
    guard let path = model?.path, let source = try? ModelSource.open(path),
      let encoder = try? ConversationEncoder.open(source, context: ChatContext(parameters))
    else { return nil }
    return TokenizedSample(
      sample, encoder, learns: parameters.labels == .last ? .last : .all, maximumLength: parameters.maxLength)
  }

  /// A template that the model lacks, when the model is here to be asked.
  private func templateObjections(_ model: EstimateContext.Input) -> [Diagnostic] {
    guard let path = model.path, model.modelObjections.isEmpty else { return model.modelObjections }
    guard let source = try? ModelSource.open(path) else { return [] }
    do {
      _ = try ConversationEncoder.open(source, context: ChatContext(parameters))
      return []
    } catch {
      return Diagnostic.all(of: error)
    }
  }
}

extension EvalStage: EstimatingStage {
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    let objections =
      context.modelObjections + context.baseObjections("adapter") + context.baseObjections("data")
      + questionObjections(context)
    guard let model = context.input("model")?.model else { return StageEstimate(objections: objections) }
    let passes = context.input("adapter") == nil || !measuresBase ? 1.0 : 2.0
    let rows = Double(context.input("data")?.split?.validation ?? 0)
    let input = context.input("questions")
    let asked =
      input?.path.flatMap { try? self.questions(DatasetFiles(path: $0)).count }
      ?? input?.estimate?.output["rows"]?.intValue
    let questions = Double(probes.count + (asked ?? 0))
    let (linear, head) = (model.configuration.linearFlops, model.configuration.headFlops)
    let tokens = Double(context.input("data")?.rowTokens ?? 180)
    let learned =
      context.input("data")?.trainTokens.map { Double($0.labels) / Double(max($0.tokens, 1)) } ?? 2.0 / 3
    // Loss runs at the rate of training's forward pass, with the head where something is learned; answers at what a batch
    // of eight decodes.
    let losses = rows * tokens * (linear + learned * head)
    let work = passes * (losses + questions * Double(longestAnswer) * (linear + head) * Self.answerShare)
    let pace = Pace(context, model.configuration)
    let need = Pace.Need(
      shared: work, serial: Self.fixedSeconds + Double(model.configuration.parameterCount) * Self.openingSeconds)
    return StageEstimate(
      seconds: pace.seconds(need), secondsAlone: pace.secondsAlone(need),
      memory: model.weightBytes * 2,
      figures: [.count("validation rows", Int(rows)), .count("probes", Int(questions))], objections: objections)
  }

  /// Questions that cannot be read, and groups that are required but never asked: better said before training than after.
  private func questionObjections(_ context: EstimateContext) -> [Diagnostic] {
    var groups = Set(probes.map(\.group))
    if let input = context.input("questions") {
      guard let path = input.path else { return [] }
      do {
        groups.formUnion(try questions(DatasetFiles(path: path, label: input.name)).map(\.group))
      } catch {
        return Diagnostic.all(of: error)
      }
    }
    return requiredGroups.filter { required in !groups.contains { EvaluationReport.covers(required, $0) } }
      .map(Self.missingGroup)
  }

  /// What a token that is generated costs, in tokens that are read: answers seldom take all they may, and a batch of
  /// eight decodes at some two fifths of a product's speed.
  private static let answerShare = 1.5
  /// Seconds of one worker: reading tokens and adapter, judging; and for each parameter, opening the model for losses and
  /// again for answers.
  private static let fixedSeconds = 1.0
  private static let openingSeconds = 4e-9
}

extension MergeStage: EstimatingStage {
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    let objections = context.modelObjections + context.baseObjections("adapter")
    guard let model = context.input("model")?.model else { return StageEstimate(objections: objections) }
    let bytes = outputBytes(model.configuration)
    let parameters = Double(model.configuration.parameterCount)
    let pace = Pace(context, model.configuration)
    let need = Pace.Need(
      shared: parameters * Self.sharedWork, serial: Self.fixedSeconds + parameters * Self.addingSeconds, written: bytes)
    return StageEstimate(
      seconds: pace.seconds(need), secondsAlone: pace.secondsAlone(need), memory: model.weightBytes * 2, disk: bytes,
      figures: [.init("size of the merged model", .integer(bytes), unit: "bytes")],
      // What is merged has its base's shape, which is all that the stages after it ask.
      output: context.input("model")?.estimate?.output["source"].map { JSONObject([("source", $0)]) } ?? JSONObject(),
      objections: objections)
  }

  /// Operations for each parameter: the update, and the logits of both models for the prompts that are compared.
  private static let sharedWork = 160.0
  /// Seconds of one worker: reading the adapter, comparing; and for each parameter, adding and counting what rounding loses.
  private static let fixedSeconds = 0.5
  private static let addingSeconds = 1e-8
}

extension ServeStage: EstimatingStage {
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    guard let model = context.input("model")?.model else {
      return StageEstimate(objections: context.modelObjections)
    }
    return StageEstimate(
      seconds: 2 + Double(model.weightBytes) / 1e9, memory: model.weightBytes * 2 + (128 << 20), disk: 1 << 16,
      figures: [
        .init(
          "KV cache per 1,000 tokens", .integer(Int64(1000 * keyValueType.bytesPerToken(of: model.configuration))),
          unit: "bytes")
      ])
  }
}

extension GenerateStage: EstimatingStage {
  /// How many rows come out is known only when the texts are there.
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    let data = context.input("data")
    let rows = data?.rows(include: parameters.include, reading: parameters.reading).map { min($0, data?.rowCap ?? $0) }
    let texts = rows.map { $0.multipliedReportingOverflow(by: parameters.samples) }
    var estimate = StageEstimate(
      figures: [.count("texts to generate", texts.flatMap { $0.overflow ? nil : $0.partialValue })],
      objections: context.modelObjections + context.baseObjections("adapter"))
    guard let model = context.input("model")?.model, let texts else { return estimate }
    let tokens = Double(min(parameters.maxTokens, Self.usualTokens)) * Self.tokenShare + Double(data?.rowTokens ?? 60)
    let work = 2 * Double(model.configuration.parameterCount) * Double(texts.partialValue) * tokens
    let pace = Pace(context, model.configuration)
    let need = Pace.Need(shared: work, serial: 1)
    estimate.seconds = pace.seconds(need)
    estimate.secondsAlone = pace.secondsAlone(need)
    estimate.memory = model.weightBytes * 2 + Int64(Self.cacheByteCount)
    return estimate
  }

  /// Tokens of an answer that may be longer.
  private static let usualTokens = 200
  /// What a token that is generated costs, in tokens that are read, when sixteen are generated at once.
  private static let tokenShare = 1.5
}
