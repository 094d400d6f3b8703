public import Diagnostics
public import JSON
import YAML

// The resolved form is what a run keeps: nothing in it depends on variables, pipelines, the environment or the version
// of a default, so that a run can be resumed as it was begun.
//
// To run it again, `RecipeLoader.loadResolved` reads it: with the defaults, checks and decoding that a recipe's file gets.
// To look at an old run, `Recipe(resolved:)` takes it as it stands.

extension Recipe {
  /// The version of the resolved form. In the first, every path was absolute.
  static let resolvedVersion: Int64 = 2

  /// The resolved form, with absolute paths.
  public var resolved: JSONValue { resolved(in: nil) }

  /// The resolved form, with the paths below a workspace relative to it.
  /// - Parameter workspace: its folder, absolute.
  public func resolved(in workspace: String?) -> JSONValue {
    let anchor = PathAnchor(root: workspace)
    var object = JSONObject([
      ("resolved", .integer(Self.resolvedVersion)), ("name", .string(name)), ("file", .string(file)),
      ("directory", .string(anchor.relative(directory))), ("seed", .string(String(seed))),
    ])
    // Seeds past 63 bits exist only in programs; the usual ones stay numbers.
    if let small = Int64(exactly: seed) { object["seed"] = .integer(small) }
    if let pipeline { object["pipeline"] = .string(pipeline) }
    if let group { object["group"] = .string(group) }
    if !variant.isEmpty { object["variant"] = .object(variant) }
    if !vars.isEmpty { object["vars"] = .object(vars) }
    if !env.isEmpty { object["env"] = .object(env) }
    object["stages"] = .object(JSONObject(stages.map { ($0.id, $0.resolved(anchor)) }))
    // After everything a person wants to read.
    object["places"] = .object(JSONObject(stages.map { ($0.id, $0.resolvedPlaces) }))
    return .object(object)
  }

  /// Reads the resolved form without a registry: parameters are taken as they stand. `RecipeLoader.loadResolved` also
  /// checks them.
  /// - Throws: `Diagnostic` for anything that `resolved` did not write.
  public init(resolved json: JSONValue) throws(Diagnostic) {
    self = try ResolvedReader(loader: nil).recipe(json)
  }

  /// Reads the text of `recipe.resolved.yaml` without a registry.
  /// - Parameter workspace: the folder that its relative paths are below.
  /// - Throws: `DiagnosticList` when it is damaged.
  public init(resolvedYAML bytes: [UInt8], path: String, in workspace: String? = nil) throws(DiagnosticList) {
    self = try ResolvedReader(loader: nil, anchor: PathAnchor(root: workspace)).recipe(bytes, path: path)
  }

  /// The text of `recipe.resolved.yaml`, with absolute paths.
  public var resolvedYAML: String { resolved.yamlText }

  /// The text of `recipe.resolved.yaml`, with the paths below a workspace relative to it.
  public func resolvedYAML(in workspace: String?) -> String { resolved(in: workspace).yamlText }
}

extension RecipeStage {
  fileprivate func resolved(_ anchor: PathAnchor) -> JSONValue {
    var object = JSONObject([("kind", .string(kind)), ("output", .string(output.rawValue))])
    if name != id { object["name"] = .string(name) }
    if !coordinates.isEmpty { object["coordinates"] = .object(coordinates) }
    if !inputs.isEmpty { object["inputs"] = .array(inputs.map { $0.resolved(anchor) }) }
    if !after.isEmpty { object["after"] = .array(after.map { .string($0) }) }
    if !resources.isEmpty { object["resources"] = resources.json }
    if !parameters.isEmpty {
      var places: [JSONValue] = []
      object["parameters"] = anchor.relative(.object(parameters), &places)
      if !places.isEmpty { object["relative"] = .array(places) }
    }
    return .object(object)
  }

