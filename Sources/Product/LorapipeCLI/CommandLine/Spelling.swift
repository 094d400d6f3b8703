import Diagnostics

/// "Did you mean", for words of the command line.
enum Spelling {
  /// The candidate nearest to a word, or the first that begins with it; never the word itself.
  static func closest(to word: String, among candidates: [String]) -> String? {
    if let near = didYouMean(word, among: candidates) { return near }
    return word.count < 3 ? nil : candidates.first { $0.hasPrefix(word) && $0 != word }
  }
}
