import Diagnostics
import Glibc
import Platform
import Synchronization

/// Digests of files that were hashed before, by (device, inode, size, modified, changed).
///
/// A text file of one line an entry, only ever appended to, so that several processes may write it and a torn line
/// costs one entry. A file so young that a write within the same tick of the clock could have gone unseen is not
/// remembered: it is hashed again next time.
final class DigestCache: Sendable {
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var modified: Int64
    var changed: Int64

    init(_ stamp: FileStamp) {
      device = stamp.device
      inode = stamp.inode
      size = stamp.size
      modified = stamp.modified
      changed = stamp.changed
    }

    init?(_ fields: ArraySlice<Substring>) {
      let fields = Array(fields)
      guard fields.count == 5, let device = UInt64(fields[0]), let inode = UInt64(fields[1]),
        let size = Int64(fields[2]),
        let modified = Int64(fields[3]), let changed = Int64(fields[4])
      else { return nil }
      self.device = device
      self.inode = inode
      self.size = size
      self.modified = modified
      self.changed = changed
    }
  }

  private struct State {
    var digests: [Identity: Digest]?
    var fresh: [String] = []
  }

  private static let compactBeyond = 50_000

  private let path: String
  private let state = Mutex(State())

  init(path: String) { self.path = path }

  /// The digest of a file, remembered or computed.
  func digest(of file: String, stamp: FileStamp) throws(Diagnostic) -> (digest: Digest, stamp: FileStamp) {
    if let known = lookup(stamp) { return (known, stamp) }
    let begun = SystemClock.nowNanoseconds()
    let (digest, stamp) = try hashFile(file)
    remember(digest, stamp, hashedFrom: begun)
    return (digest, stamp)
  }

  private func lookup(_ stamp: FileStamp) -> Digest? {
    state.withLock { state in
      if state.digests == nil { state.digests = Self.load(path) }
      return state.digests?[Identity(stamp)]
    }
  }

  private func remember(_ digest: Digest, _ stamp: FileStamp, hashedFrom begun: Int64) {
    guard stamp.isSettled(at: begun) else { return }
    state.withLock { state in
      state.digests?[Identity(stamp)] = digest
      let line = "\(stamp.device) \(stamp.inode) \(stamp.size) \(stamp.modified) \(stamp.changed) \(digest)"
      state.fresh.append("\(line) \(Self.check(line))\n")
    }
  }

  /// Appends what was learned. A cache that cannot be written is only slow, so failure is not an error.
  func save() {
    let (fresh, all) = state.withLock { state in
      defer { state.fresh = [] }
      return (state.fresh, state.digests ?? [:])
    }
    guard !fresh.isEmpty else { return }
    if all.count > Self.compactBeyond {
      // Entries of files long gone pile up; starting again with this process's own costs one hashing of the others.
      try? FileSystem.replace(path, with: Array(fresh.joined().utf8))
      return
    }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // The leading newline ends whatever another process's torn write left.
    try? FileSystem.writeAll(descriptor, Array(("\n" + fresh.joined()).utf8), path: path)
  }

  /// FNV-1a: enough to see that a line was damaged.
  private static func check(_ line: some StringProtocol) -> String {
    String(line.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }, radix: 16)
  }

  private static func load(_ path: String) -> [Identity: Digest] {
    guard let bytes = try? FileSystem.readIfPresent(path) else { return [:] }
    var digests: [Identity: Digest] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 7, let digest = Digest(String(fields[5])), let identity = Identity(fields[0..<5]),
        fields[6] == check(line[..<fields[5].endIndex])
      else { continue }
      digests[identity] = digest
    }
    return digests
  }
}
