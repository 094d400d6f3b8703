import Diagnostics
import Glibc
public import JSON
import Platform
import Synchronization

/// Appends events to `events.jsonl`. Metrics and cached stages are gathered; everything else is written at once, so that
/// what a person sees on the screen is in the file.
///
/// Of a run with nothing to do it has the beginning and the end: that every stage was here is in `plan.json`.
final class EventLog: RunObserver {
  private struct State {
    var descriptor: Int32
    var pending: [UInt8] = []
    var written = SystemClock.monotonic()
    /// Whether the run has nothing to do.
    var isQuiet = false
    /// A file that holds some room on the disk until it is needed.
    var reserve: String?
  }

  /// Bytes kept for the last events, so that a disk that is full at the end does not hide how the run ended.
  private static let reservedBytes: off_t = 1 << 16

  private let path: String
  private let state: Mutex<State>

  /// - Parameter reservesRoom: for a run that begins.
  init(path: String, reservesRoom: Bool = false) throws(Diagnostic) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemFailure("write", path: path) }
    self.path = path
    // What a crash tore off ends with a line of its own, so that the next event is not lost with it.
    let end = lseek(descriptor, 0, SEEK_END)
    var last = UInt8(ascii: "\n")
    let isTorn = end > 0 && Self.lastByte(of: path, &last) && last != UInt8(ascii: "\n")
    var state = State(descriptor: descriptor, pending: isTorn ? [UInt8(ascii: "\n")] : [])
    if reservesRoom { state.reserve = Self.reserve(path + ".room") }
    self.state = Mutex(state)
  }

  private static func reserve(_ path: String) -> String? {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    if posix_fallocate(descriptor, 0, reservedBytes) == 0 { return path }
    unlink(path)
    return nil
  }

  private static func lastByte(of path: String, _ byte: inout UInt8) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return lseek(descriptor, -1, SEEK_END) >= 0 && Glibc.read(descriptor, &byte, 1) == 1
  }

  deinit {
    state.withLock { state in
      close(state.descriptor)
      if let reserve = state.reserve { unlink(reserve) }
    }
  }

  func observe(_ event: RunEvent) {
    switch event.kind {
    // What changes from second to second is in files of its own (`LiveRecorder`).
    case .stageEvent(_, .progress), .stageEvent(_, .point), .stageEvent(_, .activity), .stageEvent(_, .usage),
      .stageEvent(_, .log):
      return
    default: break
    }
    state.withLock { state in
      switch event.kind {
      case .runStarted(let start): state.isQuiet = start.plan.isUpToDate
      case .stageFinished where state.isQuiet: return
      default: break
      }
      state.pending += placed(event.json).bytes()
      state.pending.append(UInt8(ascii: "\n"))
      if Self.isUrgent(event) || SystemClock.monotonic() - state.written > 0.5 || state.pending.count > 1 << 20 {
        write(&state)
      }
    }
  }

  /// The event with its log's path relative to the run's folder, so that a copied workspace names its own.
  private func placed(_ event: JSONValue) -> JSONValue {
    let folder = FileSystem.parent(of: path) + "/"
    guard var object = event.objectValue, let log = object["log"]?.stringValue, log.hasPrefix(folder) else {
      return event
    }
    object["log"] = .string(String(log.dropFirst(folder.count)))
    return .object(object)
  }

  /// What cannot be written stays pending: the disk may have room again before the run ends. The log is a witness, not
  /// the truth, so a run goes on without it.
  private func write(_ state: inout State) {
    let begun = lseek(state.descriptor, 0, SEEK_END)
    do throws(Diagnostic) { try FileSystem.writeAll(state.descriptor, state.pending, path: path) } catch {
      // Half a line would be joined by the next try.
      if begun >= 0 { ftruncate(state.descriptor, begun) }
      if error.code == "disk-full", let reserve = state.reserve {
        unlink(reserve)
        state.reserve = nil
        return write(&state)
      }
      if state.pending.count > 1 << 22 { state.pending.removeAll() }
      return
    }
    state.pending.removeAll(keepingCapacity: true)
    state.written = SystemClock.monotonic()
  }

  private static func isUrgent(_ event: RunEvent) -> Bool {
    switch event.kind {
    case .stageStarted, .warning, .runFinished, .runReconciled, .stageEvent(_, .warning): true
    case .stageFinished(let result): ![.cached, .referenced, .excluded].contains(result.state)
    case .runStarted(let start): !start.plan.isUpToDate
    case .stageEvent: false
    }
  }

  /// The events of a log. A last line that was torn by a crash is left out, and so is any other that does not parse.
  static func read(_ path: String) -> [JSONValue] {
    guard let bytes = try? FileSystem.readIfPresent(path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: $0) }
  }
}

extension RunsDirectory {
  /// The events of a run as they were written, oldest first.
  public func events(of run: String) -> [JSONValue] { EventLog.read(runPath(run) + "/events.jsonl") }
}
