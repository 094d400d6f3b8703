import Glibc
import Testing

@testable import Verdicts

private func curve(_ count: Int, every: Int = 1, _ value: (Double) -> Double) -> Curve {
  Curve((0..<count).map { (step: ($0 + 1) * every, value: value(Double($0) / Double(max(count - 1, 1)))) })
}

/// A seeded wobble of a batch, at most a tenth either way.
private func noise(_ share: Double) -> Double {
  var bits = share.bitPattern &* 0x9E37_79B9_7F4A_7C15
  bits ^= bits >> 29
  bits = bits &* 0xBF58_476D_1CE4_E5B9
  return 0.2 * Double(bits >> 11) / Double(1 << 53) - 0.1
}

@Suite struct TrainingRuleTests {
  private func codes(_ facts: TrainingFacts) -> [String] { TrainingRules.verdicts(facts).map(\.code) }

  @Test func aHealthyTrainingHasNoRemark() {
    let loss = curve(140) { 1 + exp2(-8 * $0) + noise($0) }
    #expect(codes(TrainingFacts(loss: loss)) == [])
  }

  @Test func aRisingLossNamesTheRate() {
    let loss = curve(50) { $0 < 0.2 ? 1.7 : 1.7 + 27 * $0 }
    let verdicts = TrainingRules.verdicts(TrainingFacts(loss: loss, learningRate: 100))
    #expect(verdicts.map(\.code) == ["diverged"])
    #expect(verdicts[0].message == "loss rose from 1.70 to 27.6")
    #expect(verdicts[0].remedy?.contains("now 100;") ?? false)
    #expect(verdicts[0].blames == ["learning_rate"])
  }

  /// Every verdict after which a run is to be repeated says which values must change for it.
  @Test func aPoorResultBlamesWhatItsRemedyNames() {
    let answers = { (training: Set<String>) in
      EvaluationRules.verdicts(EvaluationFacts(learned: 0.1, training: training)).first { $0.code == "not-learned" }
    }
    #expect(answers([])?.blames == ["epochs", "learning_rate"])
    #expect(answers(["ended-by-max-steps"])?.blames == ["max_steps"])
    // The verdict on the training does.
    #expect(answers(["diverged"])?.blames == [] && answers(["untrained"])?.blames == [])
    let ruined = { (training: Set<String>) in
      EvaluationRules.verdicts(EvaluationFacts(baseLoss: 2, tunedLoss: 9, training: training))
        .first { $0.code == "worse-than-base" }
    }
    #expect(ruined([])?.blames == ["learning_rate"] && ruined(["overfitted"])?.blames == ["epochs"])
    let untrained = { (limit: (steps: Int, whole: Int)?) in
      TrainingRules.verdicts(
        TrainingFacts(loss: curve(1) { _ in 2 }, rates: curve(1) { _ in 0 }, stepLimit: limit)
      ).first?.blames
    }
    #expect(untrained((1, 24)) == ["max_steps", "schedule"])
    #expect(untrained(nil) == ["epochs", "batch_size", "gradient_accumulation", "schedule"])
    #expect(MergeRules.verdicts(MergeFacts(lostShare: 4)).first?.blames == ["dtype"])
  }

  @Test func aLossThatFellAndRoseAgainDiverged() {
    #expect(codes(TrainingFacts(loss: curve(60) { $0 < 0.5 ? 3 - 4 * $0 : 1 + 5 * ($0 - 0.5) })) == ["diverged"])
  }

