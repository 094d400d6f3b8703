import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform
import Synchronization

/// Runs each stage as a job of Slurm, on a store that the nodes share.
///
/// The job's name is the stage's key, so a later run finds what an earlier one submitted. What Slurm says of a job is
/// advice; the store's record is the truth: a stage has succeeded when its record is there, and has failed when the job
/// is over and no record came.
public struct SlurmLauncher: StageLauncher {
  public var configuration: LauncherConfiguration
  /// Absolute path of lorapipe, as the nodes see it too.
  public var program: String
  /// On Ctrl-C, leave the job and end.
  public var detaches = false
  /// Seconds for which a controller that does not answer is asked to take a job.
  public var patience: Double = 1800
  private let queue: SlurmQueue

  public init(configuration: LauncherConfiguration, program: String) {
    self.configuration = configuration
    self.program = program
    queue = SlurmQueue()
  }

  public func launch(
    _ request: StageRequest, log: String, control: RunControl, events: @escaping @Sendable (StageEvent) -> Void
  ) async -> StageOutcome {
    await withCheckedContinuation { continuation in
      Thread.detached {
        let watch = SlurmWatch(
          launcher: self, queue: queue, request: request, log: log, control: control, events: events)
        continuation.resume(returning: watch.run())
      }
    }
  }
}

/// One stage's job, from its submission to its end.
private final class SlurmWatch {
  private let launcher: SlurmLauncher
  private let queue: SlurmQueue
  private let request: StageRequest
  private let log: String
  private let control: RunControl
  private let events: (StageEvent) -> Void
  private let job: StageJob
  private let name: String
  private var follower: JobFollower
  private var submissions = 0
  private var isSilent = false
  private var lastDetail: String?
  private var lockWasTested = false

  init(
    launcher: SlurmLauncher, queue: SlurmQueue, request: StageRequest, log: String, control: RunControl,
    events: @escaping (StageEvent) -> Void
  ) {
    self.launcher = launcher
    self.queue = queue
    self.request = request
    self.log = log
    self.control = control
    self.events = events
    job = StageJob(store: request.storePath, key: request.key.digest)
    name = SlurmScript.name(of: job)
    follower = JobFollower(job)
  }

  func run() -> StageOutcome {
    do throws(Diagnostic) {
      try SharedStore.checkLocks(of: request.storePath)
      queue.watch(name)
      defer { queue.unwatch(name) }
      guard var id = try attach() else { return .interrupted }
      while true {
        let end = follow(id)
        switch end {
        case .outcome(let outcome):
          if outcome != .interrupted || !launcher.detaches || !control.isStopping { job.end(keepingLog: log, of: id) }
          return outcome
        case .failure(let failure):
          guard failure.reachedTimeLimit, submissions <= launcher.configuration.resubmissions, !control.isStopping
          else {
            let diagnostic = failure.diagnostic
            job.end(keepingLog: log, of: id)
            return .failed([diagnostic])
          }
          events(.note("Slurm job \(id) reached its time limit: submitting the stage again"))
          guard let next = try attach(butNot: id) else { return .interrupted }
          id = next
        }
      }
    } catch {
      return .failed([error])
    }
  }

  private enum End {
    case outcome(StageOutcome)
    case failure(SlurmFailure)
  }

  // MARK: Submitting

  /// The job that makes this stage: one that is there already, or a new one.
  /// - Parameter old: a job that has ended and may still be in the queue.
  /// - Returns: `nil` when the run was stopped before there was one.
  private func attach(butNot old: String? = nil) throws(Diagnostic) -> String? {
    guard let lock = try job.lockWhenFree(control, events) else { return nil }
    defer { withExtendedLifetime(lock) {} }
    let deadline = SystemClock.monotonic() + launcher.patience
    var wait = 1.0
    var maySubmit = true
    while !control.isStopping {
      switch SlurmQueue.query([name]) {
      case .success(let jobs):
        isSilent = false
        if let known = jobs[name]?.last(where: { $0.isActive && $0.id != old }) {
          // A job that has told its outcome only has to leave the queue: what it made is in the store, or will never be.
          // Without force, following it gives its result at once.
          if request.force, hasToldItsEnd, !control.isStopping {
            pause(0.5)
            continue
          }
          follower = JobFollower(job)
          job.shareLog(as: log)
          submissions = max(submissions, 1)
          // The answer to its submission may have been lost: then this run is the first to know its number.
          if !FileSystem.exists(job.submission) { try record(known.id) }
          events(.note("waiting for Slurm job \(known.id), which is building the same artifact"))
          return known.id
        }
        guard maySubmit else {
          throw Diagnostic(
            code: "slurm-submit", "Slurm did not take the job of '\(request.stage)'", remedy: "run again")
        }
        switch try submit() {
        case .success(let id): return id
        case .failure(let error):
          guard error.isPassing else { throw Self.refusal(error) }
          // The job may be there although the answer was lost: the queue tells.
          tellSilence(error.text)
        }
      case .failure(let error):
        guard error.isPassing else { throw Self.refusal(error) }
        tellSilence(error.text)
      }
      maySubmit = SystemClock.monotonic() < deadline
      if !maySubmit {
        throw Diagnostic(
          code: "slurm-silent", "the Slurm controller does not answer", remedy: "try again when 'squeue' works here")
      }
      pause(wait)
      wait = min(wait * 1.5, 30)
    }
    return nil
  }

