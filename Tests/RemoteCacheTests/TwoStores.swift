import Artifacts
import Diagnostics
import JSON
import Platform
import Synchronization
import TestSupport

@testable import RemoteCache

/// Two stores that share nothing but a cache.
final class TwoStores: Sendable {
  private let folder: TemporaryFolder
  var path: String { folder.path }
  /// Where work is done.
  let first: ArtifactStore
  /// Where nothing was done.
  let second: ArtifactStore
  private let said = Mutex<[Diagnostic]>([])

  var warnings: [Diagnostic] { said.withLock { $0 } }

  init() throws {
    folder = try TemporaryFolder()
    first = try ArtifactStore(at: folder.file("first"))
    second = try ArtifactStore(at: folder.file("second"))
    try folder.folder("share")
  }

  var share: String { path + "/share" }

  func cache(
    _ store: ArtifactStore, _ url: String, environment: [String: String] = [:],
    _ change: (inout RemoteCacheConfiguration) -> Void = { _ in }
  ) throws -> RemoteCache {
    var configuration = RemoteCacheConfiguration(url: url)
    configuration.push = .always
    configuration.timeout = 2
    change(&configuration)
    return try RemoteCache([configuration], store: store, environment: environment) { diagnostic in
      self.said.withLock { $0.append(diagnostic) }
    }
  }

  static let files: [(path: String, bytes: [UInt8], isExecutable: Bool)] = [
    ("model.bin", (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }, false),
    ("empty", [], false), ("nested/deep/a.txt", Array("same".utf8), false), ("nested/b.txt", Array("same".utf8), false),
    ("tool", Array("#!/bin/sh\n".utf8), true),
  ]

  /// Records an action as a stage would leave it.
  @discardableResult
  func act(
    _ name: String = "train", kind: String = "sft", files: [(path: String, bytes: [UInt8], isExecutable: Bool)] = files,
    seconds: Double = 1000, uses: [Digest] = [], subactions: [CacheKey] = [], curves: Bool = true,
    isReproducible: Bool = true
  ) throws -> ActionRecord {
    let key = ActionKey(kind: kind, version: 1, parameters: ["name": .string(name)], inputs: [])
    let folder = try first.makeTemporaryDirectory(for: key.digest)
    let output = folder + "/output"
    try FileSystem.makeDirectory(output)
    for file in files {
      try FileSystem.makeDirectory(FileSystem.parent(of: "\(output)/\(file.path)"))
      try FileSystem.replace("\(output)/\(file.path)", with: file.bytes, mode: file.isExecutable ? 0o755 : 0o644)
    }
    let artifact = try first.publish(output)
    try FileSystem.removeTree(folder)
    var record = ActionRecord(
      key: key.digest, document: key.document, artifact: artifact.digest, files: artifact.files,
      metrics: JSONObject([("loss", 1.5)]), warnings: ["mind"], uses: uses, subactions: subactions)
    if !isReproducible { record.environment["reproducible"] = false }
    record.cost.seconds = seconds
    record.finished = 1_700_000_000
    try first.record(record, series: curves ? ["loss": [[1, 2.5], [2, 1.5]]] : nil)
    return try required(first.actionRecord(key.digest))
  }

  /// Sends an action of the first store.
  func push(_ record: ActionRecord, _ cache: RemoteCache, scope: RemoteCache.PushScope = .worthIt) -> PushOutcome {
    cache.push(record.key, to: cache.remotes[0], scope: scope, isCancelled: { false })
  }

  /// Fetches an action into the second store.
  func pull(_ key: CacheKey, _ cache: RemoteCache) -> ActionRecord? {
    cache.find(key).flatMap { cache.pull($0) }
  }
}

struct Missing: Error {}

func required<T>(_ value: T?) throws -> T {
  guard let value else { throw Missing() }
  return value
}

func sha256(_ bytes: [UInt8]) -> String { SHA256.hash(bytes).hex }
