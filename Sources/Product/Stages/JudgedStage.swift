public import JSON
import ModelFiles
public import PipelineEngine
import Training
public import Verdicts

/// A kind whose figures can be judged in words when it has ended.
public protocol JudgedStage: Stage {
  static func verdicts(_ figures: StageFigures) -> [Verdict]
}

/// What is recorded of a stage that ended.
public struct StageFigures: Sendable {
  /// By their paths, such as `lora.rank`.
  public var parameters: JSONObject
  public var metrics: JSONObject
  public var curves: [String: Curve]
  /// Codes of the verdicts on the stages that its inputs come from, at any distance.
  public var upstream: Set<String>

  public init(
    parameters: JSONObject, metrics: JSONObject, curves: [String: Curve], upstream: Set<String> = []
  ) {
    self.parameters = parameters
    self.metrics = metrics
    self.curves = curves
    self.upstream = upstream
  }

  func metric(_ name: String) -> Double? { metrics[name]?.doubleValue }
}

extension SFTStage: JudgedStage {
  static func verdicts(_ figures: StageFigures) -> [Verdict] {
    TrainingRules.verdicts(
      TrainingFacts(
        loss: figures.curves["loss"] ?? Curve([]), validation: figures.curves["validation.loss"] ?? Curve([]),
        rates: figures.curves["learning_rate"] ?? Curve([]),
        learningRate: figures.parameters["learning_rate"]?.doubleValue,
        epochs: figures.parameters["epochs"]?.doubleValue, stepLimit: stepLimit(figures),
        unreachedLimit: unreachedLimit(figures),
        rank: figures.parameters["lora.rank"]?.intValue,
        // PiSSA's update has up to twice the rank that was asked for, of which nothing follows about the rank.
        effectiveRank: figures.parameters["lora.init"]?.stringValue == AdapterInitialization.pissa.rawValue
          ? nil : figures.metric("effective_rank"),
        // A run recorded before there was such a parameter has none: it is the default then.
        keepsBest: figures.parameters["load_best"]?.boolValue ?? Parameters().training.loadsBest))
  }

  /// `max_steps`, when it was reached before the epochs were over.
  private static func stepLimit(_ figures: StageFigures) -> (steps: Int, whole: Int)? {
    guard let limit = figures.parameters["max_steps"]?.intValue, let steps = figures.metric("steps"),
      steps >= Double(limit), let whole = updates(figures), whole > Double(limit)
    else { return nil }
    return (limit, Int(whole))
  }

  /// `max_steps`, when the epochs were over before it was reached.
  private static func unreachedLimit(_ figures: StageFigures) -> (steps: Int, limit: Int)? {
    guard let limit = figures.parameters["max_steps"]?.intValue, let steps = figures.metric("steps"),
      steps < Double(limit), let whole = updates(figures), steps >= whole
    else { return nil }
    return (Int(steps), limit)
  }

  /// The updates that the epochs have.
  private static func updates(_ figures: StageFigures) -> Double? {
    guard let rows = figures.metric("rows"), rows >= 1, let epochs = figures.parameters["epochs"]?.doubleValue,
      let batch = figures.parameters["batch_size"]?.doubleValue,
      let batches = figures.parameters["gradient_accumulation"]?.doubleValue, batch * batches >= 1
    else { return nil }
    let whole = ((rows / (batch * batches)).rounded(.up) * epochs).rounded(.up)
    return whole < 1e15 ? whole : nil
  }
}

extension EvalStage: JudgedStage {
  static func verdicts(_ figures: StageFigures) -> [Verdict] {
    EvaluationRules.verdicts(
      EvaluationFacts(
        learned: figures.metric(EvaluationReport.learned), knownBefore: figures.metric(EvaluationReport.knownBefore),
        general: generalAnswers(figures), baseLoss: figures.metric("base.loss"),
        tunedLoss: figures.metric("tuned.loss"), baseGeneralLoss: figures.metric("base.general.loss"),
        tunedGeneralLoss: figures.metric("tuned.general.loss"),
        overGeneral: figures.metric(EvaluationReport.overGeneralization), training: figures.upstream))
  }

  private static func generalAnswers(_ figures: StageFigures) -> EvaluationFacts.Answers? {
    guard let base = figures.metric("base.probes.general"), let tuned = figures.metric("tuned.probes.general") else {
      return nil
    }
    return EvaluationFacts.Answers(
      base: base, tuned: tuned, count: figures.metric("probes.general").flatMap { Int(exactly: $0) })
  }
}

extension MergeStage: JudgedStage {
  static func verdicts(_ figures: StageFigures) -> [Verdict] {
    MergeRules.verdicts(
      MergeFacts(
        lostShare: figures.metric("lost_share"), flips: figures.metric("verify.flips"),
        dtype: figures.parameters["dtype"]?.stringValue))
  }
}
