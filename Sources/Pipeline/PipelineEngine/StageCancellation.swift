import Synchronization

/// Whether a stage has been asked to stop: a flag that a signal handler may set.
final class StageCancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  var isCancelled: Bool { flag.load(ordering: .relaxed) }

  func cancel() { flag.store(true, ordering: .relaxed) }
}
