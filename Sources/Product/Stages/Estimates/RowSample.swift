import Conversations
import Datasets
import JSON
import ModelFiles
import PipelineEngine
import Recipes
import Tokenization
import Training

/// A few rows of a dataset that hands its estimate on, until a tokenizer that is here counts their tokens.
///
/// Guessing tokens from bytes is off by a third for Chinese and for short rows.
struct RowSample {
  static let member = "sample"
  /// Rows of a sample: two or three windows of a usual training, tokenized in a few milliseconds.
  static let size = 96

  var rows: [Conversation]

  init(_ rows: [Conversation]) { self.rows = rows }

  /// Evenly spread rows; `nil` when none can be read.
  init?(_ source: DatasetSource) {
    var kept: [Conversation] = []
    var stride = 1
    var index = 0
    _ = try? source.forEach { row in
      if index % stride == 0 { kept.append(row.conversation) }
      // Twice as many as needed: every second goes, and from here on only every second more is taken.
      if kept.count == 2 * Self.size {
        kept = kept.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        stride *= 2
      }
      index += 1
      return true
    }
    guard !kept.isEmpty else { return nil }
    rows = kept
  }

  /// From the estimate of a stage upstream.
  init?(json: JSONValue?) {
    let read = (json?.arrayValue ?? []).compactMap { row -> Conversation? in
      (try? Message.list(row.arrayValue ?? [])).map { Conversation(messages: $0) }
    }
    guard !read.isEmpty else { return nil }
    rows = read
  }

  var json: JSONValue { .array(rows.map { .array($0.messages.map(\.json)) }) }

  /// So many of its rows, evenly spread, some more than once when it has fewer.
  func taking(_ count: Int) -> [Conversation] {
    (0..<max(count, 0)).map { rows[$0 < rows.count && count <= rows.count ? $0 * rows.count / count : $0 % rows.count] }
  }
}

extension EstimateContext.Input {
  /// A few of its rows: of files at hand, or as the stage upstream hands them on.
  func sample(include: [String] = [], reading: ReadingOptions = ReadingOptions()) -> RowSample? {
    if let path {
      // A mix that is here keeps row numbers, not rows.
      guard !DatasetSelection.isSelection(path) else { return nil }
      return smallDataset(include: include, reading: reading, onBadRow: .drop).flatMap { RowSample($0) }
    }
    return RowSample(json: estimate?.output[RowSample.member])
  }

  /// A sample that the tokenizer has counted.
  var tokenizedSample: [TrainingRow]? {
    guard let rows = estimate?.output[TokenizedSample.member]?.arrayValue, !rows.isEmpty else { return nil }
    return TokenizedSample(json: rows).rows
  }
}

/// Rows of a sample as training will see them.
struct TokenizedSample {
  static let member = "tokenized_sample"

  var rows: [TrainingRow]

  init?(_ sample: RowSample, _ encoder: ConversationEncoder, learns: LearnedTurns, maximumLength: Int) {
    rows = sample.rows.compactMap { conversation in
      guard
        case .row(let row)? = try? encoder.encode(conversation, learns: learns, maximumLength: maximumLength)
      else { return nil }
      return TrainingRow(
        ids: row.tokens.map { Int32(truncatingIfNeeded: $0) }, labels: row.labels.map { Int32(truncatingIfNeeded: $0) })
    }
    if rows.isEmpty { return nil }
  }

  init(json: [JSONValue]) {
    rows = json.map { row in
      func numbers(_ name: String) -> [Int32] {
        (row[name]?.arrayValue ?? []).map { Int32(clamping: $0.intValue ?? 0) }
      }
      return TrainingRow(ids: numbers("ids"), labels: numbers("labels"))
    }
  }

  var json: JSONValue {
    .array(
      rows.map { row in
        [
          "ids": .array(row.ids.map { .integer(Int64($0)) }), "labels": .array(row.labels.map { .integer(Int64($0)) }),
        ]
      })
  }

  var averageTokens: Int { max(1, rows.reduce(0) { $0 + $1.ids.count } / max(rows.count, 1)) }
}
