import PipelineEngine
import Recipes

/// Options and words that people give to a command, and that do something else or nothing here.
extension OtherWords {
  /// What to write in place of an option of `init` that other tools have: its own options have other names, and all else
  /// stands in the recipe that it writes.
  static func meaning(ofInitOption name: String, _ value: String?, _ command: Command) -> String? {
    guard command.name == Command.initialize.name else { return nil }
    let value = value.map { $0.hasPrefix("-") ? "" : ShellWord.quoted($0) } ?? ""
    switch name {
    case "m", "model", "model-id", "model-id-or-path", "model-name-or-path", "base-model", "pretrained",
      "pretrained-model-name-or-path":
      return "write: lorapipe init --base \(value.isEmpty ? "SOURCE" : value)"
    case "d", "dataset", "datasets", "train-dataset", "train-file", "data-path", "file":
      return "write: lorapipe init --data \(value.isEmpty ? "FILE" : value)"
    case "n", "model-name": return "write: lorapipe init --name \(value.isEmpty ? "NAME" : value)"
    case "model-author": return "write: lorapipe init --author \(value.isEmpty ? "NAME" : value)"
    case "cn", "chinese", "zh-cn": return "write: lorapipe init --zh"
    case "output-dir", "output", "o", "dir", "folder": return "the folder is an argument: lorapipe init FOLDER"
    case "system", "system-prompt", "default-system":
      return "the system prompt stands in the recipe that 'lorapipe init' writes, under vars: system:"
    default: break
    }
    guard let found = try? Lorapipe.catalog.registry().parameter(named: name) else { return nil }
    return "\(found.path) stands in the recipe that 'lorapipe init' writes, in the stage of kind \(found.kind)"
  }

  /// What to write in place of a word that a command does not take; `nil` for a word of no command.
  static func meaning(ofArgument word: String, for command: Command, path: [String]) -> String? {
    switch path.dropFirst().joined(separator: " ") {
    case Command.status.name: "for one run or recipe write: lorapipe show \(ShellWord.quoted(word))"
    case Command.runs.name: "for one run write: lorapipe show \(ShellWord.quoted(word))"
    case Command.logs.name: "for one run write: lorapipe logs -r \(ShellWord.quoted(word))"
    default: nil
    }
  }
}
