public import JSON
import PipelineEngine
import Recipes
import RunHistory

/// The stages of a run as a drawing: where each stands, and which reads from which.
///
/// Stages stand in rows; a stage is one row below the lowest it reads from. Inside a row they are ordered by where those
/// stand from which they read, so that few lines cross.
public struct StageGraph: Sendable, Hashable {
  public struct Node: Sendable, Hashable {
    public var stage: String
    public var kind: String
    /// From 0 at the top.
    public var row: Int
    /// From 0 at the left.
    public var column: Int
  }

  public struct Edge: Sendable, Hashable {
    public var from: String
    public var to: String
    public var role: String
    /// False for an order without data.
    public var isData: Bool
  }

  public var nodes: [Node]
  public var edges: [Edge]

  public var rows: Int { (nodes.map(\.row).max() ?? -1) + 1 }
  public var columns: Int { (nodes.map(\.column).max() ?? -1) + 1 }

  /// - Parameters:
  ///   - stages: name and kind, in the recipe's order.
  ///   - edges: those that name an unknown stage are left out.
  init(stages: [(name: String, kind: String)], edges: [Edge]) {
    let known = Set(stages.map(\.name))
    self.edges = edges.filter { known.contains($0.from) && known.contains($0.to) }
    var parents: [String: [String]] = [:]
    for edge in self.edges { parents[edge.to, default: []].append(edge.from) }
    var rows: [String: Int] = [:]
    // A recorded recipe has no cycle; a damaged one may have, and ends here after as many rounds as there are stages.
    for _ in stages {
      var changed = false
      for stage in stages {
        let row = (parents[stage.name] ?? []).map { (rows[$0] ?? 0) + 1 }.max() ?? 0
        if row != rows[stage.name], row < stages.count {
          rows[stage.name] = row
          changed = true
        }
      }
      if !changed { break }
    }
    var columns: [String: Int] = [:]
    nodes = []
    let last = rows.values.max() ?? 0
    for row in 0...last {
      let here = stages.enumerated().filter { (rows[$0.element.name] ?? 0) == row }
      let placed = here.map { index, stage -> (weight: Double, index: Int) in
        let above = (parents[stage.name] ?? []).compactMap { columns[$0] }
        guard !above.isEmpty else { return (Double(index), index) }
        return (Double(above.reduce(0, +)) / Double(above.count), index)
      }.sorted { ($0.weight, $0.index) < ($1.weight, $1.index) }
      for (column, place) in placed.enumerated() {
        let stage = stages[place.index]
        columns[stage.name] = column
        nodes.append(Node(stage: stage.name, kind: stage.kind, row: row, column: column))
      }
    }
  }

  /// The graph of a recipe as it was recorded; without one the stages stand below each other.
  init(_ detail: RunDetail, recipe: Recipe?) {
    let stages = detail.stages.map { (name: $0.stage, kind: $0.kind) }
    guard let recipe else {
      let edges = zip(stages, stages.dropFirst()).map { Edge(from: $0.name, to: $1.name, role: "", isData: false) }
      self.init(stages: stages, edges: edges)
      return
    }
    var edges: [Edge] = []
    for stage in recipe.stages {
      var seen: Set<String> = []
      for input in stage.inputs {
        guard let from = input.stageID, seen.insert(from).inserted else { continue }
        edges.append(Edge(from: from, to: stage.id, role: input.role, isData: true))
      }
      edges += stage.after.map { Edge(from: $0, to: stage.id, role: "", isData: false) }
    }
    self.init(stages: stages, edges: edges)
  }

  public var json: JSONValue {
    [
      "rows": .integer(Int64(rows)), "columns": .integer(Int64(columns)),
      "nodes": .array(
        nodes.map {
          [
            "stage": .string($0.stage), "kind": .string($0.kind), "row": .integer(Int64($0.row)),
            "column": .integer(Int64($0.column)),
          ]
        }),
      "edges": .array(
        edges.map {
          ["from": .string($0.from), "to": .string($0.to), "role": .string($0.role), "data": .bool($0.isData)]
        }),
    ]
  }
}
