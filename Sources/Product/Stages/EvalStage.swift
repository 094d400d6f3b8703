import Conversations
import Datasets
import Diagnostics
import Inference
import JSON
import ModelFiles
import Models
import PipelineEngine
import Recipes
import Serving
import Tokenization
import Training

/// Measures a model with and without an adapter: what was learned, and what that did to the rest.
struct EvalStage: Stage {
  struct Parameters: ParameterSet {
    var probes: [Probe] = []
    var expect = ProbeExpectation()
    var system: String?
    var maxTokens = 64
    var kvCache = KeyValueType.usual
    var require: [String: Double] = [:]
    var base = true

    static let fields: [Field<Parameters>] = [
      Field("probes", \.probes, help: "Questions put to base and tuned model."),
      Field("expect", \.expect, help: "What answers to questions without expect must be."),
      Field(
        "system", \.system, prose: true,
        help: "The system prompt, when neither data nor adapter brings one or another is meant.",
        aliases: ForeignNames.system),
      Field(
        "max_tokens", \.maxTokens, .integer(1...32768), help: "The longest answer, in tokens.",
        aliases: ForeignNames.maximumTokens),
      Field(
        "kv_cache", \.kvCache, neutral: "f32", help: KeyValueType.help, aliases: KeyValueType.foreignNames),
      Field(
        "require", \.require, .map(.number(0...1)),
        help:
          "The stage fails unless each named group's share of right answers, with groups below it, is at least this."),
      Field("base", \.base, help: "Whether the base alone is measured too."),
    ]
  }

  static let kind = StageKind(
    "eval", version: 5,
    summary: "Measures loss and answers to probes, of the base and of base with adapter, side by side.",
    inputs: [
      InputSpec("model", [.model, .files], help: "The base, or a merged model.", aliases: ForeignNames.model),
      InputSpec(
        "adapter", [.adapter, .files], .optional, help: "The adapter to compare with the base alone.",
        aliases: ForeignNames.adapter),
      InputSpec(
        "data", [.tokens], .optional, help: "Whose validation rows give loss, perplexity and accuracy.",
        aliases: ForeignNames.data),
      InputSpec(
        "questions", [.dataset, .files], .optional,
        help: "A jsonl file of probes: rows with ask (or query), expect, group (or tag), as in probes."),
    ],
    parameters: Parameters.self, output: .report,
    metrics: [
      MetricSpec(
        EvaluationReport.learned, better: .higher, unit: .share, headline: true,
        help: """
          The share of the probes of the group identity, and of groups below it, that were answered rightly, of those that \
          the base did not answer rightly.
          """),
      MetricSpec(
        EvaluationReport.knownBefore, unit: .share,
        help:
          "The share of the probes of the group identity, and of groups below it, that the base answered rightly already."
      ),
      MetricSpec(
        EvaluationReport.overGeneralization, better: .lower, unit: .share, headline: true,
        help: "The share of the probes outside the group identity that the tuned model answered with its identity."),
      MetricSpec(
        EvaluationReport.generalLossChange, better: .lower, unit: .share, headline: true,
        help: "The relative change of the loss on general rows: below zero the tuned model is better than the base.",
        formerNames: ["forgotten"]),
      MetricSpec("tuned.loss", better: .lower, headline: true, help: "Loss of the tuned model on all validation rows."),
      MetricSpec("base.loss", better: .lower, headline: true, help: "Loss of the base on all validation rows."),
      MetricSpec(
        "*.loss", better: .lower,
        help: "Loss of the base or the tuned model on domain or general rows, such as tuned.general.loss."),
      MetricSpec(
        "*.perplexity", better: .lower,
        help: """
          The exponential of the loss of that name. At a perplexity of 10 the model is as unsure as in a choice among 10 \
          tokens.
          """),
      MetricSpec(
        "*.accuracy", better: .higher, unit: .share, help: "The share of labeled tokens that were the first choice."),
      MetricSpec(
        "tuned.probes.*", better: .higher, unit: .share,
        help: "The share of the probes of the group, and of groups below it, that the tuned model answered rightly."),
      MetricSpec(
        "base.probes.*", better: .higher, unit: .share,
        help: "The share of the probes of the group, and of groups below it, that the base answered rightly."),
      MetricSpec("probes.*", help: "How many probes the group and the groups below it have."),
    ],
    product: ProductSpec("report"), aliases: ["evaluate", "evaluation", "test"])

