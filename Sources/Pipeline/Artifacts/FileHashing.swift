public import Diagnostics
import Dispatch
import Glibc
import Synchronization

/// Hashes one file as a single stream.
///
/// Small buffers stay in the core's own cache between the kernel's copy and libcrypto, so that the rate is libcrypto's.
/// - Returns: the digest and the file's stamp, which was the same before and after.
/// - Throws: `changed-while-reading` when it was not.
func hashFile(_ path: String) throws(Diagnostic) -> (digest: String, stamp: FileStamp) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw systemFailure("read", path: path) }
  defer { close(descriptor) }
  guard let before = FileStamp.of(descriptor: descriptor) else { throw systemFailure("read", path: path) }
  guard before.isRegularFile else {
    throw Diagnostic(code: "not-a-file", "'\(path)' is neither a file nor a folder", remedy: "remove it or exclude it")
  }
  posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
  let capacity = 1 << 17
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
  defer { buffer.deallocate() }
  var state = SHA256()
  var failure: Int32 = 0
  while true {
    let count = FileSystem.readFully(descriptor, buffer, failure: &failure)
    if failure != 0 { throw systemFailure("read", path: path, errno: failure) }
    if count == 0 { break }
    state.update(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
    if count < capacity { break }
  }
  guard let after = FileStamp.of(descriptor: descriptor), after.isSameContent(as: before) else {
    throw Diagnostic(
      code: "changed-while-reading", "'\(path)' was written to while it was being hashed",
      remedy: "wait until nothing writes to it, then run again")
  }
  return (state.finish(), before)
}

/// Does `count` pieces of work on all cores that help, and throws the first failure in order.
public func concurrently<Result: Sendable>(
  _ count: Int, _ work: @Sendable @escaping (Int) throws(Diagnostic) -> Result
) throws(Diagnostic) -> [Result] {
  if count < 2 { return count == 1 ? [try work(0)] : [] }
  let results = Mutex<[Swift.Result<Result, Diagnostic>?]>(Array(repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result: Swift.Result<Result, Diagnostic>
    do throws(Diagnostic) { result = .success(try work(index)) } catch { result = .failure(error) }
    results.withLock { $0[index] = result }
  }
  var values: [Result] = []
  values.reserveCapacity(count)
  for case let result? in results.withLock({ $0 }) { values.append(try result.get()) }
  return values
}
