import YAML

/// Keys of a stage that stand in the column of its name, so that YAML reads each of them as a stage.
struct StrayKeys {
  /// The stage that they belong to.
  private var stage: YAMLPair
  private var keys: [YAMLPair]

  /// The stages, each with the keys that stand beside it put inside; reports what had to be moved.
  static func gathered(_ pairs: [YAMLPair], _ session: LoadSession) -> [YAMLPair] {
    let strays = all(in: pairs, session)
    guard !strays.isEmpty else { return pairs }
    for stray in strays { stray.report(session) }
    return pairs.compactMap { pair in
      if strays.contains(where: { $0.keys.contains(pair) }) { return nil }
      guard let stray = strays.first(where: { $0.stage == pair }) else { return pair }
      var whole = pair
      whole.value = YAMLNode(.mapping((pair.value.pairs ?? []) + stray.keys), mark: pair.value.mark)
      return whole
    }
  }

  private static func all(in pairs: [YAMLPair], _ session: LoadSession) -> [StrayKeys] {
    var found: [StrayKeys] = []
    var last: YAMLPair?
    for pair in pairs {
      guard pair.value["kind"] == nil, let stage = last, isKey(pair.key, session) else {
        last = pair
        continue
      }
      if found.last?.stage == stage {
        found[found.count - 1].keys.append(pair)
      } else {
        found.append(StrayKeys(stage: stage, keys: [pair]))
      }
    }
    // A single one may be a stage of that name which lacks something else.
    return found.filter { stray in
      stray.keys.contains { $0.key == "kind" } || stray.stage.value.scalar?.value == .null && stray.keys.count > 1
    }
  }

  /// Whether a word is a key of some kind of stage.
  private static func isKey(_ word: String, _ session: LoadSession) -> Bool {
    StageRegistry.reservedKeys.contains(word)
      || session.registry.kinds.contains { session.registry.entries[$0.name]?.keys[word] != nil }
  }

  private func report(_ session: LoadSession) {
    let words = keys.map { "'\($0.key)'" }.joined(separator: ", ")
    session.report(
      "stray-keys", "\(words) must stand inside stage '\(stage.key)', not beside it", at: keys[0].keyMark,
      remedy: "indent every line of the stage deeper than '\(stage.key):'")
  }
}
