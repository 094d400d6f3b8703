import JSON
import Recipes

/// A kind of stage for a person at a terminal: what it does, its inputs, and its parameters with their defaults.
/// `schema KIND` prints types, limits and metrics beside.
struct KindHelp {
  var kind: StageKind
  private static let width = 88
  private static let column = 32

  var text: String {
    var text = Self.wrapped("\(kind.name): \(said(kind.summary))")
    if !kind.inputs.isEmpty {
      text += "\n" + say("Inputs:") + "\n"
      for input in kind.inputs {
        let needed = input.cardinality == .one ? " (\(say("required")))" : ""
        text += Self.row("  " + input.name + needed, said(input.help))
      }
    }
    if !kind.parameters.isEmpty {
      text += "\n" + say("Parameters, with their defaults:") + "\n"
      for parameter in kind.parameters { text += Self.rows(parameter, prefix: "", depth: 0) }
    }
    text += "\n" + Self.wrapped(say("'\(Lorapipe.name) schema \(kind.name)' prints types, limits and metrics."))
    return text.contains("docs/") ? text + Self.wrapped(InstalledPages.place) : text
  }

  /// A parameter, or the members of one that is a map. What is a word or a map, as `lora.targets`, has a row of its own too,
  /// and then its members are required only if the map is written.
  private static func rows(_ spec: ParameterSpec, prefix: String, depth: Int, isChoice: Bool = false) -> String {
    let members = depth < 4 ? spec.type.objectMembers ?? [] : []
    let hasWord = spec.defaultValue?.stringValue != nil
    var text = ""
    if members.isEmpty || hasWord {
      let standard =
        spec.isRequired && !isChoice
        ? " (\(say("required")))" : Self.standard(spec.defaultValue)
      text = row("  \(prefix)\(spec.name)\(standard)", said(spec.help))
    }
    return text
      + members.map { rows($0, prefix: "\(prefix)\(spec.name).", depth: depth + 1, isChoice: hasWord) }.joined()
  }

  /// A default as a recipe has it. An empty text means that nothing is given, so nothing is printed.
  private static func standard(_ value: JSONValue?) -> String {
    guard let value, value.stringValue != "" else { return "" }
    return " = \(value.stringValue ?? value.text())"
  }

  private static func row(_ left: String, _ right: String) -> String {
    let pad = String(repeating: " ", count: column)
    let lines = HelpScreen.wrap(right, width: width - column)
    let fits = DisplayWidth.of(left) + 2 <= column
    let rest = lines.dropFirst(fits ? 1 : 0).map { pad + $0 }
    guard !fits else {
      return ([DisplayWidth.pad(left, column) + (lines.first ?? "")] + rest).joined(separator: "\n") + "\n"
    }
    let title = HelpScreen.wrap(left, width: width - 4).enumerated().map { ($0 == 0 ? "  " : "    ") + $1 }
    return (title + rest).joined(separator: "\n") + "\n"
  }

  private static func wrapped(_ text: String) -> String {
    HelpScreen.wrap(text, width: width).joined(separator: "\n") + "\n"
  }
}
