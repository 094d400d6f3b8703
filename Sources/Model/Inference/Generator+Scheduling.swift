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
    }

    var tokens: [Int32] = []
    var parts: [Part] = []

    /// Whether a sequence's tokens are read that it did not get in the last step.
    var readsPrompt = false

    mutating func add(_ sequence: Sequence, count: Int, proposals: [Int32]) {
      parts.append(
        Part(
          sequence: sequence, first: tokens.count, start: sequence.computed, count: count + proposals.count,
          proposals: proposals))
      tokens.append(contentsOf: sequence.tokens[sequence.computed..<sequence.computed + count])
      tokens.append(contentsOf: proposals)
      if sequence.tokens.count - sequence.computed > 1 { readsPrompt = true }
    }

    /// Calls `body` with the batch's sequences, their pages held in place.
    func sequencesPages(_ body: ([StepSequence]) -> Void) {
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
              state: part.sequence.state?.floats, adapter: part.sequence.request.adapter)
          })
      }
    }
  }

  /// Lets waiting requests in, first come first served, while there is a place for them.
  func admit(_ events: inout [GenerationEvent]) {
    while running.count < options.maximumSequences, let sequence = waiting.first {
      // A first page must be there to begin; later pages are found as they are needed.
      guard cache.freeCount + prefixes.unusedCount > running.count else { return }
      if model.configuration.isRecurrent, sequence.state == nil {
        sequence.state = try? Slab(byteCount: model.configuration.stateCount * 4)
        if sequence.state == nil {
          // Others may give memory back; with none running there is no more to wait for.
          guard running.isEmpty else { return }
          waiting.removeFirst()
          finish(sequence, .memory, &events)
          continue
        }
      }
      waiting.removeFirst()
      attachPrefix(sequence)
      running.append(sequence)
    }
  }

  /// Starts a sequence behind the longest beginning the cache knows. Its last token is always computed, and so is all
  /// of a prompt whose own probabilities are asked for.
  private func attachPrefix(_ sequence: Sequence) {
    // Pages hold no state of recurrent layers: such models compute every prompt from its start.
    guard !sequence.request.scoresPrompt, !model.configuration.isRecurrent else { return }
    let key = sequence.request.adapter?.identity
    for (node, page) in prefixes.acquire(sequence.tokens.dropLast(), adapter: key) {
      sequence.nodes.append(node)
      sequence.pages.append(page)
    }
    sequence.computed = sequence.pages.count * pageTokens
    sequence.cachedTokens = sequence.computed
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
        batch.add(item.sequence, count: item.count, proposals: proposals)
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
    if model.configuration.isRecurrent { return }
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
  }

  /// Returns what a sequence holds; its full pages stay in the tree.
  func retire(_ sequence: Sequence) {
    publishPages(sequence)
    for node in sequence.nodes { prefixes.release(node) }
    for page in sequence.pages.dropFirst(sequence.nodes.count) { cache.give(page) }
    sequence.nodes = []
    sequence.pages = []
    sequence.state = nil
  }
}
