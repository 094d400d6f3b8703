public import Platform

/// A file of an artifact: what its digest is made of.
public struct TreeEntry: Sendable, Hashable {
  /// Relative to the artifact's folder, with `/`, never starting with it.
  public var path: String
  public var size: Int64
  /// Of the content.
  public var digest: Digest
  public var isExecutable: Bool

  public init(path: String, size: Int64, digest: Digest, isExecutable: Bool) {
    self.path = path
    self.size = size
    self.digest = digest
    self.isExecutable = isExecutable
  }
}

/// The files of an artifact in the order of their paths' bytes.
public struct TreeManifest: Sendable, Hashable {
  public private(set) var entries: [TreeEntry]

  public init(_ entries: [TreeEntry]) {
    self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  public var size: Int64 { entries.reduce(0) { $0 &+ $1.size } }

  /// The artifact's name: SHA-256 of `lorapipe-tree-v1\0` and, for each file,
  /// `<bytes of path>:<path> <size> <digest> <x or ->\n`. Every field has a known length or end, so no two different
  /// trees have the same text. Folders are only parts of paths: an empty one does not exist.
  public var digest: Digest {
    var text = "lorapipe-tree-v1\0"
    text.reserveCapacity(entries.count * 128)
    for entry in entries {
      text += "\(entry.path.utf8.count):\(entry.path) \(entry.size) \(entry.digest) \(entry.isExecutable ? "x" : "-")\n"
    }
    return SHA256.hash(text)
  }
}
