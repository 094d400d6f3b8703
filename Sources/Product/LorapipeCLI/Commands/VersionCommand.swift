import JSON

extension Command {
  static let version = Command(
    "version", .workspace, abstract: "Print the version, the commit and the kernels in use",
    options: [CommonOptions.json.spec]
  ) { invocation in
    invocation.console.print(invocation.wantsJSON ? Lorapipe.versionJSON.text() : Lorapipe.versionLines)
    return .done
  }
}
