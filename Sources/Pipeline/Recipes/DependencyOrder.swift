/// An order in which nodes can be done, each after all that it needs, and the cycles that rule one out.
///
/// One depth-first walk finds both. Consider `a: needs b`, `b: needs c`, `c: needs a`. The walk enters a, then b, then c,
/// and there meets a again while a is still on its path. What the path holds from a on, [a, b, c], is the cycle. A node
/// is placed when all it needs is placed, so every node of the example still gets a place: whoever reports the cycle can
/// go on checking the rest.
///
/// The walk keeps its own stack, because a chain may be longer than the stack of a thread.
public struct DependencyOrder: Sendable {
  /// Every node once: what a node needs comes before it, otherwise lower numbers come first.
  public private(set) var order: [Int] = []
  public private(set) var cycles: [Cycle] = []

  /// Nodes that need each other.
  public struct Cycle: Sendable {
    /// Every node needs the next one, and the last needs the first.
    public var path: [Int]
    /// Which of the last node's needs the first one is.
    public var closingNeed: Int
  }

  private enum Mark: UInt8 {
    case unseen, onPath, placed
  }

  /// - Parameter needs: for each node the nodes it needs, in the order in which they are to come.
  public init(_ needs: [[Int]]) {
    order.reserveCapacity(needs.count)
    var marks = [Mark](repeating: .unseen, count: needs.count)
    for start in needs.indices where marks[start] == .unseen {
      var path: [(node: Int, next: Int)] = [(start, 0)]
      marks[start] = .onPath
      while let (node, next) = path.last {
        guard next < needs[node].count else {
          marks[node] = .placed
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let needed = needs[node][next]
        switch marks[needed] {
        case .unseen:
          marks[needed] = .onPath
          path.append((needed, 0))
        case .onPath:
          if let first = path.firstIndex(where: { $0.node == needed }) {
            cycles.append(Cycle(path: path[first...].map(\.node), closingNeed: next))
          }
        case .placed: break
        }
      }
    }
  }
}

extension Recipe {
  /// For each stage the positions of the stages it needs, for data or for order, in ascending order.
  public var dependencies: [[Int]] {
    stages.indices.map { position in
      var found: [Int] = []
      for input in stages[position].inputs {
        if case .stage(let id) = input.source, let needed = index(of: id) { found.append(needed) }
      }
      found += stages[position].after.compactMap { index(of: $0) }
      return found.count < 2 ? found : Set(found).sorted()
    }
  }
}
