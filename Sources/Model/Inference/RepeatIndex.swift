/// Where the last tokens of a sequence stood before. What followed them there may come next.
///
/// Every run of `shortest...longest` tokens that another token follows is kept under a hash of its tokens, with the
/// place of its latest follower. Adding a token and looking up the end of the sequence both take a fixed number of
/// operations, whatever the length.
///
/// Source of the method: Saxena 2023, "Prompt lookup decoding" (github.com/apoorvumang/prompt-lookup-decoding).
struct RepeatIndex {
  static let shortest = 2
  static let longest = 8
  /// How far back the two places are compared.
  static let farthest = 32

  /// The latest place whose last tokens equal the sequence's for as many tokens as possible, up to `longest`.
  struct Match: Equatable {
    /// Index of the token that followed there.
    var follower: Int
    /// Equal tokens before both places, at most `farthest`.
    var length: Int
  }

  private var followers: [UInt64: Int32] = [:]
  /// Tokens taken in.
  private(set) var count = 0

  /// Takes in the tokens that came since the last call.
  mutating func add(_ tokens: [Int32]) {
    for index in count..<max(tokens.count, count) {
      Self.forEachHash(before: index, tokens) { hash, _ in followers[hash] = Int32(truncatingIfNeeded: index) }
    }
    count = tokens.count
  }

  /// - Parameter tokens: what `add` has taken in.
  func match(_ tokens: [Int32]) -> Match? {
    var found: Int?
    Self.forEachHash(before: tokens.count, tokens) { hash, length in
      guard let follower = followers[hash].map(Int.init), follower < tokens.count else { return }
      // Unequal tokens may have equal hashes.
      if Self.equalTokens(tokens, follower, atMost: length) == length { found = follower }
    }
    return found.map { Match(follower: $0, length: Self.equalTokens(tokens, $0, atMost: Self.farthest)) }
  }

  /// The draft of the token at `end + offset`, where `tokens[..<end]` was looked up. Behind its own end, a sequence is
  /// taken to repeat.
  static func draft(_ match: Match, _ offset: Int, _ tokens: [Int32], end: Int) -> Int32 {
    tokens[match.follower + offset % (end - match.follower)]
  }

  /// Equal tokens before `place` and before the end.
  private static func equalTokens(_ tokens: [Int32], _ place: Int, atMost most: Int) -> Int {
    var length = 0
    while length < min(most, place), tokens[place - 1 - length] == tokens[tokens.count - 1 - length] { length += 1 }
    return length
  }

  /// Hashes of the runs that end before `end`, the shortest first.
  private static func forEachHash(before end: Int, _ tokens: [Int32], _ body: (UInt64, Int) -> Void) {
    // Not 0: zeros before a run would not change its hash.
    var hash: UInt64 = 0x243F_6A88_85A3_08D3
    for length in stride(from: 1, through: min(longest, end), by: 1) {
      hash = (hash ^ UInt64(UInt32(bitPattern: tokens[end - length]))) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
      if length >= shortest { body(hash, length) }
    }
  }
}
