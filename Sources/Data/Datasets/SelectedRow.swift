public import Conversations
import Diagnostics
public import Platform

/// Where a row comes from.
public struct RowProvenance: Sendable, Hashable {
  /// The source's name in the selection.
  public var source: String
  public var role: RowRole
  /// The file inside the source, and the row's 1-based number in it.
  public var file: String
  public var row: Int
}

/// A row of a selection with its text.
public struct SelectedRow: Sendable {
  public var reference: DatasetSelection.Reference
  public var provenance: RowProvenance
  public var conversation: Conversation
}

extension DatasetSelection {
  /// The rows of a split, in the selection's order. Each source is read once; only the rows wanted are held.
  /// - Parameters:
  ///   - limit: at most this many, from the start.
  ///   - path: where a source's file or folder lies, by digest.
  /// - Throws: `Diagnostic` when a source is not there, or is not what was chosen from.
  public func rows(
    _ split: Split, limit: Int = .max, path: (Digest) throws -> String
  ) throws -> [SelectedRow] {
    try rows(references(split).prefix(limit), path: path)
  }

  /// Chosen rows, in the order given. Each source is read once, up to the last of its rows.
  public func rows(
    _ wanted: some Collection<Reference>, path: (Digest) throws -> String
  ) throws -> [SelectedRow] {
    var conversations: [[Int: Conversation]] = []
    for index in sources.indices {
      let numbers = Set(wanted.lazy.filter { $0.source == index }.map(\.row))
      conversations.append(numbers.isEmpty ? [:] : try read(index, numbers, path: path))
    }
    return try wanted.map { reference in
      let source = sources[reference.source]
      guard let conversation = conversations[reference.source][reference.row],
        RowFingerprint(conversation).short == reference.fingerprint, let place = source.place(ofRow: reference.row)
      else { throw changed(source, row: reference.row) }
      return SelectedRow(
        reference: reference,
        provenance: RowProvenance(source: source.name, role: source.role, file: place.file, row: place.row),
        conversation: conversation)
    }
  }

  /// Reads a source from its start. What the selection did not choose may be rows that cannot be read.
  public func reader(ofSource index: Int, path: (Digest) throws -> String) throws -> SourceReader {
    let source = sources[index]
    return SourceReader(
      try DatasetFiles(
        path: try path(source.digest), names: source.files.map(\.name), label: source.name, reading: source.reading))
  }

  private func read(
    _ index: Int, _ numbers: Set<Int>, path: (Digest) throws -> String
  ) throws -> [Int: Conversation] {
    var found: [Int: Conversation] = [:]
    found.reserveCapacity(numbers.count)
    let reader = try reader(ofSource: index, path: path)
    let last = numbers.max() ?? 0
    while let row = try reader.next(through: last, where: numbers.contains) { found[row.ordinal] = row.conversation }
    return found
  }

  private func changed(_ source: Source, row: Int) -> Diagnostic {
    let place = source.place(ofRow: row)
    return Diagnostic(
      code: "source-changed",
      "row \(place?.row ?? row) of '\(source.name)' (\(place?.file ?? "?")) is not the row that was selected",
      remedy: "Run the mix stage again; its input changed.")
  }
}