  private let parameters: Parameters

  init(_ parameters: Parameters) throws {
    self.parameters = parameters
    for (index, probe) in parameters.probes.enumerated() { try probe.check(at: "probes.\(index)") }
    try parameters.expect.check(at: "expect")
  }

  var probes: [Probe] { parameters.probes }
  var longestAnswer: Int { parameters.maxTokens }
  var measuresBase: Bool { parameters.base }

  func run(_ context: any StageContext) async throws {
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
    // What the adapter changes beside linear layers makes a base of its own.
    let changed = try adapter.map { try source.applying($0) }
    let tuned = try changed.map { try $0.base === source ? model : TransformerModel($0.base) } ?? model
    let parameters = try changed.map { try AdapterParameters($0.adapter, model: tuned.configuration) }
    func figures(
      _ model: TransformerModel, _ parameters: AdapterParameters?, _ label: String
    ) throws -> [String: EvaluationReport.Measure] {
      context.emit(.progress(completed: 0, total: Double(rows.count), unit: "rows", detail: "loss of \(label)"))
      guard
        let result = try Evaluation.run(
          model: model, adapter: parameters, rows: rows, workers: context.threads,
          isCancelled: { context.isCancelled },
          progress: { done, packs in
            context.emit(
              .progress(
                completed: (Double(rows.count) * Double(done - 1) / Double(packs)).rounded(),
                total: Double(rows.count), unit: "rows", detail: "loss of \(label)"))
          })
      else { throw CancellationError() }
      context.emit(.log("loss of \(label) on \(rows.count) rows: \(result.overall.loss)"))
      var measures = ["all": Self.measure(result.overall, rows: rows.count)]
      for (role, figures) in result.roles {
        measures[role] = Self.measure(figures, rows: rows.filter { $0.role == role }.count)
      }
      return measures
    }
    report.tuned = try figures(tuned, parameters, adapter == nil ? "the model" : "base with adapter")
    if adapter != nil, parameters != nil, self.parameters.base { report.base = try figures(model, nil, "the base") }
  }

  private static func measure(_ figures: EvaluationFigures, rows: Int) -> EvaluationReport.Measure {
    EvaluationReport.Measure(loss: figures.loss, accuracy: figures.accuracy, labels: figures.tokens, rows: rows)
  }

  // MARK: Probes

