import Glibc

/// What `stat` says of a file: enough to tell whether it may have changed.
public struct FileStamp: Sendable, Hashable {
  public var device: UInt64
  public var inode: UInt64
  public var size: Int64
  /// Nanoseconds since 1970, by the clock of `SystemClock.nowNanoseconds`.
  public var modified: Int64
  /// Nanoseconds since 1970. A user cannot set it, so a file whose times were put back still shows.
  public var changed: Int64
  public var mode: UInt32
  public var links: UInt64

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    changed = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
    mode = UInt32(status.st_mode)
    links = UInt64(truncatingIfNeeded: status.st_nlink)
  }

  /// Whether the last change lies so far before a moment that any change since then shows in the stamp. Kernels stamp files by a
  /// clock that ticks every 1 to 10 ms, so two changes within a tick look like one.
  /// - Parameter moment: nanoseconds since 1970.
  public func isSettled(at moment: Int64) -> Bool { max(changed, modified) < moment - Self.distrustedAge }

  /// Nanoseconds.
  private static let distrustedAge: Int64 = 100_000_000

  /// A stamp that was written down: what `isSameContent` compares, and nothing else.
  public init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
    mode = 0
    links = 0
  }

  public var isDirectory: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }
  public var isRegularFile: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
  public var isSymbolicLink: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }
  public var isExecutable: Bool { mode & 0o100 != 0 }

  /// Same file, same content as far as the kernel knows.
  public func isSameContent(as other: FileStamp) -> Bool {
    device == other.device && inode == other.inode && size == other.size && modified == other.modified
      && changed == other.changed
  }

  /// `nil` when there is nothing at `path`, or it cannot be reached.
  public static func of(_ path: String, followingLinks: Bool = true) -> FileStamp? {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 ? FileStamp(status) : nil
  }

  public static func of(descriptor: Int32) -> FileStamp? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? FileStamp(status) : nil
  }
}
