import Datasets
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Tokenization

/// How many tokens each row of a source has, as the model's own chat template renders it: what a mix by tokens weighs.
///
/// A source is counted once for a model, as a piece of work with a key of its own, however often its mix changes.
struct TokenCounts: Sendable {
  private let counts: [Int]

  /// - Parameter ordinal: 1-based over all rows of the source; a row that could not be read has none.
  func tokens(ofRow ordinal: Int) -> Int { counts.indices.contains(ordinal - 1) ? counts[ordinal - 1] : 0 }

  static func of(
    _ input: MixInput, onBadRow: BadRowPolicy, _ encoder: ConversationEncoder, model: String,
    _ context: any StageContext
  ) async throws -> TokenCounts {
    let piece = try await context.subartifact(
      kind: "token-counts", version: 1,
      parameters: [
        "chat": encoder.context.json, "on_bad_row": .string(onBadRow.rawValue),
        "files": .array(input.files.files.map { .string($0.name) }),
      ], inputs: [input.digest, model]
    ) { folder in
      let counts = try count(input, onBadRow: onBadRow, encoder, context)
      let json = JSONValue.array(counts.map { .integer(Int64($0)) })
      try FileSystem.replace(folder + "/" + fileName, with: json.bytes(.canonical))
    }
    if piece.wasCached { context.emit(.note("the tokens of \(input.name) were counted before")) }
    let path = piece.path + "/" + fileName
    guard let json = try? JSONValue(parsing: FileSystem.read(path)), let list = json.arrayValue else {
      throw Diagnostic(
        code: "damaged-counts", "'\(path)' is not a list of numbers", remedy: "lorapipe cache verify")
    }
    return TokenCounts(counts: list.map { $0.intValue ?? 0 })
  }

  private static let fileName = "counts.json"

  private static func count(
    _ input: MixInput, onBadRow: BadRowPolicy, _ encoder: ConversationEncoder, _ context: any StageContext
  ) throws -> [Int] {
    var counts: [Int] = []
    var problems: [Diagnostic] = []
    try DatasetSource(files: input.files, onBadRow: onBadRow).forEach { row in
      if row.ordinal & 63 == 0 {
        try context.checkCancellation()
        context.emit(
          .progress(completed: Double(row.ordinal), total: nil, unit: "rows", detail: "counting \(input.name)"))
      }
      counts += Array(repeating: 0, count: max(0, row.ordinal - counts.count))
      do {
        guard case .row(let encoded) = try encoder.encode(row.conversation) else { return true }
        counts[row.ordinal - 1] = encoded.tokens.count
      } catch let problem as Diagnostic where onBadRow == .error {
        var problem = problem
        problem.message = "row \(row.row): " + problem.message
        problem.location = SourceLocation(file: "\(input.name)/\(row.file)", line: row.line)
        problems.append(problem)
        if problems.count >= DatasetSource.namedBadRows { throw DiagnosticList(problems) }
      } catch is Diagnostic {
        // The template refuses the row: it weighs nothing, and tokenize will leave it out and count it.
      }
      return true
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
    return counts
  }
}
