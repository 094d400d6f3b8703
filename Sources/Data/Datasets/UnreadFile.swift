public import Diagnostics

/// A file that holds rows, by its name, in a form that is not read.
public struct UnreadFile: Sendable, Hashable {
  public var name: String
  /// `Arrow`, `compressed`, `a spreadsheet`.
  public var form: String
  /// What can be done.
  public var remedy: String

  static let documentRemedy =
    "Rows are questions with answers: copy them into a table with the columns query and response (问题 and 答案), and "
    + "save it as 'CSV UTF-8', or write a JSON object per line."

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
    } else if ends(".gz", ".zst", ".xz", ".bz2", ".zip", ".7z", ".tar", ".tgz", ".rar") {
      form = "compressed"
      remedy = "Unpack it first."
    } else if ends(".xlsx", ".xlsm", ".xls", ".ods", ".et") {
      form = "a spreadsheet"
      remedy = Self.spreadsheetRemedy
    } else {
      return nil
    }
  }

  private init(name: String, form: String, remedy: String) {
    self.name = name
    self.form = form
    self.remedy = remedy
  }

  /// What a file is that somebody named as one of rows, and that is none: by its name, else by its first bytes.
  static func told(name: String, bytes: some Collection<UInt8>) -> UnreadFile? {
    UnreadFile(fileName: name) ?? document(name) ?? told(bytes, name: name)
  }

  private static func document(_ name: String) -> UnreadFile? {
    let lower = name.lowercased()
    let forms = [
      (".docx", "a Word document"), (".doc", "a Word document"), (".wps", "a Word document"),
      (".odt", "a text document"), (".rtf", "a text document"), (".pdf", "a PDF"), (".pptx", "slides"),
      (".ppt", "slides"),
    ]
    return forms.first { lower.hasSuffix($0.0) }
      .map { UnreadFile(name: name, form: $0.1, remedy: documentRemedy) }
  }

  /// What its first bytes say that a file is; `nil` when they may be rows.
  /// - Parameter bytes: the beginning, enough of it to hold the names in a zip file.
  static func told(_ bytes: some Collection<UInt8>, name: String) -> UnreadFile? {
    func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    func file(_ form: String, _ remedy: String) -> UnreadFile { UnreadFile(name: name, form: form, remedy: remedy) }
    if begins("PK\u{3}\u{4}") {
      let head = Array(bytes)
      func holds(_ text: String) -> Bool { head.firstIndex(of: Array(text.utf8), from: 0) != nil }
      if holds("xl/") || holds("opendocument.spreadsheet") { return file("a spreadsheet", spreadsheetRemedy) }
      if holds("word/") { return file("a Word document", documentRemedy) }
      if holds("ppt/") { return file("slides", documentRemedy) }
      if holds("opendocument.text") { return file("a text document", documentRemedy) }
      return file("a zip file", "Unpack it first.")
    }
    if begins("%PDF-") { return file("a PDF", documentRemedy) }
    if begins("{\\rtf") { return file("a text document", documentRemedy) }
    if begins("7z"), bytes.dropFirst(2).starts(with: [0xBC, 0xAF, 0x27, 0x1C]) {
      return file("compressed", "Unpack it first.")
    }
    if begins("Rar!") { return file("compressed", "Unpack it first.") }
    if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      return file("an old spreadsheet or document", spreadsheetRemedy)
    }
    return nil
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
