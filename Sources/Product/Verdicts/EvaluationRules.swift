/// Rules about what was learned, and what was forgotten.
///
/// An evaluation answers three questions: were the probes learned, are other questions answered as before, and does the
/// model know the general rows as well as before? Each question has at most one verdict.
public enum EvaluationRules {
  /// A rise of the general loss up to this share is within what a small mix costs.
  static let acceptedRise = 0.03
  /// A share of probes up to this is one that chance may move.
  static let acceptedShare = 0.05

  public static func verdicts(_ facts: EvaluationFacts) -> [Verdict] {
    let learning = knewAlready(facts) ?? learned(facts)
    let answers = overGeneral(facts) ?? lostAnswers(facts)
    // A low loss is no comfort where answers were lost.
    let isTaught = learning?.tone != .warning
    let loss = ruined(facts) ?? forgot(facts) ?? (answers == nil ? kept(facts, isTaught: isTaught) : nil)
    return [learning, answers, loss].compactMap { $0 }.worstFirst
  }

  // MARK: Were the probes learned?

  static func knewAlready(_ facts: EvaluationFacts) -> Verdict? {
    // The base gets so few of the probes wrong that they tell little of what was learned.
    guard let base = facts.knownBefore, base >= 0.8 else { return nil }
    return Verdict(
      "known-before", .note, "the base answers \(Figure.share(base)) of the probes right without the adapter",
      remedy: "choose probes that the base gets wrong, for example without the system prompt",
      topic: .theBaseKnewItAlready)
  }

  static func learned(_ facts: EvaluationFacts) -> Verdict? {
    guard let learned = facts.learned else { return nil }
    if learned >= 0.9 {
      return Verdict("learned", .good, answered(learned, facts), topic: .whatWasLearned)
    }
    let first = firstRemedy(facts)
    let remedy =
      if let first {
        first.text
      } else if facts.training.contains("ended-by-max-steps") {
        "raise max_steps or leave it out, raise learning_rate, or add rows that ask in other words"
      } else if facts.training.contains("overfitted") {
        "add rows that ask in other words"
      } else {
        "train more epochs, raise learning_rate, or add rows that ask in other words"
      }
    let blames: Set<String> =
      if let first {
        first.blames
      } else if facts.training.contains("ended-by-max-steps") {
        ["max_steps"]
      } else if facts.training.contains("overfitted") {
        []
      } else {
        ["epochs", "learning_rate"]
      }
    if learned >= 0.7 {
      return Verdict(
        "partly-learned", .note, answered(learned, facts), remedy: remedy, topic: .itDoesNotKnowItsName,
        cause: first?.cause)
    }
    return Verdict(
      "not-learned", .warning, "only " + answered(learned, facts), remedy: remedy, topic: .itDoesNotKnowItsName,
      cause: first?.cause, blames: blames)
  }

  // MARK: Are other questions answered as before?

  static func overGeneral(_ facts: EvaluationFacts) -> Verdict? {
    guard let share = facts.overGeneral, share > acceptedShare else { return nil }
    let first = firstRemedy(facts)
    return Verdict(
      "over-general", .warning, "\(Figure.share(share)) of the other questions are answered with the identity",
      remedy: first?.text ?? "mix more general rows (ratio 1:5), in each language of the identity rows",
      topic: .itAnswersEverythingWithItsName, cause: first?.cause)
  }

  static func lostAnswers(_ facts: EvaluationFacts) -> Verdict? {
    guard let general = facts.general, general.tuned < general.base - acceptedShare else { return nil }
    var message = """
      general probes answered right fell from \(Figure.share(general.base)) to \(Figure.share(general.tuned))
      """
    var tone = Verdict.Tone.warning
    if let count = general.count {
      let (base, tuned) = (general.base * Double(count), general.tuned * Double(count))
      message = """
        of \(count) general probes, the base answers \(Figure.count(base.rounded())) right and the tuned model \
        \(Figure.count(tuned.rounded()))
        """
      // One answer may have gone wrong by chance.
      if (base - tuned).rounded() <= 1 { tone = .note }
    }
    let first = firstRemedy(facts)
    return Verdict(
      "general-answers-lost", tone, message,
      remedy: first?.text ?? "read these answers, and mix more general rows of their kind",
      topic: .itForgotTheRest, cause: first?.cause)
  }

