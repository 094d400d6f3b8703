import Artifacts
import Conversations
import Datasets
import JSON
import ModelFiles
import PipelineEngine
import Platform
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

  /// Evenly spread rows of small files, the first ones of large files; `nil` when none can be read.
  init?(_ source: DatasetSource) {
    guard source.files.areSmall else {
      self.init(firstOf: source.files)
      return
    }
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
    self.init(kept)
  }

  private init?(firstOf files: DatasetFiles) {
    let reader = SourceReader(files)
    rows = []
    while rows.count < Self.size, let row = try? reader.next(through: DatasetSource.firstRows) {
      rows.append(row.conversation)
    }
    if rows.isEmpty { return nil }
  }

  /// Rows of a mix that is here, from each source as many as its share, taken where the same mix is sampled before it is
  /// here: a forecast must not change because a stage has run.
  /// - Parameter path: where a source lies, by digest.
  init?(_ selection: DatasetSelection, path: (Digest) throws -> String) {
    let all = selection.train + selection.validation
    let share = Double(Self.size) / Double(max(all.count, 1))
    let chosen = selection.sources.indices.flatMap { index -> [DatasetSelection.Reference] in
      let rows = all.filter { $0.source == index }.sorted { $0.row < $1.row }
      let count = min(rows.count, Int((Double(rows.count) * min(share, 1)).rounded(.up)))
      let source = selection.sources[index]
      let files = try? DatasetFiles(
        path: path(source.digest), names: source.files.map(\.name), label: source.name, reading: source.reading)
      let areSmall = files?.areSmall ?? true
      return (0..<count).map { rows[areSmall ? $0 * rows.count / count : $0] }
    }
    guard let found = try? selection.rows(chosen, path: path), !found.isEmpty else { return nil }
    rows = found.map { $0.conversation }
  }

  /// From the estimate of a stage upstream.
  init?(json: JSONValue?) {
    let read = (json?.arrayValue ?? []).compactMap { row -> Conversation? in
      (try? Message.list(row.arrayValue ?? [])).map { Conversation(messages: $0) }
    }
    guard !read.isEmpty else { return nil }
    rows = read
  }

  /// The mean size of a row's text, in bytes.
  var textBytes: Int {
    rows.reduce(0) { $0 + $1.messages.reduce(0) { $0 + $1.text.utf8.count } } / max(rows.count, 1)
  }
  /// The mean number of a row's messages, rounded up.
  var messageCount: Int { (rows.reduce(0) { $0 + $1.messages.count } + rows.count - 1) / max(rows.count, 1) }
  /// Whether most rows bring a system prompt.
  var bringsSystem: Bool { rows.count(where: \.bringsSystem) * 2 > rows.count }
  /// Bytes of names, quotes and brackets around a row's text in a file of questions and answers.
  static let framing = 32

  var json: JSONValue { .array(rows.map { .array($0.messages.map(\.json)) }) }

  /// So many of its rows, evenly spread, some more than once when it has fewer.
  func taking(_ count: Int) -> [Conversation] {
    (0..<max(count, 0)).map { rows[$0 < rows.count && count <= rows.count ? $0 * rows.count / count : $0 % rows.count] }
  }
}

extension EstimateContext.Input {
  /// A few of its rows: of files at hand, of a mix at hand, or as the stage upstream hands them on.
  /// - Parameter store: where the sources of a mix lie.
  func sample(
    include: [String] = [], reading: ReadingOptions = ReadingOptions(), store: ArtifactStore
  ) -> RowSample? {
    if let path {
      if DatasetSelection.isSelection(path) {
        return (try? DatasetSelection(folder: path)).flatMap { selection in
          RowSample(selection) { try store.artifactPath(digest: $0) }
        }
      }
      return (try? DatasetFiles(path: path, label: name, include: include, reading: reading)).flatMap {
        RowSample(DatasetSource(files: $0, onBadRow: .drop))
      }
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
