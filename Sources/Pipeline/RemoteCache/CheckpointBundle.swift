import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform

/// A checkpoint as one blob, so that a cache has it whole or not at all, and so that removing it takes nothing from others.
///
///     LPCHECK1     8 bytes
///     length       of the list, in bytes: a UInt64, little endian
///     list         JSON: {"files": [{"path": …, "size": …}, …]}
///     bytes        of the files, in this order
final class CheckpointBundle: Sendable {
  private static let magic = Array("LPCHECK1".utf8)
  /// More files, and a longer list of them, are no checkpoint.
  private static let mostFiles = 256
  private static let longestList = 1 << 20

  private let descriptor: Int32
  let size: Int64
  let digest: Digest

  private init(descriptor: Int32, size: Int64, digest: Digest) {
    self.descriptor = descriptor
    self.size = size
    self.digest = digest
  }

  deinit { close(descriptor) }

  /// Where the blob can be opened while this lives. The file itself has no name, so that nothing is left of it after a crash.
  var path: String { "/proc/self/fd/\(descriptor)" }

  // MARK: Writing

  /// Reads a checkpoint's files into a bundle.
  /// - Returns: `nil` when one of them is gone: the stage has replaced the checkpoint by a newer one.
  /// - Throws: `local` for this machine's disk.
  static func make(
    _ checkpoint: WorkCheckpoint, in work: String, store: ArtifactStore
  ) throws(RemoteFailure) -> CheckpointBundle? {
    guard !checkpoint.files.isEmpty, checkpoint.files.count <= mostFiles else {
      throw .local("a checkpoint of \(checkpoint.files.count) files is not sent")
    }
    var sources: [(path: String, descriptor: Int32, size: Int64)] = []
    defer { for source in sources { close(source.descriptor) } }
    // All are opened first: what the stage removes from now on can still be read.
    for path in checkpoint.files {
      let file = work + "/" + path
      let descriptor = open(file, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        if errno == ENOENT { return nil }
        throw .local(systemFailure("read", path: file).message)
      }
      sources.append((path, descriptor, FileStamp.of(descriptor: descriptor)?.size ?? 0))
    }
    let list: JSONValue = [
      "files": .array(sources.map { ["path": .string($0.path), "size": .integer($0.size)] })
    ]
    let listed = list.bytes()
    let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(listed.count) >> ($0 * 8)) }
    let output = try unnamedFile(below: store.root + "/tmp")
    do throws(RemoteFailure) {
      var writer = HashingWriter(descriptor: output)
      try writer.write(magic + length + listed)
      for source in sources {
        try writer.copy(source.descriptor, count: source.size, path: work + "/" + source.path)
      }
      let size = writer.count
      return CheckpointBundle(descriptor: output, size: size, digest: writer.finish())
    } catch {
      close(output)
      throw error
    }
  }

  private static func unnamedFile(below folder: String) throws(RemoteFailure) -> Int32 {
    let path = "\(folder)/checkpoint.\(ProcessName.unique())"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .local(systemFailure("write", path: path).message) }
    unlink(path)
    return descriptor
  }

  // MARK: Reading

  /// Puts the files of a bundle into a work folder, in their order.
  /// - Throws: `damaged` for what is no bundle; `local` for this machine's disk.
  static func unpack(_ path: String, into work: String) throws(RemoteFailure) {
    let input = open(path, O_RDONLY | O_CLOEXEC)
    guard input >= 0, let size = FileStamp.of(descriptor: input)?.size else {
      throw .local(systemFailure("read", path: path).message)
    }
    defer { close(input) }
    let head = try read(input, 16, path)
    guard head.count == 16, head.starts(with: magic) else { throw .damaged("a checkpoint has another form") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(head[8 + $1]) << ($1 * 8) }
    guard length <= UInt64(longestList), let list = files(try read(input, Int(length), path)) else {
      throw .damaged("the list of a checkpoint's files is not whole")
    }
    var left = size - 16 - Int64(length)
    for file in list {
      guard file.size <= left else { throw .damaged("a checkpoint ends too early") }
      left -= file.size
    }
    guard left == 0 else { throw .damaged("a checkpoint is longer than its files") }
    do throws(Diagnostic) {
      for file in list {
        try FileSystem.makeDirectory(FileSystem.parent(of: work + "/" + file.path))
        try extract(input, file.size, to: work + "/" + file.path)
      }
    } catch {
      throw .local(error.message)
    }
  }

  /// The list, when every path stays below the folder and every size is one.
  private static func files(_ bytes: [UInt8]) -> [(path: String, size: Int64)]? {
    guard let entries = (try? JSONValue(parsing: bytes))?["files"]?.arrayValue, !entries.isEmpty,
      entries.count <= mostFiles
    else { return nil }
    var files: [(path: String, size: Int64)] = []
    for entry in entries {
      guard let path = entry["path"]?.stringValue, let size = entry["size"]?.intValue, size >= 0,
        !path.utf8.contains(0), path.utf8.count < 1024,
        FileSystem.components(of: path, omittingEmpty: false).allSatisfy({ !["", ".", ".."].contains($0) })
      else { return nil }
      files.append((path, Int64(size)))
    }
    guard Set(files.map(\.path)).count == files.count else { return nil }
    return files
  }

  /// Writes the next bytes beside a file's place and moves them into it: a reader finds the file whole or not at all.
  private static func extract(_ input: Int32, _ size: Int64, to path: String) throws(Diagnostic) {
    let temporary = path + ".fetched.tmp"
    unlink(temporary)
    let output = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard output >= 0 else { throw systemFailure("write", path: temporary) }
    do throws(Diagnostic) {
      defer { close(output) }
      var left = size
      while left > 0 {
        let piece = try bytes(input, Int(min(left, 1 << 20)), path)
        guard !piece.isEmpty else { throw systemFailure("read", path: path, errno: EIO) }
        try FileSystem.writeAll(output, piece, path: temporary)
        left -= Int64(piece.count)
      }
      guard fsync(output) == 0 else { throw systemFailure("make durable", path: temporary) }
      guard rename(temporary, path) == 0 else { throw systemFailure("write", path: path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func read(_ descriptor: Int32, _ count: Int, _ path: String) throws(RemoteFailure) -> [UInt8] {
    do throws(Diagnostic) { return try bytes(descriptor, count, path) } catch { throw .local(error.message) }
  }

  /// At most `count` bytes; fewer at the end of the file.
  fileprivate static func bytes(_ descriptor: Int32, _ count: Int, _ path: String) throws(Diagnostic) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = Glibc.read(descriptor, base + filled, count - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { break }
        filled += got
      }
    }
    if failure != 0 { throw systemFailure("read", path: path, errno: failure) }
    return bytes
  }
}

/// Writes to a file and hashes what it wrote.
private struct HashingWriter: ~Copyable {
  let descriptor: Int32
  private(set) var count: Int64 = 0
  private var hash = SHA256()

  init(descriptor: Int32) { self.descriptor = descriptor }

  mutating func write(_ bytes: [UInt8]) throws(RemoteFailure) {
    do throws(Diagnostic) {
      try FileSystem.writeAll(descriptor, bytes, path: "the store's temporary folder")
    } catch {
      throw .local(error.message)
    }
    hash.update(bytes)
    count += Int64(bytes.count)
  }

  /// Copies the first `count` bytes of a file, which may have grown since.
  mutating func copy(_ source: Int32, count: Int64, path: String) throws(RemoteFailure) {
    var left = count
    while left > 0 {
      let piece: [UInt8]
      do throws(Diagnostic) {
        piece = try CheckpointBundle.bytes(source, Int(min(left, 1 << 20)), path)
      } catch {
        throw .local(error.message)
      }
      guard !piece.isEmpty else { throw .local("'\(path)' became shorter while it was read") }
      try write(piece)
      left -= Int64(piece.count)
    }
  }

  consuming func finish() -> Digest { hash.finish() }
}
