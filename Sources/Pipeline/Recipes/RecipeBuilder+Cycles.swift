import YAML

extension RecipeBuilder {
  /// Reports each cycle met by a depth-first walk, naming its path. The walk keeps its own stack: a chain may be long.
  func reportCycles() {
    enum Colour { case white, grey, black }
    var colours = [Colour](repeating: .white, count: nodes.count)
    for start in nodes.indices where colours[start] == .white {
      var stack: [(node: Int, next: Int)] = [(start, 0)]
      colours[start] = .grey
      while let (node, next) = stack.last {
        guard next < nodes[node].edges.count else {
          colours[node] = .black
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let (target, mark) = nodes[node].edges[next]
        switch colours[target] {
        case .white:
          colours[target] = .grey
          stack.append((target, 0))
        case .grey:
          let path = stack.map(\.node)
          guard let first = path.firstIndex(of: target) else { continue }
          report(cycle: Array(path[first...]), at: mark)
        case .black: break
        }
      }
    }
  }

  private func report(cycle: [Int], at mark: YAMLMark) {
    // Edges point from a stage to what it needs.
    var names = (cycle + cycle.prefix(1)).map { nodes[$0].id }
    if names.count > 12 { names.replaceSubrange(6..<(names.count - 5), with: ["…"]) }
    session.report(
      "cycle",
      cycle.count == 1
        ? "stage '\(names[0])' needs itself"
        : "stages need each other in a cycle: "
          + names.joined(separator: " → "), at: mark, remedy: "remove one of these references")
  }
}
