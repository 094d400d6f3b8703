import JSON
import Testing

/// `data lint`, by the built program.
@Suite struct DataLintTests {
  private func program() throws -> Program {
    let program = try Program()
    program.shell("mkdir data")
    return program
  }

  /// Sixty rows with two placeholders, by tag.
  private let persona =
    (1...60).map { number in
      let tag = number % 2 == 0 ? "zh" : "en"
      return #"{"query": "Who are you? \#(number)", "response": "I am {{NAME}} by {{AUTHOR}}, \#(number)."#
        + #"", "tag": "\#(tag)"}"#
    }.joined(separator: "\n") + "\n"

  @Test func aFoldersFilesAreLintedOneByOne() throws {
    let program = try program()
    defer { program.remove() }
    program.write("data/own.csv", "咨询,客服\n你好,很高兴见到你\n你是谁,\"我是小猫，\n很高兴\"\n")
    program.write("data/chat.jsonl", "{\"query\": \"hi\", \"response\": \"hello<|im_end|>\"}\n")
    program.write("data/broken.csv", "query,response\nhi,\"never closed\n")
    let columns = "--columns 咨询=query --columns 客服=response"
    let lint = program.run("data lint data \(columns)")
    #expect(lint.status == 1)
    for line in ["data/broken.csv  ", "data/chat.jsonl:1: <|im_end|>", "never closed", "3 files, 3 rows: 2 errors"] {
      #expect(lint.output.contains(line), "\(lint.output)")
    }
    #expect(!lint.output.contains("no row thinks"), "\(lint.output)")
    let all = program.run("data lint data --all \(columns)").output
    for line in ["data/broken.csv\n", "data/own.csv\n", "ok       no row thinks"] {
      #expect(all.contains(line), "\(all)")
    }
    let json = program.run("data lint data --columns '{\"咨询\":\"query\",\"客服\":\"response\"}' --json").json
    let errors = json?.arrayValue?.filter { $0["level"] == "error" }.compactMap { $0["code"]?.stringValue } ?? []
    #expect(errors == ["unclosed-quote", "control-tokens"], "\(errors)")
    #expect(program.run("data lint data/own.csv --columns 咨询").status == 2)
    #expect(program.run("data lint data/own.csv --max-length 64").status == 2)
    #expect(program.run("data lint data/chat.jsonl --lang zh").output.contains("对话模板的控制符"))
  }

  /// A line per file, a sum, and nothing of what is fine: a folder of many files fits a screen.
  @Test func aFolderOfManyFilesFitsAScreen() throws {
    let program = try program()
    defer { program.remove() }
    for number in 1...23 {
      program.write("data/\(number).jsonl", TinyWorkspace.sums(100 * number...100 * number + 59))
    }
    let lint = program.run("data lint data")
    let lines = lint.output.split(separator: "\n")
    #expect(lint.status == 0 && lines.count < 50, "\(lint.output)")
    #expect(lines.contains { $0.hasPrefix("23 files, 1,380 rows: ") }, "\(lint.output)")
    #expect(lines.count { $0.hasPrefix("data/") } == 23, "\(lint.output)")
  }

