import Datasets
import Diagnostics
import JSON
import PipelineEngine
import Platform

/// A file of rows that the user gave to `init`. `init` copies it beside the recipe.
struct OwnRows {
  /// Its name in `recipes/data`.
  var name: String
  /// Where it lies in the workspace.
  var path: String { "recipes/data/" + name }
  var text: String
  var count: Int
  /// What is worth a word before the rows are learned, such as a column that no model sees.
  var warnings: [Diagnostic] = []
  /// What its rows have of placeholders.
  var placeholders = PlaceholderUse()
  /// Columns that were to be renamed and that it has.
  private var renamedColumns: Set<String> = []

  /// Names of files that the workspace has itself.
  private static let taken = [
    "identity.jsonl", "identity-more.jsonl", "general.jsonl", "general-zh.jsonl", "probes.jsonl",
  ]

  /// Endings of files that are copied as they are.
  private static let plainEndings = [".jsonl", ".ndjson", ".json", ".csv", ".tsv"]

  /// The files of a command line, each once.
  /// - Throws: what `init(path:)` throws, and a `Diagnostic` for two files of one name.
  /// - Parameter reading: what to call their columns, and what they are written in.
  static func all(_ paths: [String], _ reading: ReadingOptions) throws -> [OwnRows] {
    let all = try paths.map { try OwnRows(path: $0, reading) }
    let found = all.reduce(into: Set<String>()) { $0.formUnion($1.renamedColumns) }
    if let missing = DatasetFiles.columnWarnings(reading, found: found).first {
      throw Diagnostic(code: missing.code, missing.message, remedy: missing.remedy)
    }
    for (index, rows) in all.enumerated() where all[..<index].contains(where: { $0.name == rows.name }) {
      throw Diagnostic(
        code: "name-taken", "two files are called '\(rows.name)'", remedy: "rename one of them")
    }
    return all
  }

  /// Reads all rows of a file, so that the recipe does not begin with data that no run can read.
  /// - Throws: `Diagnostic` or `DiagnosticList`: what a run would say of the file, and how to get one that is read.
  init(path: String, _ reading: ReadingOptions) throws {
    let given = FileSystem.name(of: path)
    // What is read differently from how it is written, and what is no plain text, is copied as it is read.
    let isCopied = reading.isUsual && Self.plainEndings.contains { given.lowercased().hasSuffix($0) }
    name = isCopied || DatasetFormat(fileName: given) == nil ? given : Self.stem(given) + ".jsonl"
    guard let stamp = FileStamp.of(path) else {
      throw Diagnostic(
        code: "no-such-file", "there is no file '\(path)'",
        remedy: "--data takes a jsonl, json, csv, tsv or parquet file of rows")
    }
    guard !stamp.isDirectory else {
      throw Diagnostic(
        code: "not-a-file", "'\(path)' is a folder",
        remedy: "--data takes a jsonl, json, csv, tsv or parquet file of rows")
    }
    guard !Self.taken.contains(name) else {
      throw Diagnostic(
        code: "name-taken", "the workspace has a file '\(name)' of its own", remedy: "rename yours")
    }
    let files = try DatasetFiles(path: path, reading: reading)
    let tally = try DatasetSource(files: files).forEach { _ in true }
    count = tally.rows
    warnings = [tally.columnsWarning(path, reading)].compactMap { $0 }
    renamedColumns = tally.renamedColumns
    guard count > 0 else {
      throw Diagnostic(code: "empty-dataset", "'\(path)' has no rows", remedy: "Check that it is the file you meant.")
    }
    placeholders = try PlaceholderUse(files, tagColumn: "tag")
    warnings += Self.warnings(of: placeholders, name: name)
    guard isCopied else {
      var lines: [String] = []
      _ = try RowConversion(DatasetSource(files: files), form: .rows).run { row in
        lines.append(JSONValue.object(row).text() + "\n")
      }
      text = lines.joined()
      return
    }
    guard let bytes = LocalText.bytes(path), let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(
        code: "unreadable-file", "cannot read '\(path)' as text in UTF-8",
        remedy: "write it as jsonl first: lorapipe data convert \(ShellWord.quoted(path)) -o rows.jsonl")
    }
    self.text = text
  }

  /// A file's name without the endings that say its format.
  private static func stem(_ name: String) -> String {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false)
    while parts.count > 1, DatasetFormat(fileName: parts.joined(separator: ".")) != nil { parts.removeLast() }
    return parts.joined(separator: ".")
  }

  /// The ratio of domain to general rows that the general rows at hand can fill, as a recipe writes it.
  /// - Parameter wanted: where they suffice.
  static func ratio(_ wanted: (domain: Int, general: Int), domain: Int, general: Int) -> String {
    let domain = max(domain, 1)
    if general * wanted.domain >= domain * wanted.general { return "\(wanted.domain):\(wanted.general)" }
    if general >= domain { return "1:1" }
    return "\((domain - 1) / max(general, 1) + 1):1"
  }
}
