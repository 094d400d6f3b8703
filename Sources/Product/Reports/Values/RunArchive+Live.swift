import Artifacts
import Datasets
import Diagnostics
import Glibc
public import JSON
import PipelineEngine
import Platform
import Recipes
public import RunHistory

/// What is read of a run while it goes on.
extension RunArchive {
  /// Names of a stage's curves, those of a stage that is still running too.
  public func series(of stage: StageEntry, run: String) -> [String] { stage.series }

  /// What the running stages of a run do; `nil` when nobody says.
  public func progress(of run: String) -> JSONValue? { nil }

  /// The text that a stage's log has after a byte, at most a megabyte of it; of a stage that did not run in this run the
  /// log of the newest older run in which it did.
  public func log(run: String, stage: String, since offset: Int) -> (run: String, text: String, next: Int) {
    let name = fileName(for: stage)
    var source = run
    if !FileSystem.exists("\(runs.runPath(run))/logs/\(name).log"),
      let older = try? runs.runs().last(where: { $0 < run && FileSystem.exists("\(runs.runPath($0))/logs/\(name).log") }
      )
    {
      source = older
    }
    let path = "\(runs.runPath(source))/logs/\(name).log"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return (source, "", offset) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = max(0, pread(descriptor, &bytes, bytes.count, offset))
    // A line that has not ended is read again when it has.
    var whole = bytes[..<count]
    if count == bytes.count || runs.isLive(source), let end = whole.lastIndex(of: UInt8(ascii: "\n")) {
      whole = whole[...end]
    }
    return (source, String(decoding: whole, as: UTF8.self), offset + whole.count)
  }

  /// The names of the sources of a run's mix, as the recipe has them.
  public func dataSources(of detail: RunDetail) -> [String] {
    dataCard(stageFacts(detail), recipe: try? runs.storedRecipe(of: detail.run.id))?.sources.map(\.name) ?? []
  }
}
