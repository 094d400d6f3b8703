import JSON
import Platform

/// The training rows with the highest loss: the file `row-losses.jsonl` of an adapter, one row a line, the highest first.
///
/// A row's loss is the mean over its labeled tokens, in nats, when training saw it last. A row that stays high after the
/// others were learned may hold a wrong answer, a typing error, or something that the model cannot know. In a training of
/// one epoch each row is seen once, so its loss says how much of it was new.
public struct RowLosses: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    /// Position of the source among those of the mix.
    public var source: Int
    /// 1-based row of the source.
    public var number: Int
    /// Labeled tokens of the row.
    public var labels: Int
    /// In nats per labeled token.
    public var loss: Double

    public init(source: Int, number: Int, labels: Int, loss: Double) {
      self.source = source
      self.number = number
      self.labels = labels
      self.loss = loss
    }
  }

  public static let fileName = "row-losses.jsonl"
  /// Rows that the file has at most: it is for people to look at, and stays small however many rows were trained on.
  public static let limit = 1000

  /// The highest loss first.
  public var rows: [Row]

  /// - Parameter losses: by row, as a training returns them.
  init(_ losses: [Float?], of trained: [TokenRow]) {
    let seen = zip(losses, trained.indices).compactMap { loss, index in loss.map { (loss: $0, index: index) } }
    let highest = seen.sorted { ($1.loss, $0.index) < ($0.loss, $1.index) }.prefix(Self.limit)
    rows = highest.map { loss, index in
      let row = trained[index]
      // Four digits behind the point say all that is meant, and keep the file short.
      return Row(
        source: row.source, number: row.number, labels: row.labelCount,
        loss: (Double(loss) * 10_000).rounded() / 10_000)
    }
  }

  func write(folder: String) throws {
    var lines: [UInt8] = []
    for row in rows {
      let json: JSONValue = [
        "source": .integer(Int64(row.source)), "row": .integer(Int64(row.number)),
        "labels": .integer(Int64(row.labels)), "loss": .number(row.loss),
      ]
      lines += json.bytes() + [0x0A]
    }
    try FileSystem.replace(folder + "/" + Self.fileName, with: lines)
  }

  /// Reads the file of an adapter; `nil` where there is none, as of an adapter that another program trained. A line that
  /// is none of ours is passed over.
  public static func read(folder: String) throws -> RowLosses? {
    guard let bytes = try FileSystem.readIfPresent(folder + "/" + fileName) else { return nil }
    return RowLosses(
      rows: bytes.split(separator: 0x0A).compactMap { line in
        guard let json = try? JSONValue(parsing: Array(line)), let source = json["source"]?.intValue, source >= 0,
          let number = json["row"]?.intValue, let loss = json["loss"]?.doubleValue, loss.isFinite
        else { return nil }
        return Row(source: source, number: number, labels: json["labels"]?.intValue ?? 0, loss: loss)
      })
  }

  private init(rows: [Row]) { self.rows = rows }
}
