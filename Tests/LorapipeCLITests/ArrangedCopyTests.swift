import Artifacts
import Diagnostics
import Glibc
import Inference
import ModelFiles
import Platform
import QuantizedModels
import Synchronization
import TestSupport
import Testing

@testable import LorapipeCLI

/// The faster copy of a model's weights in the store.
@Suite struct ArrangedCopyTests {
  private final class Said: Sendable {
    let warnings = Mutex<[Diagnostic]>([])
    let notes = Mutex<[String]>([])

    func copy(in store: ArtifactStore, writes: Bool = true) -> ArrangedCopy {
      ArrangedCopy(
        store: store, threads: 2, writes: writes, warn: { warning in self.warnings.withLock { $0.append(warning) } },
        note: { note in self.notes.withLock { $0.append(note) } })
    }
  }

  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let said = Said()

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.file("store"))
  }

  private func source(seed: UInt64 = 1) throws -> ModelSource {
    let own = try folder.folder("model-\(seed)")
    let path = own + "/model.gguf"
    return try ModelSource.open(FileSystem.exists(path) ? path : QuantizedModel.write(to: own, seed: seed))
  }

  private var noteCount: Int { said.notes.withLock { $0.count } }
  private var warningCount: Int { said.warnings.withLock { $0.count } }

  @Test func isWrittenOnceForEachContent() throws {
    #expect(try said.copy(in: store, writes: false).weights(of: source()) == nil)
    #expect(try said.copy(in: store).weights(of: source()) != nil)
    #expect(noteCount == 1)
    // Another process, and one that writes nothing.
    let again = try ArtifactStore(at: folder.file("store"))
    #expect(try said.copy(in: again).weights(of: source()) != nil)
    #expect(try said.copy(in: again, writes: false).weights(of: source()) != nil)
    #expect(noteCount == 1)
    #expect(try said.copy(in: again).weights(of: source(seed: 2)) != nil)
    #expect(noteCount == 2 && warningCount == 0)
  }

  @Test func aDamagedCopyIsWrittenAgain() throws {
    #expect(try said.copy(in: store).weights(of: source()) != nil)
    let file = try #require(
      FileSystem.names(in: store.root + "/objects").flatMap { shard in
        try FileSystem.names(in: store.root + "/objects/" + shard)
          .map { "\(store.root)/objects/\(shard)/\($0)/\(ArrangedLayout.fileName)" }
      }.first { FileSystem.exists($0) })
    #expect(chmod(file, 0o644) == 0)
    #expect(truncate(file, 100) == 0)
    #expect(try said.copy(in: store, writes: false).weights(of: source()) == nil)
    #expect(try said.copy(in: store).weights(of: source()) != nil)
    #expect(noteCount == 2 && warningCount == 0)
  }

  /// A collection removes the copy, and a model that reads it goes on.
  @Test func garbageCollectionRemovesIt() throws {
    let source = try source()
    let weights = try #require(try said.copy(in: store).weights(of: source))
    let model = try InferenceModel(source, arranged: weights)
    let before = try model.generate(prompt: [3, 1, 4], maximumTokens: 8, stopTokens: [], threads: 1)
    let report = try store.collectGarbage(dryRun: false) { CollectionRoots() }
    #expect(report.artifacts.map(\.kind) == [ArrangedCopy.kind])
    #expect(try said.copy(in: store, writes: false).weights(of: source) == nil)
    let after = try model.generate(prompt: [3, 1, 4], maximumTokens: 8, stopTokens: [], threads: 1)
    #expect(before == after && before.count == 8)
    #expect(
      try InferenceModel(source).generate(prompt: [3, 1, 4], maximumTokens: 8, stopTokens: [], threads: 1) == before)
  }

  /// A store that cannot be written to costs speed, and says so.
  @Test func withoutRoomTheModelIsReadAsItIsStored() throws {
    try FileSystem.removeTree(store.root + "/tmp")
    try folder.write("store/tmp", "a file in the way")
    #expect(try said.copy(in: store).weights(of: source()) == nil)
    #expect(said.warnings.withLock { $0.map(\.code) } == ["no-arranged-weights"])
  }

  @Test func aFolderOrAModelOfOtherTypesHasNone() throws {
    let tiny = folder.file("tiny")
    try TinyModel.write(to: tiny)
    #expect(try said.copy(in: store).weights(of: ModelSource.open(tiny)) == nil)
    #expect(noteCount == 0 && warningCount == 0)
  }
}
