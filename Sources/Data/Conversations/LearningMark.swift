public import JSON

/// Which assistant turns are learned where a row does not say.
public enum LearnedTurns: String, Sendable, Hashable, CaseIterable {
  case all
  /// Only the last one of a conversation.
  case last
}

/// Whether a message says of itself that it is learned.
///
/// ms-swift writes `loss` (or `loss_scale`), OpenAI `weight`, Axolotl `train` or `training`; `loss_weight` is seen too.
public enum LearningMark {
  /// The members that say it, in the order they are looked for.
  public static let members = ["loss", "weight", "train", "training", "loss_weight", "loss_scale"]
  /// Members that ask for a part of a turn, which is not done.
  public static let partialMembers = ["train_detail", "training_detail", "loss_mask"]

  /// Why a mark cannot be heeded.
  public struct Problem: Error, Sendable, Hashable {
    /// To be read after the message's name: "says weight: 0.5".
    public var what: String
    public var remedy: String
  }

  /// What a message's members say; `nil` when they say nothing.
  /// - Throws: `Problem` for a weight other than 0 and 1, two marks that differ, and a mark of a part of a turn.
  public static func read(_ members: JSONObject) throws(Problem) -> Bool? {
    for name in partialMembers where members[name].map({ !$0.isNull }) ?? false {
      throw Problem(
        what: "has '\(name)': parts of a turn cannot be left out of the loss",
        remedy: "Mark whole turns with loss: true or loss: false.")
    }
    var found: (name: String, value: Bool)?
    for name in Self.members {
      guard let value = members[name], !value.isNull else { continue }
      let mark = try read(value, name)
      if let found, found.value != mark {
        throw Problem(
          what: "says \(found.name): \(members[found.name]?.text() ?? "") and \(name): \(value.text())",
          remedy: "Leave one of them out.")
      }
      found = (name, mark)
    }
    return found?.value
  }

  private static func read(_ value: JSONValue, _ name: String) throws(Problem) -> Bool {
    if let mark = value.boolValue { return mark }
    switch value.doubleValue {
    case 0: return false
    case 1: return true
    default:
      throw Problem(
        what: "says \(name): \(value.text()): a turn is learned whole or not at all",
        remedy: "Write true or 1, or false or 0.")
    }
  }
}
