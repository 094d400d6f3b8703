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
}
