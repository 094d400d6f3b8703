/// One row, or the part of it that is its own, inside a pack.
public struct PackSequence: Sendable, Hashable {
  /// Inputs: the row without its last token, which computes nothing, and without the shared prefix.
  public var tokens: [Int32]
  /// Places in `tokens` whose next token is labeled, ascending.
  public var predictors: [Int32]
  /// The labeled token after each predictor.
  public var targets: [Int32]
  /// The shared tokens that come before, in order: where they lie among the prefix tokens of the window.
  public var prefix: [Range<Int>]
  /// The index of the last of these prefixes in the pack of prefixes. A recurrent layer starts from the state after it.
  public var stem: Int?
  /// Identifies the row, for dropout and for per-row results.
  public var row: Int

  public init(
    tokens: [Int32], predictors: [Int32], targets: [Int32], prefix: [Range<Int>] = [], stem: Int? = nil,
    row: Int
  ) {
    self.tokens = tokens
    self.predictors = predictors
    self.targets = targets
    self.prefix = prefix
    self.stem = stem
    self.row = row
  }

  public var prefixLength: Int { prefix.reduce(0) { $0 + $1.count } }

  /// A row of ids and labels; −100 marks an unlabeled position, and the label of position 0 is ignored. Tokens after the
  /// last one that predicts a label are dropped: nothing depends on them.
  public init(ids: [Int32], labels: [Int32], row: Int) {
    var predictors: [Int32] = []
    var targets: [Int32] = []
    for position in 1..<max(min(ids.count, labels.count), 1) where labels[position] != -100 {
      predictors.append(Int32(position - 1))
      targets.append(labels[position])
    }
    let used = predictors.last.map { Int($0) + 1 } ?? 0
    self.init(tokens: Array(ids.prefix(used)), predictors: predictors, targets: targets, row: row)
  }
}

/// Whole sequences laid end to end, with no padding: what one pass computes.
public struct SequencePack: Sendable, Hashable {
  public var sequences: [PackSequence]

  public init(sequences: [PackSequence]) { self.sequences = sequences }

  public var tokenCount: Int { sequences.reduce(0) { $0 + $1.tokens.count } }
  public var predictorCount: Int { sequences.reduce(0) { $0 + $1.predictors.count } }
  /// As what a gradient has to hold when this is a pack of prefixes.
  public var extent: PrefixExtent { PrefixExtent(tokens: tokenCount, sequences: sequences.count) }
  /// The most keys a query sees.
  public var keyCount: Int { sequences.reduce(0) { max($0, $1.prefixLength + $1.tokens.count) } }
}

/// How many prefixes a window shares, and their tokens together.
public struct PrefixExtent: Sendable, Hashable {
  public var tokens: Int
  public var sequences: Int

  public init(tokens: Int, sequences: Int) {
    self.tokens = tokens
    self.sequences = sequences
  }

  public static let none = PrefixExtent(tokens: 0, sequences: 0)

  /// The smallest that holds both.
  public mutating func include(_ other: PrefixExtent) {
    tokens = max(tokens, other.tokens)
    sequences = max(sequences, other.sequences)
  }
}

/// The loss of one sequence.
public struct SequenceLoss: Sendable, Hashable {
  public var row: Int
  /// Σ −log p over the labeled tokens, in nats.
  public var sum: Double
  public var count: Int
  /// Labeled tokens that were the most likely one.
  public var hits: Int
}
