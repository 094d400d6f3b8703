public import Platform

/// Which rows of which sources make up a dataset, in what order and on which side of the split. The text stays where it is;
/// sources are named by digest, so a selection holds no path.
public struct DatasetSelection: Sendable, Hashable {
  public struct File: Sendable, Hashable {
    /// The stable name: `DatasetFiles.File.stableName`.
    public var name: String
    /// Rows in it, unreadable ones included.
    public var rows: Int

    public init(name: String, rows: Int) {
      self.name = name
      self.rows = rows
    }
  }

  public struct Source: Sendable, Hashable {
    /// A mix calls its sources `domain 1`, `general 1`, `general 2` in the recipe's order.
    public var name: String
    public var role: RowRole
    public var digest: Digest
    public var onBadRow: BadRowPolicy
    public var files: [File]
    /// In what order rows were drawn, when fewer than half of them were.
    public var draw: DrawOrder?
    /// How its files are read.
    public var reading: ReadingOptions

    public init(
      name: String, role: RowRole, digest: Digest, onBadRow: BadRowPolicy, files: [File], draw: DrawOrder? = nil,
      reading: ReadingOptions = ReadingOptions()
    ) {
      self.name = name
      self.reading = reading
      self.draw = draw
      self.role = role
      self.digest = digest
      self.onBadRow = onBadRow
      self.files = files
    }

    public var rows: Int { files.reduce(0) { $0 + $1.rows } }

    /// The file of a row, and the row's number in it.
    public func place(ofRow row: Int) -> (file: String, row: Int)? {
      var before = 0
      for file in files {
        if row <= before + file.rows { return row > before ? (file.name, row - before) : nil }
        before += file.rows
      }
      return nil
    }
  }

  public struct Reference: Sendable, Hashable {
    /// Position in `sources`.
    public var source: Int
    /// 1-based over the source's files in order.
    public var row: Int
    /// The first half of the row's fingerprint, 16 hexadecimal digits. It tells whether the source
    /// still holds the row that was chosen.
    public var fingerprint: String

    public init(source: Int, row: Int, fingerprint: String) {
      self.source = source
      self.row = row
      self.fingerprint = fingerprint
    }
  }

  public enum Split: String, Sendable, Hashable, CaseIterable {
    case train, validation
  }

  public var sources: [Source]
  public var train: [Reference]
  public var validation: [Reference]

  public init(sources: [Source], train: [Reference], validation: [Reference]) {
    self.sources = sources
    self.train = train
    self.validation = validation
  }

  public func references(_ split: Split) -> [Reference] { split == .train ? train : validation }

  /// A selection of every readable row of one source in its order, for stages that are given a dataset nobody mixed.
  /// - Parameter name: becomes part of the selection's bytes, so it must not be a name out of the recipe.
  public static func everything(
    in files: DatasetFiles, name: String, role: RowRole = .domain, digest: Digest, onBadRow: BadRowPolicy = .error
  ) throws -> DatasetSelection {
    var rows: [Reference] = []
    let tally = try DatasetSource(files: files, onBadRow: onBadRow).forEach { row in
      rows.append(
        Reference(source: 0, row: row.ordinal, fingerprint: RowFingerprint(row.conversation).short))
      return true
    }
    let source = Source(
      name: name, role: role, digest: digest, onBadRow: onBadRow,
      files: zip(files.files, tally.rowsPerFile).map { File(name: $0.0.stableName, rows: $0.1) },
      reading: files.reading)
    return DatasetSelection(sources: [source], train: rows, validation: [])
  }

  /// How the rows chosen differ from those of an earlier selection, by content.
  public func difference(from old: DatasetSelection) -> (added: Int, removed: Int) {
    var counts: [String: Int] = [:]
    for reference in old.train + old.validation { counts[reference.fingerprint, default: 0] -= 1 }
    for reference in train + validation { counts[reference.fingerprint, default: 0] += 1 }
    return counts.values.reduce(into: (0, 0)) { result, count in
      if count > 0 { result.0 += count } else { result.1 -= count }
    }
  }
}
