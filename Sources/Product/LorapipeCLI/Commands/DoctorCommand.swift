import JSON

extension Command {
  static let doctor = Command(
    "doctor", .workspace,
    abstract: "Check this machine and workspace: cores, memory, disk, processor, pip, store, hubs",
    options: [CommonOptions.json.spec]
  ) { invocation in
    let machine = Machine.current(folder: ".")
    let findings =
      machine.findings + WorkspaceCheck.findings()
      + EngineCheck.findings(Workspace.nearest(from: LocalText.currentFolder()))
    if invocation.wantsJSON {
      invocation.console.print(machine.json(findings).text(.pretty))
    } else {
      for finding in findings {
        let mark =
          switch finding.verdict {
          case .good: invocation.console.styled("ok  ", .green)
          case .limited: invocation.console.styled("note", .yellow)
          case .bad: invocation.console.styled("bad ", .red)
          }
        invocation.console.print("\(mark)  \(DisplayWidth.pad(finding.name, 10)) \(finding.text)")
        if let remedy = finding.remedy { invocation.console.print("                 \(remedy)") }
      }
    }
    return findings.contains { $0.verdict == .bad } ? .failed : .done
  }
}
