import JSON
import Recipes

/// Says in what two key documents of one stage differ.
struct KeyComparison {
  let stage: RecipeStage
  /// The stage's inputs in the order of the key.
  let inputs: [InputReference]

  /// Every difference: implementation first, then parameters, then inputs.
  func changes(from old: JSONValue, to new: JSONValue) -> [StageDecision.Change] {
    var changes: [StageDecision.Change] = []
    if old["kind"] != new["kind"] {
      changes.append(parameter("kind", old["kind"], new["kind"]))
    } else if old["version"] != new["version"] {
      changes.append(.init(.implementationChanged, location: stage.location))
    }
    let before = flattened(old["parameters"] ?? .null)
    let after = flattened(new["parameters"] ?? .null)
    changes += compared(before, after, prefix: "")
    changes += compared(["seed": Self.number(old["seed"])], ["seed": Self.number(new["seed"])], prefix: "")
    changes += compared(flattened(old["env"] ?? [:]), flattened(new["env"] ?? [:]), prefix: "env.")
    changes += compared(flattened(old["resolved"] ?? [:]), flattened(new["resolved"] ?? [:]), prefix: "")
    changes += inputChanges(old["inputs"]?.arrayValue ?? [], new["inputs"]?.arrayValue ?? [])
    return changes
  }

  /// A key holds a seed as text, for it may have 64 bits; people wrote a number.
  private static func number(_ seed: JSONValue?) -> JSONValue? {
    seed?.stringValue.flatMap { Int64($0) }.map { .integer($0) } ?? seed
  }

  private func parameter(_ name: String, _ old: JSONValue?, _ new: JSONValue?) -> StageDecision.Change {
    .init(.parameterChanged(name: name, old: old, new: new), location: stage.location(of: name))
  }

  private func compared(
    _ old: [String: JSONValue?], _ new: [String: JSONValue?], prefix: String
  ) -> [StageDecision.Change] {
    Set(old.keys).union(new.keys).sorted().compactMap { name in
      let before = old[name] ?? nil
      let after = new[name] ?? nil
      return before == after ? nil : parameter(prefix + name, before, after)
    }
  }

  private func inputChanges(_ old: [JSONValue], _ new: [JSONValue]) -> [StageDecision.Change] {
    guard old != new else { return [] }
    var changed: [StageDecision.Change] = []
    for (index, input) in inputs.enumerated() where index < new.count {
      if old.count == new.count ? old[index] != new[index] : !old.contains(new[index]) {
        changed.append(.init(.inputChanged(name: input.text), location: input.location ?? stage.location))
      }
    }
    if changed.isEmpty {
      // Only fewer of them, or the same in another order.
      let role = new.first?.arrayValue?.first?.stringValue ?? old.first?.arrayValue?.first?.stringValue ?? "inputs"
      changed.append(.init(.inputChanged(name: role), location: stage.location(of: role)))
    }
    return changed
  }
}

/// Members of nested objects by dotted path; lists stay whole. An empty object is a value.
func flattened(_ value: JSONValue, prefix: String = "") -> [String: JSONValue?] {
  guard case .object(let object) = value, !object.isEmpty else { return prefix.isEmpty ? [:] : [prefix: value] }
  var result: [String: JSONValue?] = [:]
  for (key, member) in object {
    result.merge(flattened(member, prefix: prefix.isEmpty ? key : prefix + "." + key)) { first, _ in first }
  }
  return result
}