  /// The losses of a real training with two rows a batch, stopped early.
  @Test func aNoisyLossDidNotDiverge() {
    let losses: [Double] = [
      1.8675, 2.9937, 2.4038, 1.9563, 1.6736, 2.3923, 2.6008, 1.3784, 2.4959, 2.5546, 2.1339, 3.0495, 0.8889, 1.2605,
      1.8199, 2.8393, 2.5514,
    ]
    let curve = Curve(zip(1..., losses).map { (step: $0, value: $1) })
    #expect(codes(TrainingFacts(loss: curve)) == [])
    // Three points that rise without end did.
    #expect(
      codes(TrainingFacts(loss: Curve([(step: 1, value: 1.7), (step: 2, value: 5), (step: 3, value: 28)]))) == [
        "diverged"
      ])
  }

  /// The losses of a real training with a learning rate of 100: the first update threw the model off, and there it stayed.
  @Test func aLossThatJumpsAtOnceDiverged() {
    let losses = [4.87, 10.80, 10.81, 10.79, 10.80, 10.80, 10.80, 10.80]
    let curve = Curve(zip(1..., losses).map { (step: $0, value: $1) })
    let verdicts = TrainingRules.verdicts(TrainingFacts(loss: curve, learningRate: 100, rank: 8, effectiveRank: 3))
    #expect(verdicts.map(\.code) == ["diverged"])
    #expect(verdicts.first?.message == "loss rose from 4.87 to 10.8")
    // A first batch that is easy is no sign of it.
    let easy = [0.3, 2.1, 2.4, 1.9, 2.6, 2.2, 2.3, 2.0]
    #expect(codes(TrainingFacts(loss: Curve(zip(1..., easy).map { (step: $0, value: $1) }))) == [])
  }

  /// The losses of a real training of three updates with the rate that is recommended: three batches differ, that is all.
  @Test func aFewUpdatesAtAUsualRateHaveNoCourse() {
    let losses = Curve([(step: 1, value: 2.17), (step: 2, value: 2.2), (step: 3, value: 3.58)])
    #expect(codes(TrainingFacts(loss: losses, learningRate: 1e-4)) == [])
    #expect(codes(TrainingFacts(loss: losses, learningRate: 1e-2)) == ["diverged"])
  }

  /// Who has the usual rate already is not told that it is usual.
  @Test func aLossThatRisesAtAUsualRateAsksForAThird() {
    let verdicts = TrainingRules.verdicts(TrainingFacts(loss: curve(50) { 1.7 + 27 * $0 }, learningRate: 1e-4))
    #expect(verdicts.map(\.code) == ["diverged"])
    #expect(verdicts[0].remedy?.contains("to a third") == true && verdicts[0].remedy?.contains("is usual") == false)
  }

  @Test func aTrainingWhoseRatesAreAllZeroTaughtNothing() {
    let zero = Curve([(step: 1, value: 0)])
    let verdicts = TrainingRules.verdicts(
      TrainingFacts(loss: Curve([(step: 1, value: 2)]), rates: zero, learningRate: 1e-4, rank: 8, effectiveRank: 1))
    #expect(verdicts.map(\.code) == ["untrained"])
    let rising = Curve([(step: 1, value: 0), (step: 2, value: 1e-4)])
    #expect(codes(TrainingFacts(loss: curve(2) { _ in 2 }, rates: rising, learningRate: 1e-4)) == [])
    // The evaluation after it does not ask for a higher rate.
    let evaluation = EvaluationRules.verdicts(EvaluationFacts(learned: 0, training: ["untrained"]))
    #expect(evaluation.map(\.remedy) == ["the training changed nothing: train more updates first"])
  }

  @Test func aFlatLossIsNamed() {
    #expect(codes(TrainingFacts(loss: curve(40) { 2 + noise($0) * 0.2 })) == ["flat"])
    // The update of a training that learned nothing is no measure of the rank.
    #expect(codes(TrainingFacts(loss: curve(40) { 2 + noise($0) * 0.2 }, rank: 8, effectiveRank: 2)) == ["flat"])
    // A loss that is low from the start has nothing left to learn.
    #expect(codes(TrainingFacts(loss: curve(40) { _ in 0.05 })) == [])
  }

  /// Early stopping ended these after two updates: too few losses for a course, and a validation loss that says it all.
  @Test func aValidationLossThatExplodesIsNamed() {
    let loss = Curve([(step: 1, value: 2.4), (step: 2, value: 2.2)])
    func verdict(_ validation: [Double], _ loss: Curve) -> Verdict? {
      let curve = Curve(zip(1..., validation).map { (step: $0, value: $1) })
      return TrainingRules.verdicts(
        TrainingFacts(loss: loss, validation: curve, learningRate: 0.05, rank: 8, effectiveRank: 6)
      ).first
    }
    let rising = verdict([1.9, 7.278], loss)
    #expect(rising?.code == "diverged" && rising?.message == "validation loss rose from 1.90 to 7.28")
    #expect(rising?.remedy == "lower learning_rate, now 0.05; 1e-4 to 1e-3 is usual for an adapter")
    #expect(rising?.blames == ["learning_rate"])
    // Measured only when it was high already.
    for high in [[7.28], [7.1, 7.28], [7.28, 7.1]] {
      #expect(verdict(high, loss)?.code == "diverged", "\(high)")
    }
    #expect(verdict([7.28], loss)?.message == "validation loss is 7.28, and training began with a loss of 2.40")
    // Harder rows, a small rise, a rise of what is learned by heart: none of them explodes.
    for usual in [[3.9], [1.9, 2.2], [2.2, 1.9]] { #expect(verdict(usual, loss)?.code == "rank-fits", "\(usual)") }
    #expect(verdict([1.5, 2.9], curve(40) { 2 * exp2(-6 * $0) + 0.1 })?.code != "diverged")
  }

  @Test func aSettingIsNamedAsTheRecipeHasIt() {
    for (rate, text) in [
      (0.02, "0.02"), (0.05, "0.05"), (0.015, "0.015"), (0.5, "0.5"), (2, "2"), (100, "100"), (0.0025, "2.5e-3"),
      (3e-4, "3e-4"), (1.25e-5, "1.25e-5"), (1e-7, "1e-7"),
    ] {
      let verdicts = TrainingRules.verdicts(
        TrainingFacts(loss: curve(50) { $0 < 0.2 ? 1.7 : 1.7 + 27 * $0 }, learningRate: rate))
      #expect(verdicts.first?.remedy?.contains("now \(text)") == true, "\(text): \(verdicts.first?.remedy ?? "")")
    }
    let falling = TrainingRules.verdicts(TrainingFacts(loss: curve(100) { 3 - 2 * $0 }, epochs: 0.02))
    #expect(falling.first?.remedy == "train more epochs (now 0.02)")
  }

  @Test func epochsThatEndBeforeMaxStepsAreNamed() {
    let facts = TrainingFacts(loss: curve(6) { 3 - 2 * $0 }, unreachedLimit: (steps: 6, limit: 20))
    let verdicts = TrainingRules.verdicts(facts)
    #expect(verdicts.map(\.code) == ["ended-before-max-steps"])
    #expect(verdicts[0].message == "the epochs were over after 6 updates, before max_steps: 20")
  }

  @Test func aRisingValidationLossNamesTheStep() {
    let loss = curve(100) { 2 * exp2(-6 * $0) + 0.2 }
    let validation = curve(10, every: 10) { share in share < 0.4 ? 1.5 - share : 1.1 + 0.4 * (share - 0.4) }
    let facts = TrainingFacts(loss: loss, validation: validation)
    let found = TrainingRules.verdicts(facts).first { $0.code == "overfitted" }
    #expect(found?.tone == .warning)
    #expect(found?.message.contains("since step 50") ?? false, "\(found?.message ?? "")")
    var kept = facts
    kept.keepsBest = true
    #expect(TrainingRules.verdicts(kept).first { $0.code == "overfitted" }?.tone == .note)
  }

  @Test func aFallingLossAsksForMoreEpochs() {
    let verdicts = TrainingRules.verdicts(TrainingFacts(loss: curve(100) { 3 - 2 * $0 }, epochs: 1))
    #expect(verdicts.map(\.code) == ["still-falling"])
    #expect(verdicts[0].remedy == "train more epochs (now 1)")
  }

  /// More epochs are no advice where another setting ended the training.
  @Test func aTrainingThatMaxStepsEndedAsksForSteps() {
    let falling = curve(100) { 3 - 2 * $0 }
    let verdicts = TrainingRules.verdicts(TrainingFacts(loss: falling, epochs: 3, stepLimit: (100, 420)))
    #expect(verdicts.map(\.code) == ["ended-by-max-steps"])
    #expect(verdicts[0].message == "max_steps ended the training after 100 of 420 updates")
    let flat = TrainingRules.verdicts(
      TrainingFacts(loss: curve(40) { _ in 2 }, learningRate: 1e-5, stepLimit: (40, 80)))
    let evaluation = EvaluationRules.verdicts(EvaluationFacts(learned: 0, training: ["ended-by-max-steps"]))
    for verdict in verdicts + flat + evaluation { #expect(verdict.remedy?.contains("epochs") == false) }
  }

  @Test func theRankIsJudgedByItsDirections() {
    let loss = curve(140) { 1 + exp2(-8 * $0) }
    let high = TrainingRules.verdicts(TrainingFacts(loss: loss, rank: 8, effectiveRank: 3))
    #expect(high.map(\.message) == ["rank 8: 95 % of the update lies in 3 directions"])
    #expect(high.first?.remedy == "rank 4 would do")
    let one = TrainingRules.verdicts(TrainingFacts(loss: loss, rank: 8, effectiveRank: 1))
    #expect(one.map(\.message) == ["rank 8: 95 % of the update lies in one direction"])
    #expect(one.first?.remedy == "rank 1 would do")
    let fitting = TrainingRules.verdicts(TrainingFacts(loss: loss, rank: 8, effectiveRank: 6))
    #expect(fitting.map(\.message) == ["rank 8 fits: 95 % of the update lies in 6 directions"])
    #expect(codes(TrainingFacts(loss: loss, rank: 8, effectiveRank: 5)) == ["rank-fits"])
    #expect(codes(TrainingFacts(loss: loss, rank: 8, effectiveRank: 8)) == ["rank-used-up"])
    #expect(codes(TrainingFacts(loss: loss, rank: 1, effectiveRank: 1)) == ["rank-used-up"])
    #expect(codes(TrainingFacts(loss: loss, rank: 64, effectiveRank: 64)) == [])
    #expect(codes(TrainingFacts(loss: loss, rank: 8)) == [])
    #expect(codes(TrainingFacts(loss: loss, rank: 8, effectiveRank: 0)) == [])
    #expect(codes(TrainingFacts(loss: loss, rank: 4, effectiveRank: 3.9)) == ["rank-used-up"])
  }

  @Test func shortAndBrokenCurvesHaveNoVerdict() {
    #expect(codes(TrainingFacts(loss: Curve([]))) == [])
    #expect(codes(TrainingFacts(loss: Curve([(step: 1, value: 2.0)]))) == [])
    #expect(codes(TrainingFacts(loss: Curve((1...30).map { (step: $0, value: Double.nan) }))) == [])
  }
}

@Suite struct EvaluationRuleTests {
  private func codes(_ facts: EvaluationFacts) -> [String] { EvaluationRules.verdicts(facts).map(\.code) }

  @Test func learningWithoutForgettingIsGood() {
    let verdicts = EvaluationRules.verdicts(
      EvaluationFacts(learned: 0.962, knownBefore: 0.38, baseGeneralLoss: 2.395, tunedGeneralLoss: 1.605))
    #expect(verdicts.map(\.tone) == [.good, .good])
    #expect(
      verdicts.map(\.message) == [
        "96 % of the probes that the base got wrong are answered right (the base had 38 % right)",
        "general loss is 33 % below the base's: nothing was forgotten",
      ])
  }

  @Test func whatTheBaseKnewIsNotLearned() {
    #expect(codes(EvaluationFacts(learned: 1, knownBefore: 0.93)) == ["known-before"])
    // Of the few that were left, some were not learned: that says little of the training.
    #expect(codes(EvaluationFacts(learned: 0.5, knownBefore: 0.93)) == ["known-before"])
    // The base answered all of them: nothing was left to learn.
    #expect(codes(EvaluationFacts(knownBefore: 1)) == ["known-before"])
  }

  /// Nonsense may have a low loss.
  @Test func aModelThatLearnedNothingIsNotSaidToHaveForgottenNothing() {
    let verdicts = EvaluationRules.verdicts(
      EvaluationFacts(learned: 0.1, knownBefore: 0, baseGeneralLoss: 2.4, tunedGeneralLoss: 2.2))
    #expect(verdicts.last?.message == "general loss is 8.3 % below the base's")
  }

  @Test func forgettingIsNamed() {
    #expect(codes(EvaluationFacts(baseGeneralLoss: 2, tunedGeneralLoss: 2.2)) == ["forgot"])
    #expect(codes(EvaluationFacts(general: .init(base: 1, tuned: 0.5))) == ["general-answers-lost"])
    #expect(codes(EvaluationFacts(baseGeneralLoss: 2, tunedGeneralLoss: 2.02)) == ["general-kept"])
  }

  @Test func lostAnswersAreCounted() {
    func verdict(_ base: Int, _ tuned: Int, of count: Int) -> Verdict? {
      let share = { (right: Int) in Double(right) / Double(count) }
      return EvaluationRules.verdicts(
        EvaluationFacts(general: .init(base: share(base), tuned: share(tuned), count: count))
      ).first
    }
    #expect(verdict(8, 6, of: 8)?.message == "of 8 general probes, the base answers 8 right and the tuned model 6")
    #expect(verdict(8, 6, of: 8)?.tone == .warning)
    // One answer may have gone wrong by chance.
    #expect(verdict(8, 7, of: 8)?.tone == .note)
    #expect(verdict(100, 97, of: 100) == nil)
    #expect(verdict(6, 8, of: 8) == nil)
  }

  /// The ending of a real quickstart: five sentences, two of which contradicted each other.
  @Test func eachQuestionHasOneVerdictAndTheWorstComesFirst() {
    let facts = EvaluationFacts(
      learned: 1, knownBefore: 0.5, general: .init(base: 1, tuned: 0.75, count: 8), baseGeneralLoss: 2.4,
      tunedGeneralLoss: 1.6, overGeneral: 0.25)
    let verdicts = EvaluationRules.verdicts(facts)
    #expect(verdicts.map(\.code) == ["over-general", "learned"])
    #expect(!verdicts.contains { $0.message.contains("nothing was forgotten") })
    // Both of these are bad, so both are said.
    var worse = facts
    worse.tunedGeneralLoss = 3
    #expect(codes(worse) == ["over-general", "forgot", "learned"])
  }

  @Test func noEvaluationHasMoreThanThreeVerdicts() {
    for learned in [nil, 0, 0.8, 1.0] {
      for known in [nil, 0.1, 1.0] {
        for tuned in [0.5, 0.9, 1] {
          for loss in [1.0, 2, 3] {
            for share in [nil, 0, 0.5] {
              for training in [[], ["diverged"], ["overfitted"]] as [Set<String>] {
                let verdicts = EvaluationRules.verdicts(
                  EvaluationFacts(
                    learned: learned, knownBefore: known, general: .init(base: 1, tuned: tuned, count: 10),
                    baseGeneralLoss: 2, tunedGeneralLoss: loss, overGeneral: share, training: training))
                #expect(verdicts.count <= 3)
                #expect(verdicts == verdicts.worstFirst)
                let isBad = verdicts.contains { ["over-general", "general-answers-lost", "forgot"].contains($0.code) }
                #expect(!(isBad && verdicts.contains { $0.code == "general-kept" }))
              }
            }
          }
        }
      }
    }
  }

  /// Whoever was told to lower the rate is not told to raise it.
  @Test func afterALossThatRoseNoRemedyContradictsTheTrainings() {
    let verdicts = EvaluationRules.verdicts(
      EvaluationFacts(
        learned: 0, knownBefore: 0, general: .init(base: 1, tuned: 0, count: 8), baseGeneralLoss: 2,
        tunedGeneralLoss: 20, overGeneral: 0.5, training: ["diverged"]))
    #expect(verdicts.count == 3)
    for verdict in verdicts {
      #expect(verdict.remedy == "the loss of the training rose: train again with a lower learning_rate first")
    }
    let overfitted = EvaluationRules.verdicts(EvaluationFacts(learned: 0.2, knownBefore: 0, training: ["overfitted"]))
    #expect(overfitted.map(\.remedy) == ["add rows that ask in other words"])
  }

  /// Also where the curve of the training does not tell.
  @Test func aModelWorseThanItsBaseIsNotTrainedHarder() {
    let facts = EvaluationFacts(
      learned: 0, knownBefore: 0.5, general: .init(base: 1, tuned: 0, count: 8), baseLoss: 5.07, tunedLoss: 10.8)
    let verdicts = EvaluationRules.verdicts(facts)
    #expect(verdicts.map(\.code) == ["not-learned", "general-answers-lost", "worse-than-base"])
    #expect(verdicts.last?.message == "loss on the validation rows is 10.8, above the base's 5.07")
    #expect(
      Set(verdicts.map(\.remedy)) == [
        "the tuned model is worse than its base: train again with a lower learning_rate first"
      ])
    var byHeart = facts
    byHeart.training = ["overfitted"]
    #expect(
      EvaluationRules.verdicts(byHeart).first?.remedy
        == "the tuned model is worse than its base: train fewer epochs first")
    // A little above is what a small mix costs.
    #expect(!codes(EvaluationFacts(learned: 1, baseLoss: 2, tunedLoss: 2.3)).contains("worse-than-base"))
  }

  @Test func whatIsPartlyLearnedIsANote() {
    let verdicts = EvaluationRules.verdicts(EvaluationFacts(learned: 0.8, knownBefore: 0.1))
    #expect(verdicts.map(\.code) == ["partly-learned"] && verdicts.map(\.tone) == [.note])
  }

  @Test func aModelThatDidNotLearnIsNamed() {
    let verdicts = EvaluationRules.verdicts(EvaluationFacts(learned: 0.4, knownBefore: 0))
    #expect(verdicts.map(\.code) == ["not-learned"])
    #expect(
      verdicts.first?.message
        == "only 40 % of the probes that the base got wrong are answered right (the base had 0 % right)")
  }

  @Test func withoutABaseTheShareIsOfAllProbes() {
    let verdicts = EvaluationRules.verdicts(EvaluationFacts(learned: 1))
    #expect(verdicts.map(\.message) == ["100 % of the probes are answered right"])
  }

  @Test func aMergeThatRoundsTheUpdateAwayIsNamed() {
    let verdicts = MergeRules.verdicts(MergeFacts(lostShare: 6.2, dtype: "bfloat16"))
    #expect(verdicts.map(\.message) == ["rounding to bfloat16 is 6.2 times as large as what was learned"])
    #expect(MergeRules.verdicts(MergeFacts(lostShare: 0.12)).isEmpty)
  }
}

/// Every place that a verdict can name is in the page, and in its translation.
@Suite struct VerdictTopicTests {
  private static let project = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  private static func read(_ path: String) throws -> String {
    let file = try #require(fopen(project + "/" + path, "rb"), "\(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: ["docs/troubleshooting.md", "docs/zh/troubleshooting.md"])
  func everyTopicIsARowOfThePage(_ page: String) throws {
    let text = try Self.read(page)
    for topic in VerdictTopic.allCases {
      let mark = "| <a id=\"\(topic.rawValue)\"></a>"
      #expect(text.split(separator: mark, omittingEmptySubsequences: false).count == 2, "\(topic.rawValue)")
    }
  }
}
