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
  private var scopes: [SubstitutionScope] = []
  private var names = StageNames()
  /// By node; `nil` for one whose kind is not known.
  private var drafts: [StageDraft?] = []

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
      names.define(pipeline.stages, scope: 1, redefines: false, session)
    }
    names.define(main.stages, scope: 0, redefines: pipeline != nil, session)
    if names.definitions.isEmpty, !session.hasErrors {
      session.report(
        "no-stages", "the recipe has no stages", at: main.start, remedy: "write at least one under 'stages:'")
    }
    names.distribute(overrides, takesParameters: pipeline != nil || main.parameters != nil, session)
    names.expand(scopes, session)
    drafts = names.nodes.indices.map { draft($0) }
    let stages = drafts.compactMap { $0?.stage }
    for index in drafts.indices { checkKinds(index, among: stages) }
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
      pipeline: main.pipeline?.scalar?.text, stages: drafts.compactMap { $0?.stage })
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

  private func draft(_ index: Int) -> StageDraft? {
    let node = names.nodes[index]
    let definition = names.definition(of: index)
    var scope = scopes[definition.scope]
    if !node.point.nodes.isEmpty {
      scope.matrix = Dictionary(node.point.nodes.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
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
      if case .stage(let id) = override.target, id.contains("["), id != node.id { continue }
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
      return nil
    }
    var reader = StageReader(
      session: session, names: names, node: index, entry: entry, failedKeys: failedKeys, checksFiles: checksFiles)
    return reader.read(pairs)
  }

  private func entry(
    of definition: StageNames.Definition, _ pairs: [YAMLPair], _ failedKeys: Set<String>
  ) -> StageRegistry.Entry? {
    guard let node = pairs.first(where: { $0.key == "kind" })?.value else {
      if !failedKeys.contains("kind") {
        let wide = pairs.lazy.compactMap { pair in
          self.session.wideKey(pair.key) { $0 == "kind" }.map { (remedy: $0.remedy, mark: pair.keyMark) }
        }.first
        session.report(
          "missing-key", "stage '\(definition.name)' has no 'kind'", at: wide?.mark ?? definition.mark,
          remedy: wide?.remedy
            ?? pairs.lazy.compactMap { TightColon.remedy(in: $0.key) { $0 == "kind" } }.first
            ?? (pairs.first { session.words.meaning($0.key) == "kind" } ?? kindByAnotherName(pairs)).map {
              "write kind: in place of \($0.key):"
            }
            ?? "known kinds are \(session.registry.kinds.map(\.name).joined(separator: ", "))")
      }
      return nil
    }
    guard let name = session.expectString(node, "the kind of stage '\(definition.name)'") else { return nil }
    guard let entry = session.registry.entries[name] else {
      let known = session.registry.kinds.map(\.name)
      session.report(
        "unknown-kind", "unknown kind '\(name)' of stage '\(definition.name)'", at: node.mark,
        remedy: FullWidth.remedy(in: name)
          ?? session.registry.kind(called: session.words.meaning(name) ?? name).map {
            "it is called \($0.name) here: write kind: \($0.name)"
          }
          ?? didYouMean(name, among: known).map { "did you mean '\($0)'?" }
          ?? "known kinds are \(known.joined(separator: ", "))")
      return nil
    }
    return entry
  }

  /// The pair of a stage that names its kind under another key: `Kind:`, `type: fetch`.
  private func kindByAnotherName(_ pairs: [YAMLPair]) -> YAMLPair? {
    pairs.first { $0.key.lowercased() == "kind" }
      ?? pairs.first { pair in
        ["type", "stage", "step", "uses", "op", "task", "action", "class"].contains(pair.key.lowercased())
          && pair.value.scalar.map { session.registry.kind(called: $0.text) != nil } == true
      }
  }

  /// Fills in what each input is, and refuses what does not fit.
  private func checkKinds(_ index: Int, among stages: [RecipeStage]) {
    guard let draft = drafts[index] else { return }
    for (position, input) in draft.inputNodes.enumerated() {
      guard let node = input.node, let producer = drafts[node]?.stage else {
        checkFile(draft.stage.inputs[position], input.spec, of: draft.stage, at: input.mark, among: stages)
        continue
      }
      drafts[index]?.stage.inputs[position].kind = producer.output
      guard !input.spec.accepts.isEmpty, !input.spec.accepts.contains(producer.output) else { continue }
      let wanted = input.spec.accepts.map(\.phrase).joined(separator: " or ")
      session.report(
        "wrong-kind",
        "'\(input.spec.name)' of stage '\(draft.stage.name)' takes \(wanted), but '\(producer.id)' produces "
          + producer.output.phrase,
        at: input.mark, remedy: remedy(forWrongKindOf: producer, for: input.spec, of: draft.stage, among: stages))
    }
  }

  /// Refuses a file where only what a stage made can be read, which is always a folder.
  private func checkFile(
    _ input: InputReference, _ spec: InputSpec, of stage: RecipeStage, at mark: YAMLMark, among stages: [RecipeStage]
  ) {
    guard case .file(let path) = input.source, checksFiles, !spec.accepts.isEmpty, !spec.accepts.contains(.files),
      session.files.isFile(path)
    else { return }
    let wanted = spec.accepts.map(\.phrase).joined(separator: " or ")
    session.report(
      "wrong-kind", "'\(spec.name)' of stage '\(stage.name)' takes \(wanted), but '\(input.text)' is a file", at: mark,
      remedy: remedy(forFile: input, for: spec, of: stage, among: stages))
  }

  /// Reports each cycle by its path, at the reference that closes it.
  private func reportCycles() {
    // Edges point from a stage to what it needs.
    let needs = drafts.map { $0?.edges.map(\.node) ?? [] }
    for cycle in DependencyOrder(needs).cycles {
      guard let last = cycle.path.last, let edge = drafts[last]?.edges[cycle.closingNeed] else { continue }
      var ids = (cycle.path + cycle.path.prefix(1)).map { names.nodes[$0].id }
      if ids.count > 12 { ids.replaceSubrange(6..<(ids.count - 5), with: ["…"]) }
      session.report(
        "cycle",
        cycle.path.count == 1
          ? "stage '\(ids[0])' needs itself" : "stages need each other in a cycle: " + ids.joined(separator: " → "),
        at: edge.mark, remedy: "remove one of these references")
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
