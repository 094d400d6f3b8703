public import Diagnostics
import Glibc

/// Files and folders. Each operation throws a `Diagnostic` that names the path.
public enum FileSystem {
  /// The whole file.
  public static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
    guard let bytes = try readIfPresent(path) else { throw systemFailure("read", path: path, errno: ENOENT) }
    return bytes
  }

  /// The whole file; `nil` when there is none.
  public static func readIfPresent(_ path: String) throws(Diagnostic) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw systemFailure("read", path: path)
    }
    defer { close(descriptor) }
    guard let stamp = FileStamp.of(descriptor: descriptor) else { throw systemFailure("read", path: path) }
    guard stamp.isRegularFile else { throw systemFailure("read", path: path, errno: EISDIR) }
    // Records, recipes and logs are read whole; a file beyond this is none of them.
    guard stamp.size <= 1 << 31 else { throw systemFailure("read", path: path, errno: EFBIG) }
    var failure: Int32 = 0
    var bytes = [UInt8](unsafeUninitializedCapacity: Int(stamp.size)) { buffer, count in
      count = readFully(descriptor, UnsafeMutableRawBufferPointer(buffer), failure: &failure)
    }
    if failure != 0 { throw systemFailure("read", path: path, errno: failure) }
    if stamp.size == 0 {
      // Of files that the kernel makes up as they are read, the size is not told beforehand.
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = chunk.withUnsafeMutableBytes { readFully(descriptor, $0, failure: &failure) }
        if failure != 0 { throw systemFailure("read", path: path, errno: failure) }
        if count == 0 { break }
        bytes.append(contentsOf: chunk[0..<count])
      }
    }
    return bytes
  }

  /// Reads until the buffer is full or the file ends.
  static func readFully(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, failure: inout Int32
  ) -> Int {
    var filled = 0
    while filled < buffer.count, let base = buffer.baseAddress {
      let count = Glibc.read(descriptor, base + filled, buffer.count - filled)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        failure = errno
        break
      }
      filled += count
    }
    return filled
  }

  /// Writes all bytes to a descriptor.
  public static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], path: String) throws(Diagnostic) {
    // `withUnsafeBytes` passes on untyped errors only.
    var failure: Diagnostic?
    bytes.withUnsafeBytes { buffer in
      do throws(Diagnostic) { try writeAll(descriptor, buffer, path: path) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes all bytes to a descriptor.
  public static func writeAll(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(Diagnostic) {
    var written = 0
    while written < bytes.count, let base = bytes.baseAddress {
      let count = Glibc.write(descriptor, base + written, bytes.count - written)
      if count < 0 {
        if errno == EINTR { continue }
        throw systemFailure("write", path: path)
      }
      written += count
    }
  }

  /// What `replace` has done when it calls back.
  public enum ReplaceStep: Sendable { case written, synced, renamed }

  /// Replaces a file by way of a temporary one, so that a reader sees the old or the new, never a part.
  /// - Parameters:
  ///   - durably: whether it must survive a loss of power; caches need not.
  ///   - temporary: where the bytes are written first, on the same file system; a neighbor of the file unless given.
  ///   - reached: told each step; when it throws, the write has failed there.
  public static func replace(
    _ path: String, with bytes: [UInt8], mode: UInt32 = 0o644, durably: Bool = false, temporary: String? = nil,
    reached: (ReplaceStep) throws(Diagnostic) -> Void = { _ in }
  ) throws(Diagnostic) {
    let temporary = (temporary ?? path) + ".\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw systemFailure("write", path: path) }
    do throws(Diagnostic) {
      defer { close(descriptor) }
      try writeAll(descriptor, bytes, path: path)
      try reached(.written)
      if durably, fsync(descriptor) != 0 { throw systemFailure("make durable", path: path) }
      if fchmod(descriptor, mode) != 0 { throw systemFailure("set the mode of", path: path) }
      try reached(.synced)
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let failure = systemFailure("write", path: path)
      unlink(temporary)
      throw failure
    }
    try reached(.renamed)
    if durably { try syncDirectory(parent(of: path)) }
  }

  /// Copies a file's content to a new file, a piece at a time.
  public static func copy(_ source: String, to target: String, mode: UInt32) throws(Diagnostic) {
    let input = open(source, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw systemFailure("read", path: source) }
    defer { close(input) }
    let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard output >= 0 else { throw systemFailure("write", path: target) }
    defer { close(output) }
    var failure: Int32 = 0
    while true {
      let piece = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
        count = readFully(input, UnsafeMutableRawBufferPointer(buffer), failure: &failure)
      }
      if failure != 0 { throw systemFailure("read", path: source, errno: failure) }
      if piece.isEmpty { return }
      try writeAll(output, piece, path: target)
    }
  }

  /// Makes a folder and its parents; one that exists is fine. A folder below one of a group is the group's too
  /// (`isGroupFolder`).
  public static func makeDirectory(_ path: String) throws(Diagnostic) {
    if mkdir(path, 0o777) == 0 {
      shareFolder(path)
      return
    }
    if errno == EEXIST {
      guard FileStamp.of(path)?.isDirectory == true else {
        throw systemFailure("make the folder", path: path, errno: ENOTDIR)
      }
      return
    }
    guard errno == ENOENT else { throw systemFailure("make the folder", path: path) }
    let above = parent(of: path)
    guard above != path else { throw systemFailure("make the folder", path: path, errno: ENOENT) }
    try makeDirectory(above)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw systemFailure("make the folder", path: path) }
    shareFolder(path)
  }

  /// The names in a folder, sorted by their bytes; empty when there is no such folder.
  public static func names(in directory: String) throws(Diagnostic) -> [String] {
    guard let stream = opendir(directory) else {
      if errno == ENOENT { return [] }
      throw systemFailure("list", path: directory)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      guard let name else {
        throw Diagnostic(
          code: "invalid-file-name", "a name in '\(directory)' is not valid UTF-8", remedy: "rename the file")
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a tree, read-only folders included; links are removed, not followed. Nothing there is fine.
  public static func removeTree(_ path: String) throws(Diagnostic) {
    guard let stamp = FileStamp.of(path, followingLinks: false) else { return }
    guard stamp.isDirectory else {
      guard unlink(path) == 0 || errno == ENOENT else { throw systemFailure("remove", path: path) }
      return
    }
    if stamp.mode & 0o700 != 0o700 { chmod(path, 0o700) }
    for name in try names(in: path) { try removeTree(path + "/" + name) }
    guard rmdir(path) == 0 || errno == ENOENT else { throw systemFailure("remove", path: path) }
  }

  /// Paths of the regular files below a folder, relative to it and sorted; links are not followed.
  public static func files(below folder: String) -> [String] {
    ((try? names(in: folder)) ?? []).flatMap { name -> [String] in
      guard let stamp = FileStamp.of(folder + "/" + name, followingLinks: false) else { return [] }
      if stamp.isDirectory { return files(below: folder + "/" + name).map { name + "/" + $0 } }
      return stamp.isRegularFile ? [name] : []
    }
  }

  /// Makes the names in a folder durable.
  public static func syncDirectory(_ path: String) throws(Diagnostic) { try sync(path, O_DIRECTORY) }

  /// Makes a file's bytes durable.
  public static func syncFile(_ path: String) throws(Diagnostic) { try sync(path, 0) }

  private static func sync(_ path: String, _ flags: Int32) throws(Diagnostic) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | flags)
    guard descriptor >= 0 else { throw systemFailure("open", path: path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemFailure("make durable", path: path) }
  }

  /// Bytes that an ordinary user may still write to the disk of a path; `nil` when it cannot be asked.
  public static func freeSpace(at path: String) -> Int64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  public static func exists(_ path: String) -> Bool { FileStamp.of(path, followingLinks: false) != nil }

  /// Absolute, without links, `.` and `..`; `nil` when nothing is there.
  public static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(validatingCString: real)
  }

  /// The path up to its last component; `.` when it has only one.
  public static func parent(of path: String) -> String {
    var end = path.utf8.endIndex
    while end > path.utf8.startIndex, path.utf8[path.utf8.index(before: end)] == UInt8(ascii: "/") {
      end = path.utf8.index(before: end)
    }
    guard let slash = path.utf8[..<end].lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(path.utf8[..<slash]) ?? "."
  }

  /// The path's last component.
  public static func name(of path: String) -> String { components(of: path).last ?? "" }

  /// The parts of a path between its slashes, by bytes, as the kernel sees them: in Swift's characters a slash and an accent
  /// after it are one character, which is no slash.
  public static func components(of path: String, omittingEmpty: Bool = true) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: omittingEmpty).map {
      String(Substring($0))
    }
  }

  /// Whether a path begins at the root, by bytes.
  public static func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }

  /// What is left of a file's name when the name does not count: `*` and the extension, in lower case, which says how
  /// the file is read. `people.JSONL.gz` becomes `*.jsonl.gz`.
  ///
  /// A file that is an input by itself is known by its bytes and by this, so that renaming it changes nothing.
  public static func nameless(_ path: String) -> String {
    var extensions: [Substring] = name(of: path).split(separator: ".", omittingEmptySubsequences: false).dropFirst()
      .suffix(2)
    let compressions: Set<String> = ["gz", "zst", "xz", "bz2"]
    if let last = extensions.last, !compressions.contains(last.lowercased()) { extensions = [last] }
    return (["*"] + extensions.map { $0.lowercased() }).joined(separator: ".")
  }

  /// Joins a relative path to a folder; an absolute one stays as it is.
  public static func join(_ directory: String, _ path: String) -> String {
    if path.hasPrefix("/") { return path }
    return directory.hasSuffix("/") ? directory + path : directory + "/" + path
  }
}