  @Test func oneFileSaysWhatNeedsALookAndCountsTheRest() throws {
    let program = try program()
    defer { program.remove() }
    program.write("data/rows.jsonl", persona)
    let lint = program.run("data lint data/rows.jsonl")
    #expect(lint.status == 0 && lint.output.contains("60 rows with placeholders"), "\(lint.output)")
    #expect(
      lint.output.contains("checks passed (--all lists them)\n1 file, 60 rows: 1 warning, 1 note\n"), "\(lint.output)")
    // The tag picks the values, so it is used.
    #expect(!lint.output.contains("columns not used"), "\(lint.output)")
    #expect(program.run("data lint data/rows.jsonl -a").output.contains("tag for the values of placeholders"))
    program.write("data/plain.jsonl", persona.replacing("{{NAME}}", with: "Pip").replacing("{{AUTHOR}}", with: "Ann"))
    #expect(program.run("data lint data/plain.jsonl").output.contains("columns not used: tag"))
  }

  /// What `init` writes is clean, its test questions included.
  @Test func theFolderOfInitHasNoError() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(program.run("init made --zh --offline").status == 0)
    for language in ["en", "zh"] {
      let lint = program.run("data lint made/recipes/data --lang \(language)")
      let unused = language == "en" ? "columns not used" : "没有用到的列"
      #expect(lint.status == 0 && !lint.output.contains(unused), "\(lint.output)")
    }
    let probes = program.run("data lint made/recipes/data/probes.jsonl --all")
    #expect(probes.status == 0 && probes.output.contains("test questions: 58"), "\(probes.output)")
    #expect(probes.output.contains("every expectation can be met"), "\(probes.output)")
  }

  @Test func testQuestionsAreCheckedAsSuch() throws {
    let program = try program()
    defer { program.remove() }
    program.write(
      "data/probes.jsonl",
      #"""
      {"ask": "Who are you?", "expect": {"contains": "Pip"}}
      {"ask": "Who are you?", "expect": {"contains": "Pip"}}
      {"ask": "Who made you?", "group": "identity.maker"}
      {"ask": "And you are?", "expect": {"contains": "Pip", "not": "pip"}}
      {"ask": "And now?", "expect": {"contian": "Pip"}}

      """#)
    let lint = program.run("data lint data/probes.jsonl")
    #expect(lint.status == 1)
    for text in [
      "1 of 5 rows cannot be read", "contian' is not a parameter", "1 row without expect", "data/probes.jsonl:3",
      "1 row whose expect no answer can meet", "1 row whose question an earlier row asks too",
      "every question is about the identity", "1 file, 5 rows: 2 errors, 2 warnings, 1 note",
    ] { #expect(lint.output.contains(text), "\(text)\n\(lint.output)") }
    #expect(!lint.output.contains("on_bad_row"), "\(lint.output)")
    // As rows to learn from they are refused with what they are.
    program.write("recipes/r.yaml", "name: r\nstages:\n  m: { kind: mix, domain: [../data/probes.jsonl] }\n")
    #expect(program.run("lint r").error.contains("is a test question (ask, expect), not a row to learn from"))
  }

  /// A test question that a row of the folder teaches measures memory.
  @Test func leakedQuestionsAreFoundInTheFolder() throws {
    let program = try program()
    defer { program.remove() }
    program.write(
      "data/rows.jsonl", TinyWorkspace.sums(1...60) + #"{"query": "Who are you?", "response": "I am Pip."}"# + "\n")
    func lint(_ question: String) -> String {
      program.write(
        "data/probes.jsonl",
        #"{"ask": "\#(question)", "expect": {"contains": "Pip"}}"# + "\n"
          + #"{"ask": "Do you like tea?", "group": "general"}"# + "\n")
      return program.run("data lint data").output
    }
    let leaked = lint("who are you")
    #expect(leaked.contains("test questions that are also learned: 1 in the same words"), "\(leaked)")
    #expect(leaked.contains("data/probes.jsonl:1 ≈ data/rows.jsonl:61"), "\(leaked)")
    #expect(!lint("What is your name?").contains("also learned"))
    let json = program.run("data lint data --json").json?.arrayValue ?? []
    #expect(json.contains { $0["code"] == "leaked-questions" && $0["level"] == "pass" })
    // Rows kept for measuring by their file's name ask nothing that is learned, either.
    program.write("data/test.jsonl", #"{"query": "Who are you?", "response": "Pip."}"# + "\n")
    let split = program.run("data lint data").output
    #expect(split.contains("data/test.jsonl:1 ≈ data/rows.jsonl:61"), "\(split)")
  }

  @Test func whatHoldsNoRowsIsNamed() throws {
    let program = try program()
    defer { program.remove() }
    program.write("data/a.jsonl", TinyWorkspace.sums(1...60))
    program.write("data/b.jsonl", TinyWorkspace.sums(61...120))
    program.write("data/book.xlsx", "PK\u{3}\u{4}")
    let lint = program.run("data lint data")
    #expect(lint.output.contains("book.xlsx") && lint.output.contains("not read: a spreadsheet"), "\(lint.output)")
    // A name that lies is not believed.
    program.shell(#"printf 'PK\003\004....xl/workbook.xml' > data/table.csv; printf '%%PDF-1.4' > data/page.jsonl"#)
    #expect(program.run("data lint data/table.csv").error.contains("is a spreadsheet, not rows"))
    #expect(program.run("data lint data/page.jsonl").error.contains("is a PDF, not rows"))
  }
}
