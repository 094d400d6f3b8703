import Diagnostics
import JSON
import YAML

/// Reads the keys of one node: parameters by their types, inputs as references.
struct StageReader {
  let builder: RecipeBuilder
  let index: Int
  let entry: StageRegistry.Entry
  let failedKeys: Set<String>
  var draft: RecipeBuilder.StageDraft
  private var check: TypeCheck
  private var kind: StageKind { entry.kind }
  private var session: LoadSession { builder.session }
  private var name: String { builder.definitions[draft.definition].name }

  /// A reference as read.
  private struct Reading {
    var reference: InputReference
    var node: Int?
    var mark: YAMLMark
  }

  init(builder: RecipeBuilder, index: Int, entry: StageRegistry.Entry, failedKeys: Set<String>) {
    self.builder = builder
    self.index = index
    self.entry = entry
    self.failedKeys = failedKeys
    draft = builder.nodes[index]
    let name = builder.definitions[builder.nodes[index].definition].name
    check = TypeCheck(session: builder.session, owner: "stage '\(name)'")
  }

  mutating func read(_ pairs: [YAMLPair]) {
    let mark = builder.definitions[draft.definition].mark
    var stage = RecipeStage(
      id: draft.id, name: name, kind: kind.name, coordinates: draft.point.coordinates,
      parameters: entry.defaults, output: kind.output, location: session.location(mark))
    var present = failedKeys
    var inputs: [(order: Int, references: [Reading])] = []
    for pair in pairs {
      present.insert(pair.key)
      switch entry.keys[pair.key] {
      case .input(let position)?:
        inputs.append((position, references(pair.value, kind.inputs[position])))
      case .parameter(let position)?:
        let spec = kind.parameters[position]
        if pair.value.leavesOut(spec) { continue }
        if let value = check.check(pair.value, spec.type, spec.name) { stage.parameters[spec.name] = value }
      case nil:
        switch pair.key {
        case "kind": break
        case "after": stage.after = after(pair.value)
        default: unknown(pair)
        }
      }
    }
    let isWhole = requireKeys(present, mark)
    requireInputs(present, stage)
    // Inputs in the kind's order: the order is part of the key, the order of keys in the file is not.
    inputs.sort { $0.order < $1.order }
    stage.inputs = inputs.flatMap { $0.references.map(\.reference) }
    draft.inputNodes = inputs.flatMap { order, references in
      references.map { ($0.node, kind.inputs[order], $0.mark) }
    }
    stage.locations = check.locations
    stage.output = kind.outputKind(parameters: stage.parameters)
    if !check.failed, failedKeys.isEmpty, isWhole { stage.decoded = decode(stage) }
    draft.stage = stage
  }

  /// - Returns: whether every required key is there.
  private func requireKeys(_ present: Set<String>, _ mark: YAMLMark) -> Bool {
    var isWhole = true
    for position in entry.requiredInputs where !present.contains(kind.inputs[position].name) {
      let input = kind.inputs[position]
      isWhole = false
      session.report("missing-key", "stage '\(name)' needs '\(input.name)'", at: mark, remedy: input.help)
    }
    for position in entry.requiredParameters where !present.contains(kind.parameters[position].name) {
      let parameter = kind.parameters[position]
      isWhole = false
      session.report("missing-key", "stage '\(name)' needs '\(parameter.name)'", at: mark, remedy: parameter.help)
    }
    return isWhole
  }

  /// Inputs that a value of a parameter asks for.
  private func requireInputs(_ present: Set<String>, _ stage: RecipeStage) {
    for input in kind.inputs where !present.contains(input.name) {
      guard let needed = input.neededWith, stage.parameters[needed.parameter] == needed.value else { continue }
      let value = needed.value.stringValue ?? needed.value.text()
      session.add(
        session.located(
          Diagnostic(
            code: "missing-key",
            "stage '\(name)' needs '\(input.name)' with '\(needed.parameter): \(value)'", remedy: input.help,
            location: stage.location(of: needed.parameter))))
    }
  }

  private mutating func unknown(_ pair: YAMLPair) {
    session.report(
      "unknown-key", "unknown key '\(pair.key)' of stage '\(name)' (\(kind.name))", at: pair.keyMark,
      remedy: remedy(forUnknownKey: pair.key))
  }

