import Diagnostics
import Glibc
import Platform
import Synchronization

/// The commands of Slurm, and one view of the queue that all stages of a run share: a single query tells of them all, and
/// the longer nothing happens the rarer it is.
final class SlurmQueue: Sendable {
  enum Answer: Sendable {
    /// All jobs of a name, oldest first.
    case jobs([SlurmState])
    /// The controller did not answer.
    case unknown(String)
  }

  private struct State {
    /// How many stages wait for the name.
    var watched: [String: Int] = [:]
    var jobs: [String: [SlurmState]] = [:]
    var failure: String?
    var last = -Double.infinity
    var interval = SlurmQueue.shortest
    /// Names that the last query asked for.
    var asked: Set<String> = []
    var isAsking = false
  }

  private static let shortest = 1.0
  private static let longest = 30.0

  private let state = Mutex(State())

  /// Names a job that is of interest from now on; the queue is asked soon.
  func watch(_ name: String) {
    state.withLock { state in
      state.watched[name, default: 0] += 1
      state.interval = Self.shortest
      state.last = -.infinity
    }
  }

  func unwatch(_ name: String) {
    state.withLock { state in
      let count = (state.watched[name] ?? 1) - 1
      state.watched[name] = count > 0 ? count : nil
    }
  }

  /// What the queue said last of a watched name. Never waits: when that was some time ago, a thread asks again.
  /// - Returns: `nil` while the name was not asked for yet.
  func jobs(named name: String) -> Answer? {
    state.withLock { state in
      let isDue = SystemClock.monotonic() - state.last >= state.interval || !state.asked.contains(name)
      if isDue, !state.isAsking, !state.watched.isEmpty {
        state.isAsking = true
        let names = Set(state.watched.keys)
        Thread.detached { self.ask(names) }
      }
      guard state.asked.contains(name) else { return nil }
      if let failure = state.failure { return .unknown(failure) }
      return .jobs(state.jobs[name] ?? [])
    }
  }

  private func ask(_ names: Set<String>) {
    let result = Self.query(names)
    state.withLock { state in
      state.isAsking = false
      state.last = SystemClock.monotonic()
      state.asked = names
      switch result {
      case .success(let jobs):
        state.interval =
          state.failure == nil && jobs == state.jobs ? min(Self.longest, state.interval * 1.4) : Self.shortest
        state.failure = nil
        state.jobs = jobs
      case .failure(let error):
        state.failure = error.text
        state.interval = min(Self.longest, state.interval * 1.4)
      }
    }
  }

  /// Asks the queue now.
  /// - Returns: jobs by name, oldest first.
  static func query(_ names: Set<String>) -> Result<[String: [SlurmState]], Failure> {
    let words = [
      "squeue", "--noheader", "--states=all", "--format=%i|%j|%T|%r|%N",
      "--name=" + names.sorted().joined(separator: ","),
    ]
    return run(words).map { text in
      let jobs = text.split(whereSeparator: \.isNewline).compactMap { SlurmState(queueLine: $0) }
        .sorted { ($0.id.utf8.count, $0.id) < ($1.id.utf8.count, $1.id) }
      return Dictionary(grouping: jobs, by: \.name)
    }
  }

  // MARK: Commands

  struct Failure: Error {
    var text: String
    /// The program itself is not there.
    var isMissing = false

    /// Whether the controller may answer another time.
    var isPassing: Bool {
      let signs = [
        "unable to contact", "timed out", "connection refused", "zero bytes", "temporarily unable", "socket",
        "communication", "connection reset", "not responding", "unable to connect",
      ]
      return signs.contains { text.lowercased().contains($0) }
    }
  }

  static func run(_ words: [String]) -> Result<String, Failure> {
    var program = ShortProgram(words, timeout: 90)
    // Inside of a job its variables would be taken for options of the new one.
    program.withoutVariables = { $0.hasPrefix("SLURM_") || $0.hasPrefix("SBATCH_") || $0.hasPrefix("SRUN_") }
    do throws(Diagnostic) {
      let result = try program.run()
      if result.succeeded { return .success(result.text) }
      let text = result.errorText.split(whereSeparator: \.isNewline).joined(separator: "; ")
      return .failure(
        Failure(
          text: result.timedOut
            ? "\(words[0]) timed out" : text.isEmpty ? "\(words[0]) \(result.status.description)" : text))
    } catch {
      return .failure(Failure(text: error.message, isMissing: true))
    }
  }

  /// - Returns: the job's number.
  static func submit(_ script: String) -> Result<String, Failure> {
    run(["sbatch", "--parsable", script]).flatMap { text in
      // `number` or `number;cluster`; sites may print more before it.
      let number = text.split(whereSeparator: \.isNewline).last?.prefix { $0 != ";" } ?? ""
      guard !number.isEmpty, number.allSatisfy({ $0.isNumber || $0 == "_" }) else {
        return .failure(Failure(text: "sbatch printed no job number: \(text.prefix(200))"))
      }
      return .success(String(number))
    }
  }

  /// What is known of a job that is in the queue no more, from the controller or from accounting.
  static func lastState(of job: String) -> SlurmState? {
    if case .success(let text) = run(["scontrol", "--oneliner", "show", "job", job]), let state = SlurmState(job: text)
    {
      return state
    }
    // The default window of sacct begins at midnight.
    let words = [
      "sacct", "--allocations", "--parsable2", "--noheader", "--format=JobIDRaw,State,ExitCode,NodeList",
      "--starttime=now-30days", "--jobs=" + job,
    ]
    guard case .success(let text) = run(words) else { return nil }
    return text.split(whereSeparator: \.isNewline).compactMap { SlurmState(accountingLine: $0) }.last
  }

  /// Asks the stage for a checkpoint and its end; the batch step alone gets the signal, so that it can pass it on.
  static func stop(_ job: String) { _ = run(["scancel", "--batch", "--signal=TERM", job]) }

  static func cancel(_ job: String) { _ = run(["scancel", job]) }
}
