public import Diagnostics
import Glibc
public import Platform

/// The content-addressed store of artifacts and of the actions that made them (`docs/store.md`).
///
/// Any number of processes may use one store at once. Everything on disk is either immutable and published by a rename,
/// or a cache of what is.
public final class ArtifactStore: Sendable {
  /// The layout this version reads and writes.
  public static let layoutVersion = 1

  /// The store's folder, absolute.
  public let root: String
  let digests: DigestCache

  /// Opens the store, making it when there is none.
  /// - Throws: `store-too-new`, `store-damaged`, `store-unwritable`.
  public init(at path: String) throws(Diagnostic) {
    let version: [UInt8]?
    do throws(Diagnostic) {
      version = try FileSystem.readIfPresent(path + "/VERSION")
      if version == nil {
        for folder in Self.folders { try FileSystem.makeDirectory(path + "/" + folder) }
        try FileSystem.replace(path + "/VERSION", with: Array("\(Self.layoutVersion)\n".utf8), durably: true)
      }
    } catch {
      throw Self.unwritable(path, error)
    }
    if let version {
      let text = String(decoding: version, as: UTF8.self).filter { !$0.isWhitespace }
      guard let number = Int(text) else {
        throw Diagnostic(
          code: "store-damaged", "'\(path)/VERSION' does not hold a number",
          remedy: "write \(Self.layoutVersion) into it if this is a lorapipe store")
      }
      guard number <= Self.layoutVersion else {
        throw Diagnostic(
          code: "store-too-new",
          "the store '\(path)' has layout \(number); this version of lorapipe knows up to \(Self.layoutVersion)",
          remedy: "use the newer lorapipe that made it, or another store")
      }
    }
    root = FileSystem.resolved(path) ?? path
    digests = DigestCache(path: root + "/digests")
  }

  static let folders = [
    "objects", "actions", "work", "tmp", "quarantine", "locks", "locks/live", "external", "pins", "resolutions",
  ]

  static func unwritable(_ path: String, _ cause: Diagnostic) -> Diagnostic {
    guard ["permission-denied", "read-only-file-system"].contains(cause.code) else { return cause }
    return Diagnostic(
      code: "store-unwritable", "cannot write to the store '\(path)'",
      remedy: "make it writable for this user (a team: 'chgrp -R GROUP' and 'chmod -R g+ws'), or use another store",
      notes: [cause.message])
  }

  // MARK: Places

  public func objectPath(_ digest: Digest) -> String { "\(root)/objects/\(digest.hex.prefix(2))/\(digest)" }
  func objectFilesPath(_ digest: Digest) -> String { objectPath(digest) + ".files" }
  func actionPath(_ key: CacheKey) -> String { "\(root)/actions/\(key.hex.prefix(2))/\(key).json" }
  func seriesPath(_ key: CacheKey) -> String { "\(root)/actions/\(key.hex.prefix(2))/\(key).series.json" }
  func externalPath(_ digest: Digest) -> String { "\(root)/external/\(digest.hex.prefix(2))/\(digest).json" }
  func lockPath(_ key: CacheKey) -> String { "\(root)/locks/\(key)" }

  /// The folder of an unfinished stage's checkpoints; made when it is not there.
  public func workDirectory(_ key: CacheKey) throws(Diagnostic) -> String {
    let path = "\(root)/work/\(key)"
    do throws(Diagnostic) { try FileSystem.makeDirectory(path) } catch { throw Self.unwritable(root, error) }
    return path
  }

  /// Removes a finished stage's checkpoints.
  public func removeWorkDirectory(_ key: CacheKey) throws(Diagnostic) {
    try FileSystem.removeTree("\(root)/work/\(key)")
  }

  /// A new empty folder on the store's file system, for one attempt at an action. Whoever holds the key's lock may
  /// remove it.
  public func makeTemporaryDirectory(for key: CacheKey) throws(Diagnostic) -> String {
    let path = "\(root)/tmp/\(key).\(getpid()).\(UInt32.random(in: 0 ... .max))"
    do throws(Diagnostic) { try FileSystem.makeDirectory(path) } catch { throw Self.unwritable(root, error) }
    return path
  }

  /// Removes what earlier attempts at an action left. The caller holds the key's lock.
  ///
  /// What another user left stays for him: it is in nobody's way.
  public func removeTemporaryDirectories(for key: CacheKey) throws(Diagnostic) {
    for name in try FileSystem.names(in: root + "/tmp") where name.hasPrefix("\(key).") {
      let path = "\(root)/tmp/\(name)"
      if FileSystem.mayRemove(path) { try FileSystem.removeTree(path) }
    }
  }

  // MARK: Locks

  /// Waits for the one exclusive lock of a key.
  public func lock(key: CacheKey, whenBusy: () -> Void = {}) throws(Diagnostic) -> FileLock {
    do throws(Diagnostic) {
      return try FileLock.acquire(lockPath(key), whenBusy: whenBusy)
    } catch {
      throw Self.unwritable(root, error)
    }
  }

  /// The lock of a key, or `nil` when somebody else holds it.
  public func tryLock(key: CacheKey) throws(Diagnostic) -> FileLock? {
    do throws(Diagnostic) {
      return try FileLock.tryAcquire(lockPath(key))
    } catch {
      throw Self.unwritable(root, error)
    }
  }

  /// Keeps the garbage collector from removing anything while it is held. Meant for moments, not for the length of a
  /// stage: what a run goes on using it claims through a `StoreLease`.
  public func holdOffCollection() throws(Diagnostic) -> FileLock {
    do throws(Diagnostic) {
      return try FileLock.acquire(root + "/locks/gc", shared: true)
    } catch {
      throw Self.unwritable(root, error)
    }
  }

  // MARK: Space

  /// Bytes an ordinary user may still write.
  public func freeSpace() -> Int64? { FileSystem.freeSpace(at: root) }

  /// Remembers the digests of the files hashed so far for the next process.
  public func saveDigestCache() { digests.save() }

  /// The digest of one file's bytes, from the cache where the file is unchanged.
  public func digest(ofFile path: String) throws(Diagnostic) -> Digest {
    guard let stamp = FileStamp.of(path) else { throw systemFailure("read", path: path) }
    return try digests.digest(of: path, stamp: stamp).digest
  }
}