  private func remedy(forUnknownKey key: String) -> String? {
    if key == "seed" { return "the seed belongs to the recipe: write 'seed:' at its top" }
    if let near = entry.suggestion(for: key) { return "did you mean '\(near)'?" }
    let owners = session.registry.kinds.map(\.name).filter { session.registry.entries[$0]?.keys[key] != nil }
    if !owners.isEmpty { return "'\(key)' belongs to \(owners.joined(separator: ", "))" }
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

  // MARK: References

  private mutating func after(_ node: YAMLNode) -> [String] {
    var ids: [String] = []
    for element in node.elements ?? [node] {
      guard let text = session.expectString(element, "'after' of stage '\(name)'") else { continue }
      for target in targets(text, element.mark, what: "after") ?? [] {
        ids.append(builder.nodes[target].id)
        draft.edges.append((target, element.mark))
      }
    }
    return ids
  }

  private mutating func references(_ node: YAMLNode, _ spec: InputSpec) -> [Reading] {
    let path = "'\(spec.name)' of stage '\(name)'"
    switch spec.cardinality {
    case .named:
      guard let pairs = node.pairs else {
        session.report(
          "wrong-type", "\(path) must be a map of names to stages or files, not \(node.description)", at: node.mark,
          remedy: "\(spec.name): { data: mixed }")
        return []
      }
      return pairs.flatMap { pair in
        reference(
          pair.value, spec, role: "\(spec.name).\(pair.key)", path: "'\(spec.name).\(pair.key)' of stage '\(name)'")
      }
    case .many:
      if node.scalar?.value == .null { return [] }
      return (node.elements ?? [node]).flatMap { reference($0, spec, role: spec.name, path: path) }
    case .one, .optional:
      if spec.cardinality == .optional, node.scalar?.value == .null { return [] }
      if let elements = node.elements {
        session.report(
          "too-many-inputs", "\(path) takes one stage or file, not a list", at: node.mark,
          remedy: elements.count == 1 ? "remove the brackets" : nil)
        return []
      }
      let found = reference(node, spec, role: spec.name, path: path)
      if found.count > 1 {
        session.report(
          "too-many-inputs", "\(path) takes one stage, but \(node.description) names \(found.count)", at: node.mark,
          remedy: "name one: '\(found[0].reference.stageID ?? "")'")
      }
      return found
    }
  }

  /// Whether a text is made of digits, as a cap is, however many.
  private func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// Whether a value that names a file names one that is there.
  private func exists(_ value: String, _ node: YAMLNode) -> Bool {
    guard let local = LocalPath(value) else { return false }
    return session.files.exists(session.files.absolute(local.text, in: session.source(node.mark)?.directory))
  }

  private mutating func reference(
    _ node: YAMLNode, _ spec: InputSpec, role: String, path: String
  ) -> [Reading] {
    guard case .string(let written)? = node.scalar?.value else {
      session.report(
        "wrong-type", "\(path) must name a stage or a file, not \(node.description)", at: node.mark,
        remedy: node.scalar.flatMap { $0.text.isEmpty ? nil : "quote it: \"\($0.text)\"" })
      return []
    }
    var (text, capText) = StageReference.splitCap(written)
    let isFile = LocalPath(written) != nil
    var cap: Int?
    if let capText {
      if let value = Int(capText), value > 0, capText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
        cap = value
      } else if isFile, !isNumber(capText) || exists(written, node) {
        // A '#' may be part of a file's name.
        text = written
      } else {
        let isZero = !capText.isEmpty && capText.allSatisfy { $0 == "0" }
        session.report(
          "bad-cap",
          isZero ? "\(path): '#\(capText)' takes no row" : "\(path): '#\(capText)' is not a number of rows",
          at: node.mark,
          remedy: isZero
            ? "remove the source, or write '\(text)#2000' to take 2000 rows"
            : "write '\(text)#2000' to take 2000 rows, or '\(text)' to take all")
        return []
      }
    }
    if cap != nil, !spec.allowsRowCap {
      session.report("bad-cap", "\(path) takes no '#N'", at: node.mark, remedy: "remove '#\(capText ?? "")'")
    }
    if let local = LocalPath(text) {
      if local.beginsAtHome {
        session.reportHomeFolder(local, at: node.mark)
        return []
      }
      let absolute = session.files.absolute(local.text, in: session.source(node.mark)?.directory)
      if builder.checksFiles, !session.files.exists(absolute) {
        session.report(
          "no-such-file", "\(path): there is no file '\(text)'", at: node.mark,
          notes: ["looked for \(absolute)"])
      }
      let reference = InputReference(
        role: role, source: .file(absolute), text: text, rowCap: cap, kind: spec.accepts.first ?? .files,
        location: session.location(node.mark))
      return [Reading(reference: reference, node: nil, mark: node.mark)]
    }
    return (targets(text, node.mark, what: path) ?? []).map { target in
      draft.edges.append((target, node.mark))
      let id = builder.nodes[target].id
      let reference = InputReference(
        role: role, source: .stage(id), text: id, rowCap: cap, kind: spec.accepts.first ?? .files,
        location: session.location(node.mark))
      return Reading(reference: reference, node: target, mark: node.mark)
    }
  }

