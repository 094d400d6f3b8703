import Artifacts
import Diagnostics
import Glibc
import Platform
import Transfer

/// A cache in a folder, such as one on a shared disk. A web server may serve the same folder.
struct FolderStorage: RemoteStorage {
  let path: String

  func get(
    _ name: String, into receiver: BlobReceiver, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> Bool {
    let file = path + "/" + name
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return false }
      throw Self.failure("read", file)
    }
    defer { close(descriptor) }
    guard receiver.restart() else { throw receiver.failure ?? .local("cannot write") }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      if isCancelled() { throw .cancelled }
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure("read", file) }
      if count == 0 { return true }
      guard receiver.consume(UnsafeRawBufferPointer(rebasing: buffer[0..<count])) else {
        throw receiver.failure ?? .local("cannot write")
      }
    }
  }

  func has(_ name: String, isCancelled: @escaping @Sendable () -> Bool) throws(RemoteFailure) -> Bool {
    let file = path + "/" + name
    if FileStamp.of(file)?.isRegularFile == true { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw Self.failure("read", file) }
    return false
  }

  /// By way of a temporary neighbor, so that a reader sees all or nothing.
  func put(
    _ name: String, _ body: HTTPRequest.Body, sha256: Digest, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) {
    let file = path + "/" + name
    // The folder itself must be there: a share that is not mounted is no empty cache.
    guard FileStamp.of(path)?.isDirectory == true else { throw Self.failure("write to", path) }
    do throws(Diagnostic) {
      try FileSystem.makeDirectory(FileSystem.parent(of: file))
      switch body {
      case .bytes(let bytes): try FileSystem.replace(file, with: bytes, durably: true)
      case .file(let source, _):
        let temporary = "\(file).\(ProcessName.unique()).tmp"
        do throws(Diagnostic) {
          try FileSystem.copy(source, to: temporary, mode: 0o644)
        } catch {
          unlink(temporary)
          throw error
        }
        guard rename(temporary, file) == 0 else {
          let failure = systemFailure("write", path: file)
          unlink(temporary)
          throw failure
        }
      }
    } catch {
      throw Self.failure(error)
    }
  }

  func remove(_ name: String, isCancelled: @escaping @Sendable () -> Bool) throws(RemoteFailure) -> Bool {
    let file = path + "/" + name
    if unlink(file) == 0 || errno == ENOENT || errno == ENOTDIR { return true }
    if [EACCES, EPERM, EROFS].contains(errno) { return false }
    throw Self.failure("remove", file)
  }

  private static func failure(_ what: String, _ path: String) -> RemoteFailure {
    failure(systemFailure(what, path: path))
  }

  private static func failure(_ cause: Diagnostic) -> RemoteFailure {
    switch cause.code {
    case "permission-denied", "read-only-file-system": .denied(cause.message)
    case "disk-full": .refused(cause.message)
    default: .unavailable(cause.message)
    }
  }
}

/// A name for a temporary file that no other process on any machine takes.
enum ProcessName {
  static func unique() -> String {
    "\(getpid()).\(UInt64.random(in: 0 ... .max))"
  }
}
