import Artifacts
import Diagnostics
import Glibc
import Platform
import Transfer

/// Takes the bytes of one name as they come, checks their length and hashes them, and keeps them in memory or in a file.
final class BlobReceiver: BodyConsumer {
  enum Target {
    case memory(limit: Int)
    /// A new file of exactly so many bytes with this digest.
    case file(path: String, size: Int64, sha256: Digest, isExecutable: Bool)
  }

  private let target: Target
  private let progress: (Int) -> Void
  private var descriptor: Int32 = -1
  private(set) var bytes: [UInt8] = []
  /// Bytes taken so far: where a broken transfer goes on.
  private(set) var received: Int64 = 0
  private var hash = SHA256Stream()
  /// Set when the bytes are not what was promised, or cannot be kept.
  private(set) var failure: RemoteFailure?

  /// - Parameter progress: told how many bytes came.
  init(_ target: Target, progress: @escaping (Int) -> Void = { _ in }) {
    self.target = target
    self.progress = progress
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func begin(_ response: HTTPResponse) -> Bool {
    // Only a 206 goes on where an earlier answer broke off.
    return response.status == 206 ? received > 0 : restart()
  }

  /// Forgets what came so far.
  func restart() -> Bool {
    hash = SHA256Stream()
    received = 0
    bytes = []
    guard case .file(let path, _, _, let isExecutable) = target else { return true }
    if descriptor >= 0 { close(descriptor) }
    unlink(path)
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, isExecutable ? 0o755 : 0o644)
    guard descriptor >= 0 else { return fail(.local(systemFailure("write", path: path).message)) }
    return true
  }

  func consume(_ more: UnsafeRawBufferPointer) -> Bool {
    switch target {
    case .memory(let limit):
      guard bytes.count + more.count <= limit else { return fail(.damaged("it is larger than \(limit) bytes")) }
      bytes.append(contentsOf: more)
    case .file(let path, let size, _, _):
      guard received + Int64(more.count) <= size else { return fail(.damaged("it is longer than its \(size) bytes")) }
      guard write(more, path) else { return false }
      hash.update(more)
    }
    received += Int64(more.count)
    progress(more.count)
    return true
  }

  private func write(_ more: UnsafeRawBufferPointer, _ path: String) -> Bool {
    var written = 0
    while written < more.count, let base = more.baseAddress {
      let count = Glibc.write(descriptor, base + written, more.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return fail(.local(systemFailure("write", path: path).message)) }
      written += count
    }
    return true
  }

  private func fail(_ failure: RemoteFailure) -> Bool {
    self.failure = failure
    return false
  }

  /// Called when all has come.
  /// - Throws: `damaged` when it is not what its name says.
  func finish() throws(RemoteFailure) {
    if let failure { throw failure }
    guard case .file(let path, let size, let sha256, _) = target else { return }
    if descriptor < 0, !restart() { throw failure ?? .local("cannot write \(path)") }
    guard received == size else { throw .damaged("it ends after \(received) of \(size) bytes") }
    guard hash.finish() == sha256 else { throw .damaged("its content is not what its name says") }
    close(descriptor)
    descriptor = -1
  }
}

/// A SHA-256 that a class can hold.
private final class SHA256Stream {
  private var state: SHA256? = SHA256()

  func update(_ bytes: UnsafeRawBufferPointer) { state?.update(bytes) }

  /// Ends the stream.
  func finish() -> Digest? { state.take()?.finish() }
}
