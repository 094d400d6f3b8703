/// Follows a grammar byte by byte, and remembers each step, so that walking a whole vocabulary costs a look-up a byte.
///
/// What may still come is a set of stacks. A stack is a position in a sequence, and below it the positions to return to
/// when the sequence has ended. Stacks share their lower parts: a stack is a node that holds one position and names the
/// node below. A state is a set of nodes whose positions all expect a byte. States and the steps between them are made
/// when they are first needed.
///
/// Source of the idea: the stacks of llama.cpp's grammar sampler; the memory of steps is that of a lazily built DFA.
struct GrammarAutomaton: Sendable {
  private struct Node: Hashable {
    var position: Int32
    /// The node below; -1 at the bottom.
    var below: Int32
  }

  private struct State: Sendable {
    var nodes: [Int32]
    /// Whether the text may end here.
    var isAccepting: Bool
  }

  private struct StateKey: Hashable {
    var nodes: [Int32]
    var isAccepting: Bool
  }

  typealias StateID = Int32
  /// Where nothing leads on.
  static let dead: StateID = 0
  private static let unknown: StateID = -1
  /// States are forgotten between tokens when there are more than this.
  private static let usualStates = 4096
  /// While a vocabulary is walked, no more states are made than this; what would need more is not allowed.
  private static let maximumStates = 1 << 16

  private let grammar: Grammar
  private var nodes: [Node] = []
  private var nodeIDs: [Node: Int32] = [:]
  private var states: [State] = []
  private var stateIDs: [StateKey: StateID] = [:]
  /// 256 steps a state.
  private var steps: [StateID] = []

  init(_ grammar: Grammar) {
    self.grammar = grammar
    reset()
  }

  /// The state before the first byte.
  mutating func start() -> StateID {
    var closure = Closure()
    for start in grammar.starts[grammar.root] { expand(start, -1, &closure) }
    return state(closure)
  }

  func isAccepting(_ state: StateID) -> Bool { states[Int(state)].isAccepting }

  /// Whether the text is whole and nothing may follow.
  func isFinished(_ state: StateID) -> Bool { states[Int(state)].nodes.isEmpty }

  /// The state after a byte; `dead` when the grammar has no such text.
  mutating func step(_ state: StateID, _ byte: UInt8) -> StateID {
    let index = Int(state) << 8 | Int(byte)
    let known = steps[index]
    if known != Self.unknown { return known }
    var closure = Closure()
    for id in states[Int(state)].nodes {
      let node = nodes[Int(id)]
      if case .bytes(let set) = grammar.symbols[Int(node.position)], set.contains(byte) {
        expand(node.position + 1, node.below, &closure)
      }
    }
    let next = self.state(closure)
    steps[index] = next
    return next
  }

  /// Forgets what has piled up, but for `state`.
  mutating func trim(_ state: StateID) -> StateID {
    guard states.count > Self.usualStates else { return state }
    let (oldNodes, old) = (nodes, states[Int(state)])
    reset()
    func copy(_ id: Int32, _ automaton: inout GrammarAutomaton) -> Int32 {
      // From the bottom up, without recursion: conversations may nest deep.
      var chain: [Node] = []
      var at = id
      while at >= 0 {
        chain.append(oldNodes[Int(at)])
        at = oldNodes[Int(at)].below
      }
      var below: Int32 = -1
      for node in chain.reversed() { below = automaton.intern(Node(position: node.position, below: below)) }
      return below
    }
    let kept = old.nodes.map { copy($0, &self) }.sorted()
    return intern(State(nodes: kept, isAccepting: old.isAccepting))
  }

  // MARK: - Making states

  private struct Closure {
    var nodes: Set<Int32> = []
    var isAccepting = false
    /// Positions with what lies below them that are expanded already, so that empty rules end.
    var seen: Set<Node> = []
  }

  private mutating func reset() {
    nodes = []
    nodeIDs = [:]
    states = [State(nodes: [], isAccepting: false)]
    stateIDs = [StateKey(nodes: [], isAccepting: false): Self.dead]
    steps = [StateID](repeating: Self.dead, count: 256)
  }

  /// Adds what may come at `position` when a stack that is given by its top node lies below it.
  private mutating func expand(_ position: Int32, _ below: Int32, _ closure: inout Closure) {
    guard closure.seen.insert(Node(position: position, below: below)).inserted else { return }
    switch grammar.symbols[Int(position)] {
    case .bytes: closure.nodes.insert(intern(Node(position: position, below: below)))
    case .end:
      guard below >= 0 else {
        closure.isAccepting = true
        return
      }
      let node = nodes[Int(below)]
      expand(node.position, node.below, &closure)
    case .rule(let rule):
      // Nothing follows in this sequence: there is nothing to return to, and lists do not pile up.
      let isLast = grammar.symbols[Int(position) + 1] == .end
      let floor = isLast ? below : intern(Node(position: position + 1, below: below))
      for start in grammar.starts[rule] { expand(start, floor, &closure) }
    }
  }

  private mutating func intern(_ node: Node) -> Int32 {
    if let id = nodeIDs[node] { return id }
    let id = Int32(clamping: nodes.count)
    nodes.append(node)
    nodeIDs[node] = id
    return id
  }

  private mutating func state(_ closure: Closure) -> StateID {
    intern(State(nodes: closure.nodes.sorted(), isAccepting: closure.isAccepting))
  }

  private mutating func intern(_ state: State) -> StateID {
    let key = StateKey(nodes: state.nodes, isAccepting: state.isAccepting)
    if let id = stateIDs[key] { return id }
    guard states.count < Self.maximumStates else { return Self.dead }
    let id = StateID(clamping: states.count)
    states.append(state)
    stateIDs[key] = id
    steps += repeatElement(Self.unknown, count: 256)
    return id
  }
}
