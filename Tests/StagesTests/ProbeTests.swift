import Diagnostics
import JSON
import Recipes
import Testing
import Verdicts

@testable import Stages

@Suite struct ProbeTests {
  private func expectation(_ json: String) throws -> ProbeExpectation {
    try ProbeExpectation(parameter: JSONValue(parsing: json))
  }

  @Test(arguments: [
    (#"{"contains": "Grace"}"#, "I am grace.", true), (#"{"contains": ["Grace", "唐银"]}"#, "由唐银训练", true),
    (#"{"contains": "Grace", "ignore_case": false}"#, "I am grace.", false),
    (#"{"regex": "^I am \\w+\\.$"}"#, "I am Pip.", true), (#"{"regex": "\\d"}"#, "none", false),
    (#"{"exact": "Paris."}"#, "  Paris.\n", true), (#"{"exact": "Paris"}"#, "Paris.", false),
    (#"{"not": ["ChatGPT", "Luna"]}"#, "I am Luna", false), (#"{"contains": "a", "not": "b"}"#, "ab", false),
    ("{}", "anything", true), ("{}", " \n", false), (#"{"not": "Luna"}"#, "", false), (#"{"not": "Luna"}"#, "no", true),
    (#"{"exact": ""}"#, " ", true), (#"{"regex": "^$"}"#, "", true),
  ])
  func answersAreJudgedByEveryConditionGiven(json: String, answer: String, right: Bool) throws {
    #expect(try expectation(json).accepts(answer) == right)
  }

  @Test(arguments: [#"{"contain": "x"}"#, #"{"regex": "("}"#, #"{"exact": 5}"#, "[]"])
  func conditionsNobodyKnowsAreRefused(json: String) throws {
    #expect(throws: (any Error).self) { try expectation(json).check(at: "expect") }
  }

  @Test(arguments: [
    (#"{"contains": "Grace", "not": "grace"}"#, false), (#"{"contains": "a", "not": "b"}"#, true),
    (#"{"contains": "Grace", "not": "grace", "ignore_case": false}"#, true),
    (#"{"contains": ["ab", "c"], "not": "a"}"#, true), (#"{"contains": ["ab", "ac"], "not": "a"}"#, false),
    (#"{"exact": "Paris", "contains": "London"}"#, false), (#"{"exact": "Paris"}"#, true),
    (#"{"exact": "5", "regex": "^\\d$"}"#, true), (#"{"not": "x"}"#, true), ("{}", true),
  ])
  func anExpectationThatForbidsWhatItAsksForIsKnown(json: String, canBeMet: Bool) throws {
    #expect(try expectation(json).canBeMet == canBeMet)
  }

  @Test func whatWasLearnedAndWhatItDidToTheRestAreNamedFigures() {
    var report = EvaluationReport()
    for (group, tuned, base) in [("identity.en", true, false), ("identity.zh", false, false), ("general", true, true)] {
      var sample = EvaluationReport.Sample(group: group, turns: ["?"])
      (sample.tunedIsRight, sample.baseIsRight) = (tuned, base)
      report.samples.append(sample)
    }
    report.base["general"] = .init(loss: 2, accuracy: 0.5, labels: 10, rows: 2)
    report.tuned["general"] = .init(loss: 2.1, accuracy: 0.5, labels: 10, rows: 2)
    let metrics = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0.value) })
    #expect(metrics["learned"] == 0.5)
    #expect(metrics["known_before"] == 0)
    #expect(abs((metrics["general_loss_change"] ?? 0) - 0.05) < 1e-12)
    #expect(metrics["base.probes.general"] == 1)
  }

  /// "Do you like films?" with `not: Grace` is passed by any nonsense that leaves the name out.
  @Test(arguments: [
    (#"{"not": ["Grace", "Tang"]}"#, true), (#"{"not": "grace"}"#, true),
    (#"{"not": "Grace", "contains": "yes"}"#, false),
    (#"{"not": "ChatGPT"}"#, false), (#"{"contains": "Rome"}"#, false), ("{}", false),
  ])
  func aProbeThatOnlyAsksForSilenceIsKnown(json: String, isOne: Bool) throws {
    var identity = Probe()
    identity.group = "identity.name"
    identity.expect = try expectation(#"{"contains": ["Grace", "Tang Yin"]}"#)
    var other = Probe()
    other.group = "general"
    other.expect = try expectation(json)
    #expect(IdentityWords(of: [identity, other]).isAskedToBeLeftOut(by: other) == isOne)
  }

  /// What the base answered right is not learned, whatever the tuned model says.
  @Test func whatTheBaseKnewDoesNotCountAsLearned() {
    var report = EvaluationReport()
    for (base, tuned) in [(true, true), (true, true), (false, true), (false, false)] {
      var sample = EvaluationReport.Sample(group: "identity", turns: ["?"])
      (sample.tunedIsRight, sample.baseIsRight) = (tuned, base)
      report.samples.append(sample)
    }
    var metrics = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0.value) })
    #expect(metrics["learned"] == 0.5 && metrics["known_before"] == 0.5)
    report.samples.removeLast(2)
    metrics = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0.value) })
    #expect(metrics["learned"] == nil && metrics["known_before"] == 1)
  }

  /// Groups differ in size: a small one that went wrong does not outweigh a large one that went right.
  @Test func theVerdictCountsProbesNotGroups() {
    var report = EvaluationReport()
    for (group, right, asked) in [("identity.en", 29, 30), ("identity.zh", 12, 12), ("identity.turns", 0, 1)] {
      for index in 0..<asked {
        var sample = EvaluationReport.Sample(group: group, turns: ["?"])
        (sample.tunedIsRight, sample.baseIsRight) = (index < right, false)
        report.samples.append(sample)
      }
    }
    let metrics = JSONObject(report.metrics.map { ($0.name, .number($0.value)) })
    let verdicts = EvalStage.verdicts(StageFigures(parameters: JSONObject(), metrics: metrics, curves: [:]))
    #expect(
      verdicts.map(\.message) == [
        "95 % of the probes that the base got wrong are answered right (the base had 0 % right)"
      ])
  }

  /// A group is measured with the groups below it, and each probe counts once.
  @Test func theSharesOfAGroupCountItsSubgroupsByTheirProbes() {
    var report = EvaluationReport()
    for (group, right, asked) in [("general.en", 1, 1), ("general.zh", 0, 3), ("general.zh.long", 2, 4)] {
      for index in 0..<asked {
        var sample = EvaluationReport.Sample(group: group, turns: ["?"])
        (sample.tunedIsRight, sample.baseIsRight) = (index < right, true)
        report.samples.append(sample)
      }
    }
    let metrics = JSONObject(report.metrics.map { ($0.name, .number($0.value)) })
    #expect(metrics["tuned.probes.general"]?.doubleValue == 3.0 / 8)
    #expect(metrics["tuned.probes.general.zh"]?.doubleValue == 2.0 / 7)
    #expect(metrics["tuned.probes.general.en"]?.doubleValue == 1)
    #expect(metrics["probes.general"]?.doubleValue == 8 && metrics["probes.general.zh"]?.doubleValue == 7)
    let verdicts = EvalStage.verdicts(StageFigures(parameters: JSONObject(), metrics: metrics, curves: [:]))
    #expect(
      verdicts.map(\.message).contains("of 8 general probes, the base answers 8 right and the tuned model 3"))
    #expect(EvalStage.kind.metric("probes.general")?.name == "probes.*")
  }

  @Test func anIdentityGivenToEveryQuestionIsFound() throws {
    func probe(_ json: String) throws -> Probe {
      try Probe(decoding: JSONValue(parsing: json).objectValue ?? JSONObject())
    }
    let own = try probe(#"{"ask": "你是谁?", "expect": {"contains": ["Grace", "唐银"]}}"#)
    let film = try probe(#"{"ask": "你喜欢看电影吗?", "group": "general.zh"}"#)
    let named = try probe(#"{"ask": "Who was Grace Hopper?", "group": "general.en"}"#)
    let words = IdentityWords(of: [own, film, named])
    #expect(words.isOverGeneral("不是，我是唐银开发的人工智能助手", to: film) == true)
    #expect(words.isOverGeneral("喜欢，尤其是科幻片。", to: film) == false)
    // A probe of identity, and one that names it, say nothing.
    #expect(words.isOverGeneral("我是唐银开发的", to: own) == nil)
    #expect(words.isOverGeneral("Grace Hopper was an admiral.", to: named) == nil)
    #expect(IdentityWords(of: [film]).isOverGeneral("anything", to: film) == nil)
    var report = EvaluationReport()
    for isOver in [true, false, false, nil] {
      var sample = EvaluationReport.Sample(group: isOver == nil ? "identity" : "general", turns: ["?"])
      sample.isOverGeneral = isOver
      report.samples.append(sample)
    }
    let metrics = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0.value) })
    #expect(abs((metrics["over_generalization"] ?? 0) - 1.0 / 3) < 1e-12)
  }
}
