import Diagnostics
import JSON
import YAML

/// The stages of one recipe by the names that references use. It is complete before the first reference is read, so that
/// the order of stages in the file does not matter.
struct StageNames {
  /// A stage as written.
  struct Definition {
    var name: String
    var mark: YAMLMark
    var pairs: [YAMLPair]
    var scope: Int
    var overrides: [Override] = []
    /// Keys of its matrix.
    var matrixKeys: [String] = []
    /// Positions in `nodes`.
    var instances: Range<Int> = 0..<0
    /// Positions in `nodes` by id.
    var instanceOf: [String: Int] = [:]
  }

  /// A stage, or an instance of one that has a matrix: what becomes a node of the graph.
  struct Node {
    var definition: Int
    var point: MatrixPoint
    var id: String
  }

  private(set) var definitions: [Definition] = []
  private(set) var nodes: [Node] = []
  /// Definitions by name.
  private var families: [String: Int] = [:]

  /// More nodes than this are refused rather than planned.
  static let maximumNodes = 100_000

  func definition(of node: Int) -> Definition { definitions[nodes[node].definition] }

  /// Adds the stages of a file.
  /// - Parameter redefines: whether the pipeline's stages are there already, which must not be defined again.
  mutating func define(_ pairs: [YAMLPair], scope: Int, redefines: Bool, _ session: LoadSession) {
    for pair in StrayKeys.gathered(pairs, session) {
      if let problem = StageName.problem(pair.key) {
        session.report(
          "bad-stage-name", problem, at: pair.keyMark,
          remedy: FullWidth.remedy(inReference: pair.key) ?? "use letters, digits, '_' and '-', a letter first")
        continue
      }
      if redefines, let first = families[pair.key] {
        session.report(
          "redefined-stage", "the pipeline has a stage '\(pair.key)' already", at: pair.keyMark,
          remedy: "give it another name, or set its parameters with 'with:' or -S",
          notes: ["defined at \(DiagnosticRenderer().describe(session.location(definitions[first].mark)))"])
        continue
      }
      guard let stage = pair.value.pairs else {
        session.report(
          "wrong-type", "stage '\(pair.key)' must be a map with a 'kind', not \(pair.value.description)",
          at: pair.value.mark,
          remedy: pair.value.scalar.flatMap { scalar in
            session.wideKey(scalar.text) { _ in true }?.remedy ?? FullWidth.remedy(inReference: scalar.text)
              ?? TightColon.remedy(in: scalar.text) { $0 == "kind" }
          } ?? "\(pair.key): { kind: … }")
        continue
      }
      families[pair.key] = definitions.count
      definitions.append(Definition(name: pair.key, mark: pair.keyMark, pairs: stage, scope: scope))
    }
  }

  /// Hands each override of a stage's parameter to its stage.
  /// - Parameter takesParameters: whether `with.x` means anything.
  mutating func distribute(_ overrides: [Override], takesParameters: Bool, _ session: LoadSession) {
    for override in overrides {
      guard case .stage(let target) = override.target else {
        if case .parameter(let name) = override.target, !takesParameters {
          session.report(
            "with-without-pipeline", "'with.\(name)' needs a recipe that names a pipeline", at: override.mark)
        }
        continue
      }
      let base = target.prefix { $0 != "[" }
      guard let index = families[String(base)] else {
        session.report(
          "unknown-stage", "there is no stage '\(base)'", at: override.mark,
          remedy: base == "stages"
            ? "leave 'stages.' out: write \(override.path.joined(separator: "."))=…"
            : withoutStage(override, session)
              ?? didYouMean(String(base), among: definitions.map(\.name)).map { "did you mean '\($0)'?" }
              ?? "its stages are \(definitions.prefix(20).map(\.name).joined(separator: ", "))")
        continue
      }
      definitions[index].overrides.append(override)
    }
  }

  /// What to write for the path of a parameter that lacks the stage before it, such as `lora.rank`.
  private func withoutStage(_ override: Override, _ session: LoadSession) -> String? {
    let places = definitions.compactMap { definition -> String? in
      guard let kind = definition.pairs.first(where: { $0.key == "kind" })?.value.scalar?.text,
        session.registry.entries[kind]?.hasPath(override.text) == true
      else { return nil }
      return "\(definition.name).\(override.text)"
    }
    return Override.choice(places, override.value)
  }

