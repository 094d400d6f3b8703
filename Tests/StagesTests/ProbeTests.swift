import Diagnostics
import JSON
import Recipes
import Testing

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
    ("{}", "", true),
  ])
  func answersAreJudgedByEveryConditionGiven(json: String, answer: String, right: Bool) throws {
    #expect(try expectation(json).accepts(answer) == right)
  }

  @Test(arguments: [#"{"contain": "x"}"#, #"{"regex": "("}"#, #"{"exact": 5}"#, "[]"])
  func conditionsNobodyKnowsAreRefused(json: String) throws {
    #expect(throws: (any Error).self) { try expectation(json).check(at: "expect") }
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
    #expect(abs((metrics["general_loss_change"] ?? 0) - 0.05) < 1e-12)
    #expect(metrics["base.probes.general"] == 1)
  }
}
