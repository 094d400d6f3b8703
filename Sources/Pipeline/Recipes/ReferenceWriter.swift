import JSON

/// Writes the reference of all kinds in Markdown, from the schemas that check recipes.
public struct ReferenceWriter: Sendable {
  public var registry: StageRegistry

  public init(registry: StageRegistry) { self.registry = registry }

  /// The whole page.
  public var markdown: String {
    var text = """
      # Recipe reference

      Every kind of stage with its inputs and parameters. This page is written by the program from the schemas that
      check recipes; the language itself is explained in [recipes.md](recipes.md).

      | kind | reads | produces | |
      | --- | --- | --- | --- |

      """
    for schema in registry.schemas {
      let inputs = schema.inputs.map { "`\($0.name)`" }.joined(separator: ", ")
      text += "| [\(schema.kind)](#\(schema.kind)) | \(inputs) | \(outputs(schema)) | \(cell(schema.summary)) |\n"
    }
    for schema in registry.schemas { text += "\n" + section(schema) }
    return text
  }

  /// The part about one kind: what `lorapipe schema KIND` shows people.
  public func section(_ schema: StageSchema) -> String {
    var text = "## \(schema.kind)\n\n\(schema.summary)\n\nProduces \(outputs(schema))."
    if schema.usesSeed { text += " Uses the recipe's `seed`." }
    text += " Version \(schema.version).\n"
    for rule in schema.outputRules {
      text += "\n- a `\(rule.parameter)` that starts with `\(rule.prefix)` produces \(rule.kind.phrase)"
    }
    if !schema.outputRules.isEmpty { text += "\n" }
    if !schema.inputs.isEmpty {
      text += "\n| input | takes | |\n| --- | --- | --- |\n"
      for input in schema.inputs {
        text += "| `\(input.name)` | \(takes(input)) | \(cell(input.help)) |\n"
      }
    }
    if !schema.parameters.isEmpty {
      text += "\n| parameter | type | default | |\n| --- | --- | --- | --- |\n"
      for parameter in schema.parameters { text += rows(parameter, prefix: "", depth: 0) }
      if schema.parameters.contains(where: { !$0.isSemantic }) {
        text += "\n¹ does not change the output: changing it runs nothing again.\n"
      }
      for parameter in schema.parameters where !parameter.semanticOnlyWith.isEmpty {
        let others = parameter.semanticOnlyWith.map { "`\($0)`" }.joined(separator: " or ")
        text += "\n`\(parameter.name)` changes the output only with \(others).\n"
      }
    }
    return text
  }

  private func outputs(_ schema: StageSchema) -> String {
    var kinds: [ArtifactKind] = []
    for kind in schema.outputRules.map(\.kind) + [schema.output] where !kinds.contains(kind) { kinds.append(kind) }
    return kinds.map(\.phrase).joined(separator: ", ")
  }

  private func takes(_ input: InputSpec) -> String {
    let kinds = input.accepts.isEmpty ? "anything" : input.accepts.map(\.phrase).joined(separator: " or ")
    let cap = input.allowsRowCap ? "; `#N` takes N rows" : ""
    return switch input.cardinality {
    case .one: kinds + cap
    case .optional: "\(kinds), optional\(cap)"
    case .many: "any number of: \(kinds)\(cap)"
    case .named: "a map of names to: \(kinds)\(cap)"
    }
  }

  private func rows(_ spec: ParameterSpec, prefix: String, depth: Int) -> String {
    let members = depth < 4 ? spec.type.objectMembers ?? [] : []
    var standard = ""
    if spec.isRequired {
      standard = "required"
    } else if let value = spec.defaultValue, members.isEmpty || value.objectValue == nil {
      standard = "`\(value.text())`"
    }
    let mark = spec.isSemantic ? "" : " ¹"
    var text =
      "| `\(prefix)\(spec.name)`\(mark) | \(cell(spec.type.referencePhrase)) | \(cell(standard)) | \(cell(spec.help)) |\n"
    for member in members { text += rows(member, prefix: "\(prefix)\(spec.name).", depth: depth + 1) }
    return text
  }

  /// Text that cannot break out of its cell.
  private func cell(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "|": result += "\\|"
      case "\n": result += " "
      default: result.append(character)
      }
    }
    return result
  }
}

extension ParameterType {
  /// The type without its article, choices as code.
  fileprivate var referencePhrase: String {
    switch self {
    case .choice(let choices): choices.map { "`\($0)`" }.joined(separator: ", ")
    case .oneOf(let alternatives): alternatives.map(\.referencePhrase).joined(separator: " or ")
    case .ratio: "ratio, such as `\"1:5\"`"
    case .any: "anything"
    default:
      phrase.hasPrefix("a ")
        ? String(phrase.dropFirst(2)) : phrase.hasPrefix("an ") ? String(phrase.dropFirst(3)) : phrase
    }
  }
}
