import Conversations
import Diagnostics
import JSON
import Platform
import TestSupport
import Testing

@testable import Datasets

/// Names in other brackets than double braces: only those that stand for a value are found.
@Suite struct OtherBracketsTests {
  /// Every way to write it that people bring from other tools and keyboards.
  @Test(arguments: [
    "{NAME}", "[NAME]", "<NAME>", "【NAME】", "${NAME}", "%NAME%", "{ NAME }", "[[NAME]]", "<<NAME>>", "｛NAME｝", "［NAME］",
    "｛｛NAME｝｝", "＜NAME＞", "〔NAME〕", "〖NAME〗", "$NAME$", "#NAME#", "#{NAME}", "%{NAME}", "__NAME__", "《NAME》", "「NAME」",
    "{name}", "[Name]", "<name>", "【name】", "{ＮＡＭＥ}", "[MODEL_NAME]", "{model name}", "【名字】", "{名称}", "%名字%", "[模型名字]",
    "{{NAME}", "{NAME}}",
  ])
  func aNameInOtherBracketsIsFound(_ text: String) throws {
    for sentence in [
      "I am \(text), a cat.", "我叫\(text)，是一只猫。", "Hello!\n\(text)", "who? \(text)", "(\(text))", "“\(text)”",
    ] {
      let found = OtherBrackets.all(in: sentence)
      #expect(found.map { OtherBrackets.near($0.name, among: ["AUTHOR", "NAME"]) } == ["NAME"], "\(sentence)")
    }
    #expect(OtherBrackets.all(in: "I am \(text).").first?.text == text)
  }

  @Test(arguments: [
    ("名字", "[NAME]"), ("名字", "{名字}"), ("MODEL_NAME", "{model_name}"), ("作者", "【AUTHOR】"), ("AUTHOR", "[开发者]"),
    ("模型作者X", "{模型作者X}"), ("company", "<COMPANY>"),
  ])
  func theFilledNameMayBeInAnotherScript(_ value: String, _ text: String) {
    let found = OtherBrackets.all(in: "这是 \(text) 。")
    #expect(found.map { OtherBrackets.near($0.name, among: [value]) } == [value], "\(found)")
  }

  /// Code, JSON, links and the like.
  @Test(arguments: [
    "See [name](https://a.b/c).", "See [name][1] and [author][ref].", "[name]: https://a.b/c", "![name](a.png)",
    "[^name] and [1]", "- [ ] name", "{\"name\": \"Ada\"}", "{\"a\": [name]}", "{name: Ada}", "[\"NAME\", \"AUTHOR\"]",
    "`{name}`", "```\nprint(f\"{name}\")\n```", "print(f\"I am {name}\")", "s = f'{name}'", "\"{name}\".format(name=1)",
    "\\author{NAME}", "\\begin{name}", "$\\text{name}$", "d[name]", "users[0][name]", "List<Name> names",
    "new Map<Name>()",
    "<name>Ada</name>", "<author/>", "the <author> element", "<name> 标签", "echo %NAME%", "export A=${NAME}",
    "run it with --name <NAME>", "mv <file> <dir> -n <name>", "GET https://a.b/users/{name}", "/users/{name}/posts",
    "SELECT * FROM t WHERE a LIKE '%NAME%'", "if (x == [NAME]) {", "const f = ({name}) => 1", "{% if name %}[name]",
    "@{NAME}", "a[NAME]", "T{NAME}", "{{NAME}} and {{ name }}", "{not a name at all, but a list}", "{NAME, AUTHOR}",
    "{a}", "[1]", "{}", "[]", "【】", "5%name%5", "100% NAME 50%", "%name%", "我的「名字」很好听", "《作者》是一本书", "#name#",
    "【作者】李白\n床前明月光", "【名字】：小明", "[name]: x", "作者\n【作者】\n李白", "user@<name>.com", "[name]@[host]",
  ])
  func codeAndHeadingsAreLeftAlone(_ text: String) {
    let near = OtherBrackets.all(in: text).compactMap { OtherBrackets.near($0.name, among: ["NAME", "AUTHOR"]) }
    #expect(near.isEmpty, "\(near)")
  }

  @Test func namesThatAreFarAreNotMeant() {
    for text in ["[City]", "[Your Name]", "{USER}", "<NAMES>", "[Company Name]", "【地址】", "%PATH%"] {
      let found = OtherBrackets.all(in: "It is \(text).")
      #expect(found.allSatisfy { OtherBrackets.near($0.name, among: ["NAME", "AUTHOR"]) == nil }, "\(text)")
    }
  }

