import Artifacts
import Datasets
import Diagnostics
import HTTPService
import JSON
import ModelFiles
import PipelineEngine
import Reports
import RunHistory
import Stages
import Tokenization

extension Dashboard {
  private static let opening = "\u{1}"
  private static let closing = "\u{2}"

  /// Rows of a run as the model reads them: each a list of texts, with whether they are learned.
  func tokens(_ request: HTTPRequest) throws -> JSONValue {
    let detail = try archive.database.detail(try text(request, "run"))
    let store = archive.runs.store
    let paths = detail.stages.lazy.compactMap { $0.artifact }.compactMap { try? store.artifactPath(digest: $0) }
    guard let path = paths.first(where: { TokensArtifact.counts(folder: $0) != nil }) else {
      throw Diagnostic(
        code: "no-tokens", "the tokens of run \(detail.run.id) are not here: no stage of it made any, or they are gone",
        remedy: "run the recipe again")
    }
    let artifact = try TokensArtifact.read(folder: path)
    let encoder = try ConversationEncoder.open(
      ModelSource.open(store.artifactPath(digest: artifact.model)), context: artifact.chat)
    let all = request.query["split"] == "validation" ? artifact.validation : artifact.train
    let offset = number(request, "offset", 0...10_000_000, default: 0)
    let rows = all.dropFirst(offset).prefix(number(request, "limit", 1...100, default: 20))
    let names = archive.dataSources(of: detail)
    return [
      "total": .integer(Int64(all.count)),
      "rows": .array(
        rows.map { row in
          let source = names.indices.contains(row.source) ? names[row.source] : ""
          return [
            "source": .string(source), "role": .string(artifact.role(of: row).rawValue),
            "row": .integer(Int64(row.number)), "tokens": .integer(Int64(row.ids.count)),
            "learned": .integer(Int64(row.labelCount)),
            "parts": .array(Self.parts(encoder.marked(row, open: Self.opening, close: Self.closing))),
          ]
        }),
    ]
  }

  private static func parts(_ marked: String) -> [JSONValue] {
    var parts: [JSONValue] = []
    for (index, piece) in marked.split(separator: opening, omittingEmptySubsequences: false).enumerated() {
      let halves = piece.split(separator: closing, maxSplits: 1, omittingEmptySubsequences: false)
      if index > 0, let learned = halves.first { parts.append(["text": .string(String(learned)), "learned": true]) }
      if let plain = index > 0 ? halves.dropFirst().first : piece, !plain.isEmpty {
        parts.append(["text": .string(String(plain)), "learned": false])
      }
    }
    return parts
  }
}
