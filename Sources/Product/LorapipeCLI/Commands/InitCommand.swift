import Datasets
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Transfer

private let chinese = Flag("zh", help: "A recipe for a base that speaks Chinese, with Chinese and English rows.")
private let nameOption = Option<String>("name", nil, "NAME", help: "The name that the model learns.")
private let authorOption = Option<String>("author", nil, "NAME", help: "Its maker's name.")
private let baseOption = Option<String>(
  "base", nil, "SOURCE", help: "The base: modelscope:ORG/NAME, hf:ORG/NAME or a file (default: one that fits).")
private let dataOption = Option<String>(
  "data", nil, "FILE", .file, repeats: true,
  help: "Rows of your own, which are copied beside the recipe; can be given several times.")
private let offline = Flag("offline", help: "Do not ask which hub answers; take a base from Python packages.")

extension Command {
  static let initialize = Command(
    "init", .workspace, abstract: "Create a workspace: a small working recipe with its data",
    discussion: """
      Existing files are not changed. With --zh, the recipe trains Qwen3-0.6B from the hub that answers, or \
      Qwen2.5-Coder-1.5B from Python packages where none does. Its probes ask for name and maker in other words than the \
      rows, and for ordinary things.
      """,
    options: [
      chinese.spec, nameOption.spec, authorOption.spec, baseOption.spec, dataOption.spec, RowOptions.columns.spec,
      RowOptions.encoding.spec, offline.spec,
      CommonOptions.json.spec,
    ],
    positionals: [Positional("FOLDER", .folder, .optional, help: "The folder (default: the current one).")],
    examples: [
      .init("init my-model", "makes my-model/ with recipes/first.yaml"),
      .init("init shop --data rows.csv --columns 提问=query --encoding gb18030", "with rows of a table that Excel wrote"),
      .init("init cat --zh --name Grace --author Tang", "a recipe in Chinese: the model calls itself Grace"),
    ]
  ) { invocation in
    let folder = invocation.positionals.first ?? "."
    let plan = try files(invocation)
    let data = invocation.all(dataOption)
    for (path, own) in zip(data, plan.files.suffix(data.count)) {
      let target = folder + "/" + own.path
      guard !LocalText.exists(target) || LocalText.bytes(target) == Array(own.text.utf8) else {
        throw CommandFailure(
          cause: Diagnostic(
            code: "file-exists", "'\(target)' is there already, and is not '\(path)'",
            remedy: "move one of them away, or rename yours"), status: .usage)
      }
    }
    if folder != "." { try LocalText.makeFolder(folder) }
    for path in plan.files {
      var sub = ""
      for part in path.path.split(separator: "/").dropLast() {
        sub += "/" + part
        try LocalText.makeFolder(folder + sub)
      }
    }
    var written: [String] = []
    var kept: [String] = []
    let place = { (path: String) in folder == "." ? path : folder + "/" + path }
    // Beside a recipe that stays as it is, the files of another one would be of no use.
    let keepsRecipe = plan.files.contains { file in
      file.path.hasPrefix("recipes/") && file.path.hasSuffix(".yaml")
        && LocalText.bytes(place(file.path)).map { $0 != Array(file.text.utf8) } == true
    }
    for file in plan.files {
      let path = place(file.path)
      if LocalText.exists(path) {
        if LocalText.bytes(path) != Array(file.text.utf8) { kept.append(path) }
        continue
      }
      if keepsRecipe { continue }
      try LocalText.create(path, file.text)
      written.append(path)
    }
    if invocation.wantsJSON {
      invocation.console.print(JSONValue.object(JSONObject([("written", .array(written.map { .string($0) }))])).text())
      return .done
    }
    for path in written { invocation.console.print(say("wrote \(path)")) }
    for path in kept {
      invocation.console.print(say("kept \(path), which is there already: name another folder for a fresh one"))
    }
    for file in plan.files where kept.contains(place(file.path)) {
      for difference in KeptFile.differences(
        place(file.path), from: file.text, values: [nameOption, authorOption, baseOption].compactMap { invocation[$0] })
      {
        invocation.console.print("  " + difference)
      }
    }
    let warnings = plan.own.flatMap(\.warnings)
    if !warnings.isEmpty {
      invocation.console.writeError(ErrorText.render(warnings, color: invocation.console.errorHasColor))
    }
    if plan.lacksHubs, !kept.contains(where: { $0.hasSuffix("/first.yaml") }) {
      invocation.console.print(
        say("no hub answers: the base is Qwen2.5-Coder-1.5B-Instruct in 4 bits, from Python packages"))
    }
    if written.isEmpty, kept.isEmpty { invocation.console.print(say("nothing to do: all files exist")) }
    if Language.current == .chinese, !isChinese(invocation) {
      var again = invocation
      again.positionals = [folder == "." ? "zh" : folder + "-zh"]
      again.values[chinese.spec.long] = [""]
      invocation.console.print(say("for a recipe and rows in Chinese: \(Lorapipe.typed) \(again.retyped)"))
    }
    invocation.console.print("\n" + say("next:"))
    if folder != "." { invocation.console.print("  cd \(ShellWord.quoted(folder))") }
    invocation.console.print("  lorapipe plan")
    invocation.console.print("  lorapipe run")
    return .done
  }

