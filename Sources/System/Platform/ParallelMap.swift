public import Diagnostics
import Synchronization

/// Does `count` pieces of work on a few threads and returns the results in order.
///
/// Pieces begin in order, and none begins after a failure. So the failure thrown is that of the first piece that fails,
/// however many threads there are.
/// - Parameter threads: at most so many pieces at once; the number of processors when absent.
public func parallelMap<Value: Sendable>(
  _ count: Int, threads: Int? = nil, _ work: @escaping @Sendable (Int) throws(Diagnostic) -> Value
) throws(Diagnostic) -> [Value] {
  if count < 2 { return count == 1 ? [try work(0)] : [] }
  let pieces = Pieces<Value>(count: count)
  Thread.each(min(count, max(1, threads ?? Processors.count))) { _ in
    while let index = pieces.next() {
      do throws(Diagnostic) { pieces.finish(index, try work(index)) } catch { pieces.fail(index, error) }
    }
  }
  return try pieces.values()
}

/// What the threads of one `parallelMap` share.
private final class Pieces<Value: Sendable>: Sendable {
  private struct State: Sendable {
    var next = 0
    var values: [Value?]
    var failure: (index: Int, diagnostic: Diagnostic)?
  }

  private let state: Mutex<State>

  init(count: Int) { state = Mutex(State(values: Array(repeating: nil, count: count))) }

  func next() -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < state.values.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  func finish(_ index: Int, _ value: Value) { state.withLock { $0.values[index] = value } }

  func fail(_ index: Int, _ diagnostic: Diagnostic) {
    state.withLock { state in
      if state.failure.map({ index < $0.index }) ?? true { state.failure = (index, diagnostic) }
    }
  }

  func values() throws(Diagnostic) -> [Value] {
    let (values, failure) = state.withLock { ($0.values, $0.failure) }
    if let failure { throw failure.diagnostic }
    return values.compactMap { $0 }
  }
}
