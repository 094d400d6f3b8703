import Diagnostics
import Glibc

/// Bytes that never change: a file mapped read-only and shared between processes, or a buffer this process made.
///
/// `@unchecked Sendable`: the bytes are written only inside `init`, before any other thread can see the object, and are
/// released only in `deinit`.
public final class ReadOnlyMemory: @unchecked Sendable {
  /// Valid while this object lives. Page aligned for a mapping, 64-byte aligned for a buffer.
  public let baseAddress: UnsafeRawPointer
  public let count: Int
  private let isMapping: Bool
  private let release: @Sendable (UnsafeRawPointer, Int) -> Void

  /// Takes over bytes that nothing writes any more.
  init(
    baseAddress: UnsafeRawPointer, count: Int, isMapping: Bool = false,
    release: @escaping @Sendable (UnsafeRawPointer, Int) -> Void
  ) {
    self.baseAddress = baseAddress
    self.count = count
    self.isMapping = isMapping
    self.release = release
  }

  /// Gives the pages of a mapped file back to the system, which reads them again when they are next touched. A buffer stays.
  public func letGo() {
    if isMapping, count > 0 { madvise(UnsafeMutableRawPointer(mutating: baseAddress), count, MADV_DONTNEED) }
  }

  deinit { release(baseAddress, count) }

  /// A buffer of `count` bytes, zeroed, that `fill` writes once.
  public convenience init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    precondition(count >= 0, "a size from a file is checked where it is read")
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 64)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    do {
      try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    } catch {
      buffer.deallocate()
      throw error
    }
    // `allocate` gives an address for any count above zero.
    let base = buffer.baseAddress.map { UnsafeRawPointer($0) } ?? UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
    self.init(baseAddress: base, count: count) { pointer, _ in UnsafeMutableRawPointer(mutating: pointer).deallocate() }
  }

  /// A buffer with a copy of `bytes`.
  public convenience init(copying bytes: some Collection<UInt8>) {
    self.init(count: bytes.count) { buffer in buffer.copyBytes(from: bytes) }
  }

  /// Maps the whole of a regular file.
  /// - Throws: `Diagnostic` (`cannot-open-file`) naming the path.
  public static func mapping(_ path: String) throws -> ReadOnlyMemory {
    func failure(_ what: String) -> Diagnostic {
      Diagnostic(
        code: "cannot-open-file", "\(what): \(String(cString: strerror(errno)))", location: SourceLocation(file: path))
    }
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("cannot open the file") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot read the file's size") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Diagnostic(code: "cannot-open-file", "not a regular file", location: SourceLocation(file: path))
    }
    let size = Int(status.st_size)
    if size == 0 { return ReadOnlyMemory(copying: []) }
    guard let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), address != MAP_FAILED else {
      throw failure("cannot map the file")
    }
    return ReadOnlyMemory(baseAddress: UnsafeRawPointer(address), count: size, isMapping: true) { pointer, count in
      munmap(UnsafeMutableRawPointer(mutating: pointer), count)
    }
  }

  /// The bytes, for code that already keeps this object alive past its last use of the pointer.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: baseAddress, count: count) }

  /// Lends the bytes; the pointer must not leave `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }
}

/// A file mapped read-only: its pages are shared by every process that maps it, and read when first touched.
public struct MappedFile: Sendable {
  public let path: String
  public let memory: ReadOnlyMemory

  /// - Throws: `Diagnostic` (`cannot-open-file`).
  public init(_ path: String) throws {
    self.path = path
    self.memory = try ReadOnlyMemory.mapping(path)
  }

  public var count: Int { memory.count }

  /// Lends the bytes; the pointer must not leave `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try memory.withBytes(body)
  }

  /// A copy of the whole file.
  public func contents() -> [UInt8] { withBytes { Array($0) } }
}
