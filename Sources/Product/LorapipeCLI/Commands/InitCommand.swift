import Diagnostics
import JSON

extension Command {
  static let initialize = Command(
    "init", .workspace, abstract: "Start a workspace: a small recipe that works, and its data",
    discussion: "Files that are there already are left as they are.",
    options: [CommonOptions.json.spec],
    positionals: [Positional("FOLDER", .folder, .optional, help: "Where; this folder unless given.")],
    examples: [.init("init my-model", "makes my-model/ with recipes/first.yaml")]
  ) { invocation in
    let folder = invocation.positionals.first ?? "."
    if folder != "." { try LocalText.makeFolder(folder) }
    for sub in ["/recipes", "/recipes/data"] { try LocalText.makeFolder(folder + sub) }
    var written: [String] = []
    for file in StarterWorkspace.files where !LocalText.exists(folder + "/" + file.path) {
      let path = folder == "." ? file.path : folder + "/" + file.path
      try LocalText.create(path, file.text)
      written.append(path)
    }
    if invocation.wantsJSON {
      invocation.console.print(JSONValue.object(JSONObject([("written", .array(written.map { .string($0) }))])).text())
      return .done
    }
    for path in written { invocation.console.print("wrote \(path)") }
    if written.isEmpty { invocation.console.print("everything is there already") }
    invocation.console.print("\nnext:")
    if folder != "." { invocation.console.print("  cd \(ShellWord.quoted(folder))") }
    invocation.console.print("  lorapipe run")
    return .done
  }
}
