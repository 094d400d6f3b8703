import CKernels
import Glibc
import Platform
import Synchronization

/// A fixed team of threads that runs one job at a time, all members together, with barriers inside.
///
/// The caller is member 0. A waiting member spins briefly, because a barrier inside a decoding step is awaited for well
/// under a microsecond, and then sleeps on a futex, so that an idle machine loses nothing.
///
/// When other programs use the cores, a member that loses its core delays all others at the next barrier, and fewer members
/// are faster. So a team whose members mostly wait runs with fewer members for a while, and later tries again with more.
///
/// `@unchecked Sendable`: `words` is touched only through atomic operations; `job` and `count` are written by member 0
/// before the release of a new job and read by those at work in it after they acquire it.
final class ThreadTeam: @unchecked Sendable {
  /// Members at work in a run. Changes between runs only, from all of them at first to 1 at least.
  private(set) var count: Int
  /// All members; fewer than asked for if the system cannot start more threads.
  private var size: Int
  private var crowd = CrowdWatch()
  private let words: UnsafeMutablePointer<UInt32>
  private var job: (Int) -> Void = { _ in }
  private var threads: [Thread] = []
  /// Iterations of the processor's pause (about 20 ns each) before a waiting member sleeps.
  private let spins: Int

  /// Words live a cache line apart, so that a spinning reader does not slow the writers of another.
  ///
  /// The word `job` says two things at once, so that a member learns both from one load:
  ///
  ///      31                              8 7              0
  ///     +---------------------------------+----------------+
  ///     |  generation: runs begun so far  |  members at    |
  ///     |  (wraps around)                 |  work in it    |
  ///     +---------------------------------+----------------+
  ///
  /// A new run adds 1 to the generation, so the word changes even when the number of members does not. Members with a
  /// higher number than the low byte go back to waiting. Eight bits suffice because a team has at most 255 members.
  ///
  /// One run, seen by member 0 and by another member:
  ///
  ///     member 0:  write `job` closure → change the word → body(0) → barrier → clear the closure
  ///     member m:  wait for the word to change → read the closure → body(m) → barrier → wait again
  private enum Word: Int {
    case job = 0
    case jobSleepers = 32
    case barrier = 64
    case barrierSleepers = 96
    case arrived = 128
    case stopping = 160
    /// Microseconds slept at barriers.
    case slept = 192
  }
  private static let wordCount = 224

  /// - Parameter count: members, at least 1; 1 starts no thread.
  init(count: Int, spins: Int = 4000) {
    size = min(max(count, 1), 255)
    self.count = size
    self.spins = spins
    words = .allocate(capacity: Self.wordCount)
    words.initialize(repeating: 0, count: Self.wordCount)
    for member in 1..<size {
      let team = Unowned(team: self)
      guard let thread = Thread({ team.team.serve(member) }) else {
        // The members that already wait read the new number when they acquire their first job.
        size = member
        self.count = member
        break
      }
      threads.append(thread)
    }
  }

  deinit {
    lp_store_release(word(.stopping), 1)
    release(.job, .jobSleepers, by: 256)
    for thread in threads { thread.join() }
    words.deallocate()
  }

  /// Runs `body(member)` on every member and returns when all are done.
  func run(_ body: (Int) -> Void) {
    if size == 1 { return body(0) }
    if count == 1 {
      body(0)
    } else {
      withoutActuallyEscaping(body) { escaping in
        job = escaping
        // The other members read from the low byte how many are at work. They must not read `count`, which may already be
        // that of the next run.
        let now = lp_load_acquire(word(.job))
        // Adding this difference to the word sets it to (generation + 1, `count`).
        let began = SystemClock.monotonicMicroseconds()
        release(.job, .jobSleepers, by: ((now >> 8) &+ 1) << 8 | UInt32(count) &- now)
        escaping(0)
        barrier()
        job = { _ in }
        let slept = lp_fetch_add(word(.slept), 0)
        _ = lp_fetch_add(word(.slept), 0 &- slept)
        crowd.add(slept: Int(slept), microseconds: SystemClock.monotonicMicroseconds() - began, members: count)
      }
    }
    count = crowd.next(count, of: size)
  }

  /// Waits until every member at work has arrived here. Only inside `run`.
  func barrier() {
    // Read before arriving: once all have arrived, member 0 continues and may change it.
    let others = UInt32(count - 1)
    if others == 0 { return }
    let round = lp_load_acquire(word(.barrier))
    if lp_fetch_add(word(.arrived), 1) == others {
      lp_store_release(word(.arrived), 0)
      release(.barrier, .barrierSleepers)
    } else {
      awaitChange(.barrier, past: round, .barrierSleepers)
    }
  }

  private func word(_ name: Word) -> UnsafeMutablePointer<UInt32> { words + name.rawValue }

  private func release(_ name: Word, _ sleepers: Word, by step: UInt32 = 1) {
    _ = lp_fetch_add(word(name), step)
    if lp_fetch_add(word(sleepers), 0) != 0 { lp_futex_wake_all(word(name)) }
  }

  private func awaitChange(_ name: Word, past value: UInt32, _ sleepers: Word) {
    for _ in 0..<spins {
      if lp_load_acquire(word(name)) != value { return }
      lp_spin_pause()
    }
    let began = SystemClock.monotonicMicroseconds()
    while lp_load_acquire(word(name)) == value {
      _ = lp_fetch_add(word(sleepers), 1)
      lp_futex_wait(word(name), value, -1)
      _ = lp_fetch_add(word(sleepers), UInt32.max)
    }
    if name == .barrier {
      _ = lp_fetch_add(word(.slept), UInt32(clamping: SystemClock.monotonicMicroseconds() - began))
    }
  }

  private func serve(_ member: Int) {
    var done: UInt32 = 0
    while true {
      awaitChange(.job, past: done, .jobSleepers)
      done = lp_load_acquire(word(.job))
      if lp_load_acquire(word(.stopping)) != 0 { return }
      guard member < Int(done & 0xFF) else { continue }
      job(member)
      barrier()
    }
  }

  /// Threads do not keep their team alive: `deinit` stops them and waits for them.
  private struct Unowned: @unchecked Sendable {
    unowned(unsafe) let team: ThreadTeam
  }
}