  /// The stage's own place, the inputs', then path and place of each parameter by turns: there are many of them.
  fileprivate var resolvedPlaces: JSONValue {
    .array(
      [location.resolved] + inputs.map(\.location.resolved)
        + locations.flatMap { [.string($0.path), Optional($0.location).resolved] })
  }
}

extension InputReference {
  fileprivate func resolved(_ anchor: PathAnchor) -> JSONValue {
    var object = JSONObject([("role", .string(role))])
    switch source {
    case .stage(let id): object["stage"] = .string(id)
    case .file(let path): object["file"] = .string(anchor.relative(path))
    }
    if text != stageID { object["text"] = .string(text) }
    if let rowCap { object["rows"] = .integer(Int64(rowCap)) }
    object["kind"] = .string(kind.rawValue)
    return .object(object)
  }
}

extension SourceLocation? {
  /// `file:line:column+length`, with 0 for an unknown line or column; null for no place.
  fileprivate var resolved: JSONValue {
    guard let self else { return .null }
    return .string(
      self.file + ":" + String(self.line ?? 0) + ":" + String(self.column ?? 0) + "+" + String(self.length))
  }
}

extension SourceLocation {
  fileprivate init?(resolved text: String) {
    guard let plus = text.lastIndex(of: "+"), let length = Int(text[text.index(after: plus)...]) else { return nil }
    let place = text[..<plus]
    guard let second = place.lastIndex(of: ":"), let column = Int(place[place.index(after: second)...]) else {
      return nil
    }
    let front = place[..<second]
    guard let first = front.lastIndex(of: ":"), let line = Int(front[front.index(after: first)...]) else { return nil }
    self.init(
      file: String(front[..<first]), line: line > 0 ? line : nil, column: column > 0 ? column : nil, length: length)
  }
}

extension RecipeLoader {
  /// Reads a resolved recipe from its file.
  /// - Throws: `DiagnosticList`, as `loadResolved(bytes:path:)`.
  public func loadResolved(path: String) throws(DiagnosticList) -> Recipe {
    do {
      // Resolved recipes carry every place and default, so they may outgrow what a person writes.
      return try loadResolved(bytes: try files.read(files.absolute(path), Self.maximumResolvedBytes), path: path)
    } catch let list as DiagnosticList {
      throw list
    } catch {
      var diagnostic = error as? Diagnostic ?? Diagnostic(code: "unreadable-file", "cannot read the file")
      diagnostic.location = SourceLocation(file: path)
      throw DiagnosticList([diagnostic])
    }
  }

  static let maximumResolvedBytes = 1 << 30

  /// Reads a resolved recipe as `Recipe.resolvedYAML` (or its JSON) has it, and checks it against the registry of this
  /// program: parameters added since get their defaults.
  /// - Throws: `DiagnosticList` when it is damaged, or asks for what this program does not know.
  public func loadResolved(
    bytes: [UInt8], path: String, in workspace: String? = nil
  ) throws(DiagnosticList) -> Recipe {
    try ResolvedReader(loader: self, anchor: PathAnchor(root: workspace)).recipe(bytes, path: path)
  }
}

/// Decodes the resolved form.
private struct ResolvedReader {
  /// `nil` takes kinds and parameters as they stand.
  let loader: RecipeLoader?
  var anchor = PathAnchor(root: nil)

  func recipe(_ bytes: [UInt8], path: String) throws(DiagnosticList) -> Recipe {
    let limits = YAMLLimits(maximumBytes: RecipeLoader.maximumResolvedBytes, maximumDepth: 96)
    let document = YAMLDocument(parsing: bytes, file: path, limits: limits)
    guard document.diagnostics.isEmpty, let root = document.root else {
      throw DiagnosticList(
        document.diagnostics.isEmpty
          ? [Diagnostic(code: "damaged-recipe", "the resolved recipe is empty", location: SourceLocation(file: path))]
          : document.diagnostics)
    }
    var problems: [Diagnostic] = []
    let json = root.json { node, problem in
      problems.append(
        Diagnostic(
          code: "bad-number", "the value \(node.description) \(problem)",
          location: SourceLocation(file: path, line: Int(node.mark.line), column: Int(node.mark.column))))
    }
    guard let json else { throw DiagnosticList(problems) }
    do {
      return try decoded(recipe(json))
    } catch let list as DiagnosticList {
      throw list
    } catch {
      var diagnostic = error as? Diagnostic ?? Diagnostic(code: "damaged-recipe", "\(error)")
      diagnostic.location = SourceLocation(file: path)
      throw DiagnosticList([diagnostic])
    }
  }

