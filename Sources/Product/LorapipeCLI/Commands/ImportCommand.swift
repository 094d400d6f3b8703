import Diagnostics
import ForeignConfigs
import JSON
import PipelineEngine
import Recipes

extension Command {
  static let importForeign = Command(
    "import", .workspace, abstract: "Turn a configuration of ms-swift, LLaMA-Factory, Axolotl or TRL into a recipe",
    discussion: """
      Reads train.sh, args.json, YAML files and Python scripts; nothing in them is run. Each key is translated, or left \
      out with its reason as a comment in the recipe. LLaMA-Factory's dataset_info.json is read where the file names it.
      """,
    options: [output.spec, asLoRA.spec, force.spec, CommonOptions.json.spec],
    positionals: [Positional("FILE", .file, .many, help: "Scripts or configurations of another tool.")],
    examples: [
      .init("import train.sh", "writes recipes/train.yaml"),
      .init("import examples/qwen3_lora_sft.yaml -o -", "prints the recipe"),
    ]
  ) { invocation in
    guard !invocation.positionals.isEmpty else {
      throw Diagnostic(
        code: "missing-argument", "name at least one file", remedy: "for example: lorapipe import train.sh")
    }
    let target = invocation[output]
    var reports: [JSONValue] = []
    for file in invocation.positionals {
      let jobs = try ForeignFileReader(load: load).jobs(in: file)
      if jobs.count > 1, let target, target != "-" {
        throw Diagnostic(
          code: "several-jobs", "\(file) holds \(jobs.count) training jobs",
          remedy: "leave out --output: each becomes a file in recipes/")
      }
      for (index, job) in jobs.enumerated() {
        let folder =
          target.map { $0.contains("/") ? String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) : "" } ?? "recipes"
        let place = RecipeFolder(folder)
        let composer = RecipeComposer(allowsFullTraining: invocation[asLoRA]) { place.path($0) }
        var recipe = try composer.compose(job)
        if index > 0 { recipe.name += "-\(index + 1)" }
        if target == "-" {
          invocation.console.print(recipe.text)
        } else {
          var path = target ?? "recipes/\(recipe.name).yaml"
          // The file that is read is never the one that is written.
          if LocalText.isSame(path, file) { path = RecipeLoader.imported(path) }
          try write(recipe, to: path, folder: folder, replaces: invocation[force])
          reports.append(report(recipe, path))
          if !invocation.wantsJSON { tell(recipe, job, path, invocation) }
        }
      }
    }
    if invocation.wantsJSON { invocation.console.print(JSONValue.array(reports).text(.pretty)) }
    return .done
  }

  private static let output = Option<String>(
    "output", "o", "FILE", .file, help: "The recipe's file; recipes/NAME.yaml unless given; - prints it.")
  private static let asLoRA = Flag(
    "as-lora", help: "Import a job that trains all weights as one that trains a LoRA adapter.")
  private static let force = Flag("force", help: "Replace a recipe that is there.")

  private static func load(_ path: String) throws -> [UInt8] {
    guard let bytes = LocalText.bytes(path) else {
      throw Diagnostic(code: "no-such-file", "cannot read '\(path)'", remedy: "check the path")
    }
    return bytes
  }

  private static func write(_ recipe: ImportedRecipe, to path: String, folder: String, replaces: Bool) throws {
    if !folder.isEmpty { try LocalText.makeFolder(folder) }
    guard replaces || !LocalText.exists(path) else {
      throw Diagnostic(
        code: "file-exists", "'\(path)' is there already",
        remedy: "name another file with --output, or add --force to replace it")
    }
    try LocalText.write(path, recipe.text)
  }

  private static func tell(_ recipe: ImportedRecipe, _ job: ForeignJob, _ path: String, _ invocation: Invocation) {
    let console = invocation.console
    let settings = Quantity.plural(recipe.translated.count, "setting")
    let (idle, differing, unknown) = (recipe.notNeeded.count, recipe.differing.count, recipe.unknown.count)
    console.print(
      say(
        "\(path): \(settings) of \(job.tool.rawValue) translated, \(idle) not needed, \(differing) that change the result, \(unknown) not understood"
      ))
    for remark in recipe.differing {
      console.print("  \(job.file):\(remark.line): \(remark.key): \(reworded(remark.reason))")
    }
    for remark in recipe.unknown {
      console.print("  \(job.file):\(remark.line): " + say("\(remark.key) is not understood"))
    }
    for remark in recipe.remarks { console.print("  \(reworded(remark))") }
    console.print("\n" + say("next:") + "\n  \(Lorapipe.typed) plan \(ShellWord.quoted(path))")
  }

  private static func report(_ recipe: ImportedRecipe, _ path: String) -> JSONValue {
    func remarks(_ list: [ImportRemark]) -> JSONValue {
      .array(
        list.map { remark in
          .object(
            JSONObject([
              ("key", .string(remark.key)), ("value", remark.value), ("line", .integer(Int64(remark.line))),
              ("reason", .string(remark.reason)),
            ]))
        })
    }
    return .object(
      JSONObject([
        ("recipe", .string(path)), ("translated", .array(recipe.translated.map { .string($0) })),
        ("not_needed", remarks(recipe.notNeeded)), ("differing", remarks(recipe.differing)),
        ("unknown", remarks(recipe.unknown)), ("remarks", .array(recipe.remarks.map { .string($0) })),
      ]))
  }
}

/// The folder of a recipe, which its paths are relative to, while an imported job's paths are relative to this folder.
private struct RecipeFolder {
  /// What to put before a relative path of the job.
  private let prefix: String

  init(_ folder: String) {
    let parts = folder.split(separator: "/").filter { $0 != "." }
    if folder.hasPrefix("/") || parts.contains("..") {
      prefix = LocalText.currentFolder() + "/"
    } else {
      prefix = "./" + String(repeating: "../", count: parts.count)
    }
  }

  @Sendable func path(_ path: String) -> String {
    guard !path.hasPrefix("/"), !path.hasPrefix("~") else { return path }
    return prefix + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
  }
}
