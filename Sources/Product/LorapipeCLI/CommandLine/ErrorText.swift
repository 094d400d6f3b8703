import Diagnostics

/// Errors as a person reads them.
enum ErrorText {
  static func render(_ error: any Error, color: Bool) -> String {
    let renderer = DiagnosticRenderer(colour: color)
    return switch error {
    case let list as DiagnosticList: renderer.render(list.diagnostics)
    case let diagnostic as Diagnostic: renderer.render(diagnostic)
    default: renderer.render(Diagnostic(code: "unexpected", "\(error)"))
    }
  }
}