  /// The same recipe with its stages decoded, which is the last check.
  private func decoded(_ recipe: Recipe) throws(DiagnosticList) -> Recipe {
    guard let decode = loader?.decode else { return recipe }
    var problems: [Diagnostic] = []
    let stages = recipe.stages.map { stage in
      var stage = stage
      do { stage.decoded = DecodedStage(try decode(stage.kind, stage.parameters)) } catch {
        problems += stage.located(error)
      }
      return stage
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return recipe.with(stages)
  }

  func recipe(_ json: JSONValue) throws(Diagnostic) -> Recipe {
    guard let version = json["resolved"]?.intValue, (1...Int(Recipe.resolvedVersion)).contains(version) else {
      throw Diagnostic(
        code: "resolved-version", "this is not a resolved recipe of version 1 to \(Recipe.resolvedVersion)",
        remedy: "run the recipe itself")
    }
    var stages: [RecipeStage] = []
    for (id, stage) in try object(json, "stages") {
      stages.append(try self.stage(id, stage, places: json["places"]?[id]?.arrayValue ?? []))
    }
    let seedText = try value(json, "seed").displayText
    guard let seed = UInt64(seedText) else { throw damaged("'seed' is not a number") }
    let recipe = Recipe(
      name: try string(json, "name"), file: try string(json, "file"),
      directory: anchor.absolute(try string(json, "directory")),
      seed: seed, vars: try object(json, "vars"), env: try object(json, "env"),
      pipeline: json["pipeline"]?.stringValue, variant: try object(json, "variant"), group: json["group"]?.stringValue,
      stages: stages)
    try checkGraph(recipe)
    return recipe
  }

  private func stage(_ id: String, _ json: JSONValue, places: [JSONValue]) throws(Diagnostic) -> RecipeStage {
    let kindName = try string(json, "kind")
    guard let output = ArtifactKind(rawValue: try string(json, "output")) else {
      throw damaged("stage '\(id)' has an unknown output")
    }
    var given = JSONValue.object(try object(json, "parameters"))
    for place in json["relative"]?.arrayValue ?? [] {
      guard let place = place.arrayValue else { throw damaged("'relative' of '\(id)' does not hold places") }
      given = anchor.absolute(given, at: place[...])
    }
    let parameters = try self.parameters(given.objectValue ?? JSONObject(), id, kindName)
    var stage = RecipeStage(
      id: id, name: json["name"]?.stringValue ?? id, kind: kindName, coordinates: try object(json, "coordinates"),
      parameters: parameters, output: output)
    stage.resources = StageResources(stored: json["resources"])
    if json["inputs"] != nil {
      for input in try array(json, "inputs") { stage.inputs.append(try self.input(input)) }
    }
    if json["after"] != nil {
      for id in try array(json, "after") {
        guard let id = id.stringValue else { throw damaged("'after' holds something else than names") }
        stage.after.append(id)
      }
    }
    try place(&stage, places[...])
    return stage
  }

  private func place(_ stage: inout RecipeStage, _ places: ArraySlice<JSONValue>) throws(Diagnostic) {
    guard !places.isEmpty else { return }
    var rest = places
    stage.location = try location(rest.popFirst())
    for index in stage.inputs.indices { stage.inputs[index].location = try location(rest.popFirst()) }
    while let path = rest.popFirst() {
      guard let path = path.stringValue, let location = try location(rest.popFirst()) else {
        throw damaged("'places' of '\(stage.id)' are not paths and places")
      }
      stage.locations.append(ParameterLocation(path: path, location: location))
    }
  }

  /// The parameters as this program's kind has them.
  private func parameters(_ given: JSONObject, _ id: String, _ kindName: String) throws(Diagnostic) -> JSONObject {
    guard let loader else { return given }
    guard let entry = loader.registry.entries[kindName] else {
      throw Diagnostic(
        code: "unknown-kind", "stage '\(id)' is of the kind '\(kindName)', which this program does not have",
        remedy: "use the version of the program that began the run")
    }
    var parameters = entry.defaults
    for (name, value) in given {
      guard case .parameter(let position)? = entry.keys[name],
        let stored = entry.kind.parameters[position].type.stored(value)
      else {
        throw Diagnostic(
          code: "resolved-version", "'\(name)' of stage '\(id)' is not a parameter this program accepts",
          remedy: "use the version of the program that began the run")
      }
      parameters[name] = stored
    }
    return parameters
  }

  private func input(_ json: JSONValue) throws(Diagnostic) -> InputReference {
    let source: InputReference.Source
    if let id = json["stage"]?.stringValue {
      source = .stage(id)
    } else {
      source = .file(anchor.absolute(try string(json, "file")))
    }
    guard let kind = ArtifactKind(rawValue: try string(json, "kind")) else { throw damaged("an input has no kind") }
    var reference = InputReference(
      role: try string(json, "role"), source: source, text: "", kind: kind)
    reference.text = json["text"]?.stringValue ?? reference.stageID ?? ""
    if let rows = json["rows"] {
      guard let rows = rows.intValue, rows > 0 else { throw damaged("'rows' is not a number of rows") }
      reference.rowCap = rows
    }
    return reference
  }

  /// Names resolve, ids are unique, and nothing needs itself.
  private func checkGraph(_ recipe: Recipe) throws(Diagnostic) {
    for (index, stage) in recipe.stages.enumerated() {
      guard recipe.index(of: stage.id) == index else { throw damaged("two stages have the id '\(stage.id)'") }
      for id in stage.inputs.compactMap(\.stageID) + stage.after where recipe.index(of: id) == nil {
        throw damaged("there is no stage '\(id)'")
      }
    }
    guard DependencyOrder(recipe.dependencies).cycles.isEmpty else {
      throw damaged("stages need each other in a cycle")
    }
  }

  private func damaged(_ message: String) -> Diagnostic {
    Diagnostic(code: "damaged-recipe", "the resolved recipe is damaged: \(message)", remedy: "run the recipe itself")
  }

  private func value(_ json: JSONValue, _ key: String) throws(Diagnostic) -> JSONValue {
    guard let value = json[key] else { throw damaged("'\(key)' is missing") }
    return value
  }

  private func string(_ json: JSONValue, _ key: String) throws(Diagnostic) -> String {
    guard let text = json[key]?.stringValue else { throw damaged("'\(key)' is not a string") }
    return text
  }

  private func array(_ json: JSONValue, _ key: String) throws(Diagnostic) -> [JSONValue] {
    guard let elements = json[key]?.arrayValue else { throw damaged("'\(key)' is not a list") }
    return elements
  }

  private func object(_ json: JSONValue, _ key: String) throws(Diagnostic) -> JSONObject {
    guard let member = json[key] else { return JSONObject() }
    guard let object = member.objectValue else { throw damaged("'\(key)' is not a map") }
    return object
  }

  private func location(_ json: JSONValue?) throws(Diagnostic) -> SourceLocation? {
    guard let json, !json.isNull else { return nil }
    guard let location = json.stringValue.flatMap({ SourceLocation(resolved: $0) }) else {
      throw damaged("'places' holds something else than places")
    }
    return location
  }
}
