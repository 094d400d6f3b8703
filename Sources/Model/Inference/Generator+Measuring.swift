extension Generator {
  /// Makes the only running sequence longer without computing anything: the tokens computed so far, and their pages, are
  /// repeated until as many whole repetitions as fit into `count` positions are there. For measuring what long conversations
  /// cost. What is generated after that means nothing.
  /// - Returns: the positions that count as computed now; `nil` where there are no whole pages to repeat.
  package func repeatComputed(upTo count: Int) -> Int? {
    guard running.count == 1, let sequence = running.first, sequence.computed > 0,
      sequence.computed % pageTokens == 0, sequence.state == nil
    else { return nil }
    let tokens = Array(sequence.tokens[..<sequence.computed])
    let pages = Array(sequence.pages.prefix(sequence.computed / pageTokens))
    while sequence.computed + tokens.count <= count {
      for (index, page) in pages.enumerated() {
        guard let copy = cache.take() else { return nil }
        cache.copy(page, to: copy)
        sequence.pages.insert(copy, at: sequence.computed / pageTokens)
        sequence.tokens.insert(contentsOf: tokens[index * pageTokens..<(index + 1) * pageTokens], at: sequence.computed)
        sequence.computed += pageTokens
      }
    }
    return sequence.computed
  }
}
