import Datasets
import Diagnostics
import Glibc
import JSON
import ModelFiles
import PipelineEngine
import Platform

/// What can be told of an input before its stage has run.
extension EstimateContext.Input {
  /// The model's shape and the bytes of its weights, from files at hand or from what is published of it.
  var model: (configuration: ModelConfiguration, weightBytes: Int64)? {
    if let path {
      if let source = try? ModelSource.open(path) { return (source.configuration, Int64(source.canonicalByteCount)) }
      // A folder with only config.json still says all that a plan needs.
      if let file = try? MappedFile(path + "/config.json"), let json = try? JSONValue(parsing: file.contents()),
        let configuration = try? ModelConfiguration(huggingFace: json, path: path)
      {
        return (configuration, Int64(configuration.parameterCount) * 2)
      }
    }
    guard let source = estimate?.output["source"]?.stringValue, let known = KnownSources.model(source) else {
      return nil
    }
    return (known.configuration, known.downloadBytes)
  }

  /// Why a model that is here cannot be used: a family that is not supported, a file that is damaged.
  var modelObjections: [Diagnostic] {
    guard let path, model == nil else { return [] }
    do {
      _ = try ModelSource.open(path)
      return []
    } catch {
      return Diagnostic.all(of: error)
    }
  }

  /// How many rows a dataset has.
  func rows(include: [String] = [], reading: ReadingOptions = ReadingOptions()) -> Int? {
    if let rows = metrics?["rows"]?.intValue { return rows }
    if let path {
      guard let files = try? DatasetFiles(path: path, include: include, reading: reading) else { return nil }
      return try? Self.countRows(DatasetSource(files: files, onBadRow: .drop))
    }
    return estimate?.output["rows"]?.intValue
  }

  /// Rows that can be read: all looked at in small files; in large ones only the first, the others counted.
  private static func countRows(_ source: DatasetSource) throws -> Int {
    guard !source.files.areSmall else {
      let tally = try source.forEach { _ in true }
      return tally.rows - tally.badRows
    }
    let reader = SourceReader(source.files)
    guard try reader.next(through: DatasetSource.firstRows) != nil else { return 0 }
    return try source.countRows()
  }

  /// Why no row of a dataset can be used.
  func rowProblems(include: [String] = [], reading: ReadingOptions = ReadingOptions()) -> [Diagnostic] {
    guard let path else { return [] }
    do {
      try DatasetSource(files: try DatasetFiles(path: path, label: name, include: include, reading: reading)).forEach {
        _ in true
      }
      return []
    } catch {
      return Diagnostic.all(of: error)
    }
  }

  /// Bytes of a dataset's files.
  func dataBytes(include: [String] = [], reading: ReadingOptions = ReadingOptions()) -> Int? {
    path.flatMap { try? DatasetFiles(path: $0, include: include, reading: reading) }?.bytes
  }

  /// The mean size of a dataset's row in its file, in bytes.
  func rowBytes(include: [String] = [], reading: ReadingOptions = ReadingOptions()) -> Int? {
    guard let path else { return estimate?.output["row_bytes"]?.intValue }
    guard let files = try? DatasetFiles(path: path, include: include, reading: reading),
      let rows = rows(include: include, reading: reading), rows > 0
    else { return nil }
    return files.bytes / rows
  }

  /// A dataset to be looked through for an estimate; `nil` when it is not here, or too large for that.
  func smallDataset(include: [String], reading: ReadingOptions, onBadRow: BadRowPolicy) -> DatasetSource? {
    guard let path, let files = try? DatasetFiles(path: path, label: name, include: include, reading: reading),
      files.areSmall
    else { return nil }
    return DatasetSource(files: files, onBadRow: onBadRow)
  }

  /// The mean length of a row in tokens: of those that are here, else as the tokenize stage to come expects it.
  var rowTokens: Int? {
    if let path, let counts = TokensArtifact.counts(folder: path) {
      let rows = counts.trainRows + counts.validationRows
      return rows > 0 ? (counts.trainTokens + counts.validationTokens) / rows : nil
    }
    return estimate?.output["row_tokens"]?.intValue
  }

  /// Rows to learn from and rows kept aside, of a mix or of tokens.
  var split: (train: Int, validation: Int)? {
    if let path, let counts = TokensArtifact.counts(folder: path) { return (counts.trainRows, counts.validationRows) }
    if let train = metrics?["rows.train"]?.intValue, let validation = metrics?["rows.validation"]?.intValue {
      return (train, validation)
    }
    guard let output = estimate?.output, let train = output["train"]?.intValue else {
      return rows().map { ($0, 0) }
    }
    return (train, output["validation"]?.intValue ?? 0)
  }

  /// Tokens to learn from in one pass, exact when they are here.
  var trainTokens: (tokens: Int, labels: Int)? {
    path.flatMap { TokensArtifact.counts(folder: $0) }.map { ($0.trainTokens, $0.trainLabels) }
  }
}

extension EstimateContext {
  func input(_ role: String) -> Input? { inputs.first { $0.role == role } }
}

extension StageEstimate.Figure {
  static func count(_ name: String, _ value: Int?, unit: String? = nil, of whole: Int? = nil) -> Self {
    Self(name, value.map { .integer(Int64($0)) }, unit: unit, of: whole.map { .integer(Int64($0)) })
  }
}
