import Conversations
import Datasets
import Diagnostics
import Inference
public import JSON
import ModelFiles
import Models
public import PipelineEngine
public import Recipes
import Tokenization
import Training

/// Measures a model with and without an adapter: what was learned and what was forgotten.
public struct EvalStage: Stage {
  /// What an answer must be: every condition given must hold.
  static let expectation: ParameterType = .object([
    ParameterSpec(
      "contains", .oneOf([.string, .list(.string)]), help: "Text the answer must contain; of a list, any."),
    ParameterSpec("regex", .string, help: "A regular expression that must be found in the answer."),
    ParameterSpec("exact", .string, help: "The whole answer, without spaces around it."),
    ParameterSpec(
      "not", .oneOf([.string, .list(.string)]), help: "Text the answer must not contain; of a list, none."),
    ParameterSpec("ignore_case", .boolean, default: true, help: "Whether case is ignored."),
  ])

  public static let schema = StageSchema(
    kind: "eval", version: 1,
    summary: "Measures loss and answers to probes, of the base and of base with adapter, side by side.",
    inputs: [
      InputSpec("model", [.model, .files], help: "The base, or a merged model."),
      InputSpec("adapter", [.adapter, .files], .optional, help: "The adapter to compare with the base alone."),
      InputSpec("data", [.tokens], .optional, help: "Whose validation rows give loss, perplexity and accuracy."),
      InputSpec(
        "questions", [.dataset, .files], .optional,
        help: "A jsonl file of probes: rows with ask (or query), expect, group (or tag), as in probes."),
    ],
    parameters: [
      ParameterSpec(
        "probes",
        .list(
          .object([
            ParameterSpec(
              "ask", .oneOf([.string, .list(.string)]), required: true,
              help: "The question; a list is asked turn by turn, and the last answer is judged."),
            ParameterSpec("expect", expectation, default: [:], help: "What the answer must be."),
            ParameterSpec("group", .string, default: "identity", help: "A name the results are summed under."),
            ParameterSpec("system", .string, help: "A system prompt for this probe instead of the trained one."),
          ])), default: [], help: "Questions put to base and tuned model."),
      ParameterSpec("expect", expectation, default: [:], help: "What answers to questions without expect must be."),
      ParameterSpec(
        "system", .string, help: "The system prompt, when neither data nor adapter brings one or another is meant."),
      ParameterSpec(
        "max_tokens", .integer(1...32768), default: 64, help: "The longest answer.", aliases: ["max_new_tokens"]),
      ParameterSpec(
        "require", .map(.number(0...1)), default: [:],
        help:
          "The stage fails unless each named group's share of right answers, with groups below it, is at least this."),
      ParameterSpec("base", .boolean, default: true, help: "Whether the base alone is measured too."),
    ], output: .report)

  private let parameters: StageParameters
  let probes: [Probe]
  private let expectation: ProbeExpectation

  public init(parameters: JSONValue) throws {
    self.parameters = StageParameters(parameters)
    probes = try self.parameters.list("probes").map { try Probe(json: $0) }
    expectation = try ProbeExpectation(json: .object(self.parameters.map("expect")))
  }

  var probeCount: Int { probes.count }
  var longestAnswer: Int { parameters.int("max_tokens") ?? 64 }

  public func run(_ context: any StageContext) async throws {
    let modelInput = try context.required("model")
    let adapterInput = context.input("adapter")
    let tokens = try context.input("data").map { try TokensArtifact.read(folder: $0.path) }
    let source = try ModelSource.open(modelInput.path)
    let adapter = try adapterInput.map { try Adapter.read($0.path) }
    if let adapterInput {
      try Lineage.read(folder: adapterInput.path)?.requireBase(modelInput)
      try AdapterTokenizer.check(adapterInput.path, model: source)
    }
    // A merged model has its base's tokenizer.
    if let tokens, try Lineage.read(folder: modelInput.path)?.base != tokens.model {
      try tokens.requireModel(modelInput)
    }
    var report = EvaluationReport()
    if let tokens { try measure(tokens, source, adapter, &report, context) }
    let probes = try probes + (context.input("questions").map { try questions($0.dataFiles()) } ?? [])
    if !probes.isEmpty {
      let chat =
        try adapterInput.flatMap { try ChatContext.read(folder: $0.path) } ?? tokens?.chat
        ?? ChatContext.read(folder: modelInput.path)
      try ask(probes, source, adapter, chat, &report, context)
    }
    try report.write(folder: context.outputDirectory)
    for metric in report.metrics { context.metric(metric.name, metric.value) }
    try requireScores(report)
  }