  // MARK: Does it know the rows as well as before?

  /// The tuned model is worse than its base on rows like those that it was trained on.
  static func ruined(_ facts: EvaluationFacts) -> Verdict? {
    guard isRuined(facts), let base = facts.baseLoss, let tuned = facts.tunedLoss else { return nil }
    return Verdict(
      "worse-than-base", .warning,
      "loss on the validation rows is \(Figure.loss(tuned)), above the base's \(Figure.loss(base))",
      remedy: firstRemedy(facts)?.text, topic: .theLossRises, cause: firstRemedy(facts)?.cause,
      blames: firstRemedy(facts)?.blames ?? [])
  }

  static func forgot(_ facts: EvaluationFacts) -> Verdict? {
    guard let change = change(facts), change > acceptedRise else { return nil }
    let first = firstRemedy(facts)
    return Verdict(
      "forgot", .warning, "general loss is \(Figure.share(change)) above the base's",
      remedy: first?.text ?? "mix more general rows (ratio 1:5), or lower learning_rate",
      topic: .itForgotTheRest, cause: first?.cause)
  }

  /// - Parameter isTaught: whether the probes were learned. A model that answers nonsense has forgotten, whatever its loss.
  static func kept(_ facts: EvaluationFacts, isTaught: Bool) -> Verdict? {
    guard let change = change(facts), change <= acceptedRise else { return nil }
    let text =
      change < -0.005
      ? !isTaught
        ? "general loss is \(Figure.share(-change)) below the base's"
        : "general loss is \(Figure.share(-change)) below the base's: nothing was forgotten"
      : "general loss is within \(Figure.share(acceptedRise)) of the base's"
    return Verdict("general-kept", .good, text, topic: .whatWasLearned)
  }

  // MARK: - What the rules share

  /// After a training whose loss rose, nothing else is worth a try before that is mended.
  private static let lowerRateFirst = "the loss of the training rose: train again with a lower learning_rate first"

  private static let untrained = "the training changed nothing: train more updates first"

  private static let worseThanBase =
    "the tuned model is worse than its base: train again with a lower learning_rate first"

  private static let worseByHeart = "the tuned model is worse than its base: train fewer epochs first"

  /// What comes before all else, whatever else is wrong; `nil` when the training did no such harm. What the verdict on the
  /// training itself blames is not blamed again.
  private static func firstRemedy(
    _ facts: EvaluationFacts
  ) -> (text: String, cause: String, blames: Set<String>)? {
    if facts.training.contains("untrained") { return (untrained, "untrained", []) }
    if hasDiverged(facts) { return (lowerRateFirst, "diverged", []) }
    guard isRuined(facts) else { return nil }
    return facts.training.contains("overfitted")
      ? (worseByHeart, "worse-than-base", ["epochs"]) : (worseThanBase, "worse-than-base", ["learning_rate"])
  }

  /// Whether the loss of all validation rows rose by more than noise.
  private static func isRuined(_ facts: EvaluationFacts) -> Bool {
    guard let base = facts.baseLoss, let tuned = facts.tunedLoss else { return false }
    return tuned > 1.2 * base && tuned > base + 0.5
  }

  private static func hasDiverged(_ facts: EvaluationFacts) -> Bool { facts.training.contains("diverged") }

  /// Says of which probes the share is, so that nobody takes it for one of all.
  private static func answered(_ learned: Double, _ facts: EvaluationFacts) -> String {
    guard let known = facts.knownBefore else { return "\(Figure.share(learned)) of the probes are answered right" }
    return """
      \(Figure.share(learned)) of the probes that the base got wrong are answered right (the base had \
      \(Figure.share(known)) right)
      """
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
    let times = Figure.count((share * 10).rounded() / 10)
    return Verdict(
      "merge-lost-it", .warning,
      facts.dtype.map { "rounding to \($0) is \(times) times as large as what was learned" }
        ?? "rounding is \(times) times as large as what was learned",
      remedy: "merge to float16 or float32, or serve the base with the adapter", topic: .mergingLostIt,
      blames: ["dtype"])
  }
}
