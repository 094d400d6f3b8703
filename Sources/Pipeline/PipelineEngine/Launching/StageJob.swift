import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform

/// The folder through which a run and a stage elsewhere speak, `store/jobs/<key>/`: they share these files and the store,
/// and nothing else, so any later run can take the place of the one that started the stage.
///
///     request.json   what to do
///     job.json       who does it: launcher, job number
///     job.sh         the script that was submitted
///     events.jsonl   what the stage says, a line each
///     log            its output streams
///     stop           appears when the stage is to write a checkpoint and end
public struct StageJob: Sendable, Hashable {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  init(store root: String, key: CacheKey) { folder = root + "/jobs/\(key)" }

  var request: String { folder + "/request.json" }
  var submission: String { folder + "/job.json" }
  var script: String { folder + "/job.sh" }
  var events: String { folder + "/events.jsonl" }
  var log: String { folder + "/log" }
  var stop: String { folder + "/stop" }

  /// Waits for the lock, which holds off other runs that would start the same stage.
  /// - Returns: `nil` when the run was stopped first.
  func lockWhenFree(_ control: RunControl, _ events: (StageEvent) -> Void) throws(Diagnostic) -> FileLock? {
    try FileSystem.makeDirectory(folder)
    var isWaiting = false
    while !control.isStopping {
      if let lock = try FileLock.tryAcquire(folder + "/lock") { return lock }
      if !isWaiting { events(.note("waiting: another run is building the same artifact")) }
      isWaiting = true
      usleep(200_000)
    }
    return nil
  }

  /// Makes the folder ready for a new attempt. The caller holds the lock.
  func begin(_ request: StageRequest) throws(Diagnostic) {
    // The log of an earlier attempt may be the log of an earlier run, which keeps it under its own name.
    for path in [events, log, stop, submission, script] { unlink(path) }
    try FileSystem.replace(self.request, with: request.json.bytes(.pretty) + [0x0A])
    try FileSystem.replace(events, with: [])
    try FileSystem.replace(log, with: [])
  }

  /// Gives a run's log the same content as the stage's, as it grows.
  func shareLog(as path: String) {
    guard FileStamp.of(log) != nil else { return }
    try? FileSystem.makeDirectory(FileSystem.parent(of: path))
    if let begun = try? FileSystem.readIfPresent(path), !begun.isEmpty {
      let descriptor = open(log, O_WRONLY | O_APPEND | O_CLOEXEC)
      if descriptor >= 0 {
        try? FileSystem.writeAll(descriptor, begun, path: log)
        close(descriptor)
      }
    }
    unlink(path)
    // Another file system has only a symbolic link to offer.
    if link(log, path) != 0 { FileSystem.replaceLink(path, destination: log) }
  }

  /// Removes the files after the stage has ended; the run's log stays.
  /// - Parameter id: the job that has ended, unless the caller holds the lock: another run may have begun a new one.
  func end(keepingLog path: String, of id: String? = nil) {
    var lock: FileLock?
    if let id {
      lock = try? FileLock.tryAcquire(folder + "/lock")
      let submitted = (try? FileSystem.readIfPresent(submission)).flatMap { try? JSONValue(parsing: $0) }
      guard lock != nil, submitted?["id"]?.stringValue == id else { return }
    }
    defer { withExtendedLifetime(lock) {} }
    if FileSystem.linkTarget(path) != nil, let bytes = try? FileSystem.readIfPresent(log) {
      unlink(path)
      try? FileSystem.replace(path, with: bytes)
    }
    // The lock's file stays, because removing it would let two runs hold "the same" lock on two files.
    for path in [request, submission, script, events, log, stop] { unlink(path) }
  }

  /// The last lines of the log, for a failure's notes.
  func logEnd(lines: Int = 5) -> [String] {
    let descriptor = open(log, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    guard size > 0, lseek(descriptor, max(0, size - 8192), SEEK_SET) >= 0 else { return [] }
    var chunk = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return [] }
    return String(decoding: chunk[0..<count], as: UTF8.self).split(whereSeparator: \.isNewline).suffix(lines).map(
      String.init)
  }
}

/// A line of `events.jsonl`: what a child says on its pipe, and when its process begins and ends.
enum JobMessage: Sendable, Hashable {
  case message(ChildMessage)
  /// - Parameter restarts: how often the scheduler began the job again.
  case started(host: String, restarts: Int)
  /// - Parameter signal: what asked it to stop, if anything did.
  case ended(signal: Int32?)

  var line: [UInt8] {
    var object = JSONObject()
    switch self {
    case .message(let message): return message.line
    case .started(let host, let restarts):
      object["job"] = "started"
      object["host"] = .string(host)
      object["restarts"] = .integer(Int64(restarts))
    case .ended(let signal):
      object["job"] = "ended"
      object["signal"] = signal.map { .integer(Int64($0)) }
    }
    return JSONValue.object(object).bytes() + [0x0A]
  }

  init?(line: some Collection<UInt8>) {
    guard let json = try? JSONValue(parsing: line) else { return nil }
    switch json["job"]?.stringValue {
    case "started"?:
      self = .started(host: json["host"]?.stringValue ?? "?", restarts: json["restarts"]?.intValue ?? 0)
    case "ended"?: self = .ended(signal: json["signal"]?.intValue.flatMap { Int32(exactly: $0) })
    default:
      guard let message = ChildMessage(line: line) else { return nil }
      self = .message(message)
    }
  }
}

/// Reads `events.jsonl` as it grows. The file is opened anew each time, which makes a network file system look again.
struct JobFollower {
  private let path: String
  private var offset: off_t = 0
  private var pending: [UInt8] = []
  /// The last outcome that the stage told; a job that is started again takes an interruption back.
  private(set) var outcome: StageOutcome?
  /// The signal that asked the last attempt to stop.
  private(set) var signal: Int32?
  private(set) var host: String?
  /// How often a process of the stage has begun.
  private(set) var starts = 0

  init(_ job: StageJob) { path = job.events }

  mutating func read(_ events: (StageEvent) -> Void) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard lseek(descriptor, offset, SEEK_SET) >= 0 else { return }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      offset += off_t(count)
      pending += chunk[0..<count]
    }
    guard let end = pending.lastIndex(of: UInt8(ascii: "\n")) else { return }
    for line in pending[...end].split(separator: UInt8(ascii: "\n")) {
      switch JobMessage(line: line) {
      case .message(.event(let event))?: events(event)
      case .message(.outcome(let value))?: outcome = value
      case .started(let host, let restarts)?:
        self.host = host
        starts += 1
        outcome = nil
        signal = nil
        if restarts > 0 || starts > 1 { events(.note("the stage was started again on \(host)")) }
      case .ended(let number)?: signal = number
      case nil: break
      }
    }
    pending.removeSubrange(...end)
  }
}