  /// Makes the nodes, so that references can be resolved in any order.
  mutating func expand(_ scopes: [SubstitutionScope], _ session: LoadSession) {
    for index in definitions.indices {
      let definition = definitions[index]
      var points = [MatrixPoint()]
      if let matrix = definition.pairs.first(where: { $0.key == "matrix" })?.value, matrix.scalar?.value != .null {
        let what = "stage '\(definition.name)'"
        points =
          session.matrixPoints(matrix, scopes[definition.scope], what: what)?
          .filter { session.checkCoordinates($0, what: what) } ?? []
        definitions[index].matrixKeys = matrix.pairs?.map(\.key) ?? []
      }
      guard nodes.count + points.count <= Self.maximumNodes else {
        session.report(
          "too-many-stages", "the recipe has more than \(Self.maximumNodes) stages", at: definition.mark)
        return
      }
      let start = nodes.count
      for point in points {
        var id = definition.name
        if !point.coordinates.isEmpty {
          id += "[" + point.coordinates.map { "\($0.0)=\($0.1.displayText)" }.joined(separator: ",") + "]"
          definitions[index].instanceOf[id] = nodes.count
          // The id is part of file names, which have 255 bytes.
          if id.utf8.count > 200 {
            session.report(
              "bad-matrix", "the name '\(id.prefix(40))…' of an instance is longer than 200 bytes", at: definition.mark,
              remedy: "use shorter values in the matrix")
          }
        }
        nodes.append(Node(definition: index, point: point, id: id))
      }
      definitions[index].instances = start..<nodes.count
    }
    for definition in definitions {
      for override in definition.overrides {
        guard case .stage(let id) = override.target, id.contains("["), definition.instanceOf[id] == nil else {
          continue
        }
        session.report(
          "unknown-stage", "stage '\(definition.name)' has no instance '\(id)'", at: override.mark,
          remedy: didYouMean(id, among: definition.instances.map { nodes[$0].id }).map { "did you mean '\($0)'?" })
      }
    }
  }

  // MARK: References

  /// The stage that refers to another.
  struct User {
    /// Its coordinates: what the reference leaves open is taken from them.
    var own: JSONObject
    /// The input that refers; `nil` for `after`.
    var input: InputSpec?
    /// Whether it takes files by patterns.
    var choosesFiles: Bool
    var stage: String
  }

  /// The nodes a reference names, or `nil` after reporting.
  func nodes(named text: String, by user: User, at mark: YAMLMark, _ session: LoadSession) -> [Int]? {
    guard let reference = StageReference(text) else {
      session.report(
        "bad-reference", "'\(text)' is not a reference to a stage", at: mark,
        remedy: FullWidth.remedy(inReference: text) ?? "write train, train[*] or train[category=shoes]")
      return nil
    }
    guard let family = families[reference.name] else {
      session.report(
        "unknown-stage", "there is no stage '\(reference.name)'", at: mark,
        remedy: remedy(forUnknown: reference.name, by: user, at: mark, session))
      return nil
    }
    let definition = definitions[family]
    guard !definition.matrixKeys.isEmpty else {
      guard reference.selector == nil else {
        session.report(
          "bad-reference", "stage '\(reference.name)' has no matrix", at: mark, remedy: "write '\(reference.name)'")
        return nil
      }
      return Array(definition.instances)
    }
    return instances(of: definition, reference, own: user.own, at: mark, session)
  }

