import Datasets
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Tokenization

/// How many tokens rows of a source have, as the model's own chat template renders them: what a mix by tokens weighs.
///
/// Rows are counted block by block (`RowBlocks`), each block once for a model, however often its mix changes.
enum TokenCounts {
  private static let fileName = "/counts.json"

  /// - Returns: the counts by ordinal; a row that the template refuses has none.
  /// - Throws: `Diagnostic` or `DiagnosticList` for refused rows, unless bad rows are dropped.
  static func of(
    _ input: MixInput, _ request: Mix.CountRequest, onBadRow: BadRowPolicy, _ encoder: ConversationEncoder,
    model: Digest,
    _ context: any StageContext
  ) async throws -> [Int: Int] {
    let wanted = Set(request.rows)
    let plan = RowBlocks(rows: request.sourceRows, draw: request.draw, wanted: wanted)
    var reader = BlockReader(plan.blocks) { SourceReader(input.files) }
    var result: [Int: Int] = [:]
    var problems = RowProblems()
    var reused = 0
    for block in plan.blocks {
      let piece = try await context.subartifact(
        kind: "token-counts", version: 3,
        parameters: [
          "chat": encoder.context.json, "files": .array(input.files.files.map { .string($0.stableName) }),
          "block": block.key, "reading": input.files.reading.json ?? .null,
        ], inputs: [input.digest, model]
      ) { folder in
        var counts = JSONObject()
        try reader.forEach(block) { row in
          if row.ordinal & 63 == 0 {
            try context.checkCancellation()
            context.emit(
              .progress(
                completed: Double(result.count + counts.count), total: Double(plan.rowCount), unit: "rows",
                detail: "counting \(input.name)"))
          }
          do {
            guard case .row(let encoded) = try encoder.encode(row.conversation) else { return }
            counts[String(row.ordinal)] = .integer(Int64(encoded.tokens.count))
          } catch let problem as Diagnostic where problem.code != "unexpected" {
            counts[String(row.ordinal)] = [
              "row": .integer(Int64(row.row)),
              "file": .integer(Int64(input.files.files.firstIndex { $0.name == row.file } ?? 0)),
              "line": .integer(Int64(row.line)),
              "code": .string(problem.code), "message": .string(problem.message),
              "remedy": problem.remedy.map { .string($0) } ?? .null,
            ]
          }
        }
        try FileSystem.replace(folder + fileName, with: JSONValue.object(counts).bytes(.canonical))
      }
      if piece.wasCached { reused += 1 }
      guard let counts = try? JSONValue(parsing: FileSystem.read(piece.path + fileName)).objectValue else {
        throw Diagnostic(
          code: "damaged-counts", "'\(piece.path + fileName)' is not what was written", remedy: "lorapipe cache verify")
      }
      for (name, value) in counts {
        guard let number = Int(name), wanted.contains(number) else { continue }
        if let count = value.intValue {
          result[number] = count
        } else {
          problems.add(Self.problem(value, input), row: number)
        }
      }
    }
    if onBadRow == .error, !problems.isEmpty {
      throw problems.error(note: "on_bad_row: drop leaves such rows out and counts them")
    }
    if reused == plan.blocks.count, reused > 0 {
      context.emit(.note("the tokens of \(input.name) were counted before"))
    }
    return result
  }

  private static func problem(_ entry: JSONValue, _ input: MixInput) -> Diagnostic {
    // The place of the file, not its name: a piece is reused when the file is called otherwise.
    let files = input.files.files
    let place = entry["file"]?.intValue ?? 0
    return Diagnostic(
      code: entry["code"]?.stringValue ?? "refused",
      "row \(entry["row"]?.intValue ?? 0): \(entry["message"]?.stringValue ?? "")",
      remedy: entry["remedy"]?.stringValue,
      location: SourceLocation(
        file: "\(input.name)/\(files.indices.contains(place) ? files[place].name : "")", line: entry["line"]?.intValue))
  }
}
