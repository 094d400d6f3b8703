public import Artifacts
public import Diagnostics
import Glibc
public import JSON
import Platform
public import Recipes

extension RunsDirectory {
  /// Finds runs that never ended and whose process is gone, and ends them as interrupted. After a restart of the
  /// machine, what they had published is hashed again.
  /// - Returns: their identifiers.
  func reconcileDeadRuns() -> [String] {
    guard let names = try? FileSystem.names(in: livePath) else { return [] }
    var dead: [String] = []
    for id in names where RunID.isValid(id) {
      let marker = "\(livePath)/\(id)"
      guard let bytes = (try? FileSystem.readIfPresent(marker)) ?? nil else { continue }
      // A marker that was never written whole belongs to a process that died writing it.
      let identity = (try? JSONValue(parsing: bytes)).flatMap { ProcessIdentity(json: $0) }
      guard identity?.isDead ?? true else { continue }
      let events = events(of: id)
      if events.last?["event"]?.stringValue != "run.finished", FileSystem.exists(runPath(id)) {
        if identity?.isOfAnotherBoot ?? true {
          for key in events.compactMap({ $0["key"]?.stringValue.flatMap { CacheKey($0) } }) {
            _ = store.lookupRehashing(key)
          }
        }
        if let log = try? EventLog(path: runPath(id) + "/events.jsonl") {
          log.observe(RunEvent(time: SystemClock.now(), .runReconciled(id: id)))
        }
        dead.append(id)
      }
      unlink(marker)
      unlink(runPath(id) + "/events.jsonl.room")
      // The claims of a dead run hold nothing: their lock died with it.
      unlink("\(store.root)/locks/live/\(id)")
    }
    return dead
  }

  /// Identifiers of the runs that are in progress, oldest first.
  public var liveRuns: [String] { ((try? FileSystem.names(in: livePath)) ?? []).filter { isLive($0) }.sorted() }

  /// Whether a run goes on: it has not ended, and its process is there.
  public func isLive(_ run: String) -> Bool {
    guard RunID.isValid(run), let bytes = (try? FileSystem.readIfPresent("\(livePath)/\(run)")) ?? nil else {
      return false
    }
    let identity = (try? JSONValue(parsing: bytes)).flatMap { ProcessIdentity(json: $0) }
    return identity.map { !$0.isDead } ?? false
  }

  /// The recipe a run was made from, as it was then.
  /// - Parameter loader: to run it again: gives its stages the checks and defaults that this program's kinds have. Without
  ///   one it is for looking at.
  /// - Throws: `run-not-found`, `run-damaged`.
  public func storedRecipe(of run: String, loader: RecipeLoader? = nil) throws(Diagnostic) -> Recipe {
    let path = runPath(run) + "/recipe.resolved.yaml"
    guard RunID.isValid(run), let bytes = try FileSystem.readIfPresent(path) else {
      throw Diagnostic(code: "run-not-found", "there is no run '\(run)'", remedy: "'lorapipe runs' lists them")
    }
    do {
      let recipe: Recipe
      if let loader {
        recipe = try loader.loadResolved(bytes: bytes, path: path, in: workspace)
      } else {
        recipe = try Recipe(resolvedYAML: bytes, path: path, in: workspace)
      }
      return recipe.isOfOlderCommand(startedBy: commandLine(of: run)) ? recipe.ofCommand : recipe
    } catch {
      throw Diagnostic(
        code: "run-damaged", "the stored recipe of run '\(run)' cannot be read", remedy: "run the recipe",
        notes: error.diagnostics.prefix(3).map(\.message))
    }
  }

  /// What was typed to start a run; empty when nobody knows.
  private func commandLine(of run: String) -> [String] {
    guard let plan = try? storedPlan(of: run) else { return [] }
    return plan["command"]?.arrayValue?.compactMap(\.stringValue) ?? []
  }

  /// `plan.json` of a run.
  /// - Throws: `run-not-found`, `run-damaged`.
  public func storedPlan(of run: String) throws(Diagnostic) -> JSONValue {
    guard RunID.isValid(run), let bytes = try FileSystem.readIfPresent(runPath(run) + "/plan.json") else {
      throw Diagnostic(code: "run-not-found", "there is no run '\(run)'", remedy: "'lorapipe runs' lists them")
    }
    guard let plan = try? JSONValue(parsing: bytes) else {
      throw Diagnostic(code: "run-damaged", "'\(runPath(run))/plan.json' cannot be read", remedy: "run the recipe")
    }
    return plan
  }

  /// The last time the work of a key was done, and why, looking back through so many runs.
  public func lastExecution(
    ofKey key: CacheKey, stage: String, within limit: Int = 200
  ) -> (run: String, decision: StageDecision)? {
    for run in ((try? runs()) ?? []).suffix(limit).reversed() {
      for event in events(of: run)
      where event["event"]?.stringValue == "stage.finished" && event["key"]?.stringValue == key.hex
        && event["state"]?.stringValue == StageState.built.rawValue && event["stage"]?.stringValue == stage
      {
        if let decision = event["decision"].flatMap({ StageDecision(json: $0) }) { return (run, decision) }
      }
    }
    return nil
  }

  /// What the garbage collector keeps for the sake of runs: the actions and artifacts of the runs given.
  public func collectionRoots(of runs: some Sequence<String>) -> CollectionRoots {
    var roots = CollectionRoots()
    for run in runs {
      let planned = (try? storedPlan(of: run))?["stages"]?.arrayValue ?? []
      for event in events(of: run) + planned {
        if let key = event["key"]?.stringValue.flatMap({ CacheKey($0) }) { roots.keys.insert(key) }
        if let artifact = event["artifact"]?.stringValue.flatMap({ Digest($0) }) { roots.artifacts.insert(artifact) }
      }
    }
    return roots
  }
}
