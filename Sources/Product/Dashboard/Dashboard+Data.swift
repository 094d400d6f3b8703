import Artifacts
import Conversations
import Datasets
import Diagnostics
import HTTPService
import JSON
import PipelineEngine
import Platform
import Reports
import RunHistory
import Stages

extension Dashboard {
  /// Rows of a run's mix as conversations, a page at a time: `split`, `source`, `q` (a text to find), `finding` (a flaw that
  /// they have), `order=loss` (training rows with the highest loss first), `offset`, `limit`.
  func rows(_ request: HTTPRequest) throws -> JSONValue {
    let detail = try archive.database.detail(try text(request, "run"))
    let chosen = try mix(of: detail)
    let split = DatasetSelection.Split(rawValue: request.query["split"] ?? "train") ?? .train
    let offset = number(request, "offset", 0...10_000_000, default: 0)
    let limit = number(request, "limit", 1...200, default: 20)
    let wanted = try RowQuery(request, words(language(request)))
    let store = archive.runs.store
    let names = archive.dataSources(of: detail)
    var object = JSONObject([
      ("stage", .string(chosen.stage)), ("offset", .integer(Int64(offset))),
      ("sources", .array(names.map { .string($0) })),
    ])
    if request.query["order"] == "loss" {
      let hard = try archive.hardRows(detail, chosen, limit: RowLosses.limit, where: wanted.accepts)
      object["total"] = .integer(Int64(hard.count))
      object["rows"] = .array(
        hard.dropFirst(offset).prefix(limit).map { hard in
          var row = wanted.json(hard.row, names)
          row["loss"] = .number(hard.loss)
          row["labels"] = .integer(Int64(hard.labels))
          return .object(row)
        })
      return .object(object)
    }
    let all = try chosen.selection.rows(split, limit: wanted.isAll ? offset + limit : .max) {
      try store.artifactPath(digest: $0)
    }
    let fitting = all.filter(wanted.accepts)
    object["total"] = .integer(Int64(wanted.isAll ? chosen.selection.references(split).count : fitting.count))
    object["rows"] = .array(fitting.dropFirst(offset).prefix(limit).map { .object(wanted.json($0, names)) })
    return .object(object)
  }

  /// The rows that were trained on and whose questions are most like a text: what an answer may come from.
  func near(_ request: HTTPRequest) throws -> JSONValue {
    let detail = try archive.database.detail(try text(request, "run"))
    let wanted = Likeness.pieces(try text(request, "q"))
    let store = archive.runs.store
    let all = try mix(of: detail).selection.rows(.train, limit: Self.comparedRows) {
      try store.artifactPath(digest: $0)
    }
    let names = archive.dataSources(of: detail)
    let scored = all.map { row in
      let asked = row.conversation.messages.filter { $0.role == "user" }.map(\.text).joined(separator: "\n")
      return (row, Likeness.share(wanted, Likeness.pieces(asked)))
    }.filter { $0.1 > 0.1 }.sorted { $0.1 > $1.1 }
    return [
      "rows": .array(
        scored.prefix(3).map { row, share in
          var object = RowQuery.json(row, names)
          object["likeness"] = .number(share)
          return .object(object)
        })
    ]
  }

  /// Rows that a question is compared with: a second's work.
  private static let comparedRows = 50_000

  private func mix(of detail: RunDetail) throws(Diagnostic) -> ChosenRows {
    if let found = archive.chosenRows(of: detail) { return found }
    throw Diagnostic(
      code: "no-rows",
      "the rows of run \(detail.run.id) are not here: no stage of it chose rows, or its artifact is gone",
      remedy: "run the recipe again")
  }
}

/// Which rows a page asks for.
private struct RowQuery {
  /// In lower case; empty for every text.
  private let text: String
  private let source: Int?
  private let flaw: RowFlaw?
  private let words: Words

  init(_ request: HTTPRequest, _ words: Words) throws {
    text = (request.query["q"] ?? "").lowercased()
    source = request.query["source"].flatMap { Int($0) }
    self.words = words
    if let code = request.query["finding"], !code.isEmpty {
      guard let found = RowFlaw.all.first(where: { $0.code == code }) else {
        throw APIError.invalid("there is no finding '\(code)'", "finding")
      }
      flaw = found
    } else {
      flaw = nil
    }
  }

  var isAll: Bool { text.isEmpty && source == nil && flaw == nil }

  func accepts(_ row: SelectedRow) -> Bool {
    if let source, row.reference.source != source { return false }
    guard text.isEmpty || row.conversation.messages.contains(where: { $0.text.lowercased().contains(text) }) else {
      return false
    }
    return flaw.map { $0.find(in: row.conversation) != nil } ?? true
  }

  func json(_ row: SelectedRow, _ names: [String]) -> JSONObject {
    var object = Self.json(row, names)
    object["flaw"] = flaw.flatMap { $0.find(in: row.conversation) }.map { .string(words.reworded($0)) }
    return object
  }

  static func json(_ row: SelectedRow, _ names: [String]) -> JSONObject {
    let source = names.indices.contains(row.reference.source) ? names[row.reference.source] : row.provenance.source
    return JSONObject([
      ("source", .string(source)), ("role", .string(row.provenance.role.rawValue)),
      ("file", .string(row.provenance.file)), ("row", .integer(Int64(row.provenance.row))),
      (
        "messages",
        .array(row.conversation.messages.map { ["role": .string($0.role), "text": .string($0.text)] })
      ),
    ])
  }
}

/// How alike two texts are: the share of their three-character pieces that both have (Jaccard). It needs no word breaks, so
/// it does for Chinese too.
enum Likeness {
  static func pieces(_ text: String) -> Set<String> {
    let letters = Array(
      text.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil }.prefix(
        2000))
    guard letters.count > 2 else { return letters.isEmpty ? [] : [String(String.UnicodeScalarView(letters))] }
    return Set((0...(letters.count - 3)).map { String(String.UnicodeScalarView(letters[$0..<($0 + 3)])) })
  }

  static func share(_ left: Set<String>, _ right: Set<String>) -> Double {
    let common = left.intersection(right).count
    return common == 0 ? 0 : Double(common) / Double(left.count + right.count - common)
  }
}
