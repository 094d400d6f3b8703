import JSON
import RunHistory
import Stages

/// Where a model or adapter comes from, as `/v1/models` and `show` tell it.
enum ModelLineage {
  /// The digest of the artifact a resolved path lies in; `nil` outside a store.
  static func digest(in path: String) -> String? {
    let parts = path.split(separator: "/")
    guard let index = parts.lastIndex(of: "objects"), index + 2 < parts.count else { return nil }
    let name = parts[index + 2]
    guard name.utf8.count == 64, name.allSatisfy({ $0.isHexDigit }) else { return nil }
    return String(name)
  }

  /// Run and stage that made it, and everything it was made from: base, adapter, tokens, data. Digests and names only.
  static func of(path: String, made: Lineage?) -> JSONObject {
    var result = JSONObject()
    if let made { result["made_from"] = made.json }
    guard let digest = digest(in: path) else { return result }
    result["artifact"] = .string(digest)
    // A model is served with or without its history.
    guard let workspace = try? Workspace.current(), LocalText.exists(workspace.runs + "/runs.db"),
      let records = try? RunRecords.open(), let nodes = try? records.database.lineage(of: digest)
    else { return result }
    if let own = nodes.first {
      if let run = own.run { result["run"] = .string(run) }
      if let stage = own.stage { result["stage"] = .string(stage) }
    }
    let ancestors = nodes.dropFirst().map { node -> JSONValue in
      var object = JSONObject([("artifact", .string(node.artifact)), ("kind", .string(node.kind ?? "file"))])
      if let stage = node.stage { object["stage"] = .string(stage) }
      if let run = node.run { object["run"] = .string(run) }
      return .object(object)
    }
    if !ancestors.isEmpty { result["ancestors"] = .array(Array(ancestors)) }
    return result
  }
}
