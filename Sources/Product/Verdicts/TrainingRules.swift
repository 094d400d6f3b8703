/// Rules about a training: how its loss went, and whether its rank fits. Each question has at most one verdict.
public enum TrainingRules {
  public static func verdicts(_ facts: TrainingFacts) -> [Verdict] {
    // Where nothing was learned, the rank of the update says nothing.
    if let found = untrained(facts) ?? diverged(facts) ?? exploded(facts) { return [found] }
    if let found = flat(facts) { return [found, endedEarly(facts) ?? endedByEpochs(facts)].compactMap { $0 } }
    let course = overfitted(facts) ?? endedEarly(facts) ?? endedByEpochs(facts) ?? stillFalling(facts)
    let rank = rankTooHigh(facts) ?? rankTooLow(facts) ?? rankFits(facts)
    return [course, rank].compactMap { $0 }.worstFirst
  }

  /// `max_steps` ended the training: more epochs would change nothing.
  static func endedEarly(_ facts: TrainingFacts) -> Verdict? {
    guard let limit = facts.stepLimit else { return nil }
    return Verdict(
      "ended-by-max-steps", .note, "max_steps ended the training after \(limit.steps) of \(limit.whole) updates",
      remedy: "raise max_steps or leave it out, if the model is to see all rows", topic: .theLossIsStillFalling)
  }

  /// The epochs were over before `max_steps`, of which one may expect that it counts alone, as in other tools.
  static func endedByEpochs(_ facts: TrainingFacts) -> Verdict? {
    guard let unreached = facts.unreachedLimit else { return nil }
    return Verdict(
      "ended-before-max-steps", .note,
      "the epochs were over after \(unreached.steps) updates, before max_steps: \(unreached.limit)",
      remedy: "raise epochs to train until max_steps", topic: .theLossIsStillFalling)
  }

  /// No update changed anything, because the first one of a warm-up has the rate 0 and there was no other.
  static func untrained(_ facts: TrainingFacts) -> Verdict? {
    guard !facts.rates.values.isEmpty, facts.rates.values.allSatisfy({ $0 == 0 }) else { return nil }
    return Verdict(
      "untrained", .warning, "every update had the learning rate 0: nothing was learned",
      remedy: "train more updates (more rows or epochs, a smaller batch_size), or set schedule: { warmup_ratio: 0 }",
      topic: .theLossStaysFlat, blames: blamedForNoUpdate(facts))
  }

  /// What makes so few updates that the warm-up is not over after them.
  private static func blamedForNoUpdate(_ facts: TrainingFacts) -> Set<String> {
    if facts.learningRate == 0 { return ["learning_rate"] }
    return facts.stepLimit != nil
      ? ["max_steps", "schedule"] : ["epochs", "batch_size", "gradient_accumulation", "schedule"]
  }

  /// The highest rate that is usual for an adapter.
  private static let highestUsualRate = 1e-3
  /// So few updates, at a usual rate, show the differences between batches and no course.
  private static let fewUpdates = 10

  /// The loss ends far above its lowest stretch: the rate is too high.
  static func diverged(_ facts: TrainingFacts) -> Verdict? {
    guard facts.loss.count >= 3, let first = facts.loss.mean(0..<0.1), let last = facts.loss.mean(0.9..<1) else {
      return nil
    }
    let stretches = stride(from: 0.0, to: 0.95, by: 0.1).compactMap { facts.loss.mean($0..<($0 + 0.1)) }
    let lowest = stretches.min() ?? first
    let isUsual = facts.learningRate.map { $0 <= highestUsualRate } ?? false
    if isUsual, facts.loss.count < fewUpdates { return nil }
    // Noise of a batch moves a stretch by tenths; one and a half times the lowest is no noise.
    guard last > max(1.5 * lowest, lowest + 0.5), last > first else { return nil }
    // Of few rows a batch, single losses lie far apart: then not all of the last ones are high. A rate that is far too high
    // lifts the loss at once to what guessing gives, and it stays there; no batch of text is that much harder than another.
    guard let least = facts.loss.ending.min(), let beginning = facts.loss.values.first,
      least > 1.2 * facts.loss.medianBeforeEnding || least > 1.5 * beginning && least > beginning + 3
    else { return nil }
    return Verdict(
      "diverged", .warning, "loss rose from \(Figure.loss(lowest)) to \(Figure.loss(last))", remedy: lowerRate(facts),
      topic: .theLossRises, blames: ["learning_rate"])
  }

  /// The validation loss is far above what it was, or above what the training began with, and the training loss did not
  /// fall meanwhile: nothing was learned by heart, the rate is too high. A training that early stopping ends after a few
  /// updates has too few losses for any other rule.
  static func exploded(_ facts: TrainingFacts) -> Verdict? {
    guard let last = facts.validation.values.last, let first = facts.loss.values.first,
      let ending = facts.loss.mean(0.9..<1), ending > 0.7 * first
    else { return nil }
    let before = facts.validation.values.dropLast().min()
    let hasRisen = before.map { last > max(1.5 * $0, $0 + 0.5) } ?? false
    // The rows of the first batch are others: no batch of text is that much easier than the validation rows.
    guard hasRisen || last > max(1.5 * first, first + 3) else { return nil }
    return Verdict(
      "diverged", .warning,
      hasRisen
        ? "validation loss rose from \(Figure.loss(before ?? first)) to \(Figure.loss(last))"
        : "validation loss is \(Figure.loss(last)), and training began with a loss of \(Figure.loss(first))",
      remedy: lowerRate(facts), topic: .theLossRises, blames: ["learning_rate"])
  }

