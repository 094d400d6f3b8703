import JSON
import PipelineEngine
import Reports
import Stages
import Testing

@testable import Dashboard
@testable import RunHistory

@Suite struct RunColumnsTests {
  private func run(_ id: String) -> RunEntry {
    RunEntry(
      id: id, recipe: "r", label: "r", file: "r.yaml", variant: JSONObject(), seed: "1", status: .succeeded, started: 1,
      command: [], path: "")
  }

  /// Only what differs is a column: of parameters those with several values, and every metric that is looked at first.
  @Test func onlyWhatDiffersIsAColumn() throws {
    let stages = ["a", "b"].map {
      RunTable.Stage(
        run: $0, stage: "train", kind: "sft", state: .built, key: "k" + $0, parameterSet: $0 == "a" ? 1 : 2)
    }
    let table = RunTable(
      runs: [run("b"), run("a")], stages: stages,
      parameters: [
        1: JSONObject([("lora.rank", 8), ("epochs", 2), ("only", true)]),
        2: JSONObject([("lora.rank", 16), ("epochs", 2)]),
      ],
      metrics: ["ka": JSONObject([("loss", 1.5)]), "kb": JSONObject([("loss", 1.25)])])
    let json = RunColumns(table, catalog: StageCatalog(BuiltinStages.all), words: Words(.english)).json
    let columns = json["columns"]?.arrayValue ?? []
    #expect(columns.map { $0["name"]?.stringValue } == ["lora.rank", "only", "loss"])
    #expect(columns.last?["better"] == "lower")
    let runs = json["runs"]?.arrayValue ?? []
    #expect(runs.map { $0["id"] } == ["b", "a"])
    // What another recipe does not have is no difference.
    var other = table
    other.runs.append(
      RunEntry(
        id: "0", recipe: "other", label: "other", file: "r.yaml", variant: JSONObject(), seed: "1", status: .succeeded,
        started: 1, command: [], path: ""))
    other.stages.append(
      RunTable.Stage(run: "0", stage: "train", kind: "sft", state: .built, key: nil, parameterSet: 3))
    other.parameters[3] = JSONObject([("of", "other")])
    let more = RunColumns(other, catalog: StageCatalog(BuiltinStages.all), words: Words(.english)).json
    #expect((more["columns"]?.arrayValue ?? []).map { $0["name"]?.stringValue } == ["lora.rank", "only", "loss"])
    #expect(runs[0]["values"] == [16, .null, 1.25] && runs[1]["values"] == [8, true, 1.5])
  }
}
