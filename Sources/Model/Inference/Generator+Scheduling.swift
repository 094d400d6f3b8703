import Diagnostics
import ModelFiles

extension Generator {
  /// What one step computes.
  struct Batch {
    struct Part {
      let sequence: Sequence
      /// First row.
      let first: Int
      /// Position of the first row.
      let start: Int
      /// Draft tokens included.
      let count: Int
      /// Draft tokens behind the sequence's last token.
      let proposals: [Int32]
      /// Where the state of the recurrent layers is copied to, after which number of tokens.
      let keptStates: [(position: Int, place: Int32)]
    }

    var tokens: [Int32] = []
    var parts: [Part] = []

    /// Whether a sequence's tokens are read that it did not get in the last step.
    var readsPrompt = false

    mutating func add(
      _ sequence: Sequence, count: Int, proposals: [Int32], keptStates: [(position: Int, place: Int32)]
    ) {
      parts.append(
        Part(
          sequence: sequence, first: tokens.count, start: sequence.computed, count: count + proposals.count,
          proposals: proposals, keptStates: keptStates))
      tokens.append(contentsOf: sequence.tokens[sequence.computed..<sequence.computed + count])
      tokens.append(contentsOf: proposals)
      if sequence.tokens.count - sequence.computed > 1 { readsPrompt = true }
    }

    /// Calls `body` with the batch's sequences, their pages held in place.
    func sequencesPages(states: StateMemory, _ body: ([StepSequence]) -> Void) {
      var flat: [Int32] = []
      let offsets = parts.map { part in
        defer { flat.append(contentsOf: part.sequence.pages) }
        return flat.count
      }
      flat.withUnsafeBufferPointer { pages in
        guard let base = pages.baseAddress else { return }
        body(
          zip(parts, offsets).map { part, offset in
            StepSequence(
              first: part.first, count: part.count, start: part.start, pages: base + offset,
              state: part.sequence.state.flatMap(states.floats),
              stateCopies: part.keptStates.compactMap { kept in
                states.floats(kept.place).map { StateCopy(position: kept.position, target: $0) }
              },
              adapter: part.sequence.request.adapter)
          })
      }
    }
  }

  /// Lets waiting requests in, first come first served, while there is a place for them.
  func admit() {
    while running.count < options.maximumSequences, let sequence = waiting.first {
      // A first page must be there to begin; later pages are found as they are needed.
      guard cache.freeCount + prefixes.unusedCount > running.count else { return }
      waiting.removeFirst()
      attachPrefix(sequence)
      running.append(sequence)
    }
  }

  /// Starts a sequence behind the longest beginning the cache knows. Its last token is always computed, and so is all
  /// of a prompt whose own probabilities are asked for.
  private func attachPrefix(_ sequence: Sequence) {
    var found: [(node: Int, page: Int32)] = []
    if !sequence.request.scoresPrompt {
      found = prefixes.acquire(sequence.tokens.dropLast(), adapter: sequence.request.adapter?.identity)
    }
    if model.configuration.isRecurrent { attachState(sequence, &found) }
    for (node, page) in found {
      sequence.nodes.append(node)
      sequence.pages.append(page)
    }
    sequence.computed = sequence.pages.count * pageTokens
    sequence.cachedTokens = sequence.computed
  }

  /// Takes a place for the recurrent layers' state. The known beginning ends at the last node that has a state, which is
  /// copied to that place.
  private func attachState(_ sequence: Sequence, _ found: inout [(node: Int, page: Int32)]) {
    let usable = found.lastIndex { prefixes.hasState($0.node) }.map { $0 + 1 } ?? 0
    sequence.sharedTokens = found.count > usable ? found.count * pageTokens : 0
    for item in found[usable...] { prefixes.release(item.node) }
    found.removeLast(found.count - usable)
    let known = found.last.flatMap { prefixes.state(of: $0.node) }
    guard let place = prefixes.takeState() else {
      preconditionFailure("each running sequence has a place for its state")
    }
    // The known state may just have given its place to this sequence: then it is there already.
    if let known { prefixes.states.copy(known, to: place) }
    sequence.state = place
  }

  /// Tokens of a reply after which its state is kept, in place of the one before.
  static let replyInterval = 64

