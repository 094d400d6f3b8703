import JSON
import Platform
import RunHistory
import Stages

/// Where a model or adapter comes from, as `/v1/models` and `show` tell it.
enum ModelLineage {
  /// The digest of the artifact a resolved path lies in; `nil` outside a store.
  static func digest(in path: String) -> Digest? {
    let parts = path.split(separator: "/")
    guard let index = parts.lastIndex(of: "objects"), index + 2 < parts.count else { return nil }
    return Digest(String(parts[index + 2]))
  }

  /// Run and stage that made it, and everything it was made from: base, adapter, tokens, data. Digests and names only.
  static func of(path: String, made: Lineage?) -> JSONObject {
    var result = JSONObject()
    if let made { result["made_from"] = made.json }
    guard let digest = digest(in: path) else { return result }
    result["artifact"] = .string(digest.hex)
    // A model is served with or without its history.
    guard let workspace = try? Workspace.current(), LocalText.exists(workspace.runs + "/runs.db"),
      let records = try? RunRecords.open(), let nodes = try? records.database.lineage(of: digest)
    else { return result }
    if let own = nodes.first {
      if let run = own.run { result["run"] = .string(run) }
      if let stage = own.stage { result["stage"] = .string(stage) }
    }
    let ancestors = nodes.dropFirst().map { node -> JSONValue in
      var object = JSONObject([("artifact", .string(node.artifact.hex)), ("kind", .string(node.kind ?? "file"))])
      if let stage = node.stage { object["stage"] = .string(stage) }
      if let run = node.run { object["run"] = .string(run) }
      return .object(object)
    }
    if !ancestors.isEmpty { result["ancestors"] = .array(Array(ancestors)) }
    return result
  }
}