  private func remedy(forUnknown name: String, by user: User, at mark: YAMLMark, _ session: LoadSession) -> String? {
    let isPath = name.contains("/") || name.contains(".")
    let input = user.input?.name ?? "after"
    if let wide = isPath ? FullWidth.remedy(inPath: name) : FullWidth.remedy(inReference: name) { return wide }
    if let near = didYouMean(name, among: definitions.map(\.name)) { return "did you mean '\(near)'?" }
    if name.contains("\\") { return windowsRemedy(name, at: mark, session) }
    if let wild = session.wildcardRemedy(
      name.contains("/") ? "./\(name)" : name, input: input, hasPatterns: user.choosesFiles)
    {
      return wild
    }
    let source = MissingSource(names: self, registry: session.registry)
    if let added = user.input.flatMap({ source.remedy(forAddress: name, of: $0) }) { return added }
    if isPath {
      if let near = session.files.nearby(name, from: session.source(mark)?.directory) {
        return "a file's path starts with './', '../' or '/'; it is at \(near)"
      }
      if let near = session.files.similar(to: name, from: session.source(mark)?.directory) {
        return "a file's path starts with './', '../' or '/'; did you mean '\(near)'?"
      }
      return user.input.flatMap { source.remedy(forRepository: name, of: $0) }
        ?? "a file's path starts with './', '../' or '/': './\(name)'"
    }
    if let added = user.input.flatMap({ source.remedy(forStage: name, of: $0, readBy: user.stage) }) { return added }
    let names = definitions.map(\.name)
    return names.count > 20 ? nil : "its stages are \(names.joined(separator: ", "))"
  }

  /// What to write for a path as Windows has them, with its backslashes.
  private func windowsRemedy(_ name: String, at mark: YAMLMark, _ session: LoadSession) -> String {
    let parts = name.split { $0 == "\\" || $0 == "/" }.filter { $0 != "." }
    let isWhole = parts.first?.hasSuffix(":") == true
    let path = parts.dropFirst(isWhole ? 1 : 0).joined(separator: "/")
    if let near = session.files.nearby(path, from: session.source(mark)?.directory) {
      return "this is a path of Windows; here it is written \(near)"
    }
    return isWhole
      ? "this is a path of Windows; copy the file beside the recipe and write './\(parts.last ?? "")'"
      : "this is a path of Windows; here it is written './\(path)'"
  }

  private func instances(
    of definition: Definition, _ reference: StageReference, own: JSONObject, at mark: YAMLMark, _ session: LoadSession
  ) -> [Int]? {
    // The matrix itself was refused, and said so.
    guard !definition.instances.isEmpty else { return nil }
    if reference.selector == .all { return Array(definition.instances) }
    var wanted: [String: String] = [:]
    var anyValue: Set<String> = []
    if case .coordinates(let coordinates)? = reference.selector {
      for (key, value) in coordinates {
        guard definition.matrixKeys.contains(key) else {
          session.report(
            "bad-reference", "stage '\(definition.name)' has no '\(key)' in its matrix", at: mark,
            remedy: didYouMean(key, among: definition.matrixKeys).map { "did you mean '\($0)'?" })
          return nil
        }
        if let value { wanted[key] = value } else { anyValue.insert(key) }
      }
    }
    // What the reference leaves open is taken from this stage's own coordinates.
    for key in definition.matrixKeys where wanted[key] == nil && !anyValue.contains(key) {
      guard let coordinate = own[key] else {
        let ids = definition.instances.prefix(3).map { "'\(nodes[$0].id)'" }.joined(separator: ", ")
        session.report(
          "ambiguous-reference", "stage '\(definition.name)' has \(definition.instances.count) instances", at: mark,
          remedy: "take all with '\(definition.name)[*]', or one: \(ids)")
        return nil
      }
      wanted[key] = coordinate.displayText
    }
    if wanted.count == definition.matrixKeys.count {
      // All coordinates are known, so the instance's id is too.
      let coordinates = definition.matrixKeys.map { "\($0)=\(wanted[$0] ?? "")" }.joined(separator: ",")
      if let found = definition.instanceOf["\(definition.name)[\(coordinates)]"] { return [found] }
    }
    let found = definition.instances.filter { candidate in
      wanted.allSatisfy { nodes[candidate].point.coordinates[$0.key]?.displayText == $0.value }
    }
    guard !found.isEmpty else {
      let sought = definition.matrixKeys.compactMap { key in wanted[key].map { "\(key)=\($0)" } }.joined(separator: ",")
      session.report(
        "unknown-stage", "stage '\(definition.name)' has no instance '\(definition.name)[\(sought)]'", at: mark,
        remedy: didYouMean(
          "\(definition.name)[\(sought)]", among: definition.instances.map { nodes[$0].id }
        ).map { "did you mean '\($0)'?" })
      return nil
    }
    return found
  }
}
