import Diagnostics
import JSON
import YAML

/// What a program knows of words that people bring into a recipe from other programs and from their own language.
///
/// It is asked only when a recipe has a word that its schema does not know.
public struct BroughtWords: Sendable {
  /// What to do about a key: why it can be left out, or what does here what it did there; `nil` for a key that is not
  /// known.
  public var remark: @Sendable (_ key: String) -> String?
  /// The name that a word has here: a parameter's path in its stage (`lora.rank`), an input, a kind, or a key of the
  /// recipe; `nil` for a word that is not known.
  public var meaning: @Sendable (_ word: String) -> String?

  public init(
    remark: @escaping @Sendable (String) -> String? = { _ in nil },
    meaning: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    self.remark = remark
    self.meaning = meaning
  }
}

extension LoadSession {
  /// What to do about a key that its place does not know: by what it means, else by what is known of it elsewhere.
  /// - Parameters:
  ///   - isKnown: whether the place has a key of this name.
  ///   - here: the kind of the stage that the key stands in, if any.
  func remedy(forBrought key: String, in here: String?, isKnown: (String) -> Bool) -> String? {
    let meant = words.meaning(key)
    if let meant, isKnown(String(meant.prefix { $0 != "." })) { return "did you mean '\(meant)'?" }
    if let remark = words.remark(key) ?? meant.flatMap({ words.remark($0) }) { return remark }
    let name = meant ?? key
    if name == "seed" { return here == nil ? nil : "the seed belongs to the recipe: write 'seed:' at its top" }
    if let own = here.flatMap({ registry.entries[$0]?.exactPath(of: name) }) { return "did you mean '\(own)'?" }
    return (owners(of: name, except: here) ?? owners(of: key, except: here))?.remedy(for: key)
  }

  func owners(of name: String, except here: String?) -> KeyOwners? {
    KeyOwners(of: name, except: here, registry: registry, written: writtenStages)
  }
}

extension StageRegistry {
  /// The kind that alone has an input of this name, or of this name in another tool.
  func input(named name: String) -> (kind: String, path: String)? {
    let found = kinds.flatMap { kind in
      kind.inputs.filter { $0.name == name || $0.aliases.contains(name) }.map { (kind: kind.name, path: $0.name) }
    }
    return found.count == 1 ? found[0] : nil
  }
}

/// What to write for an input that a stage needs and does not have.
struct MissingInput {
  let names: StageNames
  let registry: StageRegistry

  /// - Parameter definition: the stage that lacks it.
  func remedy(_ input: InputSpec, of definition: StageNames.Definition) -> String {
    let before = names.definitions.prefix { $0.name != definition.name }
    let after = names.definitions.dropFirst(before.count + 1)
    for stages in [Array(before), Array(after)] {
      let made = stages.map { ($0.name, output(of: $0)) }
      let exact = made.filter { $0.1.map { $0 != .files && input.accepts.contains($0) } ?? false }
      let fitting = exact.isEmpty ? made.filter { $0.1 == .files && input.accepts.contains(.files) } : exact
      if fitting.count == 1 { return "write \(input.name): \(fitting[0].0). \(input.help)" }
    }
    let all = registry.kinds.filter { kind in
      input.accepts.contains { $0 != .files && ($0 == kind.output || kind.outputRules.map(\.kind).contains($0)) }
    }
    let meant = all.filter { !$0.producesAnything }
    let makers = meant.isEmpty ? all : meant
    guard !makers.isEmpty else { return input.help }
    return "write \(input.name): with the name of a stage of kind \(makers.map(\.name).listed(4)). \(input.help)"
  }

  /// What a stage makes, as far as its own lines tell.
  func output(of definition: StageNames.Definition) -> ArtifactKind? {
    guard let name = definition.pairs.first(where: { $0.key == "kind" })?.value.scalar?.text,
      let kind = registry.kind(name)
    else { return nil }
    let texts = definition.pairs.compactMap { pair in
      pair.value.scalar.map { (pair.key, JSONValue.string($0.text)) }
    }
    return kind.outputKind(parameters: JSONObject(texts))
  }
}