  /// The nodes a reference names, or `nil` after reporting.
  private func targets(_ text: String, _ mark: YAMLMark, what: String) -> [Int]? {
    guard let reference = StageReference(text) else {
      session.report(
        "bad-reference", "'\(text)' is not a reference to a stage", at: mark,
        remedy: "write train, train[*] or train[category=shoes]")
      return nil
    }
    guard let family = builder.families[reference.name] else {
      session.report(
        "unknown-stage", "there is no stage '\(reference.name)'", at: mark, remedy: remedy(forUnknown: reference.name))
      return nil
    }
    let definition = builder.definitions[family]
    guard !definition.matrixKeys.isEmpty else {
      guard reference.selector == nil else {
        session.report(
          "bad-reference", "stage '\(reference.name)' has no matrix", at: mark, remedy: "write '\(reference.name)'")
        return nil
      }
      return Array(definition.instances)
    }
    return instances(of: definition, reference, mark)
  }

  private func remedy(forUnknown name: String) -> String? {
    if let near = didYouMean(name, among: builder.definitions.map(\.name)) { return "did you mean '\(near)'?" }
    if name.contains("/") || name.contains(".") { return "a file's path starts with './' or '/': './\(name)'" }
    if name.contains(":") { return "make it a stage: { kind: fetch, source: \"\(name)\" }" }
    let names = builder.definitions.map(\.name)
    return names.count > 20 ? nil : "its stages are \(names.joined(separator: ", "))"
  }

  private func instances(
    of definition: RecipeBuilder.StageDefinition, _ reference: StageReference, _ mark: YAMLMark
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
      guard let own = draft.point.coordinates[key] else {
        let ids = definition.instances.prefix(3).map { "'\(builder.nodes[$0].id)'" }.joined(separator: ", ")
        session.report(
          "ambiguous-reference", "stage '\(definition.name)' has \(definition.instances.count) instances", at: mark,
          remedy: "take all with '\(definition.name)[*]', or one: \(ids)")
        return nil
      }
      wanted[key] = own.displayText
    }
    if wanted.count == definition.matrixKeys.count {
      // All coordinates are known, so the instance's id is too.
      let coordinates = definition.matrixKeys.map { "\($0)=\(wanted[$0] ?? "")" }.joined(separator: ",")
      if let found = definition.instanceOf["\(definition.name)[\(coordinates)]"] { return [found] }
    }
    let found = definition.instances.filter { candidate in
      wanted.allSatisfy { builder.nodes[candidate].point.coordinates[$0.key]?.displayText == $0.value }
    }
    guard !found.isEmpty else {
      let sought = definition.matrixKeys.compactMap { key in wanted[key].map { "\(key)=\($0)" } }.joined(separator: ",")
      session.report(
        "unknown-stage", "stage '\(definition.name)' has no instance '\(definition.name)[\(sought)]'", at: mark,
        remedy: didYouMean(
          "\(definition.name)[\(sought)]", among: definition.instances.map { builder.nodes[$0].id }
        ).map { "did you mean '\($0)'?" })
      return nil
    }
    return found
  }
}
