public import JSON
import PipelineEngine
import Recipes
import RunHistory

/// The stages of a run as a drawing: where each stands, and by which way a line leads from one to the other.
///
/// Stages stand in rows; a stage is one row below the lowest it reads from. Inside a row they are ordered by where those
/// stand from which they read, so that few lines cross. A line that passes rows has a place of its own in each of them, so
/// that it leads around the stages there; the lines of one stage share it. (Sugiyama's method, with one pass.)
public struct StageGraph: Sendable, Hashable {
  public struct Node: Sendable, Hashable {
    public var stage: String
    public var kind: String
    /// From 0 at the top.
    public var row: Int
    /// Of its middle, in the drawing's own units.
    public var x: Double
    public var y: Double
  }

  public struct Edge: Sendable, Hashable {
    public var from: String
    public var to: String
    public var role: String
    /// False for an order without data.
    public var isData: Bool
    /// Places between the two that the line leads through, from top to bottom.
    public var way: [Point] = []
  }

  public struct Point: Sendable, Hashable {
    public var x: Double
    public var y: Double
  }

  public static let boxWidth = 206.0
  public static let boxHeight = 62.0
  private static let gapX = 26.0
  private static let gapY = 42.0
  private static let laneWidth = 14.0

  public private(set) var nodes: [Node]
  public private(set) var edges: [Edge]
  public private(set) var width: Double
  public private(set) var height: Double

  /// What stands in a row: a stage, or the lane of a line from a stage above.
  private enum Slot: Hashable {
    case stage(Int)
    case lane(from: Int)
  }

  /// - Parameters:
  ///   - stages: name and kind, in the recipe's order.
  ///   - edges: those that name an unknown stage are left out.
  init(stages: [(name: String, kind: String)], edges: [Edge]) {
    let places = Dictionary(stages.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let known = edges.compactMap { edge -> (edge: Edge, from: Int, to: Int)? in
      guard let from = places[edge.from], let to = places[edge.to] else { return nil }
      return (edge, from, to)
    }
    let rows = Self.rows(stages.count, known.map { ($0.from, $0.to) })
    let last = rows.max() ?? 0
    var parents: [Slot: [Slot]] = [:]
    var slots = (0...last).map { row in stages.indices.filter { rows[$0] == row }.map { Slot.stage($0) } }
    for (_, from, to) in known where rows[to] > rows[from] {
      var above = Slot.stage(from)
      for row in (rows[from] + 1)..<max(rows[to], rows[from] + 1) {
        let lane = Slot.lane(from: from)
        if !slots[row].contains(lane) { slots[row].append(lane) }
        if row == rows[from] + 1 { parents[lane] = [above] }
        above = lane
      }
      parents[.stage(to), default: []].append(above)
    }
    var x: [[Slot: Double]] = []
    width = 0
    for row in 0...last {
      let before = row > 0 ? x[row - 1] : [:]
      func weight(_ slot: Slot, _ index: Int) -> Double {
        // A lane stays below itself, so that it runs straight.
        if case .lane = slot, let own = before[slot] { return own }
        let above = (parents[slot] ?? []).compactMap { before[$0] }
        return above.isEmpty ? Double(index) : above.reduce(0, +) / Double(above.count)
      }
      let ordered = slots[row].enumerated().map { (slot: $1, weight: weight($1, $0), index: $0) }
        .sorted { ($0.weight, $0.index) < ($1.weight, $1.index) }
      var line: [Slot: Double] = [:]
      var end = 0.0
      for (slot, _, _) in ordered {
        let size = if case .stage = slot { Self.boxWidth } else { Self.laneWidth }
        line[slot] = end + size / 2
        end += size + Self.gapX
      }
      x.append(line)
      width = max(width, end - Self.gapX)
    }
    // Each row stands in the middle.
    for row in 0...last {
      let span =
        x[row].map { slot, middle in
          if case .stage = slot { middle + Self.boxWidth / 2 } else { middle + Self.laneWidth / 2 }
        }.max() ?? 0
      let shift = (width - span) / 2 + 2
      x[row] = x[row].mapValues { $0 + shift }
    }
    func middle(_ row: Int) -> Double { 2 + Double(row) * (Self.boxHeight + Self.gapY) + Self.boxHeight / 2 }
    width += 4
    height = middle(last) + Self.boxHeight / 2 + 2
    nodes = stages.enumerated().map { index, stage in
      Node(
        stage: stage.name, kind: stage.kind, row: rows[index], x: x[rows[index]][.stage(index)] ?? 0,
        y: middle(rows[index]))
    }
    self.edges = known.map { edge, from, to in
      var edge = edge
      if rows[to] - rows[from] > 1 {
        edge.way = ((rows[from] + 1)..<rows[to]).map { row in
          Point(x: x[row][.lane(from: from)] ?? 0, y: middle(row))
        }
      }
      return edge
    }
  }

  /// The row of each stage: one below the lowest it reads from. A recorded recipe has no cycle; a damaged one may have,
  /// and ends here after as many rounds as there are stages.
  private static func rows(_ count: Int, _ edges: [(from: Int, to: Int)]) -> [Int] {
    var rows = [Int](repeating: 0, count: count)
    for _ in 0..<count {
      var changed = false
      for (from, to) in edges where rows[to] <= rows[from] && rows[from] + 1 < count {
        rows[to] = rows[from] + 1
        changed = true
      }
      if !changed { break }
    }
    return rows
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
      "width": .number(width), "height": .number(height), "box": [.number(Self.boxWidth), .number(Self.boxHeight)],
      "nodes": .array(
        nodes.map { ["stage": .string($0.stage), "kind": .string($0.kind), "x": .number($0.x), "y": .number($0.y)] }),
      "edges": .array(
        edges.map { edge in
          [
            "from": .string(edge.from), "to": .string(edge.to), "role": .string(edge.role), "data": .bool(edge.isData),
            "line": .string(line(of: edge)),
          ]
        }),
    ]
  }

  /// The line of an edge in the notation of an SVG path: curves from box to box, straight where it passes a row.
  func line(of edge: Edge) -> String {
    guard let from = nodes.first(where: { $0.stage == edge.from }), let to = nodes.first(where: { $0.stage == edge.to })
    else { return "" }
    func text(_ value: Double) -> String { NumberText.fixed(value, 1) }
    let half = Self.boxHeight / 2
    var (x, y) = (from.x, from.y + half)
    var path = "M\(text(x)) \(text(y))"
    for stop in edge.way + [Point(x: to.x, y: to.y)] {
      let top = stop.y - half
      let bend = max(8, (top - y) / 2)
      path += "C\(text(x)) \(text(y + bend)) \(text(stop.x)) \(text(top - bend)) \(text(stop.x)) \(text(top))"
      (x, y) = (stop.x, stop.y + half)
      if stop.x != to.x || stop.y != to.y { path += "L\(text(x)) \(text(y))" }
    }
    return path
  }
}
