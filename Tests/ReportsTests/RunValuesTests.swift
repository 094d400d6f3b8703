import JSON
import PipelineEngine
import Platform
import Recipes
import Stages
import Testing
import Verdicts

@testable import Reports
@testable import RunHistory

@Suite struct RunValuesTests {
  private func run(_ id: String, label: String = "small") -> RunEntry {
    RunEntry(
      id: id, recipe: label, label: label, file: "recipes/\(label).yaml", variant: JSONObject(), seed: "1",
      status: .succeeded, started: 1_000_000, finished: 1_000_060, seconds: 60, command: ["lorapipe", "run"], path: "/")
  }

  private func sample(_ ask: String, _ base: (String, Bool)?, _ tuned: (String, Bool)?) -> EvaluationReport.Sample {
    var sample = EvaluationReport.Sample(group: "identity", turns: [ask])
    (sample.base, sample.baseIsRight) = (base?.0, base?.1)
    (sample.tuned, sample.tunedIsRight) = (tuned?.0, tuned?.1)
    return sample
  }

  /// A training whose loss rose spoils everything after it; its remedy is said once.
  @Test func oneCauseHasOneRemedy() {
    func verdict(_ code: String, cause: String?) -> StageVerdict {
      StageVerdict(
        stage: code, verdict: Verdict(code, .warning, code, remedy: "lower it", topic: .theLossRises, cause: cause))
    }
    let found = StageVerdict.withOneRemedyPerCause([
      verdict("diverged", cause: nil), verdict("not-learned", cause: "diverged"), verdict("forgot", cause: "diverged"),
      verdict("merge-lost-it", cause: nil),
    ])
    #expect(found.map { $0.verdict.remedy != nil } == [true, false, false, true])
    // Where the training is not in the run, the first that it spoiled says it.
    let without = StageVerdict.withOneRemedyPerCause(
      Array(found.dropFirst()).map { verdict($0.stage, cause: $0.verdict.cause) })
    #expect(without.map { $0.verdict.remedy != nil } == [true, false, true])
  }

  @Test func wrongAnswersComeFirstAndEqualBasesOnce() {
    var first = EvaluationReport()
    first.samples = [sample("a", ("x", false), ("y", true)), sample("b", ("x", false), ("z", false))]
    var second = EvaluationReport()
    second.samples = [sample("a", ("x", false), ("w", true)), sample("b", ("x", false), ("y", true))]
    let book = AnswerBook([(run("1"), "eval", first), (run("2"), "eval", second)])
    #expect(book.columns.map(\.isBase) == [true, false, false])
    #expect(book.columns.map(\.stage) == [nil, nil, nil])
    // Two stages of one run ask with and without a system prompt: a column says which of them.
    second.samples[0].base = "v"
    let both = AnswerBook([(run("1"), "unprompted", first), (run("1"), "eval", second)])
    #expect(both.columns.map(\.stage) == ["unprompted", "unprompted", "eval", "eval"])
    #expect(book.rows.map(\.turns) == [["b"], ["a"]])
    #expect(book.scores == [.init(group: "identity", right: [0, 1, 2], asked: [2, 2, 2])])
  }

