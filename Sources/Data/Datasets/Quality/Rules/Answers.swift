import Conversations

extension RowRule {
  static let codeFences = RowRule(
    code: "code-fences", level: .warning, what: "with a block of code that is not closed",
    pass: "every block of code is closed",
    remedy: "Close it with ```; an open one often means that the answer was cut."
  ) { row in
    for part in row.answers where part.has.contains(UInt8(ascii: "`")) {
      // A fence stands at the start of its line; more than three marks open one that three do not close.
      var open: Int?
      for line in part.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
        let text = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ">") }
        let marks = text.prefix { $0 == UInt8(ascii: "`") }.count
        guard marks >= 3 else { continue }
        if let width = open {
          if marks >= width, text.dropFirst(marks).allSatisfy({ $0 <= 0x20 }) { open = nil }
        } else if !text.dropFirst(marks).contains(UInt8(ascii: "`")) {
          open = marks
        }
      }
      if open != nil { return "``` is not closed" }
    }
    return nil
  }

  /// The same ten words or characters again and again: what a model writes that does not stop.
  static let repetition = RowRule(
    code: "repetition", level: .warning, what: "whose answer repeats itself", pass: "no answer repeats itself",
    remedy: "Remove them: a model learns to repeat from few such rows."
  ) { row in
    for part in row.answers where part.bytes.count >= 60 {
      let tokens = part.tokens
      guard tokens.hashes.count >= 30 else { continue }
      let all = tokens.hashes.count - 9
      let different = tokens.shingles(10).count
      if (all - different) * 2 > all { return "\((all - different) * 100 / all) % of its 10-word runs are repeated" }
    }
    return nil
  }

  static let copiedQuestion = RowRule(
    code: "copied-question", level: .warning, what: "whose answer only repeats the question",
    pass: "no answer repeats its question",
    remedy: "Answer the question, or remove the row."
  ) { row in
    for (question, answer) in zip(row.parts, row.parts.dropFirst())
    where question.role == "user" && answer.role == "assistant" {
      guard answer.bytes.count >= 8, question.bytes.count * 2 >= answer.bytes.count,
        question.bytes.count <= answer.bytes.count * 2
      else { continue }
      let tokens = answer.tokens
      if tokens.hashes.count >= 3, tokens.hashes == question.tokens.hashes {
        return "question and answer are equal"
      }
    }
    return nil
  }

  /// A few refusals are right; many teach a model to refuse.
  static let refusals = RowRule(
    code: "refusals", level: .warning, what: "that refuse, or speak as 'an AI language model'",
    pass: "no answer refuses",
    remedy: "Keep those that are meant; the others teach the model to refuse.", share: 0.02
  ) { row in
    for part in row.answers {
      let head = Array(part.lowered.prefix(240))
      if let found = refusing.first(where: { head.firstIndex(of: $0, from: 0) != nil }) {
        return String(decoding: found, as: UTF8.self)
      }
    }
    return nil
  }

  private static let refusing: [[UInt8]] = [
    "as an ai language model", "as a language model", "as an ai assistant, i can", "as an ai, i can",
    "as an ai, i don't",
    "i'm sorry, but i can", "i’m sorry, but i can", "i am sorry, but i can", "sorry, i can't", "sorry, i cannot",
    "i'm unable to", "i am unable to", "i cannot assist", "i can't assist", "i cannot fulfill", "i can't help with",
    "i cannot provide", "i can't provide", "i'm not able to provide", "i do not have personal", "i don't have personal",
    "作为一个ai", "作为ai", "作为一个人工智能", "作为人工智能", "作为一个语言模型", "作为语言模型", "作为一名ai", "抱歉，我无法", "抱歉,我无法",
    "抱歉，我不能", "抱歉,我不能", "抱歉，作为", "很抱歉，我", "对不起，我无法", "对不起，我不能", "我无法提供", "我不能提供",
  ].map { Array($0.utf8) }

  static let boilerplateOpeners = RowRule(
    code: "boilerplate-openers", level: .warning, what: "whose answer opens with a stock phrase",
    pass: "answers open with what they say",
    remedy: "Cut the phrase, unless the model is to begin every answer with it.", share: 0.2
  ) { row in
    for part in row.answers {
      if let found = openers.first(where: { part.lowered.starts(with: $0) }) {
        return String(decoding: found, as: UTF8.self)
      }
    }
    return nil
  }

  private static let openers: [[UInt8]] = [
    "certainly!", "certainly,", "sure!", "sure,", "of course!", "of course,", "absolutely!", "great question",
    "that's a great question", "i'd be happy to", "i would be happy to", "i'd be glad to", "here is a", "here's a",
    "here are some", "当然！", "当然,", "当然，", "当然可以", "好的，", "好的,", "好的！", "没问题", "以下是", "这是一个", "非常感谢您的",
  ].map { Array($0.utf8) }

  /// Translations are meant so; a Chinese question with an English answer otherwise is not.
  static let languageMismatch = RowRule(
    code: "language-mismatch", level: .note, what: "whose question and answer are in different scripts",
    pass: "answers are in the script of their questions", remedy: "Check that these are translations, or meant so."
  ) { row in
    for (question, answer) in zip(row.parts, row.parts.dropFirst())
    where question.role == "user" && answer.role == "assistant" {
      let (asked, said) = (Script(question), Script(answer))
      guard let one = asked.language, let other = said.language, one != other,
        !languageWords.contains(where: { question.contains($0) }), !answer.has.contains(UInt8(ascii: "`"))
      else { continue }
      return "\(one.rawValue) → \(other.rawValue)"
    }
    return nil
  }

  private static let languageWords: [[UInt8]] = [
    "translat", "english", "chinese", "mandarin", "翻译", "翻譯", "译成", "译为", "英文", "英语", "中文", "汉语", "拼音", "pinyin", "代码",
    "code", "python", "sql",
  ].map { Array($0.utf8) }

  /// The script of a text that has enough letters to have one.
  private struct Script {
    var language: RowLanguage?

    init(_ part: RowText.Part) {
      guard part.bytes.count >= 12 else { return }
      let found = RowLanguage(text: part.text)
      // A word of the other script may be all there is to say.
      guard found == .chinese ? part.bytes.count >= 12 : part.bytes.count >= 30 else { return }
      language = found == .other ? nil : found
    }
  }
}
