import Artifacts
public import Datasets
public import JSON
import PipelineEngine
import Platform
import Recipes
public import RunHistory

/// What a run was trained on: rows by role and source, languages, lengths, tokens.
public struct DataCard: Sendable, Hashable {
  /// A source of the mix.
  public struct Source: Sendable, Hashable {
    /// As the recipe names it.
    public var name: String
    /// `domain` or `general`.
    public var role: String
    public var rows: Int
    public var validationRows: Int
  }

  /// The stage that chose the rows.
  public var stage: String
  public var sources: [Source] = []
  public var train: Int?
  public var validation: Int?
  /// General rows to one domain row.
  public var ratio: Double?
  public var duplicates: Int?
  public var nearDuplicates: Int?
  /// Validation rows with a question that is also learned.
  public var validationSeen: Int?
  /// Flaws of the chosen rows, as `data lint` finds them, with how many rows have each; errors first.
  public var findings: [(flaw: RowFlaw, rows: Int)] = []
  /// Rows by language, the most first.
  public var languages: [(name: String, rows: Int)] = []
  /// In characters.
  public var medianLength: Int?
  public var p95Length: Int?
  public var longest: Int?
  /// Of the stage that made tokens of the rows.
  public var tokens: Int?
  public var labels: Int?
  public var longestInTokens: Int?
  /// What was left out, cut or never used, with its count: `rows.cut`.
  public var losses: [(name: String, rows: Int)] = []

  public static func == (left: DataCard, right: DataCard) -> Bool { left.json == right.json }
  public func hash(into hasher: inout Hasher) { hasher.combine(json) }

  /// - Returns: `nil` when no stage of the run chose rows.
  init?(_ stages: [StageFacts], recipe: Recipe?, selection: (Digest) -> DatasetSelection?) {
    func count(_ stage: StageFacts, _ name: String) -> Int? { stage.metrics[name]?.intValue }
    // Which kind of stage chose rows is known by its figures, so that a kind to come is seen too.
    guard let mix = stages.first(where: { count($0, "rows.train") != nil }) else { return nil }
    stage = mix.entry.stage
    train = count(mix, "rows.train")
    validation = count(mix, "rows.validation")
    ratio = mix.metrics["ratio"]?.doubleValue
    duplicates = count(mix, "duplicates")
    nearDuplicates = count(mix, "near_duplicates")
    validationSeen = count(mix, "validation.seen")
    findings = RowFlaw.all.compactMap { flaw in
      count(mix, "findings." + flaw.code).flatMap { $0 > 0 ? (flaw, $0) : nil }
    }.sorted { ($0.flaw.level.weight, $0.rows) > ($1.flaw.level.weight, $1.rows) }
    medianLength = count(mix, "length.median")
    p95Length = count(mix, "length.p95")
    longest = count(mix, "length.maximum")
    languages = mix.metrics.compactMap { name, value in
      guard name.hasPrefix("language."), let rows = value.intValue, rows > 0 else { return nil }
      return (String(name.dropFirst("language.".count)), rows)
    }.sorted { ($1.rows, $0.name) < ($0.rows, $1.name) }
    if let tokenized = stages.first(where: { count($0, "train.tokens") != nil }) {
      tokens = count(tokenized, "train.tokens")
      labels = count(tokenized, "train.labels")
      longestInTokens = count(tokenized, "rows.longest")
      losses += Self.losses(tokenized)
    }
    losses = Self.losses(mix) + losses
    sources = Self.sources(mix, recipe: recipe, selection: mix.entry.artifact.flatMap(selection))
  }

  private static func losses(_ stage: StageFacts) -> [(name: String, rows: Int)] {
    ["rows.bad", "duplicates.removed", "rows.cut"].compactMap { name in
      stage.metrics[name]?.intValue.map { (name, $0) }
    }.filter { $0.1 > 0 }
      + stage.metrics.compactMap { name, value in
        guard name.hasPrefix("rows.dropped."), let rows = value.intValue, rows > 0 else { return nil }
        return (name, rows)
      }
  }

  /// A mix calls its sources by role and number; the recipe has their names in the same order.
  private static func sources(_ mix: StageFacts, recipe: Recipe?, selection: DatasetSelection?) -> [Source] {
    guard let selection else { return [] }
    let inputs = recipe?.stage(mix.entry.stage)?.inputs ?? []
    var train = selection.sources.map { _ in 0 }
    var validation = train
    for row in selection.train where train.indices.contains(row.source) { train[row.source] += 1 }
    for row in selection.validation where validation.indices.contains(row.source) { validation[row.source] += 1 }
    return selection.sources.enumerated().map { index, source in
      let name = inputs.indices.contains(index) ? inputs[index].text : source.name
      return Source(
        name: name, role: source.role.rawValue, rows: train[index] + validation[index],
        validationRows: validation[index])
    }
  }

  public var json: JSONValue {
    var object = JSONObject([("stage", .string(stage))])
    func put(_ name: String, _ value: Int?) { object[name] = value.map { .integer(Int64($0)) } }
    put("train", train)
    put("validation", validation)
    object["ratio"] = ratio.map { .number($0) }
    put("duplicates", duplicates)
    put("near_duplicates", nearDuplicates)
    put("validation_seen", validationSeen)
    object["findings"] = .object(JSONObject(findings.map { ($0.flaw.code, .integer(Int64($0.rows))) }))
    put("length_median", medianLength)
    put("length_p95", p95Length)
    put("length_maximum", longest)
    put("tokens", tokens)
    put("labels", labels)
    put("longest_in_tokens", longestInTokens)
    object["languages"] = .object(JSONObject(languages.map { ($0.name, .integer(Int64($0.rows))) }))
    object["losses"] = .object(JSONObject(losses.map { ($0.name, .integer(Int64($0.rows))) }))
    object["sources"] = .array(
      sources.map {
        [
          "name": .string($0.name), "role": .string($0.role), "rows": .integer(Int64($0.rows)),
          "validation": .integer(Int64($0.validationRows)),
        ]
      })
    return .object(object)
  }
}

extension DatasetReport.Finding.Level {
  /// For an order: the worst has the most.
  fileprivate var weight: Int {
    switch self {
    case .error: 3
    case .warning: 2
    case .note: 1
    case .pass: 0
    }
  }
}

extension RunArchive {
  /// What a run was trained on; `nil` when no stage of it chose rows.
  func dataCard(_ stages: [StageFacts], recipe: Recipe?) -> DataCard? {
    DataCard(stages, recipe: recipe) { digest in
      (try? runs.store.artifactPath(digest: digest)).flatMap { try? DatasetSelection(folder: $0) }
    }
  }
}
