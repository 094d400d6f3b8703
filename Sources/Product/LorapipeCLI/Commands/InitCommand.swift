import Diagnostics
import JSON
import PipelineEngine

extension Command {
  static let initialize = Command(
    "init", .workspace, abstract: "Create a workspace: a small working recipe with its data",
    discussion: "Existing files are not changed.",
    options: [CommonOptions.json.spec],
    positionals: [Positional("FOLDER", .folder, .optional, help: "The folder (default: the current one).")],
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
    if written.isEmpty { invocation.console.print("nothing to do: all files exist") }
    invocation.console.print("\nnext:")
    if folder != "." { invocation.console.print("  cd \(ShellWord.quoted(folder))") }
    invocation.console.print("  lorapipe run")
    return .done
  }
}
