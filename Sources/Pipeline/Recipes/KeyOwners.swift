import Diagnostics

/// Where a key belongs that stands in the wrong place: every kind that knows it, those first that the recipe uses.
struct KeyOwners {
  /// Names of kinds.
  var kinds: [String]
  /// The key's path in them, such as `lora.rank`.
  var path: String
  /// The recipe's own stages of these kinds.
  var stages: [String]

  /// - Parameters:
  ///   - name: a key, its last part, or the name that another tool has for it.
  ///   - here: the kind of the stage that the key stands in, which is no answer.
  ///   - written: the recipe's stages with their kinds.
  init?(of name: String, except here: String?, registry: StageRegistry, written: [(name: String, kind: String)]) {
    var found = registry.parameters(named: name)
    if found.isEmpty, let input = registry.input(named: name) { found = [input] }
    found.removeAll { $0.kind == here }
    // Which of two stages of one recipe comes first is known; what other kinds there are comes after them.
    var ordered: [(kind: String, path: String)] = []
    for kind in written.map({ $0.kind }) + found.map({ $0.kind }) where !ordered.contains(where: { $0.kind == kind }) {
      ordered += found.filter { $0.kind == kind }
    }
    guard let first = ordered.first else { return nil }
    path = first.path
    let owners = ordered.filter { $0.path == first.path }.map { $0.kind }
    kinds = owners
    stages = written.filter { owners.contains($0.kind) }.map { $0.name }
  }

  /// What to do about the key.
  /// - Parameter key: as it is written.
  func remedy(for key: String) -> String {
    let kinds = kinds.joined(separator: ", ")
    let here = stages.listed(4)
    if path == key {
      return here.isEmpty
        ? "'\(key)' belongs to a stage of kind \(kinds)"
        : "'\(key)' belongs to a stage of kind \(kinds); in this recipe: \(here)"
    }
    return here.isEmpty
      ? "it is called '\(path)', and belongs to a stage of kind \(kinds)"
      : "it is called '\(path)', and belongs to a stage of kind \(kinds); in this recipe: \(here)"
  }
}