  // MARK: Loss

  private func measure(
    _ tokens: TokensArtifact, _ source: ModelSource, _ adapter: Adapter?, _ report: inout EvaluationReport,
    _ context: any StageContext
  ) throws {
    guard !tokens.validation.isEmpty else {
      context.emit(.warning("there are no validation rows: no loss is measured (mix has validation: 0.1)"))
      return
    }
    let model = try TransformerModel(source)
    let rows = tokens.trainingRows(tokens.validation)
    let parameters = try adapter.map { try AdapterParameters($0, model: model.configuration) }
    func figures(_ parameters: AdapterParameters?, _ label: String) throws -> [String: EvaluationReport.Measure] {
      context.emit(.progress(completed: 0, total: Double(rows.count), unit: "rows", detail: "loss of \(label)"))
      guard
        let result = try Evaluation.run(
          model: model, adapter: parameters, rows: rows, workers: context.threads,
          isCancelled: { context.isCancelled })
      else { throw CancellationError() }
      var measures = ["all": Self.measure(result.overall, rows: rows.count)]
      for (role, figures) in result.roles {
        measures[role] = Self.measure(figures, rows: rows.filter { $0.role == role }.count)
      }
      return measures
    }
    report.tuned = try figures(parameters, adapter == nil ? "the model" : "base with adapter")
    if adapter != nil, parameters != nil, self.parameters.bool("base") { report.base = try figures(nil, "the base") }
  }

  private static func measure(_ figures: EvaluationFigures, rows: Int) -> EvaluationReport.Measure {
    EvaluationReport.Measure(loss: figures.loss, accuracy: figures.accuracy, labels: figures.tokens, rows: rows)
  }

  // MARK: Probes

  /// The probes that a file of questions holds.
  func questions(_ files: DatasetFiles) throws -> [Probe] {
    var probes: [Probe] = []
    for file in files.files {
      let reader = try DatasetReader(path: file.path, format: file.format, label: file.label)
      while let record = try reader.next() {
        switch record {
        case .bad(_, let diagnostic): throw diagnostic
        case .row(let row):
          do { probes.append(try probe(row.fields)) } catch var problem as Diagnostic {
            problem.location = SourceLocation(file: file.label, line: row.line)
            throw problem
          }
        }
      }
    }
    return probes
  }

  private func probe(_ row: JSONObject) throws -> Probe {
    var row = row
    if row["ask"] == nil { row["ask"] = row["query"] ?? row["question"] }
    if row["group"] == nil, let tag = row["tag"]?.stringValue { row["group"] = .string("identity.\(tag)") }
    var probe = try Probe(json: .object(row))
    if row["expect"] == nil { probe.expectation = expectation }
    return probe
  }

  private func ask(
    _ probes: [Probe], _ source: ModelSource, _ adapter: Adapter?, _ chat: ChatContext?,
    _ report: inout EvaluationReport, _ context: any StageContext
  ) throws {
    var chat = chat ?? ChatContext()
    if let system = parameters.string("system") { chat.system = system }
    let encoder = try ConversationEncoder.open(source, context: chat)
    let model = try InferenceModel(source, threads: context.threads)
    let loaded = try adapter.map { try InferenceAdapter($0, for: model, threads: context.threads) }
    let answers = ProbeAnswers(
      model: model, encoder: encoder, maximumTokens: parameters.int("max_tokens") ?? 64, threads: context.threads)
    let withBase = adapter != nil && parameters.bool("base")
    let total = Double(probes.count * (withBase ? 2 : 1))
    let tuned = try answers.ask(probes, adapter: loaded, context) { done in
      context.emit(.progress(completed: Double(done), total: total, unit: "probes", detail: "tuned"))
    }
    let base =
      try withBase
      ? answers.ask(probes, adapter: nil, context) { done in
        context.emit(.progress(completed: Double(done + probes.count), total: total, unit: "probes", detail: "base"))
      } : nil
    for (index, probe) in probes.enumerated() {
      var sample = EvaluationReport.Sample(group: probe.group, turns: probe.turns)
      sample.tuned = tuned[index]
      sample.tunedIsRight = probe.expectation.accepts(tuned[index])
      if let base {
        sample.base = base[index]
        sample.baseIsRight = probe.expectation.accepts(base[index])
      }
      report.samples.append(sample)
    }
  }

