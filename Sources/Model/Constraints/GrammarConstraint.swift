public import Inference
public import Tokenization

/// Lets a reply be spelled only as a grammar allows.
public struct GrammarConstraint: TokenConstraint {
  private var automaton: GrammarAutomaton
  private var state: GrammarAutomaton.StateID
  private let vocabulary: SortedVocabulary
  private let stopTokens: Set<TokenID>

  /// - Parameter stopTokens: allowed where the text may end.
  public init(_ grammar: Grammar, vocabulary: SortedVocabulary, stopTokens: Set<TokenID>) {
    automaton = GrammarAutomaton(grammar)
    state = automaton.start()
    self.vocabulary = vocabulary
    self.stopTokens = stopTokens
  }

  public var isFinished: Bool { automaton.isFinished(state) }

  public mutating func allows(_ token: Int32) -> Bool {
    if stopTokens.contains(token) { return automaton.isAccepting(state) }
    guard let bytes = vocabulary.bytes(of: token) else { return false }
    var at = state
    for byte in bytes {
      at = automaton.step(at, byte)
      if at == GrammarAutomaton.dead { return false }
    }
    return true
  }

  public mutating func mask(_ logits: UnsafeMutableBufferPointer<Float>) {
    var isAllowed = [Bool](repeating: false, count: logits.count)
    if automaton.isAccepting(state) {
      for token in stopTokens where logits.indices.contains(Int(token)) { isAllowed[Int(token)] = true }
    }
    // States along the token at hand; those of its first `alive` bytes are known and not dead.
    var path = [GrammarAutomaton.StateID](repeating: GrammarAutomaton.dead, count: vocabulary.longest + 1)
    path[0] = state
    var alive = 0
    for place in vocabulary.tokens.indices {
      let shared = Int(vocabulary.shared[place])
      // What already failed in the token before fails here too.
      if shared > alive { continue }
      let (from, to) = (Int(vocabulary.offsets[place]), Int(vocabulary.offsets[place + 1]))
      var length = shared
      while from + length < to {
        let next = automaton.step(path[length], vocabulary.bytes[from + length])
        if next == GrammarAutomaton.dead { break }
        length += 1
        path[length] = next
      }
      alive = length
      let token = Int(vocabulary.tokens[place])
      if from + length == to, token < isAllowed.count { isAllowed[token] = true }
    }
    for index in logits.indices where !isAllowed[index] { logits[index] = -.infinity }
  }

  public mutating func advance(_ token: Int32) {
    guard !stopTokens.contains(token), let bytes = vocabulary.bytes(of: token) else { return }
    for byte in bytes where state != GrammarAutomaton.dead { state = automaton.step(state, byte) }
    state = automaton.trim(state)
  }
}
