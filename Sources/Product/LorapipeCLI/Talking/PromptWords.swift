import Datasets

/// Questions among the arguments of `generate`, where a model may stand too.
enum PromptWords {
  /// Takes the words that are questions off the arguments: the second, and the first when it is a sentence and not the
  /// name of something that is here.
  /// - Throws: `UsageError` for a second word beside which the first is no model.
  static func taken(from invocation: Invocation) throws -> (Invocation, prompts: [String]) {
    var rest = invocation
    if invocation.positionals.count == 2 {
      rest.positionals.removeLast()
      return (rest, [invocation.positionals[1]])
    }
    guard let word = invocation.positionals.first, isSentence(word), !LocalText.exists(word) else { return (rest, []) }
    rest.positionals.removeAll()
    return (rest, [word])
  }

  /// The argument that is a file of questions, which neither a model nor a question is.
  static func file(among words: [String]) -> String? {
    words.first { LocalText.isFile($0) && ($0.hasSuffix(".txt") || DatasetFormat(fileName: $0) != nil) }
  }

  /// A name of a model has no space, and no character beyond those of file names and sources.
  static func isSentence(_ word: String) -> Bool {
    word.unicodeScalars.contains { scalar in
      scalar.properties.isWhitespace || scalar == "?" || scalar == "!" || scalar.value > 0x2E7F
    }
  }
}
