public import JSON

/// How long rows are, in Unicode scalars.
public struct LengthSummary: Sendable, Hashable {
  public var minimum = 0
  public var median = 0
  public var percentile95 = 0
  public var maximum = 0
  /// Rows per power of two: bin 0 holds length 0, bin *k* lengths from 2^(k−1) to 2^k − 1.
  public var bins: [Int] = []

  public init(_ lengths: [Int]) {
    let sorted = lengths.sorted()
    guard let first = sorted.first, let last = sorted.last else { return }
    minimum = first
    maximum = last
    median = sorted[(sorted.count - 1) / 2]
    percentile95 = sorted[min(sorted.count - 1, (sorted.count * 95) / 100)]
    for length in sorted {
      let bin = length <= 0 ? 0 : Int.bitWidth - length.leadingZeroBitCount
      while bins.count <= bin { bins.append(0) }
      bins[bin] += 1
    }
  }

  /// The lengths a bin holds.
  public static func range(ofBin bin: Int) -> ClosedRange<Int> {
    bin <= 0 ? 0...0 : (1 << min(bin - 1, 61))...((1 << min(bin, 62)) - 1)
  }

  public var json: JSONValue {
    var list: [JSONValue] = []
    for (bin, count) in bins.enumerated() where count > 0 {
      let range = Self.range(ofBin: bin)
      list.append([
        "from": .integer(Int64(range.lowerBound)), "to": .integer(Int64(range.upperBound)),
        "rows": .integer(Int64(count)),
      ])
    }
    return [
      "unit": "characters", "minimum": .integer(Int64(minimum)), "median": .integer(Int64(median)),
      "p95": .integer(Int64(percentile95)), "maximum": .integer(Int64(maximum)), "histogram": .array(list),
    ]
  }
}
