import CLinux
import Diagnostics
import Glibc
import JSON
import Platform
import Synchronization

/// The hidden command's body: one stage in a process of its own.
public enum ChildProcess {
  /// The pipe from the parent: the request in one line; its end means that the parent is gone.
  static let controlDescriptor: Int32 = 3
  /// The pipe to the parent: events, and last the outcome.
  static let eventDescriptor: Int32 = 4
  /// Seconds between the parent's end and this process's.
  static let grace: UInt32 = 10

  private static let cancellation = StageCancellation()

  /// Reads a request from the parent's pipe, does the work, and says how it went.
  /// - Returns: the exit status: 0, 1 after a failure, 130 when it was stopped.
  public static func run(catalog: StageCatalog) async -> Int32 {
    installHandlers()
    guard let request = readRequest() else {
      let text = "exec-stage: not started by lorapipe\n"
      _ = text.withCString { write(2, $0, text.utf8.count) }
      return 2
    }
    shareWithGroup(request)
    watchParent()
    let pipe = EventPipe(descriptor: eventDescriptor)
    let outcome = await StageChild.run(request, catalog: catalog, cancellation: cancellation) { event in
      pipe.send(.event(event))
    }
    pipe.send(.outcome(outcome))
    return switch outcome {
    case .finished: 0
    case .failed: 1
    case .interrupted: 130
    }
  }

  private static func installHandlers() {
    // Made now, because a signal handler must not be the first to ask for it.
    _ = cancellation.isCancelled
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM) { _ in ChildProcess.cancellation.cancel() }
    _ = lp_signal_on_parent_death(SIGTERM)
    _ = fcntl(controlDescriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(eventDescriptor, F_SETFD, FD_CLOEXEC)
  }

  /// What a stage's process and the programs it starts write lies in the store: in a group's store it is the group's.
  static func shareWithGroup(_ request: StageRequest) {
    guard FileSystem.isGroupFolder(request.storePath) else { return }
    umask(umask(0o077) & ~0o070)
  }

  private static func readRequest() -> StageRequest? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.last != UInt8(ascii: "\n") {
      let count = read(controlDescriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      bytes += chunk[0..<count]
    }
    return (try? JSONValue(parsing: bytes)).flatMap { StageRequest(json: $0) }
  }

  /// Nothing outlives a run that was killed: when the pipe closes, this process and all it started are asked to stop,
  /// then killed.
  private static func watchParent() {
    Thread.detached {
      var byte: UInt8 = 0
      while true {
        let count = read(controlDescriptor, &byte, 1)
        if count > 0 || (count < 0 && errno == EINTR) { continue }
        break
      }
      let target: pid_t = getpgrp() == getpid() ? 0 : getpid()
      kill(target, SIGTERM)
      sleep(grace)
      kill(target, SIGKILL)
    }
  }
}

/// Writes messages whole, from any thread.
private final class EventPipe: Sendable {
  private let descriptor: Mutex<Int32>

  init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

  func send(_ message: ChildMessage) {
    let bytes = message.line
    descriptor.withLock { descriptor in
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          $0.baseAddress.map { write(descriptor, $0 + sent, bytes.count - sent) } ?? -1
        }
        if count < 0, errno == EINTR { continue }
        // The parent is gone: the watcher ends this process.
        guard count > 0 else { return }
        sent += count
      }
    }
  }
}
