/// Pages by the tokens they hold: what lets a request start where an earlier one with the same beginning has been.
///
/// A node is a full page; its path from the root spells the tokens from position 0 on. A root belongs to one adapter,
/// whose keys and values differ from all others'. Pages no sequence uses stay until memory is wanted, the least
/// recently used leaf first.
///
/// With recurrent layers, keys and values alone do not let a request start behind a node: it also needs the state after the
/// node's last token. States are large, so only some nodes have one; the least recently used gives its place to another.
struct PrefixTree {
  private struct Node {
    var page: Int32
    var parent: Int
    var tokens: [Int32]
    var children: [[Int32]: Int] = [:]
    var users = 0
    var lastUse: UInt64 = 0
  }

  private var nodes: [Int: Node] = [:]
  private var roots: [Int?: Int] = [:]
  private var nextName = 0
  private var clock: UInt64 = 0
  /// The states after the last tokens of nodes, by node.
  private var kept: [Int: (place: Int32, lastUse: UInt64)] = [:]
  /// Memory of these and of the running sequences' states.
  var states: StateMemory

  init(states: StateMemory = StateMemory()) { self.states = states }

  private mutating func root(_ adapter: Int?) -> Int {
    if let known = roots[adapter] { return known }
    let name = newName()
    nodes[name] = Node(page: -1, parent: -1, tokens: [], users: 1)
    roots[adapter] = name
    return name
  }

  private mutating func newName() -> Int {
    nextName += 1
    return nextName
  }

  /// The longest known run of whole pages at the start of `tokens`, taken into use.
  /// - Returns: the nodes, root excluded, in order; each must be `release`d once.
  mutating func acquire(_ tokens: some Collection<Int32>, adapter: Int?) -> [(node: Int, page: Int32)] {
    clock += 1
    var at = root(adapter)
    var found: [(node: Int, page: Int32)] = []
    var rest = tokens[...]
    while rest.count >= pageTokens {
      guard let child = nodes[at]?.children[Array(rest.prefix(pageTokens))] else { break }
      nodes[child]?.users += 1
      nodes[child]?.lastUse = clock
      found.append((child, nodes[child]?.page ?? 0))
      at = child
      rest = rest.dropFirst(pageTokens)
    }
    return found
  }

  /// Adds a full page below `parent` (`nil`: the adapter's root), in use.
  /// - Returns: the node and its page; the page differs from `page` when another sequence was first, and the caller's is
  ///   then free to be given back.
  mutating func insert(_ tokens: [Int32], page: Int32, below parent: Int?, adapter: Int?) -> (
    node: Int, page: Int32
  ) {
    clock += 1
    let parent = parent ?? root(adapter)
    if let known = nodes[parent]?.children[tokens] {
      nodes[known]?.users += 1
      nodes[known]?.lastUse = clock
      return (known, nodes[known]?.page ?? page)
    }
    let name = newName()
    nodes[name] = Node(page: page, parent: parent, tokens: tokens, users: 1, lastUse: clock)
    nodes[parent]?.children[tokens] = name
    return (name, page)
  }

  mutating func release(_ node: Int) {
    clock += 1
    nodes[node]?.users -= 1
    nodes[node]?.lastUse = clock
  }

  /// Forgets the least recently used page that nothing uses or continues.
  mutating func evict() -> Int32? {
    var oldest: (name: Int, use: UInt64)?
    for (name, node) in nodes where node.parent >= 0 && node.users == 0 && node.children.isEmpty {
      if oldest.map({ node.lastUse < $0.use }) ?? true { oldest = (name, node.lastUse) }
    }
    guard let oldest, let node = nodes.removeValue(forKey: oldest.name) else { return nil }
    dropState(of: oldest.name)
    nodes[node.parent]?.children[node.tokens] = nil
    return node.page
  }

  /// Forgets every unused page of an adapter that goes away; pages in use go when released and evicted.
  mutating func drop(adapter: Int) -> [Int32] {
    guard let root = roots[adapter] else { return [] }
    var pages: [Int32] = []
    func collect(_ name: Int, _ tree: inout PrefixTree) {
      guard let node = tree.nodes[name] else { return }
      for child in node.children.values { collect(child, &tree) }
      guard let again = tree.nodes[name], again.users == 0, again.children.isEmpty, again.parent >= 0 else { return }
      tree.nodes[name] = nil
      tree.dropState(of: name)
      tree.nodes[again.parent]?.children[again.tokens] = nil
      pages.append(again.page)
    }
    for child in nodes[root]?.children.values.map({ $0 }) ?? [] { collect(child, &self) }
    if nodes[root]?.children.isEmpty ?? true {
      nodes[root] = nil
      roots[adapter] = nil
    }
    return pages
  }

  /// The place of the state after a node's last token, if there is one; it counts as used now.
  mutating func state(of node: Int) -> Int32? {
    clock += 1
    kept[node]?.lastUse = clock
    return kept[node]?.place
  }

  func hasState(_ node: Int) -> Bool { kept[node] != nil }

  /// Keeps the state after a node's last token in `place`, which belongs to the tree from now on.
  mutating func keep(_ place: Int32, of node: Int) {
    clock += 1
    // An equal state may be there already: then this one is not needed.
    guard nodes[node] != nil, kept[node] == nil else { return states.give(place) }
    kept[node] = (place, clock)
  }

  mutating func dropState(of node: Int) {
    if let state = kept.removeValue(forKey: node) { states.give(state.place) }
  }

  /// A place for a state: a free one, or that of the least recently used state kept here, with its content.
  mutating func takeState() -> Int32? {
    if let place = states.take() { return place }
    guard let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
    kept[oldest.key] = nil
    return oldest.value.place
  }

  /// Pages that could be had by evicting.
  var unusedCount: Int { nodes.values.reduce(0) { $0 + ($1.parent >= 0 && $1.users == 0 ? 1 : 0) } }
}