  /// The probes that a file of questions holds.
  func questions(_ files: DatasetFiles) throws -> [Probe] {
    var probes: [Probe] = []
    for file in files.files {
      let reader = try files.reader(file)
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
    var probe = try Probe(row: row)
    if row["expect"] == nil { probe.expect = parameters.expect }
    return probe
  }

  private func ask(
    _ probes: [Probe], _ source: ModelSource, _ adapter: Adapter?, _ chat: ChatContext?,
    _ report: inout EvaluationReport, _ context: any StageContext
  ) throws {
    var chat = chat ?? ChatContext()
    if let system = parameters.system { chat.system = system }
    let model = try InferenceModel(source, threads: context.threads)
    let asked = ChatModel(
      model: model,
      prompts: PromptEncoder(try ConversationEncoder.open(source, context: chat), source.configuration),
      adapter: try adapter.map { try InferenceAdapter($0, for: model, threads: context.threads) })
    let answers = ProbeAnswers(
      session: try ChatSession(
        asked, threads: context.threads, cacheByteCount: 256 << 20, keyValueType: parameters.kvCache, sequences: 16),
      maximumTokens: parameters.maxTokens)
    let withBase = adapter != nil && parameters.base
    let total = Double(probes.count * (withBase ? 2 : 1))
    let tuned = try answers.ask(probes, usesAdapter: true, context) { done in
      context.emit(.progress(completed: Double(done), total: total, unit: "probes", detail: "tuned"))
    }
    let base =
      try withBase
      ? answers.ask(probes, usesAdapter: false, context) { done in
        context.emit(.progress(completed: Double(done + probes.count), total: total, unit: "probes", detail: "base"))
      } : nil
    let identity = IdentityWords(of: probes)
    for (index, probe) in probes.enumerated() {
      var sample = EvaluationReport.Sample(group: probe.group, turns: probe.turns)
      sample.tuned = tuned[index]
      sample.tunedIsRight = probe.expect.accepts(tuned[index])
      sample.isOverGeneral = identity.isOverGeneral(tuned[index], to: probe)
      sample.asksForSilence = identity.isAskedToBeLeftOut(by: probe)
      if let base {
        sample.base = base[index]
        sample.baseIsRight = probe.expect.accepts(base[index])
      }
      report.samples.append(sample)
      context.emit(.log(sample.line))
    }
  }

  var requiredGroups: [String] { parameters.require.keys.sorted() }

  static func missingGroup(_ group: String) -> Diagnostic {
    Diagnostic(
      code: "probe-group", "require names '\(group)', but no probe is of that group",
      remedy: kind.metric(group).map {
        "name a group that probes or questions have; the metric is called \($0.name), and require takes no metrics"
      } ?? "name a group that probes or questions have")
  }

  private func requireScores(_ report: EvaluationReport) throws {
    var problems: [Diagnostic] = []
    for (group, least) in parameters.require.sorted(by: { $0.key < $1.key }) {
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
          "\(score.right) of \(score.asked) '\(group)' probes were answered correctly, fewer than the \(least) required",
          remedy: "train longer or on more rows, or lower require",
          notes: wrong.map { ["\($0.turns.last ?? "") → \($0.tuned ?? "")"] } ?? []))
    }
    if problems.count == 1 { throw problems[0] }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}

/// Puts probes to one model, many at once.
private struct ProbeAnswers {
  let session: ChatSession
  let maximumTokens: Int

  /// The last answers, in the probes' order.
  func ask(
    _ probes: [Probe], usesAdapter: Bool, _ context: any StageContext, progress: (Int) -> Void
  ) throws -> [String] {
    var histories = probes.map { probe in
      (probe.system.map { [Message(role: "system", content: $0)] } ?? [])
    }
    var answers = [String](repeating: "", count: probes.count)
    var done = 0
    for turn in 0..<(probes.map(\.turns.count).max() ?? 0) {
      let asked = probes.indices.filter { probes[$0].turns.count > turn }
      for index in asked { histories[index].append(Message(role: "user", content: probes[index].turns[turn])) }
      var failure: (any Error)?
      session.replies(
        to: asked.map { Conversation(messages: histories[$0]) },
        .init(usesAdapter: usesAdapter, maximumTokens: maximumTokens),
        isStopped: { context.isCancelled }
      ) { place, result in
        do {
          let text = try result.get().text
          histories[asked[place]].append(Message(role: "assistant", content: text))
          answers[asked[place]] = text
        } catch {
          failure = error
          return false
        }
        done += 1
        progress(min(done, probes.count))
        return true
      }
      try context.checkCancellation()
      if let failure { throw failure }
    }
    return answers
  }
}

extension EvaluationReport.Sample {
  /// Question and answers in a line of the stage's log.
  fileprivate var line: String {
    func mark(_ isRight: Bool?) -> String { isRight.map { $0 ? " (right)" : " (wrong)" } ?? "" }
    var text = "asked: \(turns.last ?? "")"
    if let tuned { text += "  tuned\(mark(tunedIsRight)): \(tuned)" }
    if let base { text += "  base\(mark(baseIsRight)): \(base)" }
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
