import Diagnostics
import Glibc
import Platform
import Synchronization
import Testing

@Suite struct ParallelTests {
  @Test(arguments: [1, 2, 7, 64])
  func resultsComeInOrderHoweverManyThreads(_ threads: Int) throws {
    let squares = try parallelMap(100, threads: threads) { $0 * $0 }
    #expect(squares == (0..<100).map { $0 * $0 })
    #expect(try parallelMap(0, threads: threads) { $0 }.isEmpty)
    #expect(try parallelMap(1, threads: threads) { $0 } == [0])
  }

  /// Later pieces fail sooner; the failure reported is the first in order all the same.
  @Test func theFirstFailureInOrderIsThrownAndNothingBeginsAfterIt() throws {
    let begun = Mutex(0)
    let error = try #require(throws: Diagnostic.self) {
      try parallelMap(1000, threads: 4) { index throws(Diagnostic) -> Int in
        begun.withLock { $0 += 1 }
        if index >= 3 { throw Diagnostic(code: "piece-\(index)", "no") }
        let end = SystemClock.monotonic() + 0.05
        while SystemClock.monotonic() < end {}
        if index == 2 { throw Diagnostic(code: "piece-2", "no") }
        return index
      }
    }
    #expect(error.code == "piece-2")
    #expect(begun.withLock { $0 } < 20)
  }

  @Test func eachThreadRunsOnceAndAllAreAwaited() {
    let seen = Mutex<[Int]>([])
    Thread.each(17) { index in seen.withLock { $0.append(index) } }
    #expect(seen.withLock { $0.sorted() } == Array(0..<17))
    Thread.each(0) { _ in seen.withLock { $0.append(-1) } }
    #expect(seen.withLock { $0.count } == 17)
  }

  @Test(arguments: [true, false])
  func aValueComputedAheadIsComputedOnce(_ isLong: Bool) {
    let count = Mutex(0)
    let ahead = Ahead(isLong: isLong) { () -> Int in
      usleep(2000)
      return count.withLock { count in
        count += 1
        return count
      }
    }
    #expect(ahead.value == 1)
    #expect(ahead.value == 1)
    // One that nobody asks for holds nobody up.
    _ = Ahead(isLong: isLong) { usleep(2000) }
  }
}