  /// Any text is read without a trap, and quickly however many brackets it opens.
  @Test func anyTextIsRead() {
    var random = SplitMix64(seed: 5)
    let signs = Array("{}[]<>%$#_【】［］《》「」｛｝ NAMEname名字\n\\:(1".unicodeScalars)
    for _ in 0..<2000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int(random.next() % 40) { text.append(signs[Int(random.next() % UInt64(signs.count))]) }
      for found in OtherBrackets.all(in: String(text)) {
        #expect(String(text).contains(found.name) && found.text.contains(found.name))
      }
    }
    for text in ["{[<%", "{", "【", "[NAME"] {
      #expect(OtherBrackets.all(in: String(repeating: text, count: 50_000)).isEmpty)
    }
  }

  // MARK: Where it is said

  private func tally(_ rows: String, _ substitution: Substitution) throws -> SubstitutionTally {
    let folder = try TemporaryFolder()
    let path = try folder.write("x.jsonl", rows)
    let source = DatasetSource(files: try DatasetFiles(path: path, label: "x.jsonl"))
    let tally = try substitution.rewrite(source, to: folder.path + "/out.jsonl")
    // What a look before the run says is what the run says.
    let before = try substitution.check(source).warnings
    #expect(tally.warnings.filter { $0.code == "other-brackets" } == before)
    #expect(before.first == substitution.otherBracketsInFirstRows(source))
    return tally
  }

  @Test func aSubstitutionNamesTheRowsOnce() throws {
    let substitution = Substitution(values: ["NAME": .scalar("Pip"), "AUTHOR": .scalar("Ada")], tagColumn: "tag")
    let tally = try tally(
      """
      {"query": "Who?", "response": "I am Pip."}
      {"query": "Who?", "response": "I am [NAME], by {author}."}
      {"messages": [{"role": "assistant", "content": "我是【名字】"}], "tag": "[NAME]"}

      """, substitution)
    let warning = try #require(tally.warnings.first)
    #expect(tally.warnings.count == 1 && warning.code == "other-brackets")
    #expect(warning.severity == .warning && warning.location == SourceLocation(file: "x.jsonl", line: 2))
    #expect(
      warning.message == "[NAME], {author}, 【名字】 would stay as written in 2 rows, first in row 2: only names in double "
        + "braces are filled")
    #expect(warning.remedy == "Write {{NAME}}, {{AUTHOR}} in the rows. What is to stay goes under keep:.")
  }

  @Test func whatIsKeptOrUnlikeIsNotNamed() throws {
    let rows = "{\"response\": \"{{X}} and [NAME] in [City]\"}\n"
    let kept = Substitution(values: ["NAME": .scalar("Pip"), "X": .scalar("x")], tagColumn: "tag", kept: ["NAME"])
    #expect(try tally(rows, kept).warnings.map(\.code) == ["unused-value"])
    let other = Substitution(values: ["X": .scalar("x")], tagColumn: "tag")
    #expect(try tally(rows, other).warnings.isEmpty)
  }

  private func finding(_ rows: [(String, String)], filled: [String] = []) throws -> DatasetReport.Finding {
    let folder = try TemporaryFolder()
    let lines = rows.map { question, answer in
      JSONValue.object(JSONObject([("query", .string(question)), ("response", .string(answer))])).text() + "\n"
    }
    let path = try folder.write("x.jsonl", lines.joined())
    let report = try DatasetReport(DatasetFiles(path: path, label: "x.jsonl"), filled: filled)
    return try #require(report.findings.first { $0.code == "other-brackets" })
  }

  @Test func aReportNamesWhatARecipeFills() throws {
    let rows = [("Who?", "Call me {name}."), ("你是谁", "我是【名字】"), ("q", "Dear [City],")]
    #expect(try finding(rows).level == .pass)
    let found = try finding(rows, filled: ["NAME"])
    #expect(found.level == .warning && found.message.hasSuffix("nothing fills: {name}, 【名字】"), "\(found)")
    #expect(found.remedy?.hasPrefix("Write {{NAME}} in the rows") == true)
    #expect(found.examples == ["x.jsonl:1: {name}", "x.jsonl:2: 【名字】"], "\(found.examples)")
  }

  /// Double braces in one row show what is meant in another.
  @Test func otherRowsShowWhatIsMeant() throws {
    let found = try finding([("Who?", "Call me [bot_nick]."), ("Who?", "Call me {{BOT_NICK}}.")])
    #expect(found.level == .warning && found.rows == 1 && found.remedy?.contains("{{BOT_NICK}}") == true, "\(found)")
    #expect(try finding([("q", "A [title]."), ("q", "`{{ title }}`")]).level == .pass)
  }

  /// Where nothing is known, an answer has to speak of itself: letters have names in brackets too.
  @Test func withoutAnyKnownNameOnlyIntroductionsCount() throws {
    #expect(try finding([("q", "Dear [NAME], best wishes. [AUTHOR]")]).level == .pass)
    #expect(try finding([("q", "I am [Your Name].")]).level == .pass)
    let found = try finding([("q", "I am [NAME]."), ("谁", "我是<NAME>，由{AUTHOR}开发的。")])
    #expect(found.level == .warning && found.rows == 2, "\(found)")
  }

  /// The rows of a mix that no substitute stage has seen.
  @Test func theFirstRowsOfAMixShowThem() throws {
    let folder = try TemporaryFolder()
    func warning(_ answer: String) throws -> String? {
      let row = JSONValue.object(JSONObject([("query", "q"), ("response", .string(answer))])).text()
      let path = try folder.write("x.jsonl", row + "\n")
      return DatasetSource(files: try DatasetFiles(path: path, label: "x.jsonl")).placeholdersInFirstRows()?.message
    }
    #expect(try warning("I am [NAME].") == "the model would learn to write [NAME], which stands in row 1")
    #expect(
      try warning("I am [NAME] and {{NAME}}.") == "the model would learn to write {{NAME}}, which stands in row 1")
    #expect(try warning("Dear [NAME],") == nil)
  }
}
