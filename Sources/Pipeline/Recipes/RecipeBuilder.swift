import Diagnostics
import JSON
import YAML

/// Builds one recipe: scopes, then instances of stages, then references between them, then the graph's checks.
final class RecipeBuilder {
  let session: LoadSession
  let main: RecipeFile
  let pipeline: RecipeFile?
  let overrides: [Override]
  let checksFiles: Bool
  var definitions: [StageDefinition] = []
  var scopes: [SubstitutionScope] = []
  /// Definitions by name.
  var families: [String: Int] = [:]
  var nodes: [StageDraft] = []
  var instanceCount = 0

  /// More nodes than this are refused rather than planned.
  static let maximumNodes = 100_000

  /// A stage as written.
  struct StageDefinition {
    var name: String
    var mark: YAMLMark
    var pairs: [YAMLPair]
    var scope: Int
    var overrides: [Override] = []
    /// Coordinates of every instance, by position in `nodes`; the keys are those of the matrix.
    var matrixKeys: [String] = []
    var instances: Range<Int> = 0..<0
    var instanceOf: [String: Int] = [:]
  }

  /// A node being built.
  struct StageDraft {
    var definition: Int
    var point: MatrixPoint
    var id: String
    var stage: RecipeStage?
    /// Data edges, and those of `after`, to other nodes with the place of the reference.
    var edges: [(node: Int, mark: YAMLMark)] = []
    /// For each of the stage's inputs the node it reads, if any, and its place: the kind is checked once every output
    /// is known.
    var inputNodes: [(node: Int?, spec: InputSpec, mark: YAMLMark)] = []
  }

  init(
    session: LoadSession, main: RecipeFile, pipeline: RecipeFile?, overrides: [Override], checksFiles: Bool
  ) {
    self.session = session
    self.main = main
    self.pipeline = pipeline
    self.overrides = overrides
    self.checksFiles = checksFiles
  }

  func build(path: String, directory: String, stem: String) -> Recipe? {
    session.failedVars = []
    session.failedParams = false
    let env = environment()
    var mainScope = SubstitutionScope(env: env)
    if main.parameters != nil, pipeline == nil { mainScope.params = parameters(of: main, with: main.with, mainScope) }
    mainScope.vars = variables(main.vars, mainScope, overridden: true)
    scopes = [mainScope]
    if let pipeline {
      var scope = SubstitutionScope(env: env)
      scope.params = parameters(of: pipeline, with: main.with, mainScope)
      scope.vars = variables(pipeline.vars, scope, overridden: false)
      scopes.append(scope)
      define(pipeline.stages, scope: 1, redefines: false)
    }
    define(main.stages, scope: 0, redefines: pipeline != nil)
    if definitions.isEmpty, !session.hasErrors {
      session.report(
        "no-stages", "the recipe has no stages", at: main.start, remedy: "write at least one under 'stages:'")
    }
    distributeOverrides()
    expand()
    for index in nodes.indices { resolve(index) }
    for index in nodes.indices { checkKinds(index) }
    reportCycles()
    let seed = self.seed()
    let name = self.name(stem)
    guard !session.hasErrors else { return nil }
    var vars = JSONObject()
    for pair in main.vars { vars[pair.key] = mainScope.vars[pair.key].flatMap { session.json($0, of: nil) } }
    var recorded = JSONObject()
    for (key, node) in env.sorted(by: { $0.key < $1.key }) { recorded[key] = .string(node.scalar?.text ?? "") }
    return Recipe(
      name: name, file: path, directory: directory, seed: seed, vars: vars, env: recorded,
      pipeline: main.pipeline?.scalar?.text, stages: nodes.compactMap(\.stage))
  }

  /// A point of the recipe's matrix with what its values name put in.
  func coordinates(of point: MatrixPoint) -> JSONObject {
    var coordinates = point.coordinates
    for (key, _, node) in point.nodes {
      if let value = session.substitute(node, scopes[0]).flatMap({ session.json($0, of: nil) }) {
        coordinates[key] = value
      }
    }
    return coordinates
  }

  private func override(_ target: Override.Target) -> YAMLNode? { overrides.last { $0.target == target }?.value }

  private func seed() -> UInt64 {
    guard let node = override(.seed) ?? main.seed ?? pipeline?.seed else { return 42 }
    guard let node = session.substitute(node, scopes[0]) else { return 0 }
    if case .integer(let value)? = node.scalar?.value, value >= 0 { return UInt64(value) }
    session.report(
      "wrong-type", "'seed' must be an integer of at least 0, not \(node.description)", at: node.mark,
      remedy: ParameterType.integer().remedy(for: node))
    return 0
  }

