import Diagnostics
import JSON
import PipelineEngine

extension InitPlan {
  /// What became of the files.
  struct Outcome {
    var plan: InitPlan
    var folder: String
    var written: [String] = []
    var kept: [String] = []
    /// The recipe that is there already and is another one.
    var recipe: KeptFile?
    /// Whether that recipe is in the other language, so that it cannot become this one by single lines.
    var isOfOtherLanguage = false

    /// A path of the workspace as it is typed here.
    func place(_ path: String) -> String { folder == "." ? path : folder + "/" + path }
  }

  /// Writes what is not there yet.
  /// - Throws: exit status 2 when rows that were given would have to replace other ones.
  func write(to folder: String, _ invocation: Invocation) throws -> Outcome {
    var outcome = Outcome(plan: self, folder: folder)
    var values = values
    if let text = LocalText.read(outcome.place(StarterValues.recipePath)), values.isLike(text) {
      values.takeNames(from: text)
    }
    let files = values.files
    for (path, own) in zip(invocation.all(Self.data), values.ownRows) {
      let target = folder + "/" + own.path
      guard !LocalText.exists(target) || LocalText.bytes(target) == Array(own.text.utf8) else {
        throw CommandFailure(
          cause: Diagnostic(
            code: "file-exists", "'\(target)' is there already, and is not '\(path)'",
            remedy: "move one of them away, or rename yours"), status: .usage)
      }
    }
    if folder != "." { try LocalText.makeFolder(folder) }
    for file in files {
      var sub = ""
      for part in file.path.split(separator: "/").dropLast() {
        sub += "/" + part
        try LocalText.makeFolder(folder + sub)
      }
    }
    let recipePath = outcome.place(StarterValues.recipePath)
    if let text = LocalText.read(recipePath), text != values.recipe {
      outcome.isOfOtherLanguage = !values.isLike(text)
      outcome.recipe = KeptFile(
        recipePath, text: text, fresh: values.recipe, others: values.others(given).map(\.recipe))
    }
    // Beside a recipe that stays as it is, files of another one would be of no use; rows that were given are, since a line
    // of it can name them.
    let own = Set(values.ownRows.map(\.path))
    for file in files {
      let path = outcome.place(file.path)
      if LocalText.exists(path) {
        if LocalText.bytes(path) != Array(file.text.utf8) { outcome.kept.append(path) }
        continue
      }
      if outcome.recipe != nil, outcome.isOfOtherLanguage || !own.contains(file.path) { continue }
      try LocalText.create(path, file.text)
      outcome.written.append(path)
    }
    return outcome
  }
}

extension InitPlan.Outcome {
  private var warnings: [Diagnostic] { plan.values.ownRows.flatMap(\.warnings) }

  /// Why the base is the one of Python packages. A recipe that stays has a base of its own.
  private var lackOfHubs: String? {
    plan.lacksHubs && recipe == nil
      ? "no hub answers: the base is Qwen2.5-Coder-1.5B-Instruct in 4 bits, from Python packages" : nil
  }

  private var changes: KeptFile? { isOfOtherLanguage ? nil : recipe }

  func print(_ invocation: Invocation) {
    let console = invocation.console
    if invocation.wantsJSON {
      console.print(json.text())
      return
    }
    for path in written { console.print(say("wrote \(path)")) }
    for path in kept {
      console.print(say("kept \(path), which is there already: name another folder for a fresh one"))
    }
    if isOfOtherLanguage, let recipe {
      console.print(
        plan.values.isChinese
          ? say("\(recipe.path) is the recipe in English; for the one in Chinese, in a new folder:")
          : say("\(recipe.path) is the recipe in Chinese; for the one in English, in a new folder:"))
      console.print("  \(Lorapipe.typed) \(elsewhere(invocation, plan.values.isChinese ? "zh" : "en"))")
    }
    changes?.print(console)
    if !warnings.isEmpty {
      console.writeError(ErrorText.render(warnings, color: console.errorHasColor))
    }
    if let lackOfHubs { console.print(say(Wording(template: lackOfHubs))) }
    if written.isEmpty, kept.isEmpty { console.print(say("nothing to do: all files exist")) }
    if Language.current == .chinese, !plan.values.isChinese, !isOfOtherLanguage {
      var again = invocation
      again.values[InitPlan.chinese.spec.long] = [""]
      console.print(say("for a recipe and rows in Chinese: \(Lorapipe.typed) \(elsewhere(again, "zh"))"))
    }
    console.print("\n" + say("next:"))
    if folder != "." { console.print("  cd \(ShellWord.quoted(folder))") }
    console.print("  lorapipe plan")
    console.print("  lorapipe run")
  }

  /// The command line with another folder.
  private func elsewhere(_ invocation: Invocation, _ ending: String) -> String {
    var again = invocation
    again.positionals = [folder == "." ? ending : folder + "-" + ending]
    return again.retyped
  }

  private var json: JSONValue {
    let notes = lackOfHubs.map { [Diagnostic(.note, code: "no-hub", $0)] } ?? []
    var object = JSONObject([
      ("written", .array(written.map { .string($0) })), ("kept", .array(kept.map { .string($0) })),
      ("changes", .array(changes?.json ?? [])), ("warnings", .array((warnings + notes).map(\.json))),
    ])
    if isOfOtherLanguage { object["other_language"] = true }
    return .object(object)
  }
}
