import Diagnostics

/// Errors as a person reads them.
enum ErrorText {
  static func render(_ error: any Error, color: Bool) -> String {
    switch error {
    case let list as DiagnosticList: render(list.diagnostics, color: color)
    case let diagnostic as Diagnostic: render([diagnostic], color: color)
    default: render([Diagnostic(code: "unexpected", "\(error)")], color: color)
    }
  }

  /// Diagnostics in the language of this process, one after the other.
  static func render(_ diagnostics: [Diagnostic], color: Bool) -> String {
    var renderer = DiagnosticRenderer(color: color)
    renderer.labels =
      Language.current == .english
      ? [:] : ["error": say("error:"), "warning": say("warning:"), "note": say("note:"), "help": say("help:")]
    return renderer.render(diagnostics.map(translated))
  }

  private static func translated(_ diagnostic: Diagnostic) -> Diagnostic {
    guard Language.current != .english else { return diagnostic }
    var diagnostic = diagnostic
    diagnostic.message = reworded(diagnostic.message)
    diagnostic.remedy = diagnostic.remedy.map(reworded)
    diagnostic.notes = diagnostic.notes.map(reworded)
    return diagnostic
  }
}
