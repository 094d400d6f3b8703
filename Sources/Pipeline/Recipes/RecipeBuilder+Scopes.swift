import Diagnostics
import JSON
import YAML

extension RecipeBuilder {
  // MARK: Environment

  /// The declared variables with their values: `env: [LANG]`, or `env: { LANG: default }`.
  func environment() -> [String: YAMLNode] {
    var values: [String: YAMLNode] = [:]
    for file in [main, pipeline].compactMap({ $0 }) {
      guard let node = file.env else { continue }
      var declared: [(name: String, mark: YAMLMark, fallback: YAMLNode?)] = []
      switch node.content {
      case .sequence(let names):
        for name in names {
          if let text = session.expectString(name, "a name under 'env'") { declared.append((text, name.mark, nil)) }
        }
      case .mapping(let pairs): declared = pairs.map { ($0.key, $0.keyMark, $0.value) }
      case .scalar(let scalar):
        if scalar.value != .null {
          session.report(
            "wrong-type", "'env' must be a list of names, or a map of names to defaults, not \(node.description)",
            at: node.mark)
        }
      }
      for (name, mark, fallback) in declared {
        guard !Self.namesCredential(name) else {
          session.report(
            "credential", "'\(name)' names a credential, and declared variables are recorded", at: mark,
            remedy: "leave it out: fetch reads its tokens from the environment itself")
          continue
        }
        if let value = session.environment[name] {
          values[name] = YAMLNode(.scalar(YAMLScalar(value)), mark: mark)
        } else if let fallback, fallback.scalar?.value != .null {
          if fallback.scalar == nil {
            session.report("wrong-type", "the default of '\(name)' must be a scalar", at: fallback.mark)
          }
          values[name] = fallback
        } else {
          session.report(
            "unset-env", "the environment variable '\(name)' is not set", at: mark,
            remedy: "set it, or give a default: env: { \(name): … }")
          values[name] = YAMLNode(.scalar(YAMLScalar("", style: .doubleQuoted)), mark: mark)
        }
      }
    }
    return values
  }

  private static func namesCredential(_ name: String) -> Bool {
    let upper = name.uppercased()
    return ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "CREDENTIAL", "PRIVATE_KEY", "ACCESS_KEY"]
      .contains { upper.contains($0) }
  }

  // MARK: Variables

  /// Variables with every `${…}` in them replaced, whatever order they are written in.
  func variables(_ pairs: [YAMLPair], _ scope: SubstitutionScope, overridden: Bool) -> [String: YAMLNode] {
    var pairs = pairs
    if overridden {
      for override in overrides {
        guard case .variable(let name) = override.target else { continue }
        guard let index = pairs.firstIndex(where: { $0.key == name }) else {
          session.report(
            "unknown-reference", "there is no '\(name)' under 'vars'", at: override.mark,
            remedy: didYouMean(name, among: pairs.map(\.key)).map { "did you mean 'vars.\($0)'?" })
          continue
        }
        if override.path.isEmpty {
          pairs[index].value = override.value
        } else {
          let inner = pairs[index].value.pairs ?? []
          pairs[index].value = YAMLNode(.mapping(override.apply(to: inner)), mark: pairs[index].value.mark)
        }
      }
    }
    var resolution = VariableResolution(pairs: pairs, scope: scope, session: session)
    for pair in pairs { resolution.resolve(pair.key) }
    return resolution.scope.vars
  }

  // MARK: Parameters of a pipeline

  /// The pipeline's parameters with the values of `with:` and `-S with.x=`, checked against their types.
  func parameters(of file: RecipeFile, with given: [YAMLPair], _ scope: SubstitutionScope) -> [String: YAMLNode] {
    var given = given
    for override in overrides {
      guard case .parameter(let name) = override.target else { continue }
      var whole = override
      whole.path = [name] + override.path
      given = whole.apply(to: given)
    }
    let pipelineName = main.pipeline?.scalar?.text ?? main.name?.scalar?.text ?? "this file"
    let declared = (file.parameters ?? []).compactMap { PipelineParameter($0, session: session) }
    var values: [String: YAMLNode] = [:]
    for pair in given where !declared.contains(where: { $0.spec.name == pair.key }) {
      let names = declared.map(\.spec.name)
      session.report(
        "unknown-key", "pipeline '\(pipelineName)' has no parameter '\(pair.key)'", at: pair.keyMark,
        remedy: didYouMean(pair.key, among: names).map { "did you mean '\($0)'?" }
          ?? (names.isEmpty ? nil : "its parameters are \(names.listed())"))
    }
    for parameter in declared {
      let spec = parameter.spec
      var check = TypeCheck(session: session, owner: "pipeline '\(pipelineName)'")
      if let pair = given.first(where: { $0.key == spec.name }) {
        guard let value = session.substitute(pair.value, scope) else {
          session.failedParams = true
          continue
        }
        if value.isNull && parameter.mayBeNull || check.check(value, spec.type, spec.name) != nil {
          values[spec.name] = value
        }
      } else if let value = parameter.defaultNode {
        if value.isNull || check.check(value, spec.type, spec.name) != nil { values[spec.name] = value }
      } else {
        let help = spec.help.isEmpty ? "" : ": \(spec.help)"
        if let mark = main.pipeline?.mark {
          session.report(
            "missing-key", "pipeline '\(pipelineName)' needs the parameter '\(spec.name)'", at: mark,
            remedy: "add it under 'with:'" + help)
        } else {
          session.report(
            "missing-parameter", "the pipeline needs a value for its parameter '\(spec.name)'", at: parameter.mark,
            remedy: "a recipe gives it under 'with:', a command line with -S with.\(spec.name)=…" + help)
        }
      }
    }
    if values.count < declared.count || declared.count < (file.parameters?.count ?? 0) { session.failedParams = true }
    return values
  }
}

