import JSON
import Synchronization

/// The documents of the keys that a recipe's stages last had, read when somebody first asks.
final class LastKeys: Sendable {
  private let runs: RunsDirectory
  private let label: String
  private let loaded = Mutex<JSONObject?>(nil)

  init(_ runs: RunsDirectory, label: String) {
    self.runs = runs
    self.label = label
  }

  func document(_ stage: String) -> JSONValue? { all[stage] }

  var all: JSONObject {
    loaded.withLock { loaded in
      if let loaded { return loaded }
      let keys = runs.lastKeys(of: label)
      loaded = keys
      return keys
    }
  }
}