  var requiredGroups: [String] { parameters.map("require").map { $0.0 } }

  static func missingGroup(_ group: String) -> Diagnostic {
    Diagnostic(
      code: "probe-group", "require names '\(group)', but no probe is of that group",
      remedy: "name a group that probes or questions have")
  }

  private func requireScores(_ report: EvaluationReport) throws {
    var problems: [Diagnostic] = []
    for (group, least) in parameters.map("require") {
      guard let least = least.doubleValue else { continue }
      let score = report.scoreWithSubgroups(group)
      guard score.asked > 0 else {
        problems.append(Self.missingGroup(group))
        continue
      }
      guard Double(score.right) / Double(score.asked) < least else { continue }
      let wrong = report.samples.first {
        EvaluationReport.covers(group, $0.group) && $0.tunedIsRight == false
      }
      problems.append(
        Diagnostic(
          code: "probes-failed",
          "\(score.right) of \(score.asked) '\(group)' probes were answered rightly, fewer than the \(least) required",
          remedy: "train longer or on more rows, or lower require",
          notes: wrong.map { ["\($0.turns.last ?? "") → \($0.tuned ?? "")"] } ?? []))
    }
    if problems.count == 1 { throw problems[0] }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}

/// Puts probes to one model, many at once.
private struct ProbeAnswers {
  let model: InferenceModel
  let encoder: ConversationEncoder
  let maximumTokens: Int
  let threads: Int

  /// The last answers, in the probes' order.
  func ask(
    _ probes: [Probe], adapter: InferenceAdapter?, _ context: any StageContext, progress: (Int) -> Void
  ) throws -> [String] {
    var histories = probes.map { probe in
      (probe.system.map { [Message(role: "system", content: $0)] } ?? [])
    }
    var answers = [String](repeating: "", count: probes.count)
    var done = 0
    for turn in 0..<(probes.map(\.turns.count).max() ?? 0) {
      let asked = probes.indices.filter { probes[$0].turns.count > turn }
      for index in asked { histories[index].append(Message(role: "user", content: probes[index].turns[turn])) }
      let replies = try generate(asked.map { histories[$0] }, adapter, context) {
        done += 1
        progress(min(done, probes.count))
      }
      for (index, reply) in zip(asked, replies) {
        histories[index].append(Message(role: "assistant", content: reply))
        answers[index] = reply
      }
    }
    return answers
  }

  private func generate(
    _ conversations: [[Message]], _ adapter: InferenceAdapter?, _ context: any StageContext, onEnd: () -> Void
  ) throws -> [String] {
    let prompts = try conversations.map { try encoder.prompt($0) }
    let stops = encoder.stops
    let longest = (prompts.map(\.count).max() ?? 0) + maximumTokens + 8
    let generator = try Generator(
      model, options: GeneratorOptions(threads: threads, contextLength: longest, cacheByteCount: 256 << 20))
    var tokens = [[Int32]](repeating: [], count: prompts.count)
    var places: [GenerationID: Int] = [:]
    for (place, prompt) in prompts.enumerated() {
      let id = try generator.add(
        GenerationRequest(
          prompt: prompt, adapter: adapter, maximumTokens: maximumTokens, stopTokens: stops))
      places[id] = place
    }
    while !generator.isIdle {
      try context.checkCancellation()
      for event in generator.step() {
        switch event {
        case .token(let id, let token):
          if let place = places[id], !stops.contains(token.token) { tokens[place].append(token.token) }
        case .finished: onEnd()
        case .prompt: break
        }
      }
    }
    return tokens.map { encoder.text($0) }
  }
}
