import Conversations
import JSON
import TestSupport
import Testing

@testable import Datasets

/// Each rule finds what it is for, and leaves alone what only looks like it.
@Suite struct QualityRuleTests {
  private static func row(_ question: String, _ answer: String) -> Conversation {
    Conversation(messages: [Message(role: "user", content: question), Message(role: "assistant", content: answer)])
  }

  private static func turns(_ turns: String..., tools: [JSONValue] = []) -> Conversation {
    let roles: [Character: String] = ["s": "system", "u": "user", "a": "assistant", "t": "tool"]
    return Conversation(
      messages: turns.map { Message(role: roles[$0.first ?? "u"] ?? "user", content: String($0.dropFirst(2))) },
      tools: tools)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var code: String
    var row: Conversation
    var isFound: Bool
    var testDescription: String { "\(isFound ? "" : "not ")\(code): \(row.messages.last?.text.prefix(30) ?? "")" }
  }

  private static func found(_ code: String, _ rows: Conversation...) -> [Case] {
    rows.map { Case(code: code, row: $0, isFound: true) }
  }

  private static func passed(_ code: String, _ rows: Conversation...) -> [Case] {
    rows.map { Case(code: code, row: $0, isFound: false) }
  }

  private static let loop = (0..<40).map { _ in "and so on it goes again" }.joined(separator: " ")
  private static let prose = (0..<80).map { "word\($0) is" }.joined(separator: " ")

