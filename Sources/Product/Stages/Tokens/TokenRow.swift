import Tokenization

/// A tokenized conversation.
public struct TokenRow: Sendable, Hashable {
  public var ids: [UInt32]
  /// For each id, whether the model learns to predict it; the first is never predicted.
  public var labels: [Bool]
  /// Index of the source in the artifact's table.
  public var source: Int
  /// 1-based row of the source.
  public var number: Int

  public init(ids: [UInt32], labels: [Bool], source: Int, number: Int) {
    self.ids = ids
    self.labels = labels
    self.source = source
    self.number = number
  }

  init(_ row: EncodedRow, source: Int, number: Int) {
    var labels = [Bool](repeating: false, count: row.tokens.count)
    for range in row.labeled {
      for place in range { labels[place] = true }
    }
    self.init(ids: row.tokens.map { UInt32(bitPattern: $0) }, labels: labels, source: source, number: number)
  }

  /// How many tokens are learned.
  public var labelCount: Int {
    labels.dropFirst().reduce(0) { $0 + ($1 ? 1 : 0) }
  }
}
