import Diagnostics

/// Errors as a person reads them.
enum ErrorText {
  static func render(_ error: any Error, color: Bool) -> String {
    switch error {
    case let list as DiagnosticList: list.diagnostics.map { render($0) }.joined()
    case let diagnostic as Diagnostic: render(diagnostic)
    default: "error: \(error)\n"
    }
  }

  private static func render(_ diagnostic: Diagnostic) -> String {
    var text = ""
    if let place = diagnostic.location {
      text += place.file + (place.line.map { ":\($0)" } ?? "") + (place.column.map { ":\($0)" } ?? "") + ": "
    }
    text += "\(diagnostic.severity.rawValue): \(diagnostic.message)\n"
    for note in diagnostic.notes { text += "  \(note)\n" }
    if let remedy = diagnostic.remedy { text += "  \(remedy)\n" }
    return text
  }
}
