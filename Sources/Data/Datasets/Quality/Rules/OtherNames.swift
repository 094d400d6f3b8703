import Conversations

/// Answers in which the model says that it is another maker's: what a persona must not learn.
///
/// A maker whom most of these answers name is the one that is meant.
struct OtherNames {
  private var found: [(names: [String], place: String)] = []
  private var counts: [String: Int] = [:]

  mutating func add(_ row: RowText, _ place: RowPlace) {
    var names: [String] = []
    for part in row.answers where Self.introduces(part) {
      for maker in Self.makers where !names.contains(maker.name) && maker.isNamed(in: part) { names.append(maker.name) }
    }
    guard !names.isEmpty else { return }
    for name in names { counts[name, default: 0] += 1 }
    found.append((names, place.text))
  }

  var finding: DatasetReport.Finding {
    let code = "other-names"
    let own = counts.filter { found.count >= 5 && $0.value * 5 >= found.count * 4 }.keys
    var rows = FoundRows()
    for entry in found {
      let others = entry.names.filter { !own.contains($0) }
      if !others.isEmpty { rows.add(entry.place, others.joined(separator: ", ")) }
    }
    guard !rows.isEmpty else {
      return .init(code: code, level: .pass, message: "no answer says that another maker's model speaks", examples: [])
    }
    let names = counts.filter { !own.contains($0.key) }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    return .init(
      code: code, level: .warning,
      message:
        "\(DatasetReport.rows(rows.count)) in which the model calls itself another's: \(names.joined(separator: ", "))",
      remedy: "Remove them, or put your own names in.", examples: rows.examples, rows: rows.count,
      places: rows.places)
  }

  /// Whether an answer speaks of who it is.
  static func introduces(_ part: RowText.Part) -> Bool {
    introductions.contains { part.lowered.firstIndex(of: $0, from: 0) != nil }
  }

  private static let introductions: [[UInt8]] = [
    "i am ", "i'm ", "i’m ", "my name is", "call me ", "developed by", "created by", "trained by", "made by",
    "built by",
    "我是", "我叫", "我的名字", "开发的", "研发的", "训练的", "创建的", "推出的", "我由", "我来自", "我并不是", "我不是",
  ].map { Array($0.utf8) }

  private struct Maker {
    var name: String
    /// In lower case; those that begin or end with a letter stand alone.
    var words: [[UInt8]]

    init(_ name: String, _ words: String...) {
      self.name = name
      self.words = words.map { Array($0.utf8) }
    }

    func isNamed(in part: RowText.Part) -> Bool {
      words.contains { word in
        var start = 0
        while let index = part.lowered.firstIndex(of: word, from: start) {
          start = index + word.count
          let before = index > 0 ? part.lowered[index - 1] : 0x20
          let after = start < part.lowered.count ? part.lowered[start] : 0x20
          if !Self.joins(word[0], before), !Self.joins(word[word.count - 1], after),
            Mention(part.lowered, index..<start).isOfItself
          {
            return true
          }
        }
        return false
      }
    }

    /// A letter beside a letter is inside a longer word.
    private static func joins(_ letter: UInt8, _ neighbor: UInt8) -> Bool {
      let isLetter = { (byte: UInt8) in byte >= 0x61 && byte <= 0x7A }
      return isLetter(letter) && isLetter(neighbor)
    }
  }

  /// A name where it stands: what a model says of itself is in the first person, and not denied.
  private struct Mention {
    let isOfItself: Bool

    init(_ text: [UInt8], _ name: Range<Int>) {
      // With a space before it, so that a word at its start is one, too.
      let sentence = [0x20] + text[Self.start(text, name.lowerBound, Self.stops)..<Self.end(text, name.upperBound)]
      let clause = Array(text[Self.start(text, name.lowerBound, Self.stops + Self.commas)..<name.lowerBound])
      isOfItself =
        Self.persons.contains { sentence.firstIndex(of: $0, from: 0) != nil }
        && OtherNames.introductions.contains { sentence.firstIndex(of: $0, from: 0) != nil }
        && !Self.denials.contains { clause.firstIndex(of: $0, from: 0) != nil }
    }

    private static let stops = [".", "!", "?", "\n", "。", "！", "？"].map { Array($0.utf8) }
    private static let commas = [",", "，", ";", "；"].map { Array($0.utf8) }
    private static let persons = [" i ", " i'", " i’", " my ", " me ", "我"].map { Array($0.utf8) }
    private static let denials = [" not ", "n't ", "n’t ", " no ", "不", "并非", "没有", "非"].map { Array($0.utf8) }

    /// Behind the last of the marks before a place, at most 200 bytes back.
    private static func start(_ text: [UInt8], _ place: Int, _ marks: [[UInt8]]) -> Int {
      let first = max(0, place - 200)
      return marks.reduce(first) { start, mark in
        var start = start
        while let found = text.firstIndex(of: mark, from: start), found + mark.count <= place {
          start = found + mark.count
        }
        return start
      }
    }

    /// Where the next stop begins, at most 200 bytes on.
    private static func end(_ text: [UInt8], _ place: Int) -> Int {
      stops.reduce(min(text.count, place + 200)) { end, mark in
        text.firstIndex(of: mark, from: place).map { min($0, end) } ?? end
      }
    }
  }

  private static let makers = [
    Maker("Qwen", "qwen", "tongyi", "通义", "千问"), Maker("Alibaba", "alibaba", "阿里"),
    Maker("OpenAI", "openai"), Maker("ChatGPT", "chatgpt", "gpt-3", "gpt-4", "gpt-5", "gpt3", "gpt4"),
    Maker("Claude", "claude"), Maker("Anthropic", "anthropic"), Maker("Gemini", "gemini"), Maker("Bard", "bard"),
    Maker("Google", "google", "谷歌"), Maker("DeepSeek", "deepseek", "深度求索"),
    Maker("ERNIE", "ernie bot", "文心一言", "文心大模型"),
    Maker("Baidu", "baidu", "百度"), Maker("Llama", "llama"), Maker("Meta", "meta ai"), Maker("Mistral", "mistral"),
    Maker("ChatGLM", "chatglm", "智谱", "zhipu"), Maker("Kimi", "kimi", "moonshot", "月之暗面"),
    Maker("Doubao", "doubao", "豆包"),
    Maker("ByteDance", "bytedance", "字节跳动"), Maker("Baichuan", "baichuan", "百川智能", "百川大模型"),
    Maker("InternLM", "internlm", "书生·浦语", "浦语"), Maker("Spark", "讯飞", "星火"), Maker("Hunyuan", "hunyuan", "混元"),
    Maker("Tencent", "tencent", "腾讯"), Maker("MiniMax", "minimax"), Maker("Yi", "零一万物"), Maker("Grok", "grok"),
    Maker("Copilot", "copilot"), Maker("Vicuna", "vicuna"), Maker("Phi", "phi-3", "phi-4"), Maker("SmolLM", "smollm"),
    Maker("Hugging Face", "hugging face", "huggingface"), Maker("Microsoft", "microsoft", "微软"),
  ]
}
