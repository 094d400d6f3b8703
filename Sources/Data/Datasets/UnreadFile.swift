public import Diagnostics

/// A file that holds rows, by its name, in a form that is not read.
public struct UnreadFile: Sendable, Hashable {
  public var name: String
  /// `Arrow`, `compressed`, `a spreadsheet`.
  public var form: String
  /// What can be done.
  public var remedy: String

  static let spreadsheetRemedy =
    "Export the sheet as CSV: in Excel, save it as 'CSV UTF-8 (comma delimited)'; "
    + "with LibreOffice, run: soffice --headless --convert-to csv FILE."

  /// What a file's name promises; `nil` for one that is read, or holds no rows.
  public init?(fileName name: String) {
    guard DatasetFormat(fileName: name) == nil else { return nil }
    let lower = name.lowercased()
    func ends(_ suffixes: String...) -> Bool { suffixes.contains(where: lower.hasSuffix) }
    self.name = name
    if ends(".arrow", ".feather") {
      form = "Arrow"
      remedy = "Arrow is not read; convert it to jsonl first."
    } else if ends(".gz", ".zst", ".xz", ".bz2", ".zip", ".7z", ".tar", ".tgz") {
      form = "compressed"
      remedy = "Unpack it first."
    } else if ends(".xlsx", ".xls", ".ods") {
      form = "a spreadsheet"
      remedy = Self.spreadsheetRemedy
    } else {
      return nil
    }
  }

  /// What to say of a dataset none of whose files is read; `nil` when one is, or none holds rows.
  /// - Parameter names: of all its files.
  public static func objection(to names: [String], label: String) -> Diagnostic? {
    let unread = names.compactMap { UnreadFile(fileName: $0) }
    guard let first = unread.first, !names.contains(where: { DatasetFiles.holdsRows($0) }) else { return nil }
    return Diagnostic(
      code: "no-data-files", "'\(label)' holds no data file that is read: \(list(unread))", remedy: first.remedy,
      location: SourceLocation(file: label))
  }

  /// What to say of files beside others that are read; `nil` when there is none.
  static func warning(_ unread: [UnreadFile], label: String) -> Diagnostic? {
    guard let first = unread.first else { return nil }
    return Diagnostic(
      .warning, code: "files-not-read", "files of '\(label)' are not read: \(list(unread))", remedy: first.remedy)
  }

  private static func list(_ unread: [UnreadFile]) -> String {
    unread.map { "\($0.name) (\($0.form))" }.listed(5)
  }
}
