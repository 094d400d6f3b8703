import Datasets
import Diagnostics
import JSON
import PipelineEngine
import Recipes

/// Leaves rows out of a dataset, and counts them by reason.
struct FilterStage: Stage {
  struct Parameters: ParameterSet {
    var filter = RowFilter()
    var include: [String] = []
    var reading = ReadingOptions()
    var onBadRow = BadRowPolicy.error

    static let fields: [Field<Parameters>] = [
      Field(
        "findings", \.filter.findings, .list(.choice(RowFilter.findingNames)),
        help: "Leave out rows with one of these findings of data lint, such as control-tokens."),
      Field("languages", \.filter.languages, help: "Keep only rows in these languages, by their script."),
      Field(
        "min_answer", \.filter.minimumAnswer, .integer(0...1_000_000_000),
        help: "Leave out rows whose answers have fewer characters."),
      Field(
        "max_answer", \.filter.maximumAnswer, .integer(1...1_000_000_000),
        help: "Leave out rows whose answers have more characters."),
      Field(
        "max_characters", \.filter.maximumCharacters, .integer(1...1_000_000_000),
        help: "Leave out rows that have more characters without the system prompt."),
      Field("keep", \.filter.keep, help: "Keep only rows in which this regular expression is found."),
      Field("drop", \.filter.drop, help: "Leave out rows in which this regular expression is found."),
      Field(
        "invert", \.filter.isInverted, help: "Write the rows that would be left out, to look at them."),
      Field("include", \.include, help: "Only data files whose path matches one of these patterns."),
      Field("columns", \.reading.columns, help: ReadingOptions.columnsHelp, aliases: ["column_mapping"]),
      Field("encoding", \.reading.encoding, help: ReadingOptions.encodingHelp),
      Field(
        "on_bad_row", \.onBadRow,
        help: "What to do with a row that cannot be read: stop, or leave it out and count it."),
    ]
  }

  static let kind = StageKind(
    "filter", version: 3,
    summary: "Leaves out rows by finding, language, length or regular expression, and counts them by reason.",
    inputs: [
      InputSpec("data", [.dataset, .files], help: "The rows, not those of a mix.", aliases: ForeignNames.data)
    ],
    parameters: Parameters.self, output: .dataset,
    metrics: [
      MetricSpec("rows", headline: true, help: "Rows written."),
      MetricSpec("rows.dropped", headline: true, help: "Rows that a condition applies to."),
      MetricSpec("rows.bad", better: .lower, help: "Rows that could not be read and were left out."),
      MetricSpec(
        "dropped.*",
        help: "Rows for that reason: a finding's name, language, short, long, match or no-match; the first counts."),
    ])

  let parameters: Parameters

  init(_ parameters: Parameters) throws {
    self.parameters = parameters
    try parameters.filter.check()
  }

  func run(_ context: any StageContext) async throws {
    let input = try context.required("data")
    let files = try input.dataFiles(
      include: parameters.include, reading: parameters.reading.placed(inStage: context.stageName))
    let tally = try parameters.filter.rewrite(
      DatasetSource(files: files, onBadRow: parameters.onBadRow), to: context.outputDirectory + "/data.jsonl")
    for warning in files.warnings + tally.warnings { context.emit(.warning(warning)) }
    context.metric("rows", tally.rows)
    context.metric("rows.dropped", tally.dropped)
    context.metric("rows.bad", tally.badRows)
    for (reason, count) in tally.reasons.sorted(by: { $0.key < $1.key }) { context.metric("dropped.\(reason)", count) }
  }
}