  /// Whether the job that is recorded for this stage has ended its work, well or not. An interruption is no end: such a
  /// job may be put back in the queue.
  private var hasToldItsEnd: Bool {
    var told = JobFollower(job)
    told.read { _ in }
    return told.outcome.map { $0 != .interrupted } ?? false
  }

  private func submit() throws(Diagnostic) -> Result<String, SlurmQueue.Failure> {
    try job.begin(request)
    follower = JobFollower(job)
    let script = SlurmScript(
      launcher: launcher.configuration, stage: request.stage, run: request.run, resources: request.resources,
      key: request.key.digest, job: job, program: launcher.program)
    try FileSystem.replace(job.script, with: Array(script.text.utf8))
    job.shareLog(as: log)
    let result = SlurmQueue.submit(job.script)
    if case .success(let id) = result {
      submissions += 1
      try record(id)
      events(.note("Slurm job \(id)"))
    }
    return result
  }

  /// Writes who does the work, for `status` and for later runs.
  private func record(_ id: String) throws(Diagnostic) {
    let submitted = SubmittedJob(
      id: id, launcher: launcher.configuration.name, run: request.run, stage: request.stage,
      submitted: SystemClock.now())
    try FileSystem.replace(job.submission, with: submitted.json.bytes() + [0x0A])
  }

  private static func refusal(_ error: SlurmQueue.Failure) -> Diagnostic {
    if error.isMissing {
      return Diagnostic(
        code: "slurm-missing", "the commands of Slurm are not on this machine: \(error.text)",
        remedy: "run lorapipe on a node that has sbatch, or use another launcher")
    }
    return Diagnostic(
      code: "slurm-submit", "Slurm refused the job: \(error.text)",
      remedy: "check 'resources' of the stage and the launcher's partition, account and arguments")
  }

  private func tellSilence(_ text: String) {
    guard !isSilent else { return }
    isSilent = true
    events(.warning("the Slurm controller does not answer, waiting for it: \(text)"))
  }

  // MARK: Following

  private func follow(_ id: String) -> End {
    /// Since when the job is over, as far as Slurm knows.
    var sinceOver: Double?
    var last: SlurmState?
    let settling = Double(launcher.configuration.settling)
    var stoppedAt: Double?
    var wasCancelled = false
    while true {
      follower.read(events)
      if let outcome = follower.outcome, outcome != .interrupted {
        guard case .finished(_, let changed) = outcome, changed.isEmpty else { return .outcome(outcome) }
        if hasRecord { return .outcome(outcome) }
      }
      if control.isStopping {
        if launcher.detaches {
          events(.note("Slurm job \(id) continues; 'lorapipe run' finds it again"))
          return .outcome(.interrupted)
        }
        let now = SystemClock.monotonic()
        if stoppedAt == nil {
          stoppedAt = now
          stop(id, last)
        } else if !wasCancelled, control.level == .killing || now - (stoppedAt ?? now) > Self.grace {
          wasCancelled = true
          SlurmQueue.cancel(id)
        }
      }
      switch queue.jobs(named: name) {
      case nil: break
      case .unknown(let text)?:
        tellSilence(text)
        sinceOver = nil
      case .jobs(let jobs)?:
        isSilent = false
        let state = jobs.last { $0.id == id || $0.id.hasPrefix(id + "_") }
        last = state ?? last
        if let state, state.isActive {
          sinceOver = nil
          show(state)
          testLocks(state)
        } else {
          sinceOver = sinceOver ?? SystemClock.monotonic()
        }
      }
      if let over = sinceOver {
        if control.isStopping { return .outcome(.interrupted) }
        // A stage that was interrupted has said all there is to say.
        let wait = follower.outcome == .interrupted ? min(5, settling) : settling
        if SystemClock.monotonic() - over >= (isFailure(last) ? min(wait, 15) : wait) {
          if let end = ending(id, last) { return end }
          sinceOver = nil
        }
      }
      pause(0.25)
    }
  }

