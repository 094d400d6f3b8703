/// A final figure that stages of a kind report: what it means, and how it is shown and compared.
public struct MetricSpec: Sendable, Hashable {
  public enum Direction: String, Sendable, Hashable {
    case higher, lower
  }

  public enum Unit: Sendable, Hashable {
    /// A count, or a number as it is.
    case plain
    /// From 0 to 1, shown in percent.
    case share
    case bytes
    case seconds
  }

  /// One `*` stands for any text: `tuned.probes.*`.
  public var name: String
  /// Which way is better; `nil` when neither is.
  public var better: Direction?
  public var unit: Unit
  /// Shown on the line of a stage that has ended, in the order declared.
  public var isHeadline: Bool
  /// One sentence.
  public var help: String
  /// Names it had in earlier versions: recorded runs still have them.
  public var formerNames: [String]

  public init(
    _ name: String, better: Direction? = nil, unit: Unit = .plain, headline: Bool = false, help: String,
    formerNames: [String] = []
  ) {
    self.name = name
    self.better = better
    self.unit = unit
    self.isHeadline = headline
    self.help = help
    self.formerNames = formerNames
  }

  /// Whether this describes the metric of that name.
  public func covers(_ other: String) -> Bool {
    guard let star = name.firstIndex(of: "*") else { return other == name }
    let (front, back) = (name[..<star], name[name.index(after: star)...])
    return other.count > front.count + back.count && other.hasPrefix(front) && other.hasSuffix(back)
  }
}

/// What a person gets from a stage of a kind when a run ends.
public struct ProductSpec: Sendable, Hashable {
  /// What it is called: `adapter`.
  public var name: String
  /// What one types next, without the program's name; `{}` stands for the artifact: `chat {}`.
  public var next: [String]

  public init(_ name: String, next: [String] = []) {
    self.name = name
    self.next = next
  }
}
