public import Diagnostics
import Glibc
public import JSON
public import Platform

/// An artifact that lies in the store for good.
public struct PublishedArtifact: Sendable, Hashable {
  public var digest: Digest
  public var path: String
  public var files: [StoredFile]

  public var size: Int64 { files.reduce(0) { $0 &+ $1.entry.size } }
}

extension ArtifactStore {
  /// Turns a folder below `tmp/` into an artifact: hash and sync files, make them read-only, rename, make the folder
  /// read-only, sync. The folder is gone afterward, whether or not an equal artifact was there.
  /// - Throws: `link-in-output`, `disk-full` and other failures; then nothing was published.
  public func publish(_ directory: String) throws(Diagnostic) -> PublishedArtifact {
    do throws(Diagnostic) {
      return try publishTree(directory)
    } catch {
      throw Self.unwritable(root, error)
    }
  }

  private func publishTree(_ directory: String) throws(Diagnostic) -> PublishedArtifact {
    try Failpoint.reached("publish.begin", path: directory)
    let scan = try TreeScanner.scan(directory, links: .refuse)
    for file in scan.files where file.stamp.links > 1 { try breakHardLink(directory + "/" + file.path) }
    let found = scan.files
    let sealedFiles = try parallelMap(found.count) { index throws(Diagnostic) in
      try self.sealFile(found[index].path, in: directory)
    }
    try Failpoint.reached("publish.readonly", path: directory)
    // Children before parents: a folder that only held empty folders goes as well.
    for folder in scan.directories.reversed() {
      let path = directory + "/" + folder
      if rmdir(path) == 0 { continue }
      try FileSystem.syncDirectory(path)
      guard chmod(path, 0o555) == 0 else { throw systemFailure("make read-only", path: path) }
    }
    try FileSystem.syncDirectory(directory)
    try Failpoint.reached("publish.synced", path: directory)
    let files = sealedFiles.sorted { $0.entry.path.utf8.lexicographicallyPrecedes($1.entry.path.utf8) }
    let digest = TreeManifest(files.map(\.entry)).digest
    return try place(directory, digest: digest, files: files)
  }

  /// A hard link would make the user's other name for the file read-only too, and let writes through it reach the
  /// store.
  private func breakHardLink(_ path: String) throws(Diagnostic) {
    let copy = "\(path).\(UInt32.random(in: 0 ... .max)).copy"
    try FileSystem.copy(path, to: copy, mode: (FileStamp.of(path)?.mode ?? 0o644) & 0o777)
    guard rename(copy, path) == 0 else { throw systemFailure("write", path: path) }
  }

  /// Syncs one file, makes it read-only and hashes it.
  private func sealFile(_ relative: String, in directory: String) throws(Diagnostic) -> StoredFile {
    let path = directory + "/" + relative
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemFailure("read", path: path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemFailure("make durable", path: path) }
    guard let stamp = FileStamp.of(descriptor: descriptor) else { throw systemFailure("read", path: path) }
    let executable = stamp.isExecutable
    guard fchmod(descriptor, executable ? 0o555 : 0o444) == 0 else {
      throw systemFailure("make read-only", path: path)
    }
    let (digest, final) = try hashFile(path)
    let entry = TreeEntry(path: relative, size: final.size, digest: digest, isExecutable: executable)
    return StoredFile(entry: entry, stamp: final)
  }

  private func place(
    _ directory: String, digest: Digest, files: [StoredFile]
  ) throws(Diagnostic) -> PublishedArtifact {
    let target = objectPath(digest)
    let shard = FileSystem.parent(of: target)
    try FileSystem.makeDirectory(shard)
    try Failpoint.reached("publish.hashed", path: directory)
    if FileSystem.exists(target) {
      if let present = rehash(digest) {
        try FileSystem.removeTree(directory)
        try writeObjectFiles(digest, present)
        return PublishedArtifact(digest: digest, path: target, files: present)
      }
      try quarantineObject(digest)
    }
    guard rename(directory, target) == 0 else {
      let code = errno
      // Another key's publication of the same bytes came first.
      if code == ENOTEMPTY || code == EEXIST, let present = rehash(digest) {
        try FileSystem.removeTree(directory)
        return PublishedArtifact(digest: digest, path: target, files: present)
      }
      throw systemFailure("publish into", path: target, errno: code)
    }
    try Failpoint.reached("publish.renamed", path: directory)
    guard chmod(target, 0o555) == 0 else { throw systemFailure("make read-only", path: target) }
    try FileSystem.syncDirectory(shard)
    try FileSystem.syncDirectory(root + "/objects")
    try Failpoint.reached("publish.object", path: directory)
    try writeObjectFiles(digest, files)
    try Failpoint.reached("publish.object-synced", path: directory)
    return PublishedArtifact(digest: digest, path: target, files: files)
  }

  /// Writes the record that makes an artifact the answer to a key, and its curves before it.
  public func record(_ record: ActionRecord, series: JSONValue? = nil) throws(Diagnostic) {
    try self.record(
      record, seriesBytes: series.map { sealed(["key": .string(record.key.hex), "series": $0]) })
  }

  /// The same with the file of curves as another store has it.
  public func record(_ record: ActionRecord, seriesBytes: [UInt8]?) throws(Diagnostic) {
    var record = record
    do throws(Diagnostic) {
      if let seriesBytes {
        record.series = SHA256.hash(seriesBytes)
        try writeDurably(seriesPath(record.key), seriesBytes)
      }
      try writeDurably(actionPath(record.key), record.bytes, failpoints: true)
    } catch {
      throw Self.unwritable(root, error)
    }
  }

  func writeObjectFiles(_ digest: Digest, _ files: [StoredFile]) throws(Diagnostic) {
    try writeDurably(
      objectFilesPath(digest),
      sealed(["format": 1, "artifact": .string(digest.hex), "files": .array(files.map(\.json))]))
  }

  /// tmp → sync → read-only → rename → sync folder.
  private func writeDurably(_ path: String, _ bytes: [UInt8], failpoints: Bool = false) throws(Diagnostic) {
    func reached(_ name: String) throws(Diagnostic) {
      if failpoints { try Failpoint.reached("record." + name, path: path) }
    }
    let shard = FileSystem.parent(of: path)
    try FileSystem.makeDirectory(shard)
    try FileSystem.replace(path, with: bytes, mode: 0o444, durably: true, temporary: root + "/tmp/record") {
      step throws(Diagnostic) in
      switch step {
      case .written: try reached("written")
      case .synced: try reached("synced")
      case .renamed: try reached("renamed")
      }
    }
    try FileSystem.syncDirectory(FileSystem.parent(of: shard))
    try reached("done")
  }
}
