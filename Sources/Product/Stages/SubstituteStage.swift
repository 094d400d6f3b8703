public import Datasets
import Diagnostics
public import JSON
import PipelineEngine
public import Recipes

/// Fills `{{NAME}}`-like placeholders of a dataset, by each row's language.
struct SubstituteStage: Stage {
  struct Parameters: ParameterSet {
    var values: [String: Substitution.Value] = [:]
    var keep: [String] = []
    var by = "tag"
    var include: [String] = []
    var reading = ReadingOptions()
    var onBadRow = BadRowPolicy.error

    static let fields: [Field<Parameters>] = [
      Field(
        "values", \.values, required: true,
        help: "The value of each placeholder: one for all rows, or one per tag (and default).",
        aliases: ["model_name", "model_author"]),
      Field(
        "keep", \.keep,
        help: "Names, or patterns such as '?', of what looks like a placeholder and is to stay, as {{a}} in LaTeX."),
      Field("by", \.by, help: "The field of a row that says which value to take."),
      Field("include", \.include, help: "Only data files whose path matches one of these patterns."),
      Field("columns", \.reading.columns, help: ReadingOptions.columnsHelp, aliases: ["column_mapping"]),
      Field("encoding", \.reading.encoding, help: ReadingOptions.encodingHelp),
      Field(
        "on_bad_row", \.onBadRow,
        help: "What to do with a row that cannot be read: stop, or leave it out and count it."),
    ]
  }

  static let kind = StageKind(
    "substitute", version: 2,
    summary: "Fills placeholders such as {{NAME}} in every row, by the row's language.",
    inputs: [
      InputSpec("data", [.dataset, .files], help: "The rows with placeholders.", aliases: ForeignNames.data)
    ],
    parameters: Parameters.self, output: .dataset,
    metrics: [
      MetricSpec("rows", headline: true, help: "Rows written."),
      MetricSpec("rows.bad", better: .lower, help: "Rows that could not be read and were left out."),
      MetricSpec("replaced.*", help: "How often the placeholder of that name was filled."),
    ],
    aliases: ["fill", "replace", "template"])

  let parameters: Parameters

  init(_ parameters: Parameters) throws {
    self.parameters = parameters
    for name in parameters.values.keys.sorted() {
      let bare = String(name.unicodeScalars.filter { !Self.marks.contains($0) && !$0.properties.isWhitespace })
      guard bare != name, !bare.isEmpty else { continue }
      throw Diagnostic(
        code: "bad-placeholder-name", "a value is named without the marks of its placeholder, not '\(name)'",
        remedy: "write \(bare): in place of \"\(name)\":", location: SourceLocation(file: "values.\(name)"))
    }
  }

  /// What stands around the name of a placeholder in rows, here and in other programs.
  private static let marks = Set("{}[]<>%$｛｝【】".unicodeScalars)

  func run(_ context: any StageContext) async throws {
    let input = try context.required("data")
    let files = try input.dataFiles(
      include: parameters.include, reading: parameters.reading.placed(inStage: context.stageName))
    let tally = try Substitution(parameters).rewrite(
      DatasetSource(files: files, onBadRow: parameters.onBadRow), to: context.outputDirectory + "/data.jsonl")
    for warning in files.warnings + tally.warnings { context.emit(.warning(warning)) }
    context.metric("rows", tally.rows)
    context.metric("rows.bad", tally.badRows)
    for (name, count) in tally.replaced.sorted(by: { $0.key < $1.key }) { context.metric("replaced.\(name)", count) }
  }
}

extension Substitution {
  init(_ parameters: SubstituteStage.Parameters) {
    self.init(values: parameters.values, tagColumn: parameters.by, kept: parameters.keep)
  }
}

extension Substitution.Value: ParameterValue {
  public static var parameterType: ParameterType { .oneOf([.string, .map(.string)]) }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    if let text = value.stringValue {
      self = .scalar(text)
    } else if value.objectValue != nil {
      self = .byTag(try [String: String](parameter: value))
    } else {
      throw ParameterProblem(value, isNot: Self.parameterType)
    }
  }

  public var parameter: JSONValue? {
    switch self {
    case .scalar(let text): text.parameter
    case .byTag(let texts): texts.parameter
    }
  }
}
