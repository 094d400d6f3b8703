/// A context-free grammar over bytes.
///
/// A rule is a choice of sequences. Sequences refer to other rules, also to their own, but never begin with their own rule:
/// such left recursion has no place in the grammars that are made here.
public struct Grammar: Sendable {
  enum Symbol: Sendable, Hashable {
    case bytes(ByteSet)
    case rule(Int)
    /// The end of a sequence.
    case end
  }

  /// The sequences of all rules, one behind another, each closed by `end`.
  private(set) var symbols: [Symbol] = []
  /// Where the sequences of each rule begin.
  private(set) var starts: [[Int32]] = []
  /// The rule that everything is spelled by.
  var root = 0
  /// More symbols than this are no grammar for one reply.
  static let maximumSymbols = 200_000

  public var isTooLarge: Bool { symbols.count > Self.maximumSymbols }

  /// A rule to be defined later, for what refers to itself.
  mutating func reserve() -> Int {
    starts.append([])
    return starts.count - 1
  }

  mutating func define(_ rule: Int, _ choices: [[Symbol]]) {
    starts[rule] = choices.map { choice in
      let start = Int32(clamping: symbols.count)
      symbols += choice
      symbols.append(.end)
      return start
    }
  }

  /// A rule of these choices.
  mutating func rule(_ choices: [[Symbol]]) -> Symbol {
    let rule = reserve()
    define(rule, choices)
    return .rule(rule)
  }
}

extension Grammar.Symbol {
  static func byte(_ byte: UInt8) -> Self { .bytes(ByteSet([byte])) }
  static func any(of text: String) -> Self { .bytes(ByteSet(text.utf8)) }
  static func range(_ range: ClosedRange<UInt8>) -> Self { .bytes(ByteSet(range)) }
}

extension [Grammar.Symbol] {
  /// Exactly this text.
  static func text(_ text: String) -> Self { text.utf8.map { .byte($0) } }
}
