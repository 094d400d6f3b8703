import Datasets
import Diagnostics
public import JSON
public import PipelineEngine
public import Recipes

/// Fills `{{NAME}}`-like placeholders of a dataset, by each row's language.
public struct SubstituteStage: Stage {
  public static let schema = StageSchema(
    kind: "substitute", version: 1, summary: "Fills placeholders such as {{NAME}} in every row, by the row's language.",
    inputs: [InputSpec("data", [.dataset, .files], help: "The rows with placeholders.")],
    parameters: [
      ParameterSpec(
        "values", .map(.oneOf([.string, .map(.string)])), required: true,
        help: "The value of each placeholder: one for all rows, or one for each tag (and default)."),
      ParameterSpec(
        "keep", .list(.string), default: [],
        help: "Names, or patterns such as '?', of what looks like a placeholder and is to stay, as {{a}} in LaTeX."),
      ParameterSpec("by", .string, default: "tag", help: "The row's field that says which value to take."),
      ParameterSpec(
        "include", .list(.string), default: [], help: "Only data files whose path matches one of these patterns."),
      ParameterSpec(
        "on_bad_row", .choice(["error", "drop"]), default: "error",
        help: "What to do with a row that cannot be read: stop, or leave it out and count it."),
    ], output: .dataset)

  private let substitution: Substitution
  let include: [String]
  private let onBadRow: BadRowPolicy

  public init(parameters: JSONValue) throws {
    let parameters = StageParameters(parameters)
    substitution = try Substitution(
      values: .object(parameters.map("values")), by: parameters.string("by"), keep: parameters.strings("keep"))
    include = parameters.strings("include")
    onBadRow = parameters.onBadRow
  }

  public func run(_ context: any StageContext) async throws {
    let input = try context.required("data")
    let files = try input.dataFiles(include: include)
    let tally = try substitution.rewrite(
      DatasetSource(files: files, onBadRow: onBadRow), to: context.outputDirectory + "/data.jsonl")
    for warning in files.warnings + tally.warnings { context.emit(.warning(warning)) }
    context.emit(.metric(name: "rows", value: .integer(Int64(tally.rows))))
    context.emit(.metric(name: "rows.bad", value: .integer(Int64(tally.badRows))))
    for (name, count) in tally.replaced.sorted(by: { $0.key < $1.key }) {
      context.emit(.metric(name: "replaced.\(name)", value: .integer(Int64(count))))
    }
  }
}