  /// Each remedy is one whole sentence, so that it has one translation.
  private static func lowerRate(_ facts: TrainingFacts) -> String {
    facts.learningRate.map {
      $0 <= highestUsualRate
        ? "lower learning_rate, now \(Figure.setting($0)), to a third; if the loss still rises, look at the rows with 'lorapipe data lint'"
        : "lower learning_rate, now \(Figure.setting($0)); 1e-4 to 1e-3 is usual for an adapter"
    } ?? "lower learning_rate; 1e-4 to 1e-3 is usual for an adapter"
  }

  /// The loss hardly moved.
  static func flat(_ facts: TrainingFacts) -> Verdict? {
    guard facts.loss.count >= 10, let first = facts.loss.mean(0..<0.1), let last = facts.loss.mean(0.9..<1) else {
      return nil
    }
    guard first > 0.3, abs(first - last) < 0.03 * first else { return nil }
    let remedy =
      facts.stepLimit != nil
      ? "raise max_steps or learning_rate, or look at 'lorapipe tokens show' for what is learned"
      : facts.learningRate.map {
        "raise learning_rate, now \(Figure.setting($0)), train more epochs, or look at 'lorapipe tokens show' for what is learned"
      } ?? "raise learning_rate, train more epochs, or look at 'lorapipe tokens show' for what is learned"
    return Verdict(
      "flat", .warning, "loss stayed near \(Figure.loss(last)): almost nothing was learned", remedy: remedy,
      topic: .theLossStaysFlat)
  }

  /// The validation loss rises after its lowest point.
  static func overfitted(_ facts: TrainingFacts) -> Verdict? {
    let curve = facts.validation
    guard curve.count >= 3, let last = curve.values.last, let least = curve.values.min(),
      let place = curve.values.firstIndex(of: least), place <= curve.count - 3 || place == curve.count - 2,
      last > least * 1.02
    else { return nil }
    let step = curve.steps[place]
    let (low, high) = (Figure.loss(least), Figure.loss(last))
    guard !facts.keepsBest else {
      return Verdict(
        "overfitted", .note,
        "validation loss rises since step \(step) (\(low) to \(high)): the rows are learned by heart; the adapter of step \(step) was kept",
        topic: .validationLossRises)
    }
    return Verdict(
      "overfitted", .warning,
      "validation loss rises since step \(step) (\(low) to \(high)): the rows are learned by heart",
      remedy: "train fewer epochs, or set load_best: true or early_stopping: 3", topic: .validationLossRises)
  }

  /// The loss was still falling when training ended.
  static func stillFalling(_ facts: TrainingFacts) -> Verdict? {
    let curve = facts.validation.count >= 4 ? facts.validation : facts.loss
    let part = facts.validation.count >= 4 ? 0.25 : 0.15
    guard curve.count >= (facts.validation.count >= 4 ? 4 : 20), let before = curve.mean((1 - 2 * part)..<(1 - part)),
      let last = curve.mean((1 - part)..<1), let first = curve.mean(0..<part), first > last
    else { return nil }
    // A fall within the noise of single batches is no fall.
    let noise = curve.standardError((1 - part)..<1) + curve.standardError((1 - 2 * part)..<(1 - part))
    guard before - last > 0.04 * before, before - last > 2 * noise, overfitted(facts) == nil else { return nil }
    return Verdict(
      "still-falling", .note, "loss was still falling at the end (\(Figure.loss(before)) to \(Figure.loss(last)))",
      remedy: facts.epochs.map { "train more epochs (now \(Figure.setting($0)))" } ?? "train more epochs",
      topic: .theLossIsStillFalling)
  }

  /// Half of the rank, or less, would keep 95 % of the update.
  static func rankTooHigh(_ facts: TrainingFacts) -> Verdict? {
    guard let rank = facts.rank, let used = facts.effectiveRank, rank >= 2, used > 0, used * 2 <= Double(rank) else {
      return nil
    }
    var enough = 1
    while Double(enough) < used { enough *= 2 }
    let message =
      used == 1
      ? "rank \(rank): 95 % of the update lies in one direction"
      : "rank \(rank): 95 % of the update lies in \(Figure.count(used)) directions"
    return Verdict(
      "rank-higher-than-needed", .note, message, remedy: "rank \(enough) would do", topic: .whichRank)
  }

  /// Even the last direction holds a part of the update that counts.
  static func rankTooLow(_ facts: TrainingFacts) -> Verdict? {
    guard let rank = facts.rank, let used = facts.effectiveRank, used >= 0.9 * Double(rank), rank < 64 else {
      return nil
    }
    return Verdict(
      "rank-used-up", .note, "rank \(rank): the update uses \(Figure.count(used)) of its directions",
      remedy: "if the validation loss is not low enough, try rank \(rank * 2)", topic: .whichRank)
  }

  /// Neither too high nor used up.
  static func rankFits(_ facts: TrainingFacts) -> Verdict? {
    guard let rank = facts.rank, let used = facts.effectiveRank, used * 2 > Double(rank), used < 0.9 * Double(rank)
    else { return nil }
    return Verdict(
      "rank-fits", .good, "rank \(rank) fits: 95 % of the update lies in \(Figure.count(used)) directions",
      topic: .whichRank)
  }
}
