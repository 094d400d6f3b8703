import Artifacts
import Diagnostics
import Inference
import JSON
import ModelFiles
import PipelineEngine
import Platform

/// From where generation reads quantized weights.
enum WeightsChoice: String, CaseIterable, OptionValue {
  case auto, stored

  init?(optionText: String) { self.init(rawValue: optionText) }
}

/// A model's arranged weights (`ArrangedLayout`), kept in the store under the digests of the model's files.
struct ArrangedCopy {
  static let kind = "arranged-weights"

  let store: ArtifactStore
  let threads: Int
  /// Whether they are written when they are not there.
  let writes: Bool
  let warn: (Diagnostic) -> Void
  let note: (String) -> Void

  /// The layout of a model that a copy is made of: an unchanged GGUF file with matrices that can be laid out.
  static func layout(of source: ModelSource) throws -> ArrangedLayout? {
    guard source.changedTensors.isEmpty, !source.ggufFiles.isEmpty else { return nil }
    let layout = try ArrangedLayout(source)
    return layout.isEmpty ? nil : layout
  }

  /// The weights; `nil` where the model is used as it is stored.
  func weights(of source: ModelSource) throws -> ArrangedWeights? {
    guard let layout = try Self.layout(of: source) else { return nil }
    do {
      let digests = try source.ggufFiles.map { try store.digest(ofFile: $0) }
      store.saveDigestCache()
      let key = ActionKey(
        kind: Self.kind, version: ArrangedLayout.version, parameters: .object(JSONObject()),
        inputs: digests.map { .init(role: "", digest: $0) })
      if let found = try present(key, layout) { return found }
      return writes ? try written(key, layout) : nil
    } catch let failure as Diagnostic {
      warn(
        Diagnostic(
          .warning, code: "no-arranged-weights", "the model's weights are read as they are stored, which is slower",
          remedy: "--weights stored asks for that without this warning", notes: [failure.message]))
      return nil
    }
  }

  private func present(_ key: ActionKey, _ layout: ArrangedLayout) throws -> ArrangedWeights? {
    // A mapped file stays readable when it is removed, so that the collector need not wait any longer.
    let pause = writes ? try store.holdOffCollection() : nil
    defer { withExtendedLifetime(pause) {} }
    guard case .hit(let record) = store.lookup(key.digest) else { return nil }
    return try layout.open(in: store.objectPath(record.artifact))
  }

  private func written(_ key: ActionKey, _ layout: ArrangedLayout) throws -> ArrangedWeights? {
    let bytes = Int64(layout.byteCount)
    let size = Quantity.bytes(UInt64(layout.byteCount))
    if let free = store.freeSpace(), bytes > free / 2 {
      throw Diagnostic(
        code: "disk-full", "the faster copy takes \(size), more than half of the free disk space of '\(store.root)'")
    }
    let lock = try store.lock(key: key.digest)
    defer { withExtendedLifetime(lock) {} }
    // Another process may have written it meanwhile.
    if let found = try present(key, layout) { return found }
    note(say("writing a copy of the weights that generation reads faster: \(size) in the store, once"))
    try store.removeTemporaryDirectories(for: key.digest)
    let temporary = try store.makeTemporaryDirectory(for: key.digest)
    defer { try? FileSystem.removeTree(temporary) }
    let output = temporary + "/output"
    try FileSystem.makeDirectory(output)
    let began = SystemClock.monotonic()
    try layout.write(to: output, threads: threads)
    let pause = try store.holdOffCollection()
    defer { withExtendedLifetime(pause) {} }
    let artifact = try store.publish(output)
    var record = ActionRecord(
      key: key.digest, document: key.document, artifact: artifact.digest, files: artifact.files)
    record.cost = ActionCost(seconds: SystemClock.monotonic() - began, threads: threads)
    record.finished = SystemClock.now()
    try store.record(record)
    return try layout.open(in: artifact.path)
  }
}

extension ArrangedCopy {
  /// What a command uses: the copy in the workspace's store; outside of a workspace, in that of the models kept there.
  /// - Parameter writes: whether the command goes on long enough for writing it.
  static func finder(
    _ invocation: Invocation, threads: Int, writes: Bool
  ) -> (ModelSource) throws -> ArrangedWeights? {
    let console = invocation.console
    return { source in
      guard invocation[SamplingOptions.weights] != .stored, ArrangedLayout.isFaster, try layout(of: source) != nil,
        // What is wrong with the workspace is said by commands that need it.
        let workspace = try? SmallRun.workspace(), writes || LocalText.isFolder(workspace.store),
        let store = try? workspace.openRuns().store
      else { return nil }
      return try ArrangedCopy(
        store: store, threads: threads, writes: writes,
        warn: { console.writeError(ErrorText.render([$0], color: console.errorHasColor)) },
        note: { console.printError($0) }
      ).weights(of: source)
    }
  }
}