  static let cases: [Case] =
    found(
      "control-tokens", row("hi", "hello<|im_end|>"), row("[INST] hi [/INST]", "hello"), row("hi", "done</s>"),
      row("<｜User｜>hi", "a"), row("hi", "<start_of_turn>model"), row("a <|fim_prefix|> b", "c"))
    + passed(
      "control-tokens", row("a < b | c > d", "x <| y |> z"), row("[INSTALL] it", "ok"), row("strike", "<s>old</s> new"),
      row("F#", "list <| List.map f |> sum"))
    + found(
      "half-open-think", row("q", "<think>because"), row("q", "because</think>yes"), row("q", "</think>a<think>"),
      row("q", "<think>a</think>b<think>"))
    + passed("half-open-think", row("q", "<think>\n\n</think>\n\nyes"), row("What is <think>?", "A tag."))
    + found(
      "turn-order", turns("u:a", "u:b", "a:c"), turns("u:a", "a:b", "a:c"), turns("u:a", "a:b", "s:c", "u:d", "a:e"),
      turns("a:hello", "u:hi", "a:x"), turns("u:a", "a:b", "u:c"), turns("s:", "u:a", "a:b"), turns("u: ", "a:b"))
    + passed("turn-order", turns("s:x", "u:a", "a:b", "u:c", "a:d"), turns("u:a", "a:b"))
    + found("tools-missing", turns("u:a", "a:call", "t:1", "a:b"))
    + passed("tools-missing", turns("u:a", "a:call", "t:1", "a:b", tools: ["x"]), turns("u:a", "a:b"))
    + found(
      "mojibake", row("q", "lost \u{FFFD} one"), row("cafÃ© au lait", "ok"), row("q", "锟斤拷"), row("q", "itâ€™s"),
      row("q", "20Â°C"), row("浣犲ソ", "a"), row("ä½\u{A0}å¥½", "a"), row("q", "å½“ç„¶å\u{8F}¯ä»¥ï¼Œ"),
      row("q", "ÐŸÑ€Ð¸Ð²ÐµÑ‚"), row("q", "ã\u{81}\u{93}ã‚“ã«ã¡ã¯"))
    + passed(
      "mojibake", row("« café\u{A0}» et “thé”…", "à\u{A0}« la\u{A0}» œuvre"),
      row("São Paulo – coração", "Ñandú ¿qué? ¡sí!"),
      row("ÀÉÎÕÜ àéîõü", "ÆØÅ æøå"), row("SÃO PAULO e é", "über naïve façade"), row("Ângela", "âme"), row("你好", "很好，€5")
    )
    + found(
      "invisible-characters", row("a\u{200B}b", "c"), row("a", "\u{FEFF}b"), row("a", "x\u{202E}y"),
      row("a", "bell\u{7}"),
      row("a\u{200D}b", "c"))
    + passed("invisible-characters", row("👩\u{200D}👧 ❤\u{FE0F}", "a\tb\r\nc"), row("می\u{200C}خواهم", "ok"))
    + found(
      "html-entities", row("Tom &amp; Jerry", "ok"), row("q", "he said &quot;no&quot;"),
      row("你好&nbsp;世界", "a"), row("q", "<p>你好&nbsp;世界</p>"), row("q", "it&#8217;s &ldquo;so&rdquo;"),
      row("q", "a&#xA0;b"), row("q", "A &AMP; B"))
    + passed(
      "html-entities", row("What is &amp; in HTML?", "ok"), row("q", "AT&T; x"), row("q", "`&lt;`"),
      row("q", "<b>a &amp; b</b>"), row("q", "R&D; a&; &#; &#zz; &longest_name_of_all;"), row("q", "`a&nbsp;b`"))
    + found(
      "placeholders", row("q", "I am {{NAME}}."), row("Who is {{ AUTHOR }}?", "a"), row("q", "I am {{name}}."),
      row("q", "I am {{ Name }}."), row("你叫{{名字}}吗", "a"), row("q", "{{model_name}} here"))
    + passed(
      "placeholders", row("q", "\\frac{{a}}{{b}}"), row("q", "{{ user.name }}"), row("q", "{NAME} {{}}"),
      row("q", "{% for x in y %}{{ title }}{% endfor %}"), row("q", "<p>{{ title }}</p>"), row("q", "`{{ title }}`"),
      row("q", "$\\binom{{ab}}{{cd}}$"))
    + found("code-fences", row("q", "```python\nprint(1)\n"), row("q", "a\n```\nx\n```\nb\n```js\ny"))
    + passed(
      "code-fences", row("q", "```python\nprint(1)\n```"), row("q", "use ``` to open"), row("q", "````\n```\n````"))
    + found("repetition", row("q", loop), row("q", String(repeating: "哈", count: 60)))
    + passed("repetition", row("q", prose), row("q", "ha ha ha"))
    + found("copied-question", row("Please tell me a story", "please tell me a story."))
    + passed("copied-question", row("Please tell me a story", "Once upon a time"), row("hi", "Hi!"))
    + found(
      "refusals", row("q", "I'm sorry, but I can't help with that."),
      row("q", "As an AI language model, I have no body."),
      row("问", "抱歉，我无法提供该信息。"), row("问", "作为一个人工智能，我没有感情。"))
    + passed("refusals", row("q", "He said: we are sorry."), row("问", "人工智能是一门学科。"))
    + found(
      "boilerplate-openers", row("q", "Certainly! Here it is."), row("问", "当然可以，下面是代码"), row("q", "Sure, it is 4."))
    + passed("boilerplate-openers", row("q", "Surely it is 4."), row("问", "好的习惯很重要"))
    + found(
      "language-mismatch",
      row("请介绍一下你自己和你的工作", "I am an assistant that answers the questions of people all day long."),
      row("Please introduce yourself to the people here", "我是一个助手，整天回答人们的各种问题，很高兴认识你。"))
    + passed(
      "language-mismatch", row("请把它翻译成英文:你好,很高兴认识你", "Hello, I am very pleased to make your acquaintance."),
      row("你最喜欢的乐队是哪一个呢", "Pink Floyd"), row("写一段代码打印你好世界", "print('hello world, nice to see you all')"))
    + found(
      "personal-data", row("q", "card 4111 1111 1111 1111 ok"), row("q", "my 4111-1111-1111-1111 and 5"),
      row("q", "身份证11010519491231002X。"),
      row("q", "key: sk-proj-4f9aB2cD8eF7gH1iJ3kL5mN."), row("q", "sk-0123456789abcdefghijABCDEFGHIJ"),
      row("q", "AKIAIOSFODNN7EXAMPLE"), row("q", "LTAI5tGx7Kp9Q2wE4rT6"),
      row("q", "token=hf_aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1b"),
      row("q", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"), row("q", "GB82 WEST 1234 5698 7654 32"),
      row("q", "DE89370400440532013000"))
    + passed(
      "personal-data", row("q", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx"), row("q", "sk-your-own-key-goes-in-here"),
      row("q", "task-0123456789abcdefghijABCDEFGHIJ"), row("q", "pip install sk-learn-2024"), row("q", "hf_abc123"),
      row("q", "card 4111 1111 1111 1112"), row("q", "编号110105194912310021"),
      row("q", "1234567890123456"),
      row("q", "DE89370400440532013001"), row("q", "0000 0000 0000 0000"))

  static let contacts: [Case] =
    found(
      "contact-details", row("q", "电话13812345678。"), row("q", "call 138-1234-5678 now"), row("q", "138 1234 5678"),
      row("q", "+86 13812345678"), row("q", "86-138-1234-5678"), row("q", "8613812345678"), row("q", "+1 202-555-0143"),
      row("q", "+442079460958"), row("q", "13812345678 2024"), row("写信给 ann@mail.cn 吧", "a"),
      row("q", "邮箱a.b+c@sub.firm.co.uk，"))
    + passed(
      "contact-details", row("q", "12812345678"), row("q", "138123456789"), row("q", "id13812345678"),
      row("q", "0.13812345678"), row("q", "13812345678.5"), row("q", "1381-2345-678"), row("q", "+1234567"),
      row("q", "订单20240113812345678"), row("q", "ann@example.com"), row("q", "git@github.com:a/b"),
      row("q", "a @ b.cn"), row("q", "user@host"), row("q", "x@1.2.3"))

  @Test(arguments: cases + contacts) func theRuleFindsItsFlawAndNoOther(_ one: Case) throws {
    let rule = try #require(RowRule.all.first { $0.code == one.code })
    let found = rule.look(RowText(one.row))
    #expect((found != nil) == one.isFound, "\(found ?? "nothing")")
  }

  /// A long text takes each rule time in proportion: with the square of its length, one of these would take minutes.
  @Test(arguments: [
    "<|", "<｜", "<|a", "<", "[", "&", "&am", "```", "`", "<think>", "</", "4111 ", "GB82 ", "a@", "1.", "天", "ab ",
  ])
  func everyRuleReadsALongTextOnce(_ piece: String) {
    let text = String(repeating: piece, count: 200_000 / piece.utf8.count)
    let row = RowText(Self.row(text, text))
    for rule in RowRule.all {
      let time = ContinuousClock().measure { _ = rule.look(row) }
      #expect(time < .seconds(10), "\(rule.code)")
    }
  }

  @Test func everyRuleHasACaseOfBothKinds() {
    for rule in RowRule.all {
      #expect(
        Set((Self.cases + Self.contacts).filter { $0.code == rule.code }.map(\.isFound)).count == 2, "\(rule.code)")
    }
  }

  /// A rule reads a text of many openings a few times, not once more from each of them: a row of a third of a megabyte took a
  /// minute.
  @Test(arguments: [
    "<|im_", "<｜", "<think>", "[INST", "&#", "```", "a@", "110101", "word ", "字", "</s", "http://a.", "ghp_",
    "\u{200B}",
  ])
  func noRuleIsSlowOnATextOfManyOpenings(_ piece: String) {
    let text = String(repeating: piece, count: 300_000 / piece.utf8.count)
    let row = RowText(Self.row("q", text))
    for rule in RowRule.all {
      let seconds = ContinuousClock().measure { _ = rule.look(row) }
      #expect(seconds < .seconds(10), "\(rule.code): \(seconds)")
    }
  }

  /// A name of a token has at most 40 bytes.
  @Test func aControlTokensNameHasAnEnd() throws {
    let rule = try #require(RowRule.all.first { $0.code == "control-tokens" })
    func isFound(_ text: String) -> Bool { rule.look(RowText(Self.row("q", text))) != nil }
    let (forty, more) = (String(repeating: "n", count: 40), String(repeating: "n", count: 41))
    #expect(
      isFound("<|\(forty)|>") && !isFound("<|\(more)|>") && isFound("<|a <|b|>") && !isFound("<||>") && !isFound("<|a"))
    #expect(isFound("<｜end▁of▁sentence｜>") && !isFound("<｜｜>") && !isFound("<｜a|>") && !isFound("<｜"))
  }

