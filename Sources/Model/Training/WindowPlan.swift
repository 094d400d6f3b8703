import ModelFiles
import Models
import Platform

/// The rows of one update, cut into packs: a pure function of the data, the seed and the configuration.
struct WindowPlan: Sendable {
  /// The shared prefixes, laid end to end; `nil` when nothing is shared.
  var prefixes: SequencePack?
  /// Heaviest first; reduced in this order.
  var packs: [SequencePack]
  var labelCount: Int
  /// Tokens of the rows themselves, without their last, as they would be computed one by one.
  var tokenCount: Int

  /// - Parameter rows: of the window, in the order of the permutation, with their indices in the data.
  init(
    _ rows: [(index: Int, row: TrainingRow)], _ configuration: TrainingConfiguration, _ model: ModelConfiguration
  ) {
    var sequences = rows.map { PackSequence(ids: $0.row.ids, labels: $0.row.labels, row: $0.index) }
    tokenCount = rows.reduce(0) { $0 + $1.row.ids.count }
    labelCount = sequences.reduce(0) { $0 + $1.predictors.count }
    if configuration.sharesPrefixes, configuration.adapter.dropout == 0 {
      prefixes = WindowPlan.share(&sequences, maximumTokens: configuration.packTokens, model)
    }
    packs = WindowPlan.pack(sequences, packTokens: configuration.packTokens, model)
  }

  /// Takes shared beginnings off the sequences that have them.
  static func share(_ sequences: inout [PackSequence], maximumTokens: Int, _ model: ModelConfiguration)
    -> SequencePack?
  {
    let nodes = PrefixTree(sequences, maximumTokens: maximumTokens, maximumNodes: mostPrefixes(model)).nodes
    var prefixes: [PackSequence] = []
    // Where each node's tokens, and those of the nodes before it, lie among all prefix tokens.
    var paths: [[Range<Int>]] = []
    var deepest: [Int: Int] = [:]
    var start = 0
    for (index, node) in nodes.enumerated() {
      let before = node.parent.map { paths[$0] } ?? []
      let example = sequences[node.members[0]]
      prefixes.append(
        PackSequence(
          tokens: Array(example.tokens[node.positions]), predictors: [], targets: [], prefix: before,
          stem: node.parent, row: example.row))
      paths.append(before + [start..<start + node.positions.count])
      start += node.positions.count
      for member in node.members { deepest[member] = index }
    }
    for (member, node) in deepest {
      let length = nodes[node].positions.upperBound
      sequences[member].tokens.removeFirst(length)
      sequences[member].predictors = sequences[member].predictors.map { $0 - Int32(length) }
      sequences[member].prefix = paths[node]
      sequences[member].stem = node
    }
    return prefixes.isEmpty ? nil : SequencePack(sequences: prefixes)
  }

  /// Bytes of the recurrent layers' states after all prefixes of a window. Every pack has gradients of that size.
  static let stateBytes = 64 << 20

  /// Prefixes a window shares at most. A state of a recurrent model is as large as the keys of many tokens.
  static func mostPrefixes(_ model: ModelConfiguration) -> Int {
    model.isRecurrent ? max(1, stateBytes / (4 * model.stateCount)) : .max
  }

  /// Tokens from which on a window is worth two packs.
  static let smallestCut = 128

  /// Whole sequences into an even number of packs of about equal work, heaviest sequence first into the lightest pack.
  static func pack(_ sequences: [PackSequence], packTokens: Int, _ model: ModelConfiguration) -> [SequencePack] {
    let tokens = sequences.reduce(0) { $0 + $1.tokens.count }
    var count = max(1, (tokens + packTokens - 1) / packTokens)
    // A window of one pack would leave all workers but one idle.
    if count > 1 || tokens >= WindowPlan.smallestCut { count += count % 2 }
    count = min(count, sequences.count)
    let costs = sequences.map { cost($0, model) }
    let order = sequences.indices.sorted { (costs[$0], $1) > (costs[$1], $0) }
    var packs = [(cost: Double, members: [Int])](repeating: (0, []), count: count)
    for index in order {
      var lightest = 0
      for other in packs.indices where packs[other].cost < packs[lightest].cost { lightest = other }
      packs[lightest].cost += costs[index]
      packs[lightest].members.append(index)
    }
    let heaviest = packs.indices.sorted { (packs[$0].cost, $1) > (packs[$1].cost, $0) }
    return heaviest.filter { !packs[$0].members.isEmpty }.map { place in
      SequencePack(sequences: packs[place].members.sorted().map { sequences[$0] })
    }
  }

