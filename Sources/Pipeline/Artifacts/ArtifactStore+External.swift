public import Diagnostics
import JSON
public import Platform

/// A user's file or folder, hashed where it lies.
public struct ExternalReference: Sendable, Hashable {
  /// Absolute, without links.
  public var path: String
  public var digest: Digest
  public var size: Int64
  public var fileCount: Int
}

extension ArtifactStore {
  /// Hashes a local file or folder in place, and remembers where that digest was seen, so that `artifactPath(digest:)`
  /// finds it again. Nothing of the user's is copied or touched.
  /// - Throws: `not-found`, `symlink-loop`, `changed-while-reading` and other failures, naming the path.
  public func reference(_ path: String) throws(Diagnostic) -> ExternalReference {
    guard let absolute = FileSystem.resolved(path), let stamp = FileStamp.of(absolute) else {
      throw systemFailure("read", path: path)
    }
    let manifest = try externalManifest(absolute, stamp: stamp)
    let digest = manifest.digest
    try remember(digest, at: absolute)
    return ExternalReference(
      path: absolute, digest: digest, size: manifest.size, fileCount: manifest.entries.count)
  }

  private func externalManifest(_ path: String, stamp: FileStamp) throws(Diagnostic) -> TreeManifest {
    if stamp.isRegularFile {
      let (digest, final) = try digests.digest(of: path, stamp: stamp)
      // Whether a data file is marked executable says nothing about how it is read.
      return TreeManifest([
        TreeEntry(
          path: FileSystem.nameless(path), size: final.size, digest: digest, isExecutable: false)
      ])
    }
    guard stamp.isDirectory else {
      throw Diagnostic(code: "not-a-file", "'\(path)' is neither a file nor a folder")
    }
    // Largest first, so that the last file to be hashed is a short one.
    let files = try TreeScanner.scan(path, links: .follow).files.sorted { $0.stamp.size > $1.stamp.size }
    let cache = digests
    let entries = try parallelMap(files.count) { index throws(Diagnostic) in
      let file = files[index]
      let (digest, final) = try cache.digest(of: path + "/" + file.path, stamp: file.stamp)
      return TreeEntry(path: file.path, size: final.size, digest: digest, isExecutable: final.isExecutable)
    }
    return TreeManifest(entries)
  }

  /// Where a digest was seen, newest first.
  func externalNote(_ digest: Digest) -> [String]? {
    guard let bytes = try? FileSystem.readIfPresent(externalPath(digest)),
      let note = unsealed(bytes), note["digest"]?.stringValue == digest.hex
    else { return nil }
    return note["paths"]?.arrayValue?.compactMap(\.stringValue)
  }

  private func remember(_ digest: Digest, at path: String) throws(Diagnostic) {
    let known = externalNote(digest) ?? []
    guard known.first != path else { return }
    let paths = [path] + known.filter { $0 != path }.prefix(7)
    do throws(Diagnostic) {
      let note = externalPath(digest)
      try FileSystem.makeDirectory(FileSystem.parent(of: note))
      try FileSystem.replace(
        note, with: sealed(["digest": .string(digest.hex), "paths": .array(paths.map { .string($0) })]))
    } catch {
      throw Self.unwritable(root, error)
    }
  }

  /// The path where a digest's content still lies, asked anew.
  func externalPath(resolving digest: Digest) -> String? {
    externalNote(digest)?.first { path in
      guard let stamp = FileStamp.of(path), let manifest = try? externalManifest(path, stamp: stamp) else {
        return false
      }
      return manifest.digest == digest
    }
  }
}