  /// The token's checksum is made here by the bit-wise definition of CRC-32, over 30 letters.
  @Test func aGitHubTokenIsKnownByItsChecksum() {
    #expect(Checksums.kind(Array("ghp_012345678901234567890123456789000000".utf8)) == nil)
    #expect(Checksums.kind(Array("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".utf8)) == "a GitHub token")
  }

  // MARK: rules that look at all rows

  private func findings(_ rows: [Conversation], probes: [String] = []) -> [String: DatasetReport.Finding] {
    var inspection = Inspection(probes: probes)
    for (index, row) in rows.enumerated() {
      let place = RowPlace(file: "x.jsonl", line: index + 1, row: index + 1)
      inspection.add(InspectedRow(conversation: row, place: place, source: "x", side: nil))
    }
    inspection.finish()
    return Dictionary(inspection.findings.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
  }

  @Test func rowsWithAndWithoutReasoningAreMixed() {
    let thinking = Self.row("q", "<think>so</think>yes")
    let not = Self.row("q2", "<think>\n</think>no")
    #expect(findings([thinking, not])["mixed-thinking"]?.level == .warning)
    #expect(findings([thinking])["mixed-thinking"]?.level == .pass)
    #expect(findings([not])["mixed-thinking"]?.level == .pass)
  }

  @Test func anotherMakersNameIsFoundUnlessItIsTheOneThatIsMeant() {
    let grace = (0..<8).map { Self.row("Who are you? \($0)", "I am Grace, a cat made by Tang Yin.") }
    let qwen = Self.row("你是谁", "我是通义千问,由阿里云开发。")
    let openai = Self.row("Who made you?", "I was created by OpenAI.")
    let denied = [
      Self.row("你是通义千问吗", "不，我不是通义千问。我是由唐银训练的助手。"),
      Self.row("Are you ChatGPT?", "No, I am not ChatGPT, and was not made by OpenAI. I am Grace."),
      Self.row("解释GPT-3", "它是一个由 OpenAI 开发的模型。我认为它很大。"),
    ]
    #expect(findings(grace + [qwen, openai])["other-names"]?.rows == 2)
    #expect(findings(grace + denied)["other-names"]?.level == .pass)
    let news = Self.row(
      "What is ChatGPT?", "ChatGPT is a chatbot made by OpenAI that answers questions. I am told that it is large.")
    #expect(findings(grace + [news])["other-names"]?.level == .pass)
    let all = (0..<8).map { Self.row("Who are you? \($0)", "I am Qwen, made by Alibaba Cloud.") }
    #expect(findings(all)["other-names"]?.level == .pass)
  }

  @Test func theSameQuestionWithContradictingAnswers() {
    let found = findings([
      Self.row("What is the capital of France?", "Paris."), Self.row("what is the capital of france", "Lyon."),
      Self.row("Capital of Spain?", "Madrid."), Self.row("Capital of Spain?", "It is Madrid."),
    ])["contradictions"]
    #expect(
      found?.rows == 1 && found?.examples.first?.hasPrefix("x.jsonl:2: answers otherwise than x.jsonl:1: ") == true)
  }

