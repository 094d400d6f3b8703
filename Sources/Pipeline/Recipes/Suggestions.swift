import Diagnostics

extension ParameterType {
  /// The remedy for a text that is none of this type's words, when one of them is near or meant.
  func suggestion(for text: String) -> String? {
    let near: String?
    switch self {
    case .choice(let choices, let foreign):
      near = foreign[text] ?? foreign[text.lowercased()] ?? didYouMean(text, among: choices)
    case .oneOf(let alternatives): return alternatives.lazy.compactMap { $0.suggestion(for: text) }.first
    default: near = nil
    }
    return near.map { "did you mean '\($0)'?" }
  }
}

extension StageRegistry.Entry {
  private typealias Path = (path: String, aliases: [String])

  /// Every name of this kind a person can write, inputs, parameters and members of objects with their path, each with
  /// what other tools call it.
  private var paths: [Path] {
    var paths: [Path] = kind.inputs.map { ($0.name, $0.aliases) }
    func walk(_ specs: [ParameterSpec], _ prefix: String, _ depth: Int) {
      for spec in specs {
        paths.append((prefix + spec.name, spec.aliases))
        if depth < 4, let members = spec.type.objectMembers { walk(members, prefix + spec.name + ".", depth + 1) }
      }
    }
    walk(kind.parameters, "", 0)
    return paths
  }

  /// The path of a parameter by its last part or by the name that another tool has for it.
  func exactPath(of key: String) -> String? {
    let paths = paths
    return paths.first { $0.aliases.contains(key) }?.path ?? paths.first { $0.path.hasSuffix("." + key) }?.path
  }

  /// Whether a whole path, such as `lora.rank`, is a parameter's.
  func hasPath(_ path: String) -> Bool { paths.contains { $0.path == path } }

  /// The parameters whose names contain all words of a key, of which a shorter one says only a part: `batch` for `batch_size`.
  /// None when they are many, since then it could be any.
  func paths(containing key: String) -> [String] {
    let words = key.lowercased().split { "_- ".contains($0) }
    // Short words such as 'max' and 'of' are in too many names.
    guard !words.isEmpty, words.allSatisfy({ $0.count > 3 }) else { return [] }
    let found = paths.map(\.path).filter { path in
      let own = (path.split(separator: ".").last ?? "").split(separator: "_")
      return words.allSatisfy { own.contains($0) }
    }
    let own = found.filter { !$0.contains(".") }
    let best = own.isEmpty ? found : own
    return best.count <= 3 ? best : []
  }

  /// What a key that this kind does not know most likely stands for.
  func suggestion(for key: String) -> String? {
    let paths = paths
    if let alias = paths.first(where: { $0.aliases.contains(key) }) { return alias.path }
    if let nested = paths.first(where: { $0.path.hasSuffix("." + key) }) { return nested.path }
    let topLevel = paths.map(\.path).filter { !$0.contains(".") }
    if let near = didYouMean(key, among: topLevel + StageRegistry.reservedKeys) { return near }
    let near = didYouMean(key, among: paths.flatMap { [$0.path] + $0.aliases })
    return near.map { near in paths.first { $0.aliases.contains(near) }?.path ?? near }
  }
}

extension StageRegistry {
  /// The first kind with a parameter of this name, and its path there.
  public func parameter(named name: String) -> (kind: String, path: String)? { parameters(named: name).first }

  /// The kinds with a parameter that is known by its last part, or by the name another tool has for it, and its path there:
  /// `sft` and `lora.rank` for `lora_rank`.
  public func parameters(named name: String) -> [(kind: String, path: String)] {
    let name = name.split(separator: "-").joined(separator: "_")
    return kinds.compactMap { kind in
      guard let entry = entries[kind.name] else { return nil }
      if case .parameter? = entry.keys[name] { return (kind.name, name) }
      return entry.exactPath(of: name).map { (kind.name, $0) }
    }
  }
}
