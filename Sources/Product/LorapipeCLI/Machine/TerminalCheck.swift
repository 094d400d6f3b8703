import Diagnostics
import Platform

/// What `doctor` says of language and terminal.
enum TerminalCheck {
  static func findings(_ console: Console, environment: (String) -> String?) -> [Machine.Finding] {
    [locale(environment), terminal(console, environment)]
  }

  private static func locale(_ environment: (String) -> String?) -> Machine.Finding {
    let name = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment($0) }.first { !$0.isEmpty }
    let language = Language.current == .chinese ? "Chinese" : "English"
    let shown = name?.terminalSafe ?? "not set"
    let folded = name?.lowercased() ?? ""
    guard folded.contains("utf-8") || folded.contains("utf8") else {
      return Machine.Finding(
        name: "locale", verdict: .limited,
        text: "\(shown): other programs may not show Chinese; messages are in \(language)",
        remedy: "export LANG=C.UTF-8, or LANG=zh_CN.UTF-8 for messages in Chinese")
    }
    return Machine.Finding(
      name: "locale", verdict: .good, text: "\(shown): messages are in \(language)",
      remedy: nil)
  }

  private static func terminal(_ console: Console, _ environment: (String) -> String?) -> Machine.Finding {
    guard console.outputIsTerminal else {
      return Machine.Finding(
        name: "terminal", verdict: .good, text: "output is not a terminal: plain lines", remedy: nil)
    }
    let type = environment("TERM")?.terminalSafe ?? ""
    guard !type.isEmpty, type != "dumb" else {
      return Machine.Finding(
        name: "terminal", verdict: .limited, text: "TERM is '\(type)': no color and no live lines",
        remedy: "export TERM=xterm-256color")
    }
    let columns = Console.columns()
    return Machine.Finding(
      name: "terminal", verdict: columns < 60 ? .limited : .good, text: "\(type), \(columns) columns",
      remedy: columns < 60 ? "make the window wider: tables need 80 columns" : nil)
  }
}
