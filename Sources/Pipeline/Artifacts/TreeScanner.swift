import Diagnostics
import Glibc
import Platform

/// A file found below a folder.
struct ScannedFile: Sendable {
  /// Relative to the scanned folder.
  var path: String
  var stamp: FileStamp
}

/// Walks a folder.
struct TreeScanner {
  enum Links {
    /// An artifact of the store holds its own content: a link is an error.
    case refuse
    /// A user's folder may be made of links (a hub's cache is): they are followed, and loops are refused.
    case follow
  }

  let root: String
  let links: Links
  private(set) var files: [ScannedFile] = []
  /// Relative paths of all folders below the root, deepest last.
  private(set) var directories: [String] = []
  private var ancestors: [FileStamp] = []
  private static let maximumDepth = 200

  init(root: String, links: Links) {
    self.root = root
    self.links = links
  }

  static func scan(_ root: String, links: Links) throws(Diagnostic) -> TreeScanner {
    var scanner = TreeScanner(root: root, links: links)
    guard let stamp = FileStamp.of(root) else { throw systemFailure("read", path: root) }
    try scanner.walk("", stamp: stamp)
    return scanner
  }

  private mutating func walk(_ relative: String, stamp: FileStamp) throws(Diagnostic) {
    let directory = relative.isEmpty ? root : root + "/" + relative
    let loops = ancestors.contains { $0.device == stamp.device && $0.inode == stamp.inode }
    guard !loops, ancestors.count < Self.maximumDepth else {
      throw Diagnostic(
        code: "symlink-loop", "the folder '\(directory)' contains itself through a symbolic link",
        remedy: "remove the link that points back to a folder above it")
    }
    ancestors.append(stamp)
    defer { ancestors.removeLast() }
    for name in try FileSystem.names(in: directory) {
      let path = relative.isEmpty ? name : relative + "/" + name
      let absolute = root + "/" + path
      guard var stamp = FileStamp.of(absolute, followingLinks: false) else {
        throw systemFailure("read", path: absolute)
      }
      if stamp.isSymbolicLink {
        guard case .follow = links else {
          throw Diagnostic(
            code: "link-in-output", "the stage left a symbolic link in its output: '\(path)'",
            remedy: "write the file itself: an artifact holds all of its content")
        }
        guard let target = FileStamp.of(absolute) else {
          let failure = systemFailure("follow the symbolic link", path: absolute)
          throw failure
        }
        stamp = target
      }
      if stamp.isDirectory {
        directories.append(path)
        try walk(path, stamp: stamp)
      } else if stamp.isRegularFile {
        files.append(ScannedFile(path: path, stamp: stamp))
      } else {
        throw Diagnostic(
          code: "not-a-file", "'\(absolute)' is a device, socket or pipe", remedy: "remove it: only files have content")
      }
    }
  }
}
