public import Diagnostics
import Glibc
public import JSON
public import Platform

/// What the store knows of a key.
public enum CacheLookup: Sendable, Hashable {
  case hit(ActionRecord)
  /// Nothing was ever recorded, or the record was damaged and has been set aside.
  case absent
  /// There is a record, but its artifact is gone or was damaged.
  case artifactMissing(ActionRecord)
}

extension ArtifactStore {
  /// Looks a key up. A hit needs a record that parses, and every file as recorded: those of the artifact, and those of
  /// the artifacts it refers to. Files whose stamps differ are hashed again: if their content is right, the record gets
  /// the new stamps; else the artifact goes to `quarantine/`.
  public func lookup(_ key: CacheKey) -> CacheLookup {
    guard let record = actionRecord(key) else { return .absent }
    if !filesAreAsRecorded(record) {
      guard let files = rehash(record.artifact) else {
        // Reading must not fail because the damaged tree could not be moved; publishing tries again.
        try? quarantineObject(record.artifact)
        return .artifactMissing(record)
      }
      var restamped = record
      restamped.files = files
      // A store that this user may only read is still a cache. It is only slower there.
      try? writeObjectFiles(record.artifact, files)
      try? self.record(restamped)
      return usesArePresent(restamped) ? .hit(restamped) : .artifactMissing(restamped)
    }
    return usesArePresent(record) ? .hit(record) : .artifactMissing(record)
  }

  /// The same, but every file is hashed, whatever its stamp says. A run that ended uncleanly may have left files whose
  /// stamps are right and whose content is not.
  public func lookupRehashing(_ key: CacheKey) -> CacheLookup {
    guard let record = actionRecord(key) else { return .absent }
    guard rehash(record.artifact) != nil else {
      try? quarantineObject(record.artifact)
      return .artifactMissing(record)
    }
    return lookup(key)
  }

  /// The record of a key as it lies in the store, with no look at the artifact; a damaged one is set aside.
  public func actionRecord(_ key: CacheKey) -> ActionRecord? {
    guard let bytes = try? FileSystem.readIfPresent(actionPath(key)) else { return nil }
    if let record = ActionRecord(bytes, key: key) { return record }
    quarantine(actionPath(key))
    return nil
  }

  /// The curves recorded with an action: an object of series name → list of `[step, value]`.
  public func series(of record: ActionRecord) -> JSONValue? {
    seriesBytes(of: record).flatMap { unsealed($0)?["series"] }
  }

  /// The file of curves recorded with an action, whole; `nil` when there is none or it was damaged.
  public func seriesBytes(of record: ActionRecord) -> [UInt8]? {
    guard let digest = record.series, let bytes = try? FileSystem.readIfPresent(seriesPath(record.key)),
      SHA256.hash(bytes) == digest
    else { return nil }
    return bytes
  }

  /// Whether the content of a digest is here: as an artifact, or as a file of the user's.
  public func hasContent(_ digest: Digest) -> Bool { objectIsIntact(digest) || externalNote(digest) != nil }

  private func usesArePresent(_ record: ActionRecord) -> Bool {
    record.uses.allSatisfy { $0 == record.artifact || hasContent($0) }
  }

  func filesAreAsRecorded(_ record: ActionRecord) -> Bool {
    let path = objectPath(record.artifact)
    if record.files.isEmpty { return FileStamp.of(path)?.isDirectory == true }
    return record.files.allSatisfy { Self.isUnchanged($0, in: path) }
  }

  static func isUnchanged(_ file: StoredFile, in directory: String) -> Bool {
    guard let stamp = FileStamp.of(directory + "/" + file.entry.path, followingLinks: false) else { return false }
    return stamp.isRegularFile && stamp.size == file.entry.size && stamp.modified == file.modified
      && stamp.changed == file.changed && stamp.inode == file.inode && stamp.isExecutable == file.entry.isExecutable
  }

  /// The files of an artifact when all of its content hashes to its name, else `nil`.
  func rehash(_ digest: Digest) -> [StoredFile]? {
    let path = objectPath(digest)
    guard let scan = try? TreeScanner.scan(path, links: .refuse) else { return nil }
    let found = scan.files
    let hashed = try? parallelMap(found.count) { index throws(Diagnostic) in
      let (content, stamp) = try hashFile(path + "/" + found[index].path)
      let entry = TreeEntry(
        path: found[index].path, size: stamp.size, digest: content, isExecutable: stamp.isExecutable)
      return StoredFile(entry: entry, stamp: stamp)
    }
    guard let hashed else { return nil }
    let files = hashed.sorted { $0.entry.path.utf8.lexicographicallyPrecedes($1.entry.path.utf8) }
    return TreeManifest(files.map(\.entry)).digest == digest ? files : nil
  }

  /// Whether an artifact is there with every file as recorded; what looks different is hashed again.
  public func objectIsIntact(_ digest: Digest) -> Bool {
    if let bytes = try? FileSystem.readIfPresent(objectFilesPath(digest)), let json = unsealed(bytes),
      json["artifact"]?.stringValue == digest.hex, let list = json["files"]?.arrayValue
    {
      let files = list.compactMap { StoredFile(json: $0) }
      let path = objectPath(digest)
      if files.count == list.count, FileStamp.of(path)?.isDirectory == true,
        files.allSatisfy({ Self.isUnchanged($0, in: path) })
      {
        return true
      }
    }
    guard FileStamp.of(objectPath(digest))?.isDirectory == true else { return false }
    guard let files = rehash(digest) else {
      try? quarantineObject(digest)
      return false
    }
    try? writeObjectFiles(digest, files)
    return true
  }

  /// The path of any artifact by digest, in the store or among the user's own files.
  /// - Throws: `artifact-missing` when it is nowhere; `input-changed` when a file of the user's no longer has the
  ///   content that the digest names.
  public func artifactPath(digest: Digest) throws(Diagnostic) -> String {
    if objectIsIntact(digest) { return objectPath(digest) }
    if let path = externalPath(resolving: digest) { return path }
    if let path = externalNote(digest)?.first {
      throw Diagnostic(
        code: "input-changed",
        FileSystem.exists(path)
          ? "'\(path)' was changed after this run had looked at it" : "'\(path)' was moved or removed",
        remedy: FileSystem.exists(path) ? "run again when nothing writes to it" : "put it back, or name its new place")
    }
    throw Diagnostic(
      code: "artifact-missing", "the artifact \(digest.short) is not in the store, or was damaged",
      remedy: "run again: what is missing is made again")
  }

  // MARK: Quarantine

  func quarantineObject(_ digest: Digest) throws(Diagnostic) {
    let path = objectPath(digest)
    guard FileSystem.exists(path) else { return }
    guard FileSystem.mayRemove(path) else {
      throw Diagnostic(
        code: "artifact-of-another", "the artifact '\(path)' is damaged and belongs to another user",
        remedy: "ask its owner to run 'lorapipe cache verify'")
    }
    // An ordinary user cannot rename a folder that is read-only.
    chmod(path, 0o755)
    try moveToQuarantine(path, name: digest.hex)
    unlink(objectFilesPath(digest))
  }

  private func quarantine(_ file: String) {
    try? moveToQuarantine(file, name: FileSystem.name(of: file))
  }

  private func moveToQuarantine(_ path: String, name: String) throws(Diagnostic) {
    let folder = root + "/quarantine"
    try FileSystem.makeDirectory(folder)
    let target = "\(folder)/\(name).\(SystemClock.nowNanoseconds()).\(getpid())"
    guard rename(path, target) == 0 || errno == ENOENT else { throw systemFailure("set aside", path: path) }
  }
}