  /// Takes places for the states that are kept in a run of `count` tokens: at the end of what earlier sequences had too, at
  /// the end of the prompt's full pages, and from time to time in the reply. All are ends of pages.
  private func placesForStates(_ sequence: Sequence, count: Int) -> [(position: Int, place: Int32)] {
    guard model.configuration.isRecurrent else { return [] }
    let end = sequence.computed + count
    let promptEnd = (sequence.request.prompt.count - 1) / pageTokens * pageTokens
    var positions: Set = [sequence.sharedTokens, promptEnd]
    let latest = end / Self.replyInterval * Self.replyInterval
    if latest > sequence.request.prompt.count { positions.insert(latest) }
    return positions.filter { $0 > sequence.computed && $0 <= end }.sorted().compactMap { position in
      prefixes.takeState().map { (position, $0) }
    }
  }

  /// Hands the states that the last pass has copied to the tree.
  private func publishStates(_ sequence: Sequence) {
    for (position, place) in sequence.keptStates {
      let node = sequence.nodes[position / pageTokens - 1]
      prefixes.keep(place, of: node)
      guard position > sequence.request.prompt.count else { continue }
      if let before = sequence.replyState { prefixes.dropState(of: before) }
      sequence.replyState = node
    }
    sequence.keptStates = []
  }

  /// One token of every running sequence that is past its prompt, with draft tokens behind it, then prompts up to the
  /// limit, in turn. Sequences that share an adapter lie together.
  func planBatch(_ events: inout [GenerationEvent]) -> Batch? {
    var chosen: [(sequence: Sequence, count: Int)] = []
    var budget = options.prefillTokens
    for sequence in running {
      // An older sequence may just have put this one off: it then must hold no page.
      guard running.contains(where: { $0 === sequence }) else { continue }
      let left = sequence.tokens.count - sequence.computed
      let count = left == 1 ? 1 : min(left, budget)
      guard count > 0, grow(sequence, by: count, &events) else { continue }
      if left > 1 { budget -= count }
      chosen.append((sequence, count))
    }
    // Growing one sequence may have put another off that was chosen before it.
    chosen.removeAll { item in !running.contains { $0 === item.sequence } }
    guard !chosen.isEmpty else { return nil }
    let proposals = proposals(chosen.map(\.sequence))
    var order: [Int?] = []
    for item in chosen {
      let key = item.sequence.request.adapter?.identity
      if !order.contains(key) { order.append(key) }
    }
    var batch = Batch()
    for key in order {
      for (item, proposals) in zip(chosen, proposals) where item.sequence.request.adapter?.identity == key {
        batch.add(
          item.sequence, count: item.count, proposals: proposals,
          keptStates: placesForStates(item.sequence, count: item.count))
      }
    }
    return batch
  }

  /// Finds pages for `count` more positions: free ones, then remembered ones, then those of the youngest sequence,
  /// which goes back to the queue and loses no token.
  private func grow(_ sequence: Sequence, by count: Int, _ events: inout [GenerationEvent]) -> Bool {
    let wanted = (sequence.computed + count + pageTokens - 1) / pageTokens
    while sequence.pages.count < wanted {
      if let page = cache.take() ?? prefixes.evict() {
        sequence.pages.append(page)
      } else if let youngest = running.last, youngest !== sequence {
        running.removeLast()
        putOff(youngest)
      } else if running.count > 1 {
        // This is the youngest: it waits for the others.
        running.removeAll { $0 === sequence }
        putOff(sequence)
        return false
      } else {
        finish(sequence, .memory, &events)
        return false
      }
    }
    return true
  }

  private func putOff(_ sequence: Sequence) {
    retire(sequence)
    sequence.computed = 0
    sequence.promptScores = []
    waiting.insert(sequence, at: 0)
  }

  /// Gives a sequence's full pages to the tree, so that others may start behind them.
  func publishPages(_ sequence: Sequence) {
    let key = sequence.request.adapter?.identity
    let full = sequence.computed / pageTokens
    while sequence.nodes.count < full {
      let index = sequence.nodes.count
      let tokens = Array(sequence.tokens[index * pageTokens..<(index + 1) * pageTokens])
      let (node, page) = prefixes.insert(
        tokens, page: sequence.pages[index], below: sequence.nodes.last, adapter: key)
      if page != sequence.pages[index] {
        cache.give(sequence.pages[index])
        sequence.pages[index] = page
      }
      sequence.nodes.append(node)
    }
    publishStates(sequence)
  }

  /// Returns what a sequence holds; its full pages stay in the tree.
  func retire(_ sequence: Sequence) {
    publishPages(sequence)
    for node in sequence.nodes { prefixes.release(node) }
    for page in sequence.pages.dropFirst(sequence.nodes.count) { cache.give(page) }
    sequence.nodes = []
    sequence.pages = []
    if let state = sequence.state { prefixes.states.give(state) }
    sequence.state = nil
    sequence.replyState = nil
  }
}
