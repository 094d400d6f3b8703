import Diagnostics
import Glibc
import JSON
import Platform
import Recipes
import Synchronization

extension ChildProcess {
  /// What a launcher writes to a stage's standard input to say that the end of it is the end of the run.
  static let greeting = "lorapipe\n"

  private static let jobCancellation = StageCancellation()
  /// The signal that asked for the end; 0 for none.
  private static let signalNumber = Atomic<Int32>(0)

  /// The body of a stage that a scheduler or another machine runs: everything goes through the job's folder.
  /// - Parameter folder: of a `StageJob`.
  /// - Returns: the exit status: 0, 1 after a failure, 130 when it was stopped.
  public static func run(job folder: String, catalog: StageCatalog) async -> Int32 {
    // Made now, because a signal handler must not be the first to ask for them.
    _ = (jobCancellation.isCancelled, signalNumber.load(ordering: .relaxed))
    signal(SIGPIPE, SIG_IGN)
    signal(SIGHUP, SIG_IGN)
    for number in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2] {
      signal(number) { number in
        ChildProcess.signalNumber.store(number, ordering: .relaxed)
        ChildProcess.jobCancellation.cancel()
      }
    }
    let job = StageJob(folder: folder)
    let bytes = (try? FileSystem.readIfPresent(job.request)) ?? []
    guard var request = (try? JSONValue(parsing: bytes)).flatMap({ StageRequest(json: $0) }) else {
      let text = "exec-stage: '\(job.request)' is not here or is not a request of this version of lorapipe\n"
      _ = text.withCString { write(2, $0, text.utf8.count) }
      return 2
    }
    useThisMachine(&request)
    shareWithGroup(request)
    let events = JobEvents(path: job.events)
    events.send(.started(host: Environment.hostName(), restarts: Int(variable("SLURM_RESTART_COUNT") ?? 0)))
    watch(job)
    watchInput()
    let outcome = await StageChild.run(request, catalog: catalog, cancellation: jobCancellation) { event in
      events.send(.message(.event(event)))
    }
    events.send(.message(.outcome(outcome)))
    let number = signalNumber.load(ordering: .relaxed)
    events.send(.ended(signal: number == 0 ? nil : number))
    return switch outcome {
    case .finished: 0
    case .failed: 1
    case .interrupted: 130
    }
  }

  private static func variable(_ name: String) -> Int64? { Environment.value(name).flatMap { Int64($0) } }

  /// The run does not know this machine: threads and memory are what the scheduler gives, or else what is here.
  private static func useThisMachine(_ request: inout StageRequest) {
    let given = variable("SLURM_CPUS_PER_TASK") ?? variable("SLURM_CPUS_ON_NODE")
    request.threads = request.resources.cpus ?? given.flatMap { Int(exactly: $0) } ?? Processors.count
    request.threads = min(max(1, request.threads), 1024)
    let perCPU = variable("SLURM_MEM_PER_CPU").flatMap { $0 > 0 && $0 < 1 << 30 ? $0 * Int64(request.threads) : nil }
    let mebibytes = (variable("SLURM_MEM_PER_NODE") ?? perCPU).flatMap {
      $0 > 0 && $0 < 1 << 40 ? UInt64($0) << 20 : nil
    }
    let asked = request.resources.memory.flatMap { $0 > 0 ? UInt64($0) : nil }
    request.memoryLimit = asked ?? mebibytes ?? ProcessMemory.available.map { UInt64(max(0, $0)) } ?? .max
    request.environment["host"] = .string(Environment.hostName())
    request.environment["threads"] = .integer(Int64(request.threads))
    if let number = Environment.value("SLURM_JOB_ID") { request.environment["slurm_job"] = .string(number) }
  }

  /// Whoever waits for the stage asks it to stop by a file, which reaches every machine that sees the store.
  private static func watch(_ job: StageJob) {
    Thread.detached {
      while true {
        sleep(1)
        if FileSystem.exists(job.stop) { jobCancellation.cancel() }
      }
    }
  }

  /// Nothing outlives a run that was killed, where its input reaches the stage.
  private static func watchInput() {
    Thread.detached {
      var heard: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 256)
      while true {
        let count = read(0, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { break }
        if heard.count < greeting.utf8.count { heard += chunk[0..<count] }
      }
      guard heard.starts(with: greeting.utf8) else { return }
      jobCancellation.cancel()
      sleep(60)
      kill(getpid(), SIGKILL)
    }
  }
}

/// Appends lines to the events, each with one write, so that attempts do not mix.
private final class JobEvents: Sendable {
  private let descriptor: Mutex<Int32>

  init(path: String) { descriptor = Mutex(open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)) }

  func send(_ message: JobMessage) {
    let bytes = message.line
    // What cannot be told must not stop the work: the record is the truth.
    descriptor.withLock { try? FileSystem.writeAll($0, bytes, path: "the stage's events") }
  }
}