  /// Seconds that a stage has to write a checkpoint after Ctrl-C.
  private static let grace = 60.0

  private func isFailure(_ state: SlurmState?) -> Bool {
    guard let state else { return false }
    return !state.isActive && state.state != "COMPLETED"
  }

  private var hasRecord: Bool {
    guard let store = try? ArtifactStore(at: request.storePath) else { return false }
    return store.actionRecord(request.key.digest) != nil
  }

  /// What to make of a job that is over and told no outcome; `nil` when Slurm has begun it again.
  private func ending(_ id: String, _ last: SlurmState?) -> End? {
    follower.read(events)
    if let outcome = follower.outcome, outcome != .interrupted { return .outcome(outcome) }
    // The record of a stage that is made again by force may be the old one.
    if !request.force, hasRecord { return .outcome(.finished(wasCached: false, changedInputs: [])) }
    let state = SlurmQueue.lastState(of: id) ?? last
    if let state, state.isActive, state.state != "COMPLETING" { return nil }
    return .failure(
      SlurmFailure(
        job: id, state: state, signal: follower.signal, logEnd: job.logEnd(), stage: request.stage))
  }

  private func stop(_ id: String, _ state: SlurmState?) {
    try? FileSystem.replace(job.stop, with: [])
    if state?.isWaiting ?? true, follower.starts == 0 { SlurmQueue.cancel(id) } else { SlurmQueue.stop(id) }
  }

  /// Says why a job waits.
  private func show(_ state: SlurmState) {
    // A stage that runs says itself what it does.
    let isSilent = follower.starts > 0 && state.state == "RUNNING"
    let detail =
      isSilent
      ? nil
      : state.isWaiting
        ? "Slurm job \(state.id): waiting (\(state.reason))" : "Slurm job \(state.id): \(state.state.lowercased())"
    guard detail != lastDetail else { return }
    lastDetail = detail
    events(.activity(detail))
  }

  /// Whether the lock that the stage holds is seen from here. Without that, two runs could build one artifact at once.
  private func testLocks(_ state: SlurmState) {
    guard !lockWasTested, follower.starts > 0, state.state == "RUNNING", follower.outcome == nil,
      follower.host != Environment.hostName(), let store = try? ArtifactStore(at: request.storePath)
    else { return }
    lockWasTested = true
    if let lock = try? store.tryLock(key: request.key.digest) {
      withExtendedLifetime(lock) {}
      events(
        .warning(
          "a lock on \(follower.host ?? "the node") is not seen here: mount the store's file system so that locks "
            + "reach every machine, or start one run at a time"))
    }
  }

  private func pause(_ seconds: Double) {
    let end = SystemClock.monotonic() + seconds
    let level = control.level
    while SystemClock.monotonic() < end, control.level == level { usleep(50_000) }
  }
}

/// A store that several machines use.
enum SharedStore {
  /// Tests that the store's file system has locks.
  /// - Throws: `store-without-locks`.
  static func checkLocks(of root: String) throws(Diagnostic) {
    let path = root + "/locks/test.\(getpid()).\(UInt32.random(in: 0 ... .max))"
    defer { unlink(path) }
    let why: String
    do throws(Diagnostic) {
      let lock = try FileLock.tryAcquire(path)
      // A second handle must not get what the first one has.
      let second = try FileLock.tryAcquire(path)
      defer { withExtendedLifetime((lock, second)) {} }
      if lock != nil, second == nil { return }
      why = "two locks on one file do not exclude each other"
    } catch {
      why = error.message
    }
    throw Diagnostic(
      code: "store-without-locks", "the file system of the store '\(root)' has no working locks: \(why)",
      remedy:
        "mount it with locks (Lustre: -o flock), or put the store on another file system (store: in lorapipe.yaml)")
  }
}
