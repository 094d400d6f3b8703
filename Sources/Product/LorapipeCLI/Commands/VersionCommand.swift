import JSON

extension Command {
  static let version = Command(
    "version", .workspace, abstract: "Print the version", options: [CommonOptions.json.spec]
  ) { invocation in
    if invocation.wantsJSON {
      invocation.console.print(JSONValue.object(JSONObject([("version", .string(Lorapipe.version))])).text())
    } else {
      invocation.console.print("\(Lorapipe.name) \(Lorapipe.version)")
    }
    return .done
  }
}
