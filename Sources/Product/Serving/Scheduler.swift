import Diagnostics
import HTTPService
import Inference
import Platform
import Synchronization

/// The thread that owns the generator: takes jobs in, lets them in fairly, and passes on what each step brings.
///
/// `@unchecked Sendable`: `generator`, `queue` and `active` are touched by the scheduler's thread only, which `init`
/// starts after they are set; everything else is locked or constant.
final class Scheduler: @unchecked Sendable {
  private enum Command {
    case submit(CompletionJob)
    case forget(InferenceAdapter)
  }

  private struct Mailbox {
    var commands: [Command] = []
    /// Choices accepted and not yet finished.
    var pending = 0
    var draining = false
    var hasNoThread = false
    var abandoned = false
  }

  /// A choice of a job.
  private struct Ticket {
    let job: CompletionJob
    let choice: Int
  }

  let maximumQueue: Int
  private let generator: Generator
  private let metrics: ServiceMetrics
  private let mailbox = Mutex(Mailbox())
  private let signal = Signal()
  private var queue = FairQueue<Ticket>()
  private var active: [GenerationID: Ticket] = [:]
  private var jobs: [ObjectIdentifier: CompletionJob] = [:]
  private var thread: Thread?

  /// - Parameter maximumQueue: choices that may wait beside those being generated.
  init(generator: Generator, maximumQueue: Int, metrics: ServiceMetrics) {
    self.generator = generator
    self.maximumQueue = maximumQueue
    self.metrics = metrics
    thread = Thread { [weak self] in
      // Held while it runs: `drain` ends it.
      self?.run()
    }
    if thread == nil { mailbox.withLock { $0.hasNoThread = true } }
  }

  /// - Throws: `APIError` 429 when the queue is full, 503 when the service is ending.
  func submit(_ job: CompletionJob) throws {
    let limit = maximumQueue + generator.options.maximumSequences
    try mailbox.withLock { box in
      guard !box.draining else {
        throw APIError(status: 503, type: "server_error", "the service is shutting down", retryAfter: 5)
      }
      guard !box.hasNoThread else {
        throw APIError(status: 503, type: "server_error", "the machine cannot start another thread", retryAfter: 5)
      }
      guard box.pending + job.requests.count <= limit else {
        throw APIError(
          status: 429, type: "rate_limit_error", "the service is busy; try again in a moment",
          code: "rate_limit_exceeded", retryAfter: 1)
      }
      box.pending += job.requests.count
      box.commands.append(.submit(job))
    }
    signal.raise()
  }

  func forget(_ adapter: InferenceAdapter) {
    mailbox.withLock { $0.commands.append(.forget(adapter)) }
    signal.raise()
  }

  var isDraining: Bool { mailbox.withLock { $0.draining } }

  /// Takes nothing more in, finishes what is accepted, and returns when all is done or `seconds` have passed; what is
  /// left then is cut off.
  func drain(seconds: Double) {
    mailbox.withLock { $0.draining = true }
    signal.raise()
    let end = SystemClock.monotonic() + seconds
    while mailbox.withLock({ $0.pending }) > 0, SystemClock.monotonic() < end { Self.pause(milliseconds: 20) }
    mailbox.withLock { $0.abandoned = true }
    signal.raise()
    thread?.join()
    thread = nil
  }

  private static func pause(milliseconds: Int) { Signal().wait(milliseconds: milliseconds) }

  private func run() {
    var lastLook = SystemClock.monotonic()
    while true {
      let (commands, draining, abandoned) = mailbox.withLock { box in
        defer { box.commands = [] }
        return (box.commands, box.draining, box.abandoned)
      }
      for command in commands { obey(command) }
      if abandoned { return abandon() }
      if draining, queue.count == 0, active.isEmpty, mailbox.withLock({ $0.pending == 0 }) { return }
      admit()
      if generator.isIdle {
        report()
        signal.wait(milliseconds: 250)
      } else {
        for event in generator.step() { deliver(event) }
      }
      if SystemClock.monotonic() - lastLook > 0.2 {
        lastLook = SystemClock.monotonic()
        dropGone()
        report()
      }
    }
  }

  private func obey(_ command: Command) {
    switch command {
    case .forget(let adapter): generator.forget(adapter)
    case .submit(let job):
      jobs[ObjectIdentifier(job)] = job
      for choice in job.requests.indices { queue.append(Ticket(job: job, choice: choice), owner: job.plan.client) }
    }
  }

  private func admit() {
    while generator.runningCount + generator.waitingCount < generator.options.maximumSequences,
      let ticket = queue.next()
    {
      guard !ticket.job.isFinished else {
        release(1)
        continue
      }
      do {
        active[try generator.add(ticket.job.requests[ticket.choice])] = ticket
      } catch {
        let message = (error as? Diagnostic)?.message ?? "the request cannot be generated"
        end(ticket.job, with: APIError.invalid(message))
        release(1)
      }
    }
  }

  private func deliver(_ event: GenerationEvent) {
    guard let ticket = active[event.id], !ticket.job.receive(event, choice: ticket.choice) else { return }
    // A reply that the generator ended itself is not there to be cancelled.
    generator.cancel(event.id)
    active[event.id] = nil
    release(1)
    if ticket.job.isFinished { complete(ticket.job) }
  }

  private func complete(_ job: CompletionJob) {
    guard jobs.removeValue(forKey: ObjectIdentifier(job)) != nil else { return }
    count(job, status: job.status)
  }

  private func count(_ job: CompletionJob, status: Int) {
    let now = SystemClock.monotonic()
    metrics.update { values in
      values.requests[status, default: 0] += 1
      values.promptTokens += job.promptTokens
      values.cachedPromptTokens += job.cachedTokens
      values.generatedTokens[job.plan.model, default: 0] += job.replyTokens
      if let first = job.firstToken { values.firstToken.add(first - job.accepted) }
      values.request.add(now - job.accepted)
    }
  }

  /// Ends all of a job's choices.
  private func end(_ job: CompletionJob, with error: APIError) {
    for (id, ticket) in active where ticket.job === job {
      generator.cancel(id)
      active[id] = nil
      release(1)
    }
    let before = queue.count
    queue.remove { $0.job === job }
    release(before - queue.count)
    job.fail(error)
    if jobs.removeValue(forKey: ObjectIdentifier(job)) != nil { count(job, status: error.status) }
  }

  /// Nobody waits for these any more.
  private func dropGone() {
    for job in jobs.values where job.sink.isGone {
      end(job, with: APIError(status: 499, type: "server_error", "the client went away"))
    }
  }

  private func abandon() {
    for job in jobs.values {
      end(job, with: APIError(status: 503, type: "server_error", "the service is shutting down"))
    }
  }

  private func release(_ count: Int) { mailbox.withLock { $0.pending -= count } }

  private func report() {
    let (running, waiting, use) = (generator.runningCount, generator.waitingCount + queue.count, generator.cacheUse)
    let speculation = generator.speculation
    metrics.update { values in
      values.running = running
      values.waiting = waiting
      values.cacheUse = use
      values.speculation = speculation
    }
  }
}
