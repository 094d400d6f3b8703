import ModelFiles

extension Generator {
  /// Whether draft tokens can be taken back: the cache forgets positions, and a recurrent layer's state does not.
  var speculates: Bool { options.speculation != .off && !model.configuration.isRecurrent }

  /// The draft tokens that go into a pass with each sequence's next token. There are none in a pass that reads a prompt:
  /// it has enough rows.
  func proposals(_ sequences: [Sequence]) -> [[Int32]] {
    guard speculates, sequences.allSatisfy({ $0.tokens.count - $0.computed == 1 }) else {
      return sequences.map { _ in [] }
    }
    for sequence in sequences { sequence.look() }
    let rooms = sequences.map(room)
    let mostRows = graph.maximumTokens
    var counts: [Int]
    switch options.speculation {
    case .off: return sequences.map { _ in [] }
    case .always(let most):
      var left = mostRows - sequences.count
      counts = rooms.map { room in
        let count = max(min(room, most, left), 0)
        left -= count
        return count
      }
    case .auto:
      counts = plan.counts(
        zip(sequences, rooms).map { .init(match: $0.match, rates: $0.rates, room: $1) }, mostRows: mostRows)
    }
    return zip(sequences, counts).map { sequence, count in
      guard count > 0 else { return [] }
      let drafts =
        drafter.map { Array($0(sequence.id, sequence.tokens).prefix(count)) } ?? sequence.drafts(count)
      return Array(drafts.prefix(spare(sequence, for: drafts.count)))
    }
  }

  /// Tokens that may still come behind the next one.
  private func room(_ sequence: Sequence) -> Int {
    min(sequence.request.maximumTokens - sequence.replyCount, options.contextLength - sequence.tokens.count) - 1
  }

  /// How many of `count` draft tokens there are pages for. Nobody is put off for them, and no page is taken that another
  /// sequence may need next.
  private func spare(_ sequence: Sequence, for count: Int) -> Int {
    let wanted = (sequence.computed + 1 + count + pageTokens - 1) / pageTokens
    while sequence.pages.count < wanted, cache.freeCount + prefixes.unusedCount > running.count,
      let page = cache.take() ?? prefixes.evict()
    {
      sequence.pages.append(page)
    }
    return min(count, sequence.pages.count * pageTokens - sequence.computed - 1)
  }

  /// Counts what became of a pass's draft tokens, also of those that were found and not proposed.
  /// - Parameter before: tokens of each part's sequence before the pass.
  func settle(_ batch: Batch, before: [Int], _ events: inout [GenerationEvent]) {
    for (part, before) in zip(batch.parts, before) {
      let sequence = part.sequence
      let came = sequence.tokens[before...]
      if let match = sequence.match {
        for (offset, token) in came.enumerated() {
          let isHit = RepeatIndex.draft(match, offset, sequence.tokens, end: before) == token
          sequence.rates.note(length: match.length + offset, isHit: isHit)
          plan.rates.note(length: match.length + offset, isHit: isHit)
          if !isHit { break }
        }
        sequence.match = nil
      }
      guard !part.proposals.isEmpty else { continue }
      let counts = SpeculationCounts(
        proposed: part.proposals.count, accepted: zip(came, part.proposals).prefix { $0 == $1 }.count)
      speculation += counts
      // A reply that ends in this pass takes in nothing after its end.
      events.insert(.speculated(sequence.id, counts), at: 0)
    }
  }
}

extension Generator.Sequence {
  /// Looks for an earlier place like the end.
  func look() {
    repeats.add(tokens)
    match = repeats.match(tokens)
  }

  func drafts(_ count: Int) -> [Int32] {
    guard let match else { return [] }
    return (0..<count).map { RepeatIndex.draft(match, $0, tokens, end: tokens.count) }
  }
}
