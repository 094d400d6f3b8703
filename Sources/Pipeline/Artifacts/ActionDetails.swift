import JSON
import Platform
import Synchronization

/// The part of an action record that a cache hit does not need. A run with nothing to do never reads it.
final class ActionDetails: Sendable {
  struct Values: Sendable, Hashable {
    var document: JSONValue = .null
    var metrics = JSONObject()
    var warnings: [String] = []
    var subactions: [CacheKey] = []
    var cost = ActionCost()
    var environment = JSONObject()
  }

  private enum State {
    /// The bytes of a record whose check held.
    case unread([UInt8])
    /// The path of a record.
    case unopened(String)
    case read(Values)
  }

  private let state: Mutex<State>

  init(_ values: Values) { state = Mutex(.read(values)) }

  /// - Parameter bytes: of a record whose check held.
  init(of bytes: [UInt8]) { state = Mutex(.unread(bytes)) }

  /// - Parameter path: of a record that may not have been read yet.
  init(in path: String) { state = Mutex(.unopened(path)) }

  /// Of a record that was removed or damaged after somebody looked at it, nothing.
  var values: Values {
    state.withLock { state in
      let json: JSONValue?
      switch state {
      case .read(let values): return values
      case .unread(let bytes): json = try? JSONValue(parsing: bytes)
      case .unopened(let path): json = ((try? FileSystem.readIfPresent(path)) ?? nil).flatMap { unsealed($0) }
      }
      let values = json?.objectValue.flatMap { Values($0) } ?? Values()
      state = .read(values)
      return values
    }
  }
}

extension ActionDetails.Values {
  /// - Returns: `nil` for a record without a document.
  init?(_ json: JSONObject) {
    guard let document = json["document"] else { return nil }
    self.document = document
    metrics = json["metrics"]?.objectValue ?? JSONObject()
    warnings = json["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
    subactions = json["subactions"]?.arrayValue?.compactMap(\.stringValue).compactMap { CacheKey($0) } ?? []
    let cost = json["cost"]
    self.cost = ActionCost(
      seconds: cost?["seconds"]?.doubleValue ?? 0, cpuSeconds: cost?["cpu_seconds"]?.doubleValue ?? 0,
      peakMemory: Int64(cost?["peak_memory"]?.intValue ?? 0), threads: cost?["threads"]?.intValue ?? 1)
    environment = json["environment"]?.objectValue ?? JSONObject()
  }
}
