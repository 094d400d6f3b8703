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

  public init(parameters: JSONObject, metrics: JSONObject, curves: [String: Curve]) {
    self.parameters = parameters
    self.metrics = metrics
    self.curves = curves
  }

  func metric(_ name: String) -> Double? { metrics[name]?.doubleValue }

  /// The mean of the metrics whose names begin so; `nil` when there is none.
  func mean(of prefix: String) -> Double? {
    let values = metrics.filter { $0.0.hasPrefix(prefix) }.compactMap { $0.1.doubleValue }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

extension SFTStage: JudgedStage {
  static func verdicts(_ figures: StageFigures) -> [Verdict] {
    TrainingRules.verdicts(
      TrainingFacts(
        loss: figures.curves["loss"] ?? Curve([]), validation: figures.curves["validation.loss"] ?? Curve([]),
        learningRate: figures.parameters["learning_rate"]?.doubleValue,
        epochs: figures.parameters["epochs"]?.doubleValue, rank: figures.parameters["lora.rank"]?.intValue,
        // PiSSA's update has up to twice the rank that was asked for, of which nothing follows about the rank.
        effectiveRank: figures.parameters["lora.init"]?.stringValue == AdapterInitialization.pissa.rawValue
          ? nil : figures.metric("effective_rank"),
        // A run recorded before there was such a parameter has none: it is the default then.
        keepsBest: figures.parameters["load_best"]?.boolValue ?? Parameters().training.loadsBest))
  }
}

extension EvalStage: JudgedStage {
  static func verdicts(_ figures: StageFigures) -> [Verdict] {
    EvaluationRules.verdicts(
      EvaluationFacts(
        learned: figures.metric(EvaluationReport.learned), knownBefore: figures.metric(EvaluationReport.knownBefore),
        baseGeneralRight: figures.mean(of: "base.probes.general"),
        tunedGeneralRight: figures.mean(of: "tuned.probes.general"),
        baseGeneralLoss: figures.metric("base.general.loss"), tunedGeneralLoss: figures.metric("tuned.general.loss"),
        overGeneral: figures.metric(EvaluationReport.overGeneralization)))
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
