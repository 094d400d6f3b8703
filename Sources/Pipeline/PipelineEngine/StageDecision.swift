import Artifacts
public import Diagnostics
public import JSON
import Platform

/// Why a stage runs, or does not. The set is closed.
public enum StageReason: Sendable, Hashable {
  /// An equal action was recorded and its artifact is intact, or the stage stands for a file of the user's.
  case cached
  /// An equal action is in a remote cache.
  case remote
  case neverBuilt
  case parameterChanged(name: String, old: JSONValue?, new: JSONValue?)
  /// The name is the input's as the recipe has it.
  case inputChanged(name: String)
  case implementationChanged
  case forced
  case artifactMissing
  /// A stage it reads from has to run first; if that one's output stays the same, this one is cached.
  case unknownUntilUpstream

  /// The case's name, for programs.
  public var code: String {
    switch self {
    case .cached: "cached"
    case .remote: "remote"
    case .neverBuilt: "neverBuilt"
    case .parameterChanged: "parameterChanged"
    case .inputChanged: "inputChanged"
    case .implementationChanged: "implementationChanged"
    case .forced: "forced"
    case .artifactMissing: "artifactMissing"
    case .unknownUntilUpstream: "unknownUntilUpstream"
    }
  }
}

/// A decision about one stage, with all that led to it.
public struct StageDecision: Sendable, Hashable {
  /// One difference between the key now and the key the stage last had.
  public struct Change: Sendable, Hashable {
    public var reason: StageReason
    /// Where the recipe has the new value.
    public var location: SourceLocation?

    public init(_ reason: StageReason, location: SourceLocation? = nil) {
      self.reason = reason
      self.location = location
    }
  }

  public var reason: StageReason
  /// Every difference found; `reason` is that of the first.
  public var changes: [Change]

  public init(_ reason: StageReason, changes: [Change] = []) {
    self.reason = reason
    self.changes = changes
  }

  init(changes: [Change]) {
    reason = changes.first?.reason ?? .neverBuilt
    self.changes = changes
  }

  public var isCached: Bool { reason == .cached }

  /// `train reran: train.learning_rate 1e-4 → 2e-4 (recipes/grace.yaml:31)`, one line for each change.
  /// - Parameter verb: `reran` of a stage that ran, `would rerun` in a plan.
  public func explanation(of stage: String, verb: String) -> [String] {
    switch reason {
    case .cached: return ["\(stage) is cached"]
    case .remote: return ["\(stage) is in a remote cache"]
    case .neverBuilt: return ["\(stage) \(Self.firstRun(verb))"]
    case .forced: return ["\(stage) \(verb): forced"]
    case .artifactMissing: return ["\(stage) \(verb): its artifact is missing or damaged"]
    case .unknownUntilUpstream: return ["\(stage) is decided after an earlier stage has run"]
    case .parameterChanged, .inputChanged, .implementationChanged:
      return changes.map { change in
        let place = change.location.map { " (\($0.file)\($0.line.map { ":\($0)" } ?? ""))" } ?? ""
        return "\(stage) \(verb): \(change.phrase(stage: stage))\(place)"
      }
    }
  }
}

extension StageDecision {
  /// "reran" makes no sense of a stage that ran for the first time.
  private static func firstRun(_ verb: String) -> String {
    switch verb {
    case "reruns": "runs for the first time"
    case "would rerun": "would run for the first time"
    case "reran": "ran for the first time"
    default: "\(verb), for the first time"
    }
  }
}

extension StageDecision.Change {
  func phrase(stage: String) -> String {
    switch reason {
    case .parameterChanged(let name, let old, let new):
      "\(stage).\(name) \(Self.text(old)) → \(Self.text(new))"
    case .inputChanged(let name): "input '\(name)' changed"
    case .implementationChanged: "this version of lorapipe computes it differently"
    default: reason.code
    }
  }

  /// Small rates are read as `1e-4`, as they are written in recipes.
  private static func text(_ value: JSONValue?) -> String {
    guard let value else { return "unset" }
    // A digest says no more in full than by its beginning.
    if let digest = value.stringValue.flatMap({ Digest($0) }) { return "\(digest.short)…" }
    guard case .number(let number) = value, number != 0, abs(number) < 1e-2 else {
      let text = value.text()
      return text.count <= 80 ? text : text.prefix(77) + "…"
    }
    var exponent = 0
    var digits = number
    while abs(digits) < 1 {
      digits *= 10
      exponent -= 1
    }
    // Scaling may have added a rounding error: only a spelling that reads back as the same number is shown.
    let text = digits == digits.rounded() ? "\(Int(digits))e\(exponent)" : "\(digits)e\(exponent)"
    return Double(text) == number ? text : "\(number)"
  }
}

extension StageDecision {
  public var json: JSONValue {
    var object = JSONObject()
    object["reason"] = .string(reason.code)
    if !changes.isEmpty { object["changes"] = .array(changes.map(\.json)) }
    return .object(object)
  }

  /// Reads what `json` wrote; unknown reasons of a newer version are `nil`.
  public init?(json: JSONValue) {
    let changes = (json["changes"]?.arrayValue ?? []).compactMap { StageDecision.Change(json: $0) }
    if let first = changes.first, first.reason.code == json["reason"]?.stringValue {
      self.init(changes: changes)
      return
    }
    let plain: [StageReason] = [
      .cached, .remote, .neverBuilt, .implementationChanged, .forced, .artifactMissing, .unknownUntilUpstream,
    ]
    guard let code = json["reason"]?.stringValue, let reason = plain.first(where: { $0.code == code }) else {
      return nil
    }
    self.init(reason, changes: changes)
  }
}

extension StageDecision.Change {
  var json: JSONValue {
    var object = JSONObject()
    object["reason"] = .string(reason.code)
    switch reason {
    case .parameterChanged(let name, let old, let new):
      object["name"] = .string(name)
      object["old"] = old
      object["new"] = new
    case .inputChanged(let name): object["name"] = .string(name)
    default: break
    }
    if let location {
      object["file"] = .string(location.file)
      object["line"] = location.line.map { .integer(Int64($0)) }
      object["column"] = location.column.map { .integer(Int64($0)) }
    }
    return .object(object)
  }

  init?(json: JSONValue) {
    let name = json["name"]?.stringValue ?? ""
    switch json["reason"]?.stringValue {
    case "parameterChanged": reason = .parameterChanged(name: name, old: json["old"], new: json["new"])
    case "inputChanged": reason = .inputChanged(name: name)
    case "implementationChanged": reason = .implementationChanged
    default: return nil
    }
    location = json["file"]?.stringValue.map {
      SourceLocation(file: $0, line: json["line"]?.intValue, column: json["column"]?.intValue)
    }
  }
}
