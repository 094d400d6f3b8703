import Diagnostics
import JSON
import YAML

/// A node of the graph, read from its own keys. The nodes that it reads from have not been looked at yet.
struct StageDraft {
  var stage: RecipeStage
  /// The nodes that must run before it, because of an input or of `after`, each with the place of the reference.
  var edges: [(node: Int, mark: YAMLMark)] = []
  /// For each of the stage's inputs, the node that it reads, if any, and the place of the reference. Whether that node produces
  /// something of the right kind is checked once every output is known.
  var inputNodes: [(node: Int?, spec: InputSpec, mark: YAMLMark)] = []
}

/// Reads the keys of one node: parameters by their types, inputs as references.
///
/// It gets the names of all stages and returns a draft. It knows nothing of `RecipeBuilder`, which calls it.
struct StageReader {
  let session: LoadSession
  let names: StageNames
  let entry: StageRegistry.Entry
  let checksFiles: Bool
  /// Keys whose values could not be substituted. The errors are reported already.
  let failedKeys: Set<String>
  let node: StageNames.Node
  let definition: StageNames.Definition
  var edges: [(node: Int, mark: YAMLMark)] = []
  private var check: TypeCheck
  var kind: StageKind { entry.kind }
  var name: String { definition.name }

  init(
    session: LoadSession, names: StageNames, node: Int, entry: StageRegistry.Entry, failedKeys: Set<String>,
    checksFiles: Bool
  ) {
    self.session = session
    self.names = names
    self.entry = entry
    self.checksFiles = checksFiles
    self.failedKeys = failedKeys
    self.node = names.nodes[node]
    definition = names.definition(of: node)
    check = TypeCheck(session: session, owner: "stage '\(definition.name)'", checksFiles: checksFiles)
  }

  mutating func read(_ pairs: [YAMLPair]) -> StageDraft {
    let mark = definition.mark
    var stage = RecipeStage(
      id: node.id, name: name, kind: kind.name, coordinates: node.point.coordinates,
      parameters: entry.defaults, output: kind.output, location: session.location(mark))
    var present = failedKeys
    var inputs: [(order: Int, references: [Reading])] = []
    let identity = MSSwiftIdentity(pairs, entry)
    if let identity {
      session.report(
        "unknown-key", "'\(identity.first.key)' is an option of ms-swift: here it is the value of a placeholder",
        at: identity.first.keyMark, remedy: identity.remedy)
      present.insert("values")
      check.failed = true
    }
    for pair in pairs where identity?.replaces(pair.key) != true {
      present.insert(pair.key)
      switch entry.keys[pair.key] {
      case .input(let position)?:
        inputs.append((position, references(pair.value, kind.inputs[position])))
      case .parameter(let position)?:
        let spec = kind.parameters[position]
        if pair.value.leavesOut(spec) { continue }
        if let value = check.check(pair.value, for: spec) { stage.parameters[spec.name] = value }
      case nil:
        switch pair.key {
        case "kind": break
        case "after": stage.after = after(pair.value)
        case "resources": stage.resources = resources(pair.value)
        default: if let meant = unknown(pair, among: pairs) { present.insert(meant) }
        }
      }
    }
    let isWhole = requireKeys(present, mark)
    requireInputs(present, stage)
    // Inputs in the order of the kind: their order is part of the cache key, and the order in the file must not be.
    inputs.sort { $0.order < $1.order }
    stage.inputs = inputs.flatMap { $0.references.map(\.reference) }
    stage.locations = check.locations
    stage.output = kind.outputKind(parameters: stage.parameters)
    if !check.failed, failedKeys.isEmpty, isWhole { stage.decoded = decode(stage) }
    return StageDraft(
      stage: stage, edges: edges,
      inputNodes: inputs.flatMap { order, references in references.map { ($0.node, kind.inputs[order], $0.mark) } })
  }

  private mutating func resources(_ node: YAMLNode) -> StageResources {
    guard let json = check.check(node, .object(StageResources.specs), "resources")?.objectValue else {
      return StageResources()
    }
    do throws(ParameterProblem) { return try StageResources(json: json) } catch {
      let mark = node.pairs?.first { $0.key == error.path }?.value.mark ?? node.mark
      session.report(
        "wrong-type", "'resources.\(error.path)' of stage '\(name)' \(error.message)", at: mark, remedy: error.remedy)
      return StageResources()
    }
  }

  /// - Returns: whether every required key is there.
  private func requireKeys(_ present: Set<String>, _ mark: YAMLMark) -> Bool {
    var isWhole = true
    for position in entry.requiredInputs where !present.contains(kind.inputs[position].name) {
      let input = kind.inputs[position]
      isWhole = false
      session.report(
        "missing-key", "stage '\(name)' needs '\(input.name)'", at: mark,
        remedy: MissingInput(names: names, registry: session.registry).remedy(input, of: definition))
    }
    for position in entry.requiredParameters where !present.contains(kind.parameters[position].name) {
      let parameter = kind.parameters[position]
      isWhole = false
      session.report("missing-key", "stage '\(name)' needs '\(parameter.name)'", at: mark, remedy: parameter.help)
    }
    return isWhole
  }

