import Glibc
public import JSON
import Platform

/// What `eval` puts out: `report.json`, and `samples.jsonl` with one answer a line.
public struct EvaluationReport: Sendable, Hashable {
  /// Token-weighted figures of one model on one set of rows.
  public struct Measure: Sendable, Hashable {
    /// Mean cross-entropy of a labeled token, in nats.
    public var loss: Double
    /// Share of labeled tokens that were the model's first choice.
    public var accuracy: Double
    public var labels: Int
    public var rows: Int

    public init(loss: Double, accuracy: Double, labels: Int, rows: Int) {
      self.loss = loss
      self.accuracy = accuracy
      self.labels = labels
      self.rows = rows
    }

    public var json: JSONValue {
      [
        "loss": .number(loss), "perplexity": .number(EvaluationReport.exponential(loss)), "accuracy": .number(accuracy),
        "labels": .integer(Int64(labels)), "rows": .integer(Int64(rows)),
      ]
    }

    init?(json: JSONValue) {
      guard let loss = json["loss"]?.doubleValue, let accuracy = json["accuracy"]?.doubleValue else { return nil }
      self.init(
        loss: loss, accuracy: accuracy, labels: json["labels"]?.intValue ?? 0, rows: json["rows"]?.intValue ?? 0)
    }
  }

  /// One probe's answers.
  public struct Sample: Sendable, Hashable {
    public var group: String
    public var turns: [String]
    /// The base's last answer, and whether it was what was asked for.
    public var base: String?
    public var baseIsRight: Bool?
    public var tuned: String?
    public var tunedIsRight: Bool?
    /// Whether the tuned model answered with its identity although the question was about something else; `nil` for
    /// probes of identity, and where no identity is probed.
    public var isOverGeneral: Bool?
    /// Whether an answer is right as soon as it leaves the identity out: that says nothing of what else is in it.
    public var asksForSilence = false

    public init(group: String, turns: [String]) {
      self.group = group
      self.turns = turns
    }

    public var json: JSONValue {
      var object = JSONObject([("group", .string(group)), ("ask", .array(turns.map { .string($0) }))])
      if let base { object["base"] = .string(base) }
      if let baseIsRight { object["base_right"] = .bool(baseIsRight) }
      if let tuned { object["tuned"] = .string(tuned) }
      if let tunedIsRight { object["tuned_right"] = .bool(tunedIsRight) }
      if let isOverGeneral { object["over_general"] = .bool(isOverGeneral) }
      if asksForSilence { object["asks_for_silence"] = true }
      return .object(object)
    }

    init?(json: JSONValue) {
      guard let group = json["group"]?.stringValue, let turns = json["ask"]?.arrayValue?.compactMap(\.stringValue)
      else { return nil }
      self.init(group: group, turns: turns)
      base = json["base"]?.stringValue
      baseIsRight = json["base_right"]?.boolValue
      tuned = json["tuned"]?.stringValue
      tunedIsRight = json["tuned_right"]?.boolValue
      isOverGeneral = json["over_general"]?.boolValue
      asksForSilence = json["asks_for_silence"]?.boolValue ?? false
    }
  }

  /// By `all`, `domain`, `general`.
  public var base: [String: Measure] = [:]
  public var tuned: [String: Measure] = [:]
  public var samples: [Sample] = []

  public init() {}

  /// Right answers and probes of a group without those below it, for base or tuned.
  public func score(_ group: String, tuned isTuned: Bool) -> (right: Int, asked: Int) {
    let verdicts = samples.filter { $0.group == group }.compactMap { isTuned ? $0.tunedIsRight : $0.baseIsRight }
    return (verdicts.filter { $0 }.count, verdicts.count)
  }

  /// The same of those probes of a group that ask for silence about the identity, or of those that do not.
  public func score(_ group: String, tuned isTuned: Bool, askingForSilence: Bool) -> (right: Int, asked: Int) {
    var part = self
    part.samples = samples.filter { $0.asksForSilence == askingForSilence }
    return part.score(group, tuned: isTuned)
  }

  /// The same of a group and those below it: `identity` takes in `identity.zh`.
  func scoreWithSubgroups(_ group: String, tuned isTuned: Bool = true) -> (right: Int, asked: Int) {
    groups.filter { Self.covers(group, $0) }.map { score($0, tuned: isTuned) }
      .reduce((0, 0)) { ($0.0 + $1.right, $0.1 + $1.asked) }
  }

  /// The groups, each after those that it is a part of: `identity`, `identity.zh`, also where no probe is of `identity`
  /// itself.
  private var groupsWithParents: [String] {
    var names: [String] = []
    for group in groups {
      let parts = group.split(separator: ".", omittingEmptySubsequences: false)
      for count in 1...parts.count {
        let name = parts.prefix(count).joined(separator: ".")
        if !name.isEmpty, !names.contains(name) { names.append(name) }
      }
    }
    return names
  }

