public import Diagnostics
import Glibc
import Platform

/// A folder of a test's own, gone with the last reference to it, read-only folders included.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// In `TMPDIR`, or `/tmp` unless it is set.
  public init() throws(Diagnostic) {
    var template = ((Environment.value("TMPDIR") ?? "/tmp") + "/lorapipe-test-XXXXXX").utf8CString
    let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } != nil }
    guard made else { throw systemFailure("make a temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileSystem.removeTree(path) }

  /// The path of a name in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Names in it, sorted.
  public var names: [String] { (try? FileSystem.names(in: path)) ?? [] }

  /// Makes a folder in it.
  @discardableResult
  public func folder(_ name: String) throws(Diagnostic) -> String {
    try FileSystem.makeDirectory(file(name))
    return file(name)
  }

  /// Writes a file in place, so that one that is there keeps its inode, and makes the folders above it.
  /// - Returns: its path.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws(Diagnostic) -> String {
    let path = file(name)
    try FileSystem.makeDirectory(FileSystem.parent(of: path))
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemFailure("write", path: path) }
    defer { close(descriptor) }
    try FileSystem.writeAll(descriptor, bytes, path: path)
    return path
  }

  @discardableResult
  public func write(_ name: String, _ text: String) throws(Diagnostic) -> String { try write(name, Array(text.utf8)) }

  public func read(_ name: String) throws(Diagnostic) -> [UInt8] { try FileSystem.read(file(name)) }
}
