extension Tokenizer {
  /// The first thing in which a tokenizer differs from another, in words; `nil` when the other has all its tokens and both
  /// give the same ids for what shows how text is cut.
  public func difference(from other: Tokenizer) -> String? {
    for id in 0..<vocabularySize {
      let id = TokenID(truncatingIfNeeded: id)
      let (own, others) = (spelling(of: id), other.spelling(of: id))
      if own != nil, own != others {
        return
          "token \(id) is \(own.map { "'\($0)'" } ?? "missing") here and \(others.map { "'\($0)'" } ?? "missing") there"
      }
      if own != nil, isSpecial(id) != other.isSpecial(id) {
        return "token \(id), '\(own ?? "")', is a control token in one of them only"
      }
    }
    for text in ["Hello world", " two  spaces", "e\u{301} 12345", "I'm \n\n don't", "你好,世界 안녕"] {
      guard let ids = try? encode(text), ids == (try? other.encode(text)) else {
        return "the text '\(text)' has other tokens"
      }
    }
    return nil
  }
}