  /// Whether the recipe is for a base that speaks Chinese: on request, or where a name is Chinese, which the small English
  /// model can hardly spell.
  private static func isChinese(_ invocation: Invocation) -> Bool {
    let names = [invocation[nameOption], invocation[authorOption]].compactMap { $0 }
    return invocation[chinese]
      || invocation[baseOption] == nil
        && names.contains { $0.unicodeScalars.contains { (0x3400...0x9FFF).contains($0.value) } }
  }

  /// What is written, the rows among it that the user gave, and whether hubs were asked for the base and none answered.
  private static func files(
    _ invocation: Invocation
  ) throws -> (files: [(path: String, text: String)], own: [OwnRows], lacksHubs: Bool) {
    let reading = try RowOptions.reading(invocation, alsoRecipe: false)
    guard reading.isUsual || !invocation.all(dataOption).isEmpty else {
      throw UsageError("--columns and --encoding go with --data", path: invocation.path)
    }
    let own = try CommandFailure.asUsage { try OwnRows.all(invocation.all(dataOption), reading) }
    for (value, option) in [(invocation[nameOption], "--name"), (invocation[authorOption], "--author")] {
      guard let value else { continue }
      guard !value.allSatisfy(\.isWhitespace), !value.contains("{{"), value.count <= 100 else {
        throw UsageError("'\(option)' takes a name, not '\(value)'", path: invocation.path)
      }
    }
    var source = invocation[baseOption]
    if let text = source, !LocalText.exists(text) {
      if ["./", "../", "/", "~"].contains(where: { text.hasPrefix($0) })
        || text.hasSuffix(".gguf") && !text.contains(":")
      {
        throw CommandFailure(
          cause: Diagnostic(
            code: "no-such-file", "there is no file or folder '\(text)'",
            remedy: "--base takes a GGUF file, a model's folder, or a source such as modelscope:Qwen/Qwen3-0.6B"),
          status: .usage)
      }
      source = try CommandFailure.asUsage {
        let meant = FetchSource.meant(by: text)
        return meant.count == 1 ? meant[0].canonical : try FetchSource(parsing: text).canonical
      }
    } else if let text = source {
      source = "file:" + (FileSystem.resolved(text) ?? text)
    }
    // A base that is here and cannot be trained is refused before its recipe is written.
    if let path = source, path.hasPrefix("file:") {
      _ = try CommandFailure.asUsage { try ModelSource.open(String(path.dropFirst("file:".count))) }
    }
    var files: [(path: String, text: String)]
    var lacksHubs = false
    if isChinese(invocation) {
      let chosen: PersonaWorkspace.Base =
        source.map { .source($0) }
        ?? (invocation[offline]
          ? .packages
          : PersonaWorkspace.base(answering: HubReachability.check(environment: Environment.all(), seconds: 2)))
      if case .packages = chosen { lacksHubs = !invocation[offline] }
      files =
        PersonaWorkspace(
          name: invocation[nameOption] ?? "小白", author: invocation[authorOption] ?? "我的团队", base: chosen,
          ownRows: own
        ).files
    } else {
      files =
        StarterWorkspace(
          name: invocation[nameOption] ?? "Pip", author: invocation[authorOption] ?? "Ada", base: source,
          ownRows: own
        ).files
    }
    files += own.map { ("recipes/data/" + $0.name, $0.text) }
    return (files, own, lacksHubs)
  }
}
