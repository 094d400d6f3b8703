public import Artifacts
public import JSON
import Platform

/// A cluster's job that a run submitted and whose end no run has seen.
public struct SubmittedJob: Sendable, Hashable {
  public var id: String
  public var launcher: String
  public var run: String
  public var stage: String
  /// Seconds since 1970, by the clock of the machine that submitted it.
  public var submitted: Double

  init(id: String, launcher: String, run: String, stage: String, submitted: Double) {
    self.id = id
    self.launcher = launcher
    self.run = run
    self.stage = stage
    self.submitted = submitted
  }

  init?(_ json: JSONValue) {
    guard let id = json["id"]?.stringValue, let launcher = json["launcher"]?.stringValue,
      let run = json["run"]?.stringValue, let stage = json["stage"]?.stringValue,
      let submitted = json["submitted"]?.doubleValue
    else { return nil }
    self.init(id: id, launcher: launcher, run: run, stage: stage, submitted: submitted)
  }

  public var json: JSONValue {
    [
      "launcher": .string(launcher), "kind": "slurm", "id": .string(id), "run": .string(run), "stage": .string(stage),
      "submitted": .number(submitted),
    ]
  }

  /// The jobs of a store whose results are not in it, oldest first.
  public static func all(in store: ArtifactStore) -> [SubmittedJob] {
    let keys = ((try? FileSystem.names(in: store.root + "/jobs")) ?? []).compactMap { CacheKey($0) }
    return keys.compactMap { key in
      guard let bytes = try? FileSystem.readIfPresent(StageJob(store: store.root, key: key).submission),
        let json = try? JSONValue(parsing: bytes), store.actionRecord(key) == nil
      else { return nil }
      return SubmittedJob(json)
    }.sorted { $0.submitted < $1.submitted }
  }
}