  /// Floating-point operations of a sequence, forward alone.
  static func forwardCost(_ sequence: PackSequence, _ model: ModelConfiguration) -> Double {
    let tokens = Double(sequence.tokens.count)
    let keys = tokens * (Double(sequence.prefixLength) + tokens / 2)
    return tokens * model.linearFlops + Double(sequence.predictors.count) * model.headFlops
      + keys * 4 * Double(model.queryWidth * model.layerCount)
  }

  /// Floating-point operations of a sequence, forward and backward through every layer. Packs are balanced by it, whatever
  /// is adapted, so that they do not depend on what is computed.
  static func cost(_ sequence: PackSequence, _ model: ModelConfiguration) -> Double {
    let tokens = Double(sequence.tokens.count)
    let attention = model.layers.reduce(0.0) { sum, layer in
      let keys = layer.attention.visibleKeys(tokens: sequence.tokens.count, prefix: sequence.prefixLength)
      return sum + keys * 14 * Double(layer.attention.queryWidth) + tokens * 4 * (layer.delta?.flops ?? 0)
    }
    return tokens * 2 * model.linearFlops + Double(sequence.predictors.count) * 2 * model.headFlops + attention
  }
}

/// The order of rows and the cutting into windows over all epochs.
struct WindowSchedule: Sendable {
  let rowCount: Int
  let windowRows: Int
  let perEpoch: Int
  let total: Int
  let seed: UInt64
  private let shuffles: Bool
  private var cached: (epoch: Int, order: [Int]) = (-1, [])

  init(rowCount: Int, _ configuration: TrainingConfiguration) {
    self.rowCount = rowCount
    windowRows = configuration.windowRows
    (perEpoch, total) = configuration.steps(rows: rowCount)
    seed = configuration.seed
    shuffles = configuration.shuffles
  }

  /// Rows of all updates together, each as often as it is seen.
  var rowsSeen: Int {
    guard perEpoch > 0 else { return 0 }
    let (epochs, rest) = total.quotientAndRemainder(dividingBy: perEpoch)
    let (whole, overflow) = epochs.multipliedReportingOverflow(by: rowCount)
    return overflow ? .max : whole.addingReportingOverflow(min(rest * windowRows, rowCount)).partialValue
  }

  /// The rows of update `step`, from 0: a stretch of its epoch's permutation (Fisher and Yates; SplitMix64 keyed by seed
  /// and epoch).
  mutating func rows(step: Int) -> [Int] {
    guard perEpoch > 0 else { return [] }
    let (epoch, window) = step.quotientAndRemainder(dividingBy: perEpoch)
    if cached.epoch != epoch { cached = (epoch, permutation(epoch: epoch)) }
    let order = cached.order
    let start = window * windowRows
    return Array(order[min(start, rowCount)..<min(start + windowRows, rowCount)])
  }

  func permutation(epoch: Int) -> [Int] {
    guard shuffles else { return Array(0..<rowCount) }
    var generator = SplitMix64(seed: seed ^ (UInt64(epoch) &+ 1) &* 0xD1B5_4A32_D192_ED03)
    var order = Array(0..<rowCount)
    for index in stride(from: rowCount - 1, to: 0, by: -1) {
      order.swapAt(index, Int(generator.below(UInt64(index + 1))))
    }
    return order
  }
}

extension TrainingConfiguration {
  /// For each update, the rows it learns from, in order: what another engine is given to train the same.
  /// - Parameter rows: how many training rows there are.
  public func windows(rows: Int) -> [[Int]] {
    var schedule = WindowSchedule(rowCount: rows, self)
    return (0..<schedule.total).map { schedule.rows(step: $0) }
  }
}
