public import Diagnostics
public import JSON
public import PipelineEngine
import Platform

/// What people attach to a run: tags that many runs may have, aliases that one run has at a time, and a note.
public struct RunLabels: Sendable, Hashable {
  public var tags: [String]
  /// Names such as `production`, which stand for the run wherever a run is named.
  public var aliases: [String]
  public var note: String?

  public init(tags: [String] = [], aliases: [String] = [], note: String? = nil) {
    self.tags = tags
    self.aliases = aliases
    self.note = note
  }

  public var isEmpty: Bool { tags.isEmpty && aliases.isEmpty && note == nil }

  public var json: JSONValue {
    var object = JSONObject()
    object["tags"] = .array(tags.map { .string($0) })
    object["aliases"] = .array(aliases.map { .string($0) })
    object["note"] = note.map { .string($0) }
    return .object(object)
  }

  init?(json: JSONValue) {
    guard let tags = json["tags"]?.arrayValue, let aliases = json["aliases"]?.arrayValue else { return nil }
    self.init(
      tags: tags.compactMap(\.stringValue), aliases: aliases.compactMap(\.stringValue), note: json["note"]?.stringValue)
  }

  /// Characters of a note, at most.
  public static let longestNote = 4000
  private static let longestName = 64

  /// - Throws: `bad-label` for a text that is no tag or alias.
  static func check(_ name: String, isAlias: Bool) throws(Diagnostic) {
    let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) }
    let reserved = ["latest", "previous"]
    guard isPlain, !name.isEmpty, name.count <= longestName, !name.hasPrefix("-") else {
      throw Diagnostic(
        code: "bad-label", isAlias ? "'\(name)' cannot be an alias" : "'\(name)' cannot be a tag",
        remedy: "use letters, digits, '.', '_' and '-', at most \(longestName)")
    }
    guard !isAlias || !reserved.contains(name) && !RunID.isValid(name) else {
      throw Diagnostic(
        code: "bad-label", "'\(name)' cannot be an alias: it already means a run", remedy: "choose another name")
    }
  }
}

extension RunsDirectory {
  /// Beside what a run recorded, so that a database made again has it too.
  private func labelsPath(_ run: String) -> String { runPath(run) + "/labels.json" }

  func labels(of run: String) -> RunLabels? {
    guard let bytes = (try? FileSystem.readIfPresent(labelsPath(run))) ?? nil else { return nil }
    return (try? JSONValue(parsing: bytes)).flatMap { RunLabels(json: $0) }
  }

  fileprivate func write(_ labels: RunLabels, of run: String) throws(Diagnostic) {
    try FileSystem.replace(labelsPath(run), with: labels.json.bytes(), durably: true)
  }
}

extension RunDatabase {
  public func labels(of run: String) throws(Diagnostic) -> RunLabels {
    try perform { connection throws(Diagnostic) in try Self.labels(of: run, connection) }
  }

  static func labels(of run: String, _ connection: SQLiteConnection) throws(Diagnostic) -> RunLabels {
    RunLabels(
      tags: try connection.rows("SELECT tag FROM run_tags WHERE run = ? ORDER BY tag", [.text(run)]) {
        $0.text(0) ?? ""
      },
      aliases: try connection.rows("SELECT alias FROM run_aliases WHERE run = ? ORDER BY alias", [.text(run)]) {
        $0.text(0) ?? ""
      },
      note: try connection.rows("SELECT note FROM run_notes WHERE run = ?", [.text(run)]) { $0.text(0) ?? "" }.first)
  }

  /// Changes the labels of a run, in the database and in its folder. An alias given to it is taken from the run that had it.
  /// - Returns: the labels as they are now, and the runs that lost an alias.
  /// - Throws: `bad-label`, `label-taken` for an alias that is a recipe's name.
  @discardableResult
  public func changeLabels(
    of run: String, in runs: RunsDirectory, _ change: (inout RunLabels) -> Void
  ) throws(Diagnostic) -> (labels: RunLabels, losers: [String]) {
    var outcome = (labels: RunLabels(), losers: [String]())
    // From the reading to the files in the folders: what another process writes comes before or after, never between.
    try transaction { connection throws(Diagnostic) in
      let before = try Self.labels(of: run, connection)
      let labels = try Self.checked(before, change, connection)
      var losers: Set<String> = []
      for alias in labels.aliases {
        if let holder = try Self.run(withAlias: alias, connection), holder != run { losers.insert(holder) }
      }
      try Self.store(labels, of: run, connection)
      try runs.write(labels, of: run)
      for loser in losers { try runs.write(Self.labels(of: loser, connection), of: loser) }
      outcome = (labels, losers.sorted())
    }
    return outcome
  }