  @Test func aStageStandsBelowAllItReadsFrom() {
    let graph = StageGraph(
      stages: [("base", "f"), ("rows", "f"), ("mix", "m"), ("train", "s"), ("eval", "e")],
      edges: [
        .init(from: "rows", to: "mix", role: "data", isData: true),
        .init(from: "mix", to: "train", role: "data", isData: true),
        .init(from: "base", to: "train", role: "model", isData: true),
        .init(from: "train", to: "eval", role: "adapter", isData: true),
        .init(from: "nobody", to: "eval", role: "", isData: false),
      ])
    let rows = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.stage, $0.row) })
    #expect(rows == ["base": 0, "rows": 0, "mix": 1, "train": 2, "eval": 3])
    #expect(graph.edges.count == 4)
    // The line from base to train passes the row of mix beside it.
    let way = graph.edges.first { $0.from == "base" && $0.to == "train" }?.way ?? []
    let mix = graph.nodes.first { $0.stage == "mix" }
    #expect(way.count == 1 && abs((way.first?.x ?? 0) - (mix?.x ?? 0)) > StageGraph.boxWidth / 2)
    #expect(graph.nodes.allSatisfy { $0.x > 0 && $0.x < graph.width && $0.y < graph.height })
    // A damaged record may go in a circle.
    let circle = StageGraph(
      stages: [("a", ""), ("b", "")],
      edges: [.init(from: "a", to: "b", role: "", isData: true), .init(from: "b", to: "a", role: "", isData: true)])
    #expect(circle.nodes.count == 2)
  }

  /// Everything that a user or a model wrote shows as text.
  @Test(arguments: Words.Language.allCases) func hostileTextsStayText(_ language: Words.Language) {
    let hostile = "<img src=x onerror=alert(1)></td><script>alert(2)</script>"
    var report = EvaluationReport()
    report.samples = [sample(hostile, (hostile, false), (hostile, true))]
    var entry = run("20261128-000000-aaaa", label: hostile)
    entry.command = ["lorapipe", "run", hostile]
    var stage = StageEntry(
      stage: hostile, kind: hostile, state: .failed, attempt: 1, isRecorded: true,
      diagnostics: [["message": .string(hostile), "remedy": .string(hostile)]])
    stage.parameters = JSONObject([("values." + hostile, .string(hostile))])
    stage.metrics = JSONObject([(hostile, .string(hostile)), ("rows.train", 3), ("language." + hostile, 3)])
    let detail = RunDetail(run: entry, stages: [stage], environment: JSONObject([(hostile, .string(hostile))]))
    let facts = StageFacts(stage, kind: nil, plan: nil)
    let page = RunReport(
      RunFacts(
        detail: detail, stages: [facts], graph: StageGraph(detail, recipe: nil), verdicts: [],
        curves: [
          (hostile, [CurveGroup(name: hostile, curves: [CurveFacts(name: hostile, [.init(step: 1, value: 1)])])])
        ],
        answers: AnswerBook([(entry, hostile, report)]), data: DataCard([facts], recipe: nil) { _ in nil },
        settings: Setting.differing(of: facts), product: stage,
        lineage: [
          LineageNode(
            artifact: SHA256.hash(hostile), key: nil, kind: hostile, stage: hostile, run: hostile, inputs: [])
        ], fileNames: [SHA256.hash(hostile): hostile], recipeText: hostile), words: Words(language)
    ).html
    let text = String(decoding: page, as: UTF8.self)
    #expect(text.contains("&lt;script&gt;") && !text.contains("<script") && !text.contains("<img"))
    #expect(text.contains("Content-Security-Policy"))
    let comparison = ComparedRuns(
      details: [detail, detail], parameters: [], data: [],
      metrics: [.init(stage: hostile, name: hostile, values: [.string(hostile), nil], better: .lower, kind: hostile)],
      curves: [], answers: AnswerBook([(entry, hostile, report)]))
    let both = ComparisonReport(
      comparison, verdicts: [], catalog: StageCatalog(BuiltinStages.all), words: Words(language)
    ).html
    let other = String(decoding: both, as: UTF8.self)
    #expect(other.contains("&lt;script&gt;") && !other.contains("<script") && !other.contains("<img"))
  }

  @Test func parametersAreWrittenAsRecipesHaveThem() {
    #expect(MetricWords.parameter(.number(1e-3)) == "1e-3")
    #expect(MetricWords.parameter(.number(3.2e-5)) == "3.2e-5")
    #expect(MetricWords.parameter(.number(0.1)) == "0.1")
    #expect(MetricWords.parameter(.integer(8)) == "8")
    #expect(MetricWords.parameter(.string("all-linear")) == "all-linear")
  }
}
