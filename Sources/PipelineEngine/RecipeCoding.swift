import Diagnostics
public import JSON
public import Recipes

// A resolved recipe as JSON, complete: `resume` runs what is stored, not what the file says now.

extension Recipe {
  public var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["file"] = .string(file)
    object["directory"] = .string(directory)
    object["seed"] = .string(String(seed))
    object["vars"] = .object(vars)
    object["env"] = .object(env)
    object["pipeline"] = pipeline.map { .string($0) }
    object["variant"] = .object(variant)
    object["group"] = group.map { .string($0) }
    object["stages"] = .array(stages.map(\.json))
    return .object(object)
  }

  /// `nil` for anything that `json` did not write.
  public init?(json: JSONValue) {
    guard let name = json["name"]?.stringValue, let file = json["file"]?.stringValue,
      let directory = json["directory"]?.stringValue, let seed = json["seed"]?.stringValue.flatMap(UInt64.init),
      let list = json["stages"]?.arrayValue
    else { return nil }
    let stages = list.compactMap { RecipeStage(json: $0) }
    guard stages.count == list.count else { return nil }
    self.init(
      name: name, file: file, directory: directory, seed: seed, vars: json["vars"]?.objectValue ?? JSONObject(),
      env: json["env"]?.objectValue ?? JSONObject(), pipeline: json["pipeline"]?.stringValue,
      variant: json["variant"]?.objectValue ?? JSONObject(), group: json["group"]?.stringValue, stages: stages)
  }
}

extension RecipeStage {
  var json: JSONValue {
    var object = JSONObject()
    object["id"] = .string(id)
    if name != id { object["name"] = .string(name) }
    object["kind"] = .string(kind)
    if !coordinates.isEmpty { object["coordinates"] = .object(coordinates) }
    object["parameters"] = .object(parameters)
    if !inputs.isEmpty { object["inputs"] = .array(inputs.map(\.json)) }
    if !after.isEmpty { object["after"] = .array(after.map { .string($0) }) }
    object["output"] = .string(output.rawValue)
    object["location"] = location?.json
    if !locations.isEmpty {
      object["locations"] = .object(JSONObject(locations.map { ($0.path, $0.location.json) }))
    }
    return .object(object)
  }

  init?(json: JSONValue) {
    guard let id = json["id"]?.stringValue, let kind = json["kind"]?.stringValue,
      let output = json["output"]?.stringValue.flatMap(ArtifactKind.init(rawValue:))
    else { return nil }
    let list = json["inputs"]?.arrayValue ?? []
    let inputs = list.compactMap { InputReference(json: $0) }
    guard inputs.count == list.count else { return nil }
    self.init(
      id: id, name: json["name"]?.stringValue, kind: kind,
      coordinates: json["coordinates"]?.objectValue ?? JSONObject(),
      parameters: json["parameters"]?.objectValue ?? JSONObject(), inputs: inputs,
      after: json["after"]?.arrayValue?.compactMap(\.stringValue) ?? [], output: output,
      location: json["location"].flatMap { SourceLocation(json: $0) },
      locations: json["locations"]?.objectValue?.compactMap { path, place in
        SourceLocation(json: place).map { ParameterLocation(path: path, location: $0) }
      } ?? [])
  }
}

extension InputReference {
  var json: JSONValue {
    var object = JSONObject()
    object["role"] = .string(role)
    switch source {
    case .stage(let id): object["stage"] = .string(id)
    case .file(let path): object["path"] = .string(path)
    }
    object["text"] = .string(text)
    object["row_cap"] = rowCap.map { .integer(Int64($0)) }
    object["kind"] = .string(kind.rawValue)
    object["location"] = location?.json
    return .object(object)
  }

  init?(json: JSONValue) {
    guard let role = json["role"]?.stringValue, let text = json["text"]?.stringValue,
      let kind = json["kind"]?.stringValue.flatMap(ArtifactKind.init(rawValue:))
    else { return nil }
    let source: Source
    if let id = json["stage"]?.stringValue {
      source = .stage(id)
    } else if let path = json["path"]?.stringValue {
      source = .file(path)
    } else {
      return nil
    }
    self.init(
      role: role, source: source, text: text, rowCap: json["row_cap"]?.intValue, kind: kind,
      location: json["location"].flatMap { SourceLocation(json: $0) })
  }
}

extension SourceLocation {
  fileprivate var json: JSONValue {
    [
      .string(file), line.map { .integer(Int64($0)) } ?? .null, column.map { .integer(Int64($0)) } ?? .null,
      .integer(Int64(length)),
    ]
  }

  fileprivate init?(json: JSONValue) {
    guard case .array(let fields) = json, fields.count == 4, let file = fields[0].stringValue else { return nil }
    self.init(file: file, line: fields[1].intValue, column: fields[2].intValue, length: fields[3].intValue ?? 1)
  }
}
