import Diagnostics
public import ModelFiles
import Platform
import Tokenization

/// The tokenizer that peft, TRL and others put beside an adapter.
public enum AdapterTokenizer {
  /// An adapter is used with its base's tokenizer, so one of its own must be the same.
  /// - Throws: `Diagnostic` (`adapter-tokenizer`) that names the first token that differs.
  public static func check(_ adapter: String, model: @autoclosure () throws -> ModelSource) throws {
    guard try FileSystem.readIfPresent(adapter + "/tokenizer.json") != nil else { return }
    let model = try model()
    // A vocabulary that was resized has a tokenizer of its own, with which the merged model is written.
    if try Adapter.read(adapter).resizesVocabulary(of: model.configuration) { return }
    let own = try Tokenizer.open(path: adapter)
    guard let difference = try own.difference(from: Tokenizer.open(model)) else { return }
    throw Diagnostic(
      code: "adapter-tokenizer", "the adapter's own tokenizer is not its base's: \(difference)",
      remedy: "use the base the adapter was trained on", location: SourceLocation(file: adapter))
  }

  /// The same for a model by path.
  public static func check(_ adapter: String, modelPath: String) throws {
    try check(adapter, model: try ModelSource.open(modelPath))
  }
}
