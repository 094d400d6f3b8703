import Glibc

/// The three descriptors every program may expect to be open.
enum StandardStreams {
  /// Opens `/dev/null` in place of those that are not, as after `>&-`: otherwise the next file opened, a log or an object
  /// of the store, would get the number, and what is printed would be written into it.
  static func open() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number is this one.
      _ = Glibc.open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY)
    }
  }

  static let output = writable(1)
  static let error = writable(2)

  /// The stream itself, or `/dev/null` where it was closed and the runtime, which begins before `main`, has taken its
  /// number for a queue of its own: such a descriptor is of no kind of file.
  private static func writable(_ descriptor: Int32) -> Int32 {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == 0 else { return descriptor }
    return Glibc.open("/dev/null", O_WRONLY | O_CLOEXEC)
  }
}
