import Datasets
import Diagnostics
import PipelineEngine
import Platform

/// A file of rows that the user gave to `init`. `init` copies it beside the recipe.
struct OwnRows {
  /// Its name in `recipes/data`.
  var name: String
  var text: String
  var count: Int
  /// What is worth a word before the rows are learned, such as a column that no model sees.
  var warnings: [Diagnostic] = []

  /// Names of files that the workspace has itself.
  private static let taken = [
    "identity.jsonl", "identity-more.jsonl", "general.jsonl", "general-zh.jsonl", "probes.jsonl",
  ]

  /// The files of a command line, each once.
  /// - Throws: what `init(path:)` throws, and a `Diagnostic` for two files of one name.
  static func all(_ paths: [String]) throws -> [OwnRows] {
    let all = try paths.map { try OwnRows(path: $0) }
    for (index, rows) in all.enumerated() where all[..<index].contains(where: { $0.name == rows.name }) {
      throw Diagnostic(
        code: "name-taken", "two files are called '\(rows.name)'", remedy: "rename one of them")
    }
    return all
  }

  /// Reads all rows of a file, so that the recipe does not begin with data that no run can read.
  /// - Throws: `Diagnostic` or `DiagnosticList`: what a run would say of the file, and how to get one that is read.
  init(path: String) throws {
    name = FileSystem.name(of: path)
    guard let stamp = FileStamp.of(path) else {
      throw Diagnostic(
        code: "no-such-file", "there is no file '\(path)'",
        remedy: "--data takes a jsonl, json, csv or tsv file of rows")
    }
    guard !stamp.isDirectory else {
      throw Diagnostic(
        code: "not-a-file", "'\(path)' is a folder", remedy: "--data takes a jsonl, json, csv or tsv file of rows")
    }
    guard !Self.taken.contains(name) else {
      throw Diagnostic(
        code: "name-taken", "the workspace has a file '\(name)' of its own", remedy: "rename yours")
    }
    let files = try DatasetFiles(path: path)
    do {
      let tally = try DatasetSource(files: files).forEach { _ in true }
      count = tally.rows
      warnings = [tally.columnsWarning(path)].compactMap { $0 }
    } catch {
      throw Self.withWayOut(error)
    }
    guard count > 0 else {
      throw Diagnostic(code: "empty-dataset", "'\(path)' has no rows", remedy: "Check that it is the file you meant.")
    }
    guard let bytes = LocalText.bytes(path), let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(
        code: "unreadable-file", "cannot read '\(path)' as text in UTF-8",
        remedy: "write it as jsonl first: lorapipe data convert \(ShellWord.quoted(path)) -o rows.jsonl")
    }
    self.text = text
  }

  private static func withWayOut(_ error: any Error) -> any Error {
    let note = "'lorapipe data convert' with --columns or --encoding writes a file that init takes"
    switch error {
    case var problem as Diagnostic:
      problem.notes.append(note)
      return problem
    case let list as DiagnosticList:
      guard var last = list.diagnostics.last else { return error }
      last.notes.append(note)
      return DiagnosticList(Array(list.diagnostics.dropLast()) + [last])
    default: return error
    }
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
