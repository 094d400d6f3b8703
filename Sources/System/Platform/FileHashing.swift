public import Diagnostics
import Glibc

/// Hashes one file as a single stream.
///
/// Small buffers stay in the core's own cache between the kernel's copy and libcrypto, so that the rate is libcrypto's.
/// - Returns: the digest and the file's stamp, which was the same before and after.
/// - Throws: `changed-while-reading` when it was not.
public func hashFile(_ path: String) throws(Diagnostic) -> (digest: Digest, stamp: FileStamp) {
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
