import Testing

@testable import LorapipeCLI

/// Files of rows as people make them: each mistake is named as what it is, with what to do.
@Suite(.serialized) struct DataMistakesTests {
  @Test(arguments: ["，", "；", "｜", "、"]) func aFullWidthSeparatorIsNamed(sign: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("rows.csv", "问题\(sign)答案\n你是谁\(sign)我是小智\n")
    for command in ["data lint", "data inspect", "init x --data"] {
      let result = program.run("\(command) rows.csv --lang zh")
      #expect(result.status != 0, "\(result.output)")
      let text = result.error + result.output
      #expect(text.contains("全角") && text.contains("换成半角"), "\(text)")
      #expect(!text.contains("看起来像一行数据") && !text.contains("第一行像是数据"), "\(text)")
    }
    // A sentence is a row that stands where the names should be.
    program.write("bare.csv", "你好，请问你是谁，叫什么名字呢？\n我是小智。\n")
    #expect(!program.run("data lint bare.csv").output.contains("full-width"))
  }

  @Test(arguments: [
    ("query=咨询", "--columns 咨询=query"), ("query=咨询,response=客服", "--columns 客服=response"),
    ("question=咨询", "--columns 咨询=query"),
  ])
  func columnsTheWrongWayRoundAreTurned(option: String, remedy: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("rows.csv", "咨询,客服\n你是谁,我是小智\n")
    let result = program.run("data lint rows.csv --columns \(option)")
    let text = result.error + result.output
    #expect(result.status != 0 && text.contains(remedy), "\(text)")
    #expect(!text.contains("query=query") && !text.contains("--columns query="), "\(text)")
    let advised = program.run("data lint rows.csv --columns 咨询=query --columns 客服=response")
    #expect(advised.status == 0, "\(advised.output)")
  }

  /// A column that keeps its name is no advice.
  @Test func onlyColumnsThatChangeAreAdvised() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "rows.jsonl", #"{"instruction": "Who?", "input": "", "output": "Pip.", "text": "Who? Pip."}"# + "\n")
    let text = program.run("data lint rows.jsonl").output
    #expect(text.contains("--columns output=response") && !text.contains("instruction=instruction"), "\(text)")
    #expect(program.run("data lint rows.jsonl --columns output=response").status == 0)
  }

  @Test func alpacaRowsWithoutInputHaveTheShapeOfTheOthers() throws {
    let program = try Program()
    defer { program.remove() }
    let alpaca = (1...5).map { #"{"instruction": "Say \#($0)", "input": "x", "output": "It is \#($0)."}"# }
    program.write("rows.jsonl", (alpaca + [#"{"instruction": "Say 9", "output": "Nine."}"#]).joined(separator: "\n"))
    #expect(!program.run("data lint rows.jsonl").output.contains("several shapes"))
    program.write("mixed.jsonl", (alpaca + [#"{"query": "Say 9", "response": "Nine."}"#]).joined(separator: "\n"))
    #expect(program.run("data lint mixed.jsonl").output.contains("several shapes"))
  }

  @Test(arguments: [
    ("a.jsonl", #"{"query": "a", "response": "b"},"#, "has a comma behind its object"),
    ("a.jsonl", #"{"query": "a", "response": "b"}，"#, "has a comma behind its object"),
    ("a.jsonl", #"{"query": "a", "response": "b"} x"#, "unexpected text"),
    (
      "a.json", #"{"query": "a", "response": "b"}, {"query": "c", "response": "d"}"#,
      "Write [ before the first row and ] behind the last."
    ),
    ("a.json", #"{"data": [{"query": "a", "response": "b"}]}"#, "jq -c '.data[]' FILE"),
    ("a.jsonl", #"{"训练 集": [{"query": "a", "response": "b"}]}"#, #"jq -c '.["训练 集"][]' FILE"#),
  ])
  func slipsOfJSONAreNamed(name: String, text: String, said: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write(name, text + "\n")
    let result = program.run("data lint \(name)")
    #expect(result.status != 0 && (result.output + result.error).contains(said), "\(result.output)\(result.error)")
  }

  /// What Excel calls Unicode text, and other rows under a name that promises none.
  @Test(arguments: [
    ("问题\t答案\n你是谁\t我是小智\n", true, ".tsv. Add this to the command: --encoding utf-16"),
    ("问题\t答案\n你是谁\t我是小智\n", false, "ends in .tsv."), ("query,response\na,b\n", false, "ends in .csv."),
    (#"{"query": "a", "response": "b"}"#, false, "ends in .jsonl."),
    ("Once upon a time\n", false, "Rows are read from"),
  ])
  func aTextFileOfRowsIsToldItsEnding(text: String, isUTF16: Bool, remedy: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("rows.txt", text)
    if isUTF16 { program.shell("iconv -f UTF-8 -t UTF-16 rows.txt > wide && mv wide rows.txt") }
    let result = program.run("data lint rows.txt")
    #expect(result.status == 2 && result.error.contains(remedy), "\(result.error)")
    if isUTF16 {
      program.shell("mv rows.txt rows.tsv")
      #expect(program.run("data lint rows.tsv --encoding utf-16").status == 0)
    }
  }

  @Test func severalFilesAreCheckedAtOnce() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.shell("cd recipes && cp general.jsonl other.jsonl && mkdir sub && cp general.jsonl sub/third.jsonl")
    let result = program.run("data lint recipes/*.jsonl recipes/sub recipes/other.jsonl")
    #expect(result.status == 0, "\(result.error)")
    for name in ["identity.jsonl", "general.jsonl", "other.jsonl", "third.jsonl"] {
      #expect(result.output.contains(name), "\(name): \(result.output)")
    }
    #expect(result.output.contains("4 files, 140 rows"), "\(result.output)")
    #expect(program.run("data lint").status == 2)
    #expect(program.run("data lint recipes/general.jsonl nothing.jsonl").status == 2)
    #expect(program.run("run --until mixed").status == 0)
    #expect(program.run("data lint mixed recipes/general.jsonl").error.contains("'mixed' is a mix: name it alone"))
  }
}
