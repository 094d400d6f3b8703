public import Artifacts
import Platform

/// An action that a remote cache has: its record, and the files that would have to be fetched.
public struct RemoteAction: Sendable, Hashable {
  /// The record without files: those are stamped when they lie in this store.
  public var record: ActionRecord
  public var manifest: TreeManifest
  /// The file of curves, when there is one.
  var series: ActionResult.OutputFile?
  /// Which of the caches.
  var source: Int

  public var key: CacheKey { record.key }
  /// Bytes to fetch.
  public var size: Int64 { manifest.size &+ (series?.size ?? 0) }
}

extension ActionResult {
  /// What names the artifact's files and the curves apart.
  private static let filePrefix = "artifact/"
  static let seriesPath = "series.json"

  /// An action for a cache to keep.
  /// - Parameter seriesSize: bytes of the file of curves.
  init(_ record: ActionRecord, seriesSize: Int64?, key: SigningKey?) {
    let bytes = record.portableBytes
    self.init(
      outputFiles: record.files.map {
        OutputFile(
          path: Self.filePrefix + $0.entry.path, hash: $0.entry.digest.hex, size: $0.entry.size,
          isExecutable: $0.entry.isExecutable)
      }, record: bytes, signatures: key.map { RecordSignatures.make(bytes, by: $0) } ?? [])
    if let series = record.series, let seriesSize {
      outputFiles.append(OutputFile(path: Self.seriesPath, hash: series.hex, size: seriesSize))
    }
  }

  /// The action, when everything in it fits together and, where keys are trusted, one of them signed it.
  func action(_ key: CacheKey, source: Int, trusted: [PublicKey]) throws(RemoteFailure) -> RemoteAction {
    if !trusted.isEmpty, !RecordSignatures.verify(signatures, record: record, trusted: trusted) {
      throw .untrusted("no trusted key signed the record of \(key.short)")
    }
    guard let (record, manifest) = ActionRecord.portable(record, key: key) else {
      throw .damaged("the record of \(key.short) is not whole")
    }
    var action = RemoteAction(record: record, manifest: manifest, source: source)
    var files: [OutputFile] = []
    for file in outputFiles {
      if file.path == Self.seriesPath { action.series = file } else { files.append(file) }
    }
    let expected = manifest.entries.map {
      OutputFile(
        path: Self.filePrefix + $0.path, hash: $0.digest.hex, size: $0.size, isExecutable: $0.isExecutable)
    }
    guard Set(files) == Set(expected), files.count == expected.count, action.series?.hash == record.series?.hex else {
      throw .damaged("the record of \(key.short) and the files beside it differ")
    }
    return action
  }
}