/// Resolves variables depth first, so that one may use another.
private struct VariableResolution {
  let session: LoadSession
  let pairs: [String: YAMLPair]
  var scope: SubstitutionScope
  private var done: Set<String> = []
  private var path: [String] = []
  private static let maximumDepth = 64

  init(pairs: [YAMLPair], scope: SubstitutionScope, session: LoadSession) {
    self.pairs = Dictionary(pairs.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    self.scope = scope
    self.session = session
  }

  mutating func resolve(_ name: String) {
    guard let pair = pairs[name], !done.contains(name) else { return }
    if let start = path.firstIndex(of: name) {
      let cycle = (path[start...] + [name]).joined(separator: " → ")
      session.report("cycle", "variables form a cycle: \(cycle)", at: pair.keyMark)
      session.failedVars.formUnion(path[start...])
      return
    }
    guard path.count < Self.maximumDepth else {
      session.report("too-deep", "variables nest deeper than \(Self.maximumDepth)", at: pair.keyMark)
      session.failedVars.insert(name)
      return
    }
    path.append(name)
    for used in variablesUsed(in: pair.value) { resolve(used) }
    path.removeLast()
    done.insert(name)
    guard !session.failedVars.contains(name) else { return }
    if let value = session.substitute(pair.value, scope) {
      scope.vars[name] = value
    } else {
      session.failedVars.insert(name)
    }
  }

  private func variablesUsed(in node: YAMLNode) -> [String] {
    switch node.content {
    case .sequence(let elements): return elements.flatMap { variablesUsed(in: $0) }
    case .mapping(let pairs): return pairs.flatMap { variablesUsed(in: $0.value) }
    case .scalar(let scalar):
      var names: [String] = []
      var rest = Substring(scalar.text)
      while let start = rest.range(of: "${vars.") {
        rest = rest[start.upperBound...]
        names.append(String(rest.prefix { $0 != "}" && $0 != "." }))
      }
      return names
    }
  }
}

extension Substring {
  /// The first occurrence of an ASCII text.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while let found = self[start...].firstIndex(of: "$") {
      if self[found...].hasPrefix(text) { return found..<index(found, offsetBy: text.count) }
      start = index(after: found)
    }
    return nil
  }
}
