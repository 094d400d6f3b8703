public import Diagnostics
import Glibc
public import Platform

/// What a live run goes on using, told to the garbage collector.
///
/// The claims lie in `locks/live/<run>`; a kernel lock on that file says that the run is alive, so a run that died
/// claims nothing.
public final class StoreLease: Sendable {
  public let path: String
  private let lock: FileLock

  /// - Parameter run: the run's identifier, unique for all time.
  public init(_ store: ArtifactStore, run: String) throws(Diagnostic) {
    path = "\(store.root)/locks/live/\(run)"
    do throws(Diagnostic) {
      // Between making the file and locking it the collector would take it for a dead run's.
      let pause = try store.holdOffCollection()
      defer { withExtendedLifetime(pause) {} }
      try FileSystem.makeDirectory(store.root + "/locks/live")
      lock = try FileLock.acquire(path)
    } catch {
      throw ArtifactStore.unwritable(store.root, error)
    }
  }

  deinit { unlink(path) }

  /// Adds keys of actions and digests of artifacts. The caller holds off collection from before it looks them up until
  /// this returns.
  public func claim(_ keys: [CacheKey], artifacts: [Digest]) throws(Diagnostic) {
    try Self.claim(keys, artifacts: artifacts, in: path)
  }

  /// Adds an action with all that its artifact refers to.
  public static func claim(_ record: ActionRecord, in path: String) throws(Diagnostic) {
    try claim([record.key], artifacts: [record.artifact] + record.uses, in: path)
  }

  /// The same from a child process, which knows the path only.
  public static func claim(_ keys: [CacheKey], artifacts: [Digest], in path: String) throws(Diagnostic) {
    let lines = keys.map(\.hex) + artifacts.map(\.hex)
    guard !lines.isEmpty else { return }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else {
      // No file: the run has ended, and nobody waits for what is claimed.
      if errno == ENOENT { return }
      throw systemFailure("claim what the run uses in", path: path)
    }
    defer { close(descriptor) }
    try FileSystem.writeAll(descriptor, Array((lines.joined(separator: "\n") + "\n").utf8), path: path)
  }

  /// What all live runs claim. The caller holds the collector's lock.
  static func claimed(in store: ArtifactStore) throws(Diagnostic) -> (digests: Set<Digest>, runs: Int) {
    var digests: Set<Digest> = []
    var runs = 0
    let folder = store.root + "/locks/live"
    for name in try FileSystem.names(in: folder) {
      let path = folder + "/" + name
      guard FileSystem.exists(path) else { continue }
      if try FileLock.tryAcquire(path, shared: true) != nil {
        // Nobody holds it: the run died.
        unlink(path)
        continue
      }
      runs += 1
      let text = String(decoding: try FileSystem.readIfPresent(path) ?? [], as: UTF8.self)
      digests.formUnion(text.split(separator: "\n").compactMap { Digest(String($0)) })
    }
    return (digests, runs)
  }
}