  /// Labels after a change, in the form that is stored.
  private static func checked(
    _ before: RunLabels, _ change: (inout RunLabels) -> Void, _ connection: SQLiteConnection
  ) throws(Diagnostic) -> RunLabels {
    var labels = before
    change(&labels)
    labels.tags = Set(labels.tags).sorted()
    labels.aliases = Set(labels.aliases).sorted()
    for tag in labels.tags where !before.tags.contains(tag) { try RunLabels.check(tag, isAlias: false) }
    for alias in labels.aliases where !before.aliases.contains(alias) {
      try RunLabels.check(alias, isAlias: true)
      guard try !isRecipe(alias, connection) else {
        throw Diagnostic(
          code: "label-taken", "'\(alias)' is the name of a recipe, so it already means the newest run of that recipe",
          remedy: "choose another alias")
      }
    }
    if let note = labels.note, note.count > RunLabels.longestNote {
      throw Diagnostic(
        code: "bad-label", "the note has \(note.count) characters, more than \(RunLabels.longestNote)",
        remedy: "shorten it")
    }
    if labels.note?.isEmpty == true { labels.note = nil }
    return labels
  }

  /// Takes in the labels that lie in a run's folder.
  func takeInLabels(of run: String, _ runs: RunsDirectory) throws(Diagnostic) {
    guard let labels = runs.labels(of: run) else { return }
    try transaction { connection throws(Diagnostic) in try Self.store(labels, of: run, connection) }
  }

  private static func store(
    _ labels: RunLabels, of run: String, _ connection: SQLiteConnection
  ) throws(Diagnostic) {
    for table in ["run_tags", "run_aliases", "run_notes"] {
      try connection.run("DELETE FROM \(table) WHERE run = ?", [.text(run)])
    }
    for tag in labels.tags { try connection.put("run_tags", ["run": .text(run), "tag": .text(tag)]) }
    for alias in labels.aliases { try connection.put("run_aliases", ["alias": .text(alias), "run": .text(run)]) }
    if let note = labels.note { try connection.put("run_notes", ["run": .text(run), "note": .text(note)]) }
  }

  private static func isRecipe(_ name: String, _ connection: SQLiteConnection) throws(Diagnostic) -> Bool {
    try !connection.rows("SELECT 1 FROM runs WHERE recipe = ?1 OR label = ?1 LIMIT 1", [.text(name)]) { _ in true }
      .isEmpty
  }

  func run(withAlias alias: String) throws(Diagnostic) -> String? {
    try perform { connection throws(Diagnostic) in try Self.run(withAlias: alias, connection) }
  }

  private static func run(withAlias alias: String, _ connection: SQLiteConnection) throws(Diagnostic) -> String? {
    try connection.rows("SELECT run FROM run_aliases WHERE alias = ?", [.text(alias)]) { $0.text(0) ?? "" }.first
  }

  /// All labels, by run.
  func allLabels() throws(Diagnostic) -> [String: RunLabels] {
    try perform { connection throws(Diagnostic) in
      var all: [String: RunLabels] = [:]
      try connection.query("SELECT run, tag FROM run_tags ORDER BY tag") {
        all[$0.text(0) ?? "", default: RunLabels()].tags.append($0.text(1) ?? "")
      }
      try connection.query("SELECT run, alias FROM run_aliases ORDER BY alias") {
        all[$0.text(0) ?? "", default: RunLabels()].aliases.append($0.text(1) ?? "")
      }
      try connection.query("SELECT run, note FROM run_notes") {
        all[$0.text(0) ?? "", default: RunLabels()].note = $0.text(1)
      }
      return all
    }
  }
}
