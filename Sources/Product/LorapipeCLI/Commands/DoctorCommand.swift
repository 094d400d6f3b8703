import JSON
import Platform

private let offline = Flag("offline", help: "Do not ask the hubs.")

extension Command {
  static let doctor = Command(
    "doctor", .workspace,
    abstract: "Check this machine and workspace: cores, memory, disk, GPU, pip, store, hubs, terminal",
    discussion: "Asks the hubs whether they answer, each for at most two seconds; --offline leaves that out.",
    options: [offline.spec, CommonOptions.json.spec]
  ) { invocation in
    let machine = Machine.current(folder: ".")
    var findings = machine.findings + [Graphics.finding(Graphics.devices())]
    findings += WorkspaceCheck.findings(asksHubs: !invocation[offline])
    findings += TerminalCheck.findings(invocation.console, environment: Environment.value)
    findings += EngineCheck.findings(Workspace.nearest(from: LocalText.currentFolder()))
    if invocation.wantsJSON {
      invocation.console.print(machine.json(findings).text(.pretty))
    } else {
      let width = findings.map { DisplayWidth.of(say(Wording(template: $0.name))) }.max() ?? 0
      for finding in findings {
        let (word, color): (String, Console.Style) =
          switch finding.verdict {
          case .good: (say("ok"), .green)
          case .limited: (say("note"), .yellow)
          case .bad: (say("bad"), .red)
          }
        let mark = invocation.console.styled(DisplayWidth.pad(word, 4), color)
        let name = say(Wording(template: finding.name))
        invocation.console.print("\(mark)  \(DisplayWidth.pad(name, width)) \(reworded(finding.text))")
        if let remedy = finding.remedy {
          invocation.console.print(String(repeating: " ", count: width + 7) + reworded(remedy))
        }
      }
      if findings.contains(where: { $0.remedy?.contains("docs/") == true }) {
        invocation.console.print(InstalledPages.place)
      }
    }
    return findings.contains { $0.verdict == .bad } ? .failed : .done
  }
}