  /// Requires the inputs that the value of a parameter makes necessary.
  private func requireInputs(_ present: Set<String>, _ stage: RecipeStage) {
    for input in kind.inputs where !present.contains(input.name) {
      guard let needed = input.neededWith, stage.parameters[needed.parameter] == needed.value else { continue }
      let value = needed.value.stringValue ?? needed.value.text()
      session.add(
        session.located(
          Diagnostic(
            code: "missing-key",
            "stage '\(name)' needs '\(input.name)' with '\(needed.parameter): \(value)'",
            remedy: MissingInput(names: names, registry: session.registry).remedy(input, of: definition),
            location: stage.location(of: needed.parameter))))
    }
  }

  /// Reports a key that the kind does not know.
  /// - Returns: the key that is meant for certain: it is not reported as missing too.
  private mutating func unknown(_ pair: YAMLPair, among pairs: [YAMLPair]) -> String? {
    session.report(
      "unknown-key", "unknown key '\(pair.key)' of stage '\(name)' (\(kind.name))", at: pair.keyMark,
      remedy: TightColon.remedy(in: pair.key) { entry.keys[$0] != nil || $0 == "kind" }
        ?? session.punctuationRemedy(of: pair, among: pairs) { entry.keys[$0] != nil }
        ?? remedy(forUnknownKey: pair.key, pair.value.scalar?.text, among: Set(pairs.map(\.key)))
        ?? session.commaRemedy(of: pair, among: pairs, values: .any) ?? knownKeys)
    let key = session.wideKey(pair.key) { entry.keys[$0] != nil }?.meant ?? pair.key
    guard let meant = entry.keys[key] != nil ? key : session.words.meaning(key) ?? entry.exactPath(of: key),
      entry.keys[meant] != nil,
      !pairs.contains(where: { $0.key == meant })
    else { return nil }
    check.failed = true
    return meant
  }

  private func remedy(forUnknownKey key: String, _ value: String?, among written: Set<String>) -> String? {
    if key == "seed" { return "the seed belongs to the recipe: write 'seed:' at its top" }
    // Who follows a name such as `lora.rank` to the letter.
    if key.contains("."), entry.hasPath(key) {
      return "write it as a map: \(Self.map(of: key, value))"
    }
    let remark = session.words.remark(key)
    // A key with a remark may also be a setting of something optional, such as an engine. That is suggested only if it is
    // written in the stage; a parameter of the kind itself always is.
    if let exact = entry.exactPath(of: key),
      remark == nil || !exact.contains(".")
        || exact.split(separator: ".").first.map({ written.contains(String($0)) }) == true
    {
      guard exact.contains(".") else { return "did you mean '\(exact)'?" }
      let map = Self.map(of: exact, value)
      return "did you mean '\(exact)'? Write \(map)"
    }
    if let brought = session.remedy(forBrought: key, in: kind.name, isKnown: { entry.keys[$0] != nil }),
      remark != nil || session.words.meaning(key) != nil
    {
      return brought
    }
    if let near = entry.suggestion(for: key) { return "did you mean '\(near)'?" }
    let owners = session.registry.kinds.map(\.name).filter { session.registry.entries[$0]?.keys[key] != nil }
    if !owners.isEmpty {
      // What other kinds read by this name, this one may read by another.
      let isInput = session.registry.kinds.contains { $0.inputs.contains { $0.name == key } }
      if isInput, !kind.inputs.isEmpty {
        let inputs = kind.inputs.map(\.name).joined(separator: ", ")
        return "'\(key)' belongs to \(owners.joined(separator: ", ")); \(kind.name) reads \(inputs)"
      }
      return session.owners(of: key, except: kind.name)?.remedy(for: key)
        ?? "'\(key)' belongs to \(owners.joined(separator: ", "))"
    }
    if let elsewhere = session.remedy(forBrought: key, in: kind.name, isKnown: { entry.keys[$0] != nil }) {
      return elsewhere
    }
    let longer = entry.paths(containing: key)
    if !longer.isEmpty { return "did you mean \(longer.map { "'\($0)'" }.joined(separator: " or "))?" }
    return nil
  }

  /// A parameter inside others as it is written: `lora: { rank: 8 }` for `lora.rank`.
  private static func map(of path: String, _ value: String?) -> String {
    let parts = path.split(separator: ".").map(String.init)
    let last = "\(parts.last ?? path): \(value ?? "…")"
    return parts.dropLast().reversed().reduce(last) { "\($1): { \($0) }" }
  }

  private var knownKeys: String? {
    let known = kind.inputs.map(\.name) + kind.parameters.map(\.name)
    return known.isEmpty ? nil : "known keys are \(known.joined(separator: ", "))"
  }

  /// Makes the kind's own value of the parameters, which also checks one against another.
  private func decode(_ stage: RecipeStage) -> DecodedStage {
    do { return try DecodedStage(session.decode?(stage.kind, stage.parameters)) } catch {
      for problem in stage.located(error) { session.add(session.located(problem)) }
      return DecodedStage()
    }
  }
}