  static func covers(_ group: String, _ other: String) -> Bool { other == group || other.hasPrefix(group + ".") }

  /// In the order they first occur.
  public var groups: [String] {
    var groups: [String] = []
    for sample in samples where !groups.contains(sample.group) { groups.append(sample.group) }
    return groups
  }

  static let learned = "learned"
  static let knownBefore = "known_before"
  static let generalLossChange = "general_loss_change"
  static let overGeneralization = "over_generalization"

  /// Every figure by name, in a fixed order: what is recorded, compared and asserted.
  ///
  /// Those of a group of probes count the groups below it, weighted by their probes; `probes.general` is how many it has.
  /// `learned` is the share of probes answered rightly in the group `identity` and those below it (`identity.zh`), of
  /// those that the base did not answer rightly; `known_before` the share that it did; `over_generalization` the share of
  /// the other probes that were answered with the identity; `general_loss_change` the change of the loss on general rows
  /// relative to the base's.
  public var metrics: [(name: String, value: Double)] {
    var list: [(name: String, value: Double)] = []
    for part in ["all", "domain", "general"] {
      for (label, measures) in [("base", base), ("tuned", tuned)] {
        guard let measure = measures[part] else { continue }
        let prefix = part == "all" ? label : "\(label).\(part)"
        list.append(("\(prefix).loss", measure.loss))
        list.append(("\(prefix).perplexity", Self.exponential(measure.loss)))
        list.append(("\(prefix).accuracy", measure.accuracy))
      }
    }
    for group in groupsWithParents {
      var count = 0
      for (label, isTuned) in [("base", false), ("tuned", true)] {
        let score = scoreWithSubgroups(group, tuned: isTuned)
        if score.asked > 0 { list.append(("\(label).probes.\(group)", Double(score.right) / Double(score.asked))) }
        count = max(count, score.asked)
      }
      if count > 0 { list.append(("probes.\(group)", Double(count))) }
    }
    let identity = groups.filter { Self.covers("identity", $0) }
    let own = Set(identity.isEmpty ? Array(groups.prefix(1)) : identity)
    let judged = samples.filter { own.contains($0.group) && $0.tunedIsRight != nil }
    func share(_ part: Int, of whole: Int) -> Double { Double(part) / Double(whole) }
    // What the base knew was not learned.
    let new = judged.filter { $0.baseIsRight != true }
    if !new.isEmpty { list.append((Self.learned, share(new.filter { $0.tunedIsRight == true }.count, of: new.count))) }
    let compared = judged.filter { $0.baseIsRight != nil }
    if !compared.isEmpty {
      list.append((Self.knownBefore, share(compared.filter { $0.baseIsRight == true }.count, of: compared.count)))
    }
    let others = samples.compactMap(\.isOverGeneral)
    if !others.isEmpty { list.append((Self.overGeneralization, share(others.filter { $0 }.count, of: others.count))) }
    if let before = base["general"], let after = tuned["general"], before.loss > 0 {
      list.append((Self.generalLossChange, (after.loss - before.loss) / before.loss))
    }
    return list
  }

  private func table(_ measures: [String: Measure]) -> JSONValue {
    .object(JSONObject(measures.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
  }

  public var json: JSONValue {
    [
      "format": "lorapipe-report", "version": 1, "base": table(base), "tuned": table(tuned),
      "metrics": .object(JSONObject(metrics.map { ($0.name, .number($0.value)) })),
    ]
  }

  public func write(folder: String) throws {
    try FileSystem.replace(folder + "/report.json", with: json.bytes(.pretty) + [0x0A])
    var lines: [UInt8] = []
    for sample in samples { lines += sample.json.bytes() + [0x0A] }
    try FileSystem.replace(folder + "/samples.jsonl", with: lines)
  }

  /// Reads a report back; `nil` when the folder holds none.
  public static func read(folder: String) throws -> EvaluationReport? {
    guard let bytes = try FileSystem.readIfPresent(folder + "/report.json"), let json = try? JSONValue(parsing: bytes)
    else { return nil }
    var report = EvaluationReport()
    for (name, value) in json["base"]?.objectValue ?? JSONObject() { report.base[name] = Measure(json: value) }
    for (name, value) in json["tuned"]?.objectValue ?? JSONObject() { report.tuned[name] = Measure(json: value) }
    let lines = try FileSystem.readIfPresent(folder + "/samples.jsonl") ?? []
    report.samples = lines.split(separator: 0x0A).compactMap {
      (try? JSONValue(parsing: $0)).flatMap(Sample.init(json:))
    }
    return report
  }

  static func exponential(_ value: Double) -> Double { Glibc.exp(value) }
}
