import Conversations
import Datasets
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Tokenization

/// Rows of one source as tokens, block by block (`RowBlocks`), each block a piece of work with a key of its own.
///
/// A row that the template refuses fails no block: the block says so, and who chose the row decides.
struct TokenizedSource {
  /// By ordinal: the wanted rows.
  private(set) var rows: [Int: TokenRow] = [:]
  /// Why the template refuses others of them.
  private(set) var refused: [Int: Diagnostic] = [:]
  /// Wanted rows in which training and serving put different tokens before an answer.
  private(set) var differing = 0
  /// Wanted rows with reasoning before the last answer, which the template leaves out.
  private(set) var unreasoned = 0
  private(set) var blocks = 0
  private(set) var reused = 0

  private static let rowsName = "/rows"
  private static let factsName = "/facts.json"

  /// - Parameters:
  ///   - source: its position in the selection.
  ///   - wanted: ordinals.
  ///   - path: where a source's file or folder lies, by digest.
  init(
    _ source: Int, of selection: DatasetSelection, wanted: Set<Int>, learns: LearnedTurns,
    _ encoder: ConversationEncoder,
    model: Digest, path: @escaping (Digest) throws -> String, _ context: any StageContext
  ) async throws {
    let origin = selection.sources[source]
    let plan = RowBlocks(rows: origin.rows, draw: origin.draw, wanted: wanted)
    var reader = BlockReader(plan.blocks) { try selection.reader(ofSource: source, path: path) }
    let files = origin.files.map { JSONValue.string($0.name) }
    var done = 0
    for block in plan.blocks {
      let piece = try await context.subartifact(
        kind: "tokenized-rows", version: 2,
        parameters: [
          "chat": encoder.context.json, "labels": .string(learns.rawValue), "files": .array(files), "block": block.key,
          "reading": origin.reading.json ?? .null,
        ], inputs: [origin.digest, model]
      ) { folder in
        var made = TokenizedBlock(source: source, name: origin.name)
        try reader.forEach(block) { row in
          if done & 63 == 0 {
            try context.checkCancellation()
            context.emit(
              .progress(completed: Double(done), total: Double(plan.rowCount), unit: "rows", detail: origin.name))
          }
          done += 1
          try made.add(row, learns: learns, encoder)
        }
        try TokenRowFile.write(made.rows, to: folder + Self.rowsName)
        try FileSystem.replace(folder + Self.factsName, with: made.facts.bytes(.canonical))
      }
      blocks += 1
      if piece.wasCached { reused += 1 }
      try take(piece.path, wanted)
    }
  }

  private mutating func take(_ folder: String, _ wanted: Set<Int>) throws {
    for row in try TokenRowFile.read(folder + Self.rowsName) where wanted.contains(row.number) {
      rows[row.number] = row
    }
    guard let facts = try? JSONValue(parsing: FileSystem.read(folder + Self.factsName)) else {
      throw Diagnostic(
        code: "damaged-tokens", "'\(folder + Self.factsName)' is not what was written", remedy: "lorapipe cache verify")
    }
    func count(_ name: String) -> Int {
      (facts[name]?.arrayValue ?? []).count { $0.intValue.map(wanted.contains) ?? false }
    }
    differing += count("differing")
    unreasoned += count("unreasoned")
    for entry in facts["refused"]?.arrayValue ?? [] {
      guard let number = entry["number"]?.intValue, wanted.contains(number) else { continue }
      refused[number] = TokenizedBlock.problem(entry)
    }
  }

  /// What to throw for the refused rows; `nil` when there is none.
  var refusal: (any Error)? {
    guard !refused.isEmpty else { return nil }
    var problems = RowProblems()
    for (number, problem) in refused.sorted(by: { $0.key < $1.key }) { problems.add(problem, row: number) }
    return problems.error(note: "on_bad_row: drop leaves such rows out and counts them")
  }
}

/// The rows of one block while they are tokenized.
private struct TokenizedBlock {
  let source: Int
  let name: String
  var rows: [TokenRow] = []
  private var refused: [JSONValue] = []
  private var differing: [JSONValue] = []
  private var unreasoned: [JSONValue] = []

  init(source: Int, name: String) {
    self.source = source
    self.name = name
  }

  mutating func add(_ row: SourceRow, learns: LearnedTurns, _ encoder: ConversationEncoder) throws {
    let number = JSONValue.integer(Int64(row.ordinal))
    do {
      guard case .row(let encoded) = try encoder.encode(row.conversation, learns: learns) else { return }
      if encoded.servingDifference != nil { differing.append(number) }
      if encoded.droppedReasoning > 0 { unreasoned.append(number) }
      rows.append(TokenRow(encoded, source: source, number: row.ordinal))
    } catch let problem as Diagnostic where problem.code != "unexpected" {
      refused.append([
        "number": number, "row": .integer(Int64(row.row)), "file": .string(row.file), "line": .integer(Int64(row.line)),
        "code": .string(problem.code), "message": .string(problem.message),
        "remedy": problem.remedy.map { .string($0) } ?? .null,
      ])
    }
  }

  var facts: JSONValue {
    ["refused": .array(refused), "differing": .array(differing), "unreasoned": .array(unreasoned)]
  }

  static func problem(_ entry: JSONValue) -> Diagnostic {
    Diagnostic(
      code: entry["code"]?.stringValue ?? "refused",
      "row \(entry["row"]?.intValue ?? 0): \(entry["message"]?.stringValue ?? "")",
      remedy: entry["remedy"]?.stringValue,
      location: SourceLocation(file: entry["file"]?.stringValue ?? "", line: entry["line"]?.intValue))
  }
}
