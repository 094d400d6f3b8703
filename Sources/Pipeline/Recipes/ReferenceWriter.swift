import JSON

/// Writes the reference of all kinds in Markdown, from the declarations that check recipes.
public struct ReferenceWriter: Sendable {
  public var registry: StageRegistry

  public init(registry: StageRegistry) { self.registry = registry }

  /// The whole page.
  public var markdown: String {
    var text = """
      # Recipe reference

      Every kind of stage with its inputs, parameters and metrics. The program writes this page from the declarations that
      check recipes; [recipes.md](recipes.md) explains the language itself.

      | kind | reads | produces | |
      | --- | --- | --- | --- |

      """
    for kind in registry.kinds {
      let inputs = kind.inputs.map { "`\($0.name)`" }.joined(separator: ", ")
      text += "| [\(kind.name)](#\(kind.name)) | \(inputs) | \(outputs(kind)) | \(cell(kind.summary)) |\n"
    }
    for kind in registry.kinds { text += "\n" + section(kind) }
    return text
  }

  /// The part about one kind.
  public func section(_ kind: StageKind) -> String {
    var text = "## \(kind.name)\n\n\(kind.summary)\n\nProduces \(outputs(kind))."
    if kind.usesSeed { text += " Uses the recipe's `seed`." }
    text += " Version \(kind.version).\n"
    for rule in kind.outputRules {
      text += "\n- when `\(rule.parameter)` starts with `\(rule.prefix)`, the stage produces \(rule.kind.phrase)"
    }
    if !kind.outputRules.isEmpty { text += "\n" }
    if !kind.inputs.isEmpty {
      text += "\n| input | takes | |\n| --- | --- | --- |\n"
      for input in kind.inputs {
        text += "| `\(input.name)` | \(takes(input)) | \(cell(input.help)) |\n"
      }
    }
    return text + parameters(kind) + metrics(kind)
  }

  private func parameters(_ kind: StageKind) -> String {
    guard !kind.parameters.isEmpty else { return "" }
    var text = "\n| parameter | type | default | |\n| --- | --- | --- | --- |\n"
    for parameter in kind.parameters { text += rows(parameter, prefix: "", depth: 0) }
    if kind.parameters.contains(where: { !$0.isSemantic }) {
      text += "\n¹ does not change the output: changing it runs nothing again.\n"
    }
    for parameter in kind.parameters where !parameter.semanticOnlyWith.isEmpty {
      let others = parameter.semanticOnlyWith.map { "`\($0)`" }.joined(separator: " or ")
      text += "\n`\(parameter.name)` changes the output only with \(others).\n"
    }
    return text
  }

  private func metrics(_ kind: StageKind) -> String {
    guard !kind.metrics.isEmpty else { return "" }
    var text = "\n| metric | better | |\n| --- | --- | --- |\n"
    for metric in kind.metrics {
      text += "| `\(metric.name)` | \(metric.better?.rawValue ?? "") | \(cell(metric.help)) |\n"
    }
    return text
  }

  private func outputs(_ kind: StageKind) -> String {
    var kinds: [ArtifactKind] = []
    for output in kind.outputRules.map(\.kind) + [kind.output] where !kinds.contains(output) { kinds.append(output) }
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
      standard = "`\(text(value))`"
    }
    let mark = spec.isSemantic ? "" : " ¹"
    var text =
      "| `\(prefix)\(spec.name)`\(mark) | \(cell(spec.type.referencePhrase)) | \(cell(standard)) | \(cell(spec.help)) |\n"
    for member in members { text += rows(member, prefix: "\(prefix)\(spec.name).", depth: depth + 1) }
    return text
  }

  /// A default as a recipe would have it: whole numbers without `.0`.
  private func text(_ value: JSONValue) -> String {
    if case .number(let number) = value { return ParameterType.short(number) }
    return value.text()
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
    case .choice(let choices, _): choices.map { "`\($0)`" }.joined(separator: ", ")
    case .oneOf(let alternatives): alternatives.map(\.referencePhrase).joined(separator: " or ")
    case .ratio: "ratio, such as `\"1:5\"`"
    case .any: "anything"
    default:
      phrase.hasPrefix("a ")
        ? String(phrase.dropFirst(2)) : phrase.hasPrefix("an ") ? String(phrase.dropFirst(3)) : phrase
    }
  }
}
