import Diagnostics
public import JSON
import Recipes

/// What a translation has gathered so far: values by their path in the recipe, and what became of every other key.
struct RecipeDraft {
  let job: ForeignJob
  private(set) var values: [String: JSONValue] = [:]
  private(set) var translated: [String] = []
  private(set) var notNeeded: [ImportRemark] = []
  private(set) var differing: [ImportRemark] = []
  private(set) var unknown: [ImportRemark] = []

  private static let tables: Set<String> = ["embed_tokens", "lm_head"]
  private static let layers: Set<String> = tables.union([
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
  ])

  init(job: ForeignJob) { self.job = job }

  subscript(path: String) -> JSONValue? {
    get { values[path] }
    set { values[path] = newValue }
  }

  mutating func take(_ setting: ForeignSetting) { translated.append(setting.key) }

  mutating func leaveOut(_ setting: ForeignSetting, _ reason: String) {
    notNeeded.append(ImportRemark(key: setting.key, value: setting.value, line: setting.line, reason: reason))
  }

  mutating func differ(_ setting: ForeignSetting, _ reason: String) {
    differing.append(ImportRemark(key: setting.key, value: setting.value, line: setting.line, reason: reason))
  }

  /// Lists the settings that are read together with others and of which nothing has been said so far, so that none is
  /// lost without a word.
  mutating func nameTheRest(obeyed: Set<String>) {
    let named = Set(translated + (notNeeded + differing + unknown).map(\.key))
    for setting in job.settings where !named.contains(setting.key) && !obeyed.contains(setting.key) {
      // An object that the script builds elsewhere says nothing that could be read.
      if setting.value.stringValue?.hasPrefix("<") ?? false { continue }
      if setting.value.isOff { leaveOut(setting, "it is off") } else { doesNotKnow(setting) }
    }
  }

  mutating func doesNotKnow(_ setting: ForeignSetting) {
    unknown.append(ImportRemark(key: setting.key, value: setting.value, line: setting.line, reason: ""))
  }

  /// Writes a value where the recipe has it, or says why it cannot be written.
  mutating func translate(_ setting: ForeignSetting, to path: String, _ conversion: Conversion) throws {
    let value = setting.value
    switch conversion {
    case .same:
      // A script that computes a number gives no number to read.
      guard let plain = Self.plain(value) else {
        return differ(setting, "its value is not a plain number; write one")
      }
      values[path] = plain
    case .text:
      guard let text = value.settingText else { return differ(setting, "its value is not a plain text; write one") }
      values[path] = .string(text)
    case .count:
      guard let count = value.settingNumber, count >= 1, count < 1e9 else {
        return leaveOut(setting, value.settingNumber.map { $0 > 0 } ?? false ? Reason.everyCheckpoint : "it is off")
      }
      values[path] = .integer(Int64(count))
    case .warmup:
      guard let steps = value.settingNumber, steps > 0, steps < 1e9 else { return leaveOut(setting, "it is off") }
      if steps < 1 {
        values[path + ".warmup_ratio"] = .number(steps)
      } else {
        values[path + ".warmup_steps"] = .integer(Int64(steps))
      }
    case .schedule:
      let known = [
        "cosine": "cosine", "linear": "linear", "constant": "constant", "constant_with_warmup": "constant",
        "cosine_with_restarts": "cosine", "cosine_with_min_lr": "cosine",
      ]
      let name = value.settingText ?? ""
      guard let kind = known[name] else {
        values[path] = "cosine"
        return differ(setting, "the schedule '\(name)' does not exist here; cosine takes its place")
      }
      values[path] = .string(kind)
      if kind != name, name != "constant_with_warmup" {
        return differ(setting, "the rate falls once, as \(kind), to zero")
      }
    case .targets:
      // peft takes a text with anything but names in it for a regular expression.
      if let text = value.stringValue, text.contains(where: { "\\*+?[](){}|^$".contains($0) }) {
        values[path] = ["pattern": .string(text)]
        break
      }
      let names = value.settingTexts.flatMap { $0.split(separator: ",").map { String($0).trimmed } }
      if names.contains("all") || names.contains("all-linear") {
        let tables = names.filter { Self.tables.contains($0) }
        values[path] =
          tables.isEmpty ? "all-linear" : .array((["all-linear"] + tables).map { .string($0) })
        if names.count > 1 + tables.count { return differ(setting, "the linear layers alone get an adapter") }
      } else if let other = names.first(where: { !Self.layers.contains($0) }) {
        throw job.error(
          "import-other-job", "this job puts adapters on '\(other)'", at: setting,
          remedy: "name layers among \(Self.layers.sorted().joined(separator: ", ")); all-linear names them all")
      } else {
        values[path] = .array(names.map { .string($0) })
      }
    case .longRows:
      let known = ["delete": "drop", "drop": "drop", "right": "truncate", "truncate": "truncate", "raise": "error"]
      let name = value.settingText ?? ""
      guard let choice = known[name] else {
        return differ(setting, "'\(name)' does not exist here; longer rows are left out")
      }
      values[path] = .string(choice)
    }
    take(setting)
  }

  /// A finite number or a truth value, which a file may also spell as text; `nil` for anything else.
  private static func plain(_ value: JSONValue) -> JSONValue? {
    if value.boolValue != nil { return value }
    guard let text = value.stringValue else {
      guard let number = value.doubleValue, number.isFinite else { return nil }
      return value
    }
    switch text.lowercased() {
    case "true": return true
    case "false": return false
    default: break
    }
    if let integer = Int64(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { return nil }
    return .number(number)
  }
}

/// A key that the recipe does not have, and why.
public struct ImportRemark: Sendable, Hashable {
  public var key: String
  public var value: JSONValue
  /// 1-based line in the imported file.
  public var line: Int
  public var reason: String
}
