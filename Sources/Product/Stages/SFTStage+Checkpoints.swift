import Artifacts
import PipelineEngine
import Platform
import Training

extension SFTStage: CheckpointingStage {
  func checkpoint(in work: String) -> WorkCheckpoint? {
    if engine != nil { return EngineHistory.checkpoint(in: work) }
    let folder = Self.checkpointFolder(work)
    guard let newest = CheckpointFiles.newest(in: folder) else { return nil }
    let prefix = String(folder.dropFirst(work.utf8.count + 1))
    return WorkCheckpoint(
      position: .init(step: newest.step, part: newest.packs), files: newest.names.map { prefix + "/" + $0 })
  }
}

extension EngineHistory {
  /// The newest checkpoint that an engine named, with all that its continuation needs: the folders of the checkpoint and of the
  /// best adapter, and the events, which say that they are whole.
  static func checkpoint(in work: String) -> WorkCheckpoint? {
    let engine = TrainingJob.folder(work)
    let events = TrainingJob.events(engine)
    let history = EngineHistory(events: events)
    guard let newest = history.checkpoint else { return nil }
    var files: [String] = []
    for folder in [newest.path, history.best?.path].compactMap({ $0 }) {
      // What an engine put elsewhere stays there.
      guard folder.hasPrefix(work + "/") else { return nil }
      files += FileSystem.files(below: folder).map { String(folder.dropFirst(work.utf8.count + 1)) + "/" + $0 }
    }
    files = Array(Set(files)).sorted()
    files.append(String(events.dropFirst(work.utf8.count + 1)))
    return WorkCheckpoint(position: .init(step: newest.step), files: files, isReproducible: false)
  }
}