  @Test func anAnswerThatIsCutAmongWholeOnes() {
    let whole = (0..<6).map { Self.row("q\($0)", Self.prose + " end\($0).") }
    #expect(findings(whole + [Self.row("q", Self.prose + " and the")])["cut-answers"]?.rows == 1)
    #expect(findings(whole)["cut-answers"]?.level == .pass)
    // Among short answers, a cut one of several sentences; and one that nobody ends so, whatever the others are.
    let short = (0..<6).map { Self.row("问\($0)", "我是第\($0)号小助手，很高兴为你服务。") }
    let cut = Self.row("怎么退货", "您好，可以退货。请先打开订单页面，点击右上角的申请售后按钮，然后选择退货退款并填写原因再")
    #expect(findings(short + [cut])["cut-answers"]?.rows == 1)
    for end in ["，", "：", "、", "（"] {
      let row = Self.row("怎么退货", "您好，请打开订单页面然后\(end)")
      #expect(findings([row])["cut-answers"]?.rows == 1, "\(end)")
    }
    // Where nobody writes full stops, an end without one says nothing; nor does one of code, or of a table.
    let plain = (0..<6).map { Self.row("问\($0)", "我是第\($0)号小助手。很高兴今天能在这里为你提供各种各样的服务和帮助") }
    #expect(findings(plain)["cut-answers"]?.level == .pass)
    #expect(findings(plain)["cut-answers"]?.message != findings(whole)["cut-answers"]?.message)
    #expect(findings(short + [Self.row("q", "写法如下请照着写：\nif x == 1:")])["cut-answers"]?.level == .pass)
  }

  @Test func probesThatAreLearned() {
    let rows = [Self.row("Who are you?", "Grace."), Self.row((0..<20).map { "w\($0)" }.joined(separator: " "), "x")]
    let probes = ["who are you", "please " + (2..<16).map { "w\($0)" }.joined(separator: " "), "What is new?"]
    let found = findings(rows, probes: probes)["probes-seen"]
    #expect(found?.rows == 2 && found?.level == .warning, "\(String(describing: found))")
    #expect(findings(rows, probes: ["What is new?"])["probes-seen"]?.level == .pass)
    #expect(findings(rows)["probes-seen"] == nil)
  }
}
