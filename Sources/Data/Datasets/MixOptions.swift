/// Domain to general, both positive and finite: `"1:5"` in a recipe.
public struct MixRatio: Sendable, Hashable, CustomStringConvertible {
  public var domain: Double
  public var general: Double

  public init(domain: Double, general: Double) {
    self.domain = domain
    self.general = general
  }

  public var description: String { "\(Self.short(domain)):\(Self.short(general))" }

  private static func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

/// Whose row it is: what is to be learned, or what keeps the model from forgetting the rest.
public enum RowRole: String, Sendable, Hashable, CaseIterable {
  case domain, general
}

/// How a mix is made.
public struct MixOptions: Sendable, Hashable {
  public enum Unit: String, Sendable, Hashable, CaseIterable {
    case rows, tokens
  }

  /// What to do when the general rows are too few for the ratio.
  public enum Shortage: String, Sendable, Hashable, CaseIterable {
    case error
    /// Use general rows several times.
    case `repeat`
    /// Take what there is.
    case accept
  }

  public var ratio: MixRatio?
  public var unit = Unit.rows
  public var whenShort = Shortage.error
  /// Which rows that repeat an earlier one are left out.
  public enum Deduplication: String, Sendable, Hashable, CaseIterable {
    case none
    /// Rows equal to an earlier one.
    case exact
    /// Also rows nearly the same as an earlier one.
    case near
  }

  public var deduplicate = Deduplication.none
  /// The part of each source's rows kept for validation, from 0 up to but not including 1.
  public var validation = 0.0
  public var onBadRow = BadRowPolicy.error
  /// How the files are read.
  public var reading = ReadingOptions()
  public var seed: UInt64 = 42

  public init() {}
}
