/// Rules about what was learned, and what was forgotten.
public enum EvaluationRules {
  /// A rise of the general loss up to this share is within what a small mix costs.
  static let acceptedRise = 0.03

  public static func verdicts(_ facts: EvaluationFacts) -> [Verdict] {
    [learned, knewAlready, notLearned, overGeneral, forgot, forgotAnswers, keptGeneral].compactMap { $0(facts) }
  }

  static func learned(_ facts: EvaluationFacts) -> Verdict? {
    guard let tuned = facts.tunedRight, tuned >= 0.9 else { return nil }
    if let base = facts.baseRight, base >= 0.8 { return nil }
    let message =
      facts.baseRight.map { "\(Figure.share(tuned)) of the probes are answered right (the base: \(Figure.share($0)))" }
      ?? "\(Figure.share(tuned)) of the probes are answered right"
    return Verdict("learned", .good, message, topic: .whatWasLearned)
  }

  static func knewAlready(_ facts: EvaluationFacts) -> Verdict? {
    guard let base = facts.baseRight, base >= 0.8 else { return nil }
    return Verdict(
      "known-before", .note, "the base answers \(Figure.share(base)) of the probes right without the adapter",
      remedy: "choose probes that the base gets wrong, for example without the system prompt",
      topic: .theBaseKnewItAlready)
  }

  static func notLearned(_ facts: EvaluationFacts) -> Verdict? {
    guard let tuned = facts.tunedRight, tuned < 0.7 else { return nil }
    return Verdict(
      "not-learned", .warning, "only \(Figure.share(tuned)) of the probes are answered right",
      remedy: "train more epochs, raise learning_rate, or add rows that ask in other words",
      topic: .itDoesNotKnowItsName)
  }

  static func overGeneral(_ facts: EvaluationFacts) -> Verdict? {
    guard let share = facts.overGeneral, share > 0.05 else { return nil }
    return Verdict(
      "over-general", .warning, "\(Figure.share(share)) of the other questions are answered with the identity",
      remedy: "mix more general rows (ratio 1:5), in each language of the identity rows, or train fewer epochs",
      topic: .itAnswersEverythingWithItsName)
  }

  static func forgot(_ facts: EvaluationFacts) -> Verdict? {
    guard let change = change(facts), change > acceptedRise else { return nil }
    return Verdict(
      "forgot", .warning, "general loss is \(Figure.share(change)) above the base's",
      remedy: "mix more general rows (ratio 1:5), lower learning_rate, or train fewer epochs",
      topic: .itForgotTheRest)
  }

  static func forgotAnswers(_ facts: EvaluationFacts) -> Verdict? {
    guard let base = facts.baseGeneralRight, let tuned = facts.tunedGeneralRight, tuned < base - 0.05 else {
      return nil
    }
    return Verdict(
      "general-answers-lost", .warning,
      "general probes answered right fell from \(Figure.share(base)) to \(Figure.share(tuned))",
      remedy: "mix more general rows; look at the answers: does it answer every question about itself?",
      topic: .itAnswersEverythingWithItsName)
  }

  static func keptGeneral(_ facts: EvaluationFacts) -> Verdict? {
    guard let change = change(facts), change <= acceptedRise else { return nil }
    let text =
      change < -0.005
      ? "general loss is \(Figure.share(-change)) below the base's: nothing was forgotten"
      : "general loss is within \(Figure.share(acceptedRise)) of the base's"
    return Verdict("general-kept", .good, text, topic: .whatWasLearned)
  }

  private static func change(_ facts: EvaluationFacts) -> Double? {
    guard let base = facts.baseGeneralLoss, let tuned = facts.tunedGeneralLoss, base > 0 else { return nil }
    return tuned / base - 1
  }
}

/// Rules about what merging cost.
public enum MergeRules {
  public static func verdicts(_ facts: MergeFacts) -> [Verdict] { [lost].compactMap { $0(facts) } }

  static func lost(_ facts: MergeFacts) -> Verdict? {
    guard let share = facts.lostShare, share > 0.5 else { return nil }
    let dtype = facts.dtype.map { " to \($0)" } ?? ""
    return Verdict(
      "merge-lost-it", .warning,
      "rounding\(dtype) is \(Figure.count((share * 10).rounded() / 10)) times as large as what was learned",
      remedy: "merge to float16 or float32, or serve the base with the adapter", topic: .mergingLostIt)
  }
}