  private func name(_ stem: String) -> String {
    guard let node = override(.name) ?? main.name else { return stem }
    guard let name = session.substitute(node, scopes[0]).flatMap({ session.expectString($0, "'name'") }) else {
      return stem
    }
    let isValid =
      !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".") && !name.hasPrefix("-")
      && !name.unicodeScalars.contains { $0 == "/" || $0 == "[" || $0 == "]" || $0.value < 0x20 || $0.value == 0x7F }
    if !isValid {
      session.report(
        "bad-name", "\(node.description) cannot name a recipe", at: node.mark,
        remedy: "use at most 100 bytes, no '/', '[' or ']', and begin with a letter")
    }
    return name
  }

  // MARK: Stages

  private func define(_ pairs: [YAMLPair], scope: Int, redefines: Bool) {
    for pair in pairs {
      if let problem = StageName.problem(pair.key) {
        session.report(
          "bad-stage-name", problem, at: pair.keyMark, remedy: "use letters, digits, '_' and '-', a letter first")
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
          at: pair.value.mark, remedy: "\(pair.key): { kind: … }")
        continue
      }
      families[pair.key] = definitions.count
      definitions.append(StageDefinition(name: pair.key, mark: pair.keyMark, pairs: stage, scope: scope))
    }
  }

  private func distributeOverrides() {
    for override in overrides {
      guard case .stage(let target) = override.target else {
        if case .parameter(let name) = override.target, pipeline == nil, main.parameters == nil {
          session.report(
            "with-without-pipeline", "'with.\(name)' needs a recipe that names a pipeline", at: override.mark)
        }
        continue
      }
      let base = target.prefix { $0 != "[" }
      guard let index = families[String(base)] else {
        session.report(
          "unknown-stage", "there is no stage '\(base)'", at: override.mark,
          remedy: didYouMean(String(base), among: definitions.map(\.name)).map { "did you mean '\($0)'?" })
        continue
      }
      definitions[index].overrides.append(override)
    }
  }

  /// Makes the nodes, so that references can be resolved in any order.
  private func expand() {
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
        nodes.append(StageDraft(definition: index, point: point, id: id))
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

  private func resolve(_ index: Int) {
    let draft = nodes[index]
    let definition = definitions[draft.definition]
    var scope = scopes[definition.scope]
    if !draft.point.nodes.isEmpty {
      scope.matrix = Dictionary(draft.point.nodes.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    var failedKeys: Set<String> = []
    var pairs: [YAMLPair] = []
    pairs.reserveCapacity(definition.pairs.count)
    for pair in definition.pairs where pair.key != "matrix" {
      guard let value = session.substitute(pair.value, scope) else {
        failedKeys.insert(pair.key)
        continue
      }
      pairs.append(YAMLPair(key: pair.key, keyMark: pair.keyMark, value: value))
    }
    for override in definition.overrides {
      if case .stage(let id) = override.target, id.contains("["), id != draft.id { continue }
      var override = override
      guard let value = session.substitute(override.value, scopes[0]) else { continue }
      override.value = value
      if override.path.first == "kind" || override.path.first == "matrix" {
        session.report("bad-override", "'\(override.path[0])' cannot be overridden", at: override.mark)
        continue
      }
      pairs = override.apply(to: pairs)
      failedKeys.remove(override.path[0])
    }
    guard let entry = entry(of: definition, pairs, failedKeys) else {
      // The stage's own references still count for cycles and unknown names once its kind is known; not before.
      return
    }
    var reader = StageReader(builder: self, index: index, entry: entry, failedKeys: failedKeys)
    reader.read(pairs)
    nodes[index] = reader.draft
  }

  private func entry(
    of definition: StageDefinition, _ pairs: [YAMLPair], _ failedKeys: Set<String>
  ) -> StageRegistry.Entry? {
    guard let node = pairs.first(where: { $0.key == "kind" })?.value else {
      if !failedKeys.contains("kind") {
        session.report(
          "missing-key", "stage '\(definition.name)' has no 'kind'", at: definition.mark,
          remedy: "known kinds are \(session.registry.kinds.map(\.name).joined(separator: ", "))")
      }
      return nil
    }
    guard let name = session.expectString(node, "the kind of stage '\(definition.name)'") else { return nil }
    guard let entry = session.registry.entries[name] else {
      let known = session.registry.kinds.map(\.name)
      session.report(
        "unknown-kind", "unknown kind '\(name)' of stage '\(definition.name)'", at: node.mark,
        remedy: didYouMean(name, among: known).map { "did you mean '\($0)'?" }
          ?? "known kinds are \(known.joined(separator: ", "))")
      return nil
    }
    return entry
  }

  /// Fills in what each input is, and refuses what does not fit.
  private func checkKinds(_ index: Int) {
    guard let stage = nodes[index].stage else { return }
    for (position, input) in nodes[index].inputNodes.enumerated() {
      guard let node = input.node, let producer = nodes[node].stage else { continue }
      nodes[index].stage?.inputs[position].kind = producer.output
      guard !input.spec.accepts.isEmpty, !input.spec.accepts.contains(producer.output) else { continue }
      let wanted = input.spec.accepts.map(\.phrase).joined(separator: " or ")
      session.report(
        "wrong-kind",
        "'\(input.spec.name)' of stage '\(stage.name)' takes \(wanted), but '\(producer.id)' produces "
          + producer.output.phrase,
        at: input.mark)
    }
  }
}

extension ArtifactKind {
  /// In a sentence.
  var phrase: String {
    switch self {
    case .files: "files"
    case .model: "a model"
    case .dataset: "a dataset"
    case .tokens: "tokens"
    case .adapter: "an adapter"
    case .report: "a report"
    case .service: "a service"
    }
  }
}
