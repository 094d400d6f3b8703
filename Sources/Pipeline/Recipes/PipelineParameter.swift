import Diagnostics
import JSON
import YAML

/// A parameter a pipeline declares:
///
///     parameters:
///       rank: { type: integer, default: 8, minimum: 1, help: Rank of the adapter. }
struct PipelineParameter {
  var spec: ParameterSpec
  var defaultNode: YAMLNode?
  /// Where its name stands.
  var mark: YAMLMark
  /// A parameter whose default is null may be left out of what it is used for.
  var mayBeNull: Bool { defaultNode?.isNull ?? false }

  private static let keys = ["type", "default", "help", "choices", "minimum", "maximum", "of"]
  static let types = [
    "string", "boolean", "integer", "number", "choice", "ratio", "uri", "list", "map", "any",
  ]

  /// `nil` after reporting what is wrong with the declaration.
  init?(_ pair: YAMLPair, session: LoadSession) {
    let name = pair.key
    guard pair.value.pairs != nil else {
      session.report(
        "wrong-type", "parameter '\(name)' must be a map with a 'type', not \(pair.value.description)",
        at: pair.value.mark, remedy: "\(name): { type: integer, default: 8, help: … }")
      return nil
    }
    if StageName.problem(name) != nil {
      session.report("bad-name", "'\(name)' cannot name a parameter", at: pair.keyMark)
      return nil
    }
    for member in pair.value.pairs ?? [] where !Self.keys.contains(member.key) {
      session.report(
        "unknown-key", "unknown key '\(member.key)' in parameter '\(name)'", at: member.keyMark,
        remedy: didYouMean(member.key, among: Self.keys).map { "did you mean '\($0)'?" }
          ?? "known keys are \(Self.keys.joined(separator: ", "))")
    }
    guard let typeNode = pair.value["type"] else {
      session.report(
        "missing-key", "parameter '\(name)' has no 'type'", at: pair.keyMark,
        remedy: "types are \(Self.types.joined(separator: ", "))")
      return nil
    }
    guard let typeName = session.expectString(typeNode, "the type of parameter '\(name)'") else { return nil }
    guard let type = Self.type(typeName, typeNode, pair, session) else { return nil }
    var help = ""
    if let node = pair.value["help"] { help = session.expectString(node, "'help'") ?? "" }
    defaultNode = pair.value["default"]
    mark = pair.keyMark
    spec = ParameterSpec(name, type, required: defaultNode == nil, help: help)
  }

  private static func type(
    _ name: String, _ node: YAMLNode, _ pair: YAMLPair, _ session: LoadSession
  ) -> ParameterType? {
    func bound(_ key: String) -> Double? {
      guard let node = pair.value[key] else { return nil }
      if let value = node.scalar?.value.double, value.isFinite { return value }
      session.report("wrong-type", "'\(key)' must be a number, not \(node.description)", at: node.mark)
      return nil
    }
    switch name {
    case "string": return .string
    case "boolean": return .boolean
    case "ratio": return .ratio
    case "uri": return .uri
    case "any": return .any
    case "integer", "number":
      let minimum = bound("minimum")
      let maximum = bound("maximum")
      if let minimum, let maximum, minimum > maximum {
        session.report("bad-range", "'minimum' is above 'maximum'", at: pair.keyMark)
        return nil
      }
      if name == "number" {
        guard minimum != nil || maximum != nil else { return .number() }
        return .number((minimum ?? -.greatestFiniteMagnitude)...(maximum ?? .greatestFiniteMagnitude))
      }
      guard minimum != nil || maximum != nil else { return .integer() }
      let lower = minimum.map { Int(exactly: $0.rounded(.up)) ?? ($0 < 0 ? .min : .max) } ?? .min
      let upper = maximum.map { Int(exactly: $0.rounded(.down)) ?? ($0 < 0 ? .min : .max) } ?? .max
      return .integer(lower...Swift.max(lower, upper))
    case "choice":
      guard let node = pair.value["choices"], let elements = node.elements, !elements.isEmpty else {
        session.report(
          "missing-key", "parameter '\(pair.key)' is a choice without 'choices'", at: pair.keyMark,
          remedy: "choices: [a, b]")
        return nil
      }
      let choices = elements.compactMap { session.expectString($0, "a choice") }
      return choices.count == elements.count ? .choice(choices) : nil
    case "list", "map":
      var element = ParameterType.any
      if let of = pair.value["of"] {
        guard let text = session.expectString(of, "'of'") else { return nil }
        guard text != "list", text != "map", text != "choice" else {
          session.report("unknown-type", "'of' takes a simple type", at: of.mark)
          return nil
        }
        guard let inner = type(text, of, pair, session) else { return nil }
        element = inner
      }
      return name == "list" ? .list(element) : .map(element)
    default:
      session.report(
        "unknown-type", "unknown type '\(name)' of parameter '\(pair.key)'", at: node.mark,
        remedy: didYouMean(name, among: types).map { "did you mean '\($0)'?" }
          ?? "types are \(types.joined(separator: ", "))")
      return nil
    }
  }
}
