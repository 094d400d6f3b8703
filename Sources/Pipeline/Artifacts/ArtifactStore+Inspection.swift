public import Diagnostics
import Glibc
public import Platform

/// What a full look at the store found.
public struct VerificationReport: Sendable, Hashable {
  public var actions = 0
  public var artifacts = 0
  public var bytes: Int64 = 0
  /// Keys whose record no longer parses; set aside.
  public var damagedActions: [CacheKey] = []
  /// Digests whose content is no longer theirs; set aside.
  public var damagedArtifacts: [Digest] = []
  /// Keys whose record names an artifact that is not there.
  public var missingArtifacts: [CacheKey] = []

  public var isClean: Bool { damagedActions.isEmpty && damagedArtifacts.isEmpty && missingArtifacts.isEmpty }
}

/// A name that keeps an action or artifact from being collected.
public struct Pin: Sendable, Hashable {
  public var digest: Digest
  public var note: String
}

/// An artifact in the store.
public struct StoredArtifact: Sendable, Hashable {
  public var digest: Digest
  public var bytes: Int64
  public var fileCount: Int
}

extension ArtifactStore {
  /// Hashes everything again. What is damaged goes to `quarantine/` and will be made again when it is needed.
  public func verify(progress: (Int64) -> Void = { _ in }) throws(Diagnostic) -> VerificationReport {
    let lock = try holdOffCollection()
    defer { withExtendedLifetime(lock) {} }
    var report = VerificationReport()
    for digest in try artifactDigests() {
      report.artifacts += 1
      if let files = rehash(digest) {
        report.bytes &+= files.reduce(0) { $0 &+ $1.entry.size }
        try? writeObjectFiles(digest, files)
      } else {
        report.damagedArtifacts.append(digest)
        try quarantineObject(digest)
      }
      progress(report.bytes)
    }
    for key in try actionKeys() {
      report.actions += 1
      guard let record = actionRecord(key) else {
        report.damagedActions.append(key)
        continue
      }
      if FileStamp.of(objectPath(record.artifact)) == nil { report.missingArtifacts.append(key) }
    }
    return report
  }

  /// Keys of all action records, sorted.
  public func actionKeys() throws(Diagnostic) -> [CacheKey] {
    var keys: [CacheKey] = []
    for shard in try FileSystem.names(in: root + "/actions") {
      for name in try FileSystem.names(in: "\(root)/actions/\(shard)") where !name.hasSuffix(".series.json") {
        if let key = name.split(separator: ".").first.flatMap({ CacheKey(String($0)) }) { keys.append(key) }
      }
    }
    return keys
  }

  /// Digests of all artifacts, sorted.
  public func artifactDigests() throws(Diagnostic) -> [Digest] {
    var digests: [Digest] = []
    for shard in try FileSystem.names(in: root + "/objects") {
      digests += try FileSystem.names(in: "\(root)/objects/\(shard)").compactMap { Digest($0) }
    }
    return digests
  }

  /// All artifacts with their sizes.
  public func artifacts() throws(Diagnostic) -> [StoredArtifact] {
    try artifactDigests().map { digest in
      let scan = try? TreeScanner.scan(objectPath(digest), links: .refuse)
      return StoredArtifact(
        digest: digest, bytes: scan?.files.reduce(0) { $0 &+ $1.stamp.size } ?? 0, fileCount: scan?.files.count ?? 0)
    }
  }

  // MARK: Pins

  /// Keeps an action or an artifact, with all it refers to, whatever is collected.
  public func pin(_ digest: Digest, note: String = "") throws(Diagnostic) {
    do throws(Diagnostic) {
      try FileSystem.makeDirectory(root + "/pins")
      try FileSystem.replace("\(root)/pins/\(digest)", with: Array(note.utf8), durably: true)
    } catch {
      throw Self.unwritable(root, error)
    }
  }

  /// - Returns: whether there was such a pin.
  public func unpin(_ digest: Digest) -> Bool {
    unlink("\(root)/pins/\(digest)") == 0
  }

  public func pins() throws(Diagnostic) -> [Pin] {
    var pins: [Pin] = []
    for digest in try FileSystem.names(in: root + "/pins").compactMap({ Digest($0) }) {
      let note = try FileSystem.readIfPresent("\(root)/pins/\(digest)") ?? []
      pins.append(Pin(digest: digest, note: String(decoding: note, as: UTF8.self)))
    }
    return pins
  }
}
