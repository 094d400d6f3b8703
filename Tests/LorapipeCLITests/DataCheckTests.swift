import Glibc
import JSON
import Testing

@testable import LorapipeCLI

/// Data that no run can read is named by whatever looks at it first: `lint`, `plan`, `init --data`, `data lint`.
@Suite(.serialized) struct DataCheckTests {
  /// A workspace whose recipe mixes one file.
  private func workspace(_ file: String, _ text: String) throws -> Program {
    let program = try Program()
    program.write("recipes/\(file)", text)
    program.write(
      "recipes/r.yaml", "name: r\nstages:\n  mixed: { kind: mix, domain: [./\(file)], validation: 0 }\n")
    return program
  }

  @Test(arguments: [
    (
      "pretty.jsonl", "{\n  \"query\": \"a\",\n  \"response\": \"b\"\n}\n", "objects that go over several lines",
      ".json"
    ),
    ("rows.csv", "咨询,客服\n一,二\n三,四\n", "no column for the question", "columns: { 咨询: query, 客服: response }"),
    (
      "rows.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\n{\"query\": \"c\"}\n", "no column for the answer",
      "Use the columns query and response"
    ),
    ("book.xlsx", "PK", "is a spreadsheet, not rows", "CSV UTF-8"),
    ("talk.docx", "PK", "is a Word document, not rows", "query and response"),
    ("paper", "%PDF-1.7\n", "is a PDF, not rows", "query and response"),
  ])
  func unreadableDataIsSeenBeforeTheRun(file: String, text: String, problem: String, remedy: String) throws {
    let program = try workspace(file, text)
    defer { program.remove() }
    for command in ["lint", "plan", "run"] {
      let result = program.run(command)
      #expect(result.status == 2, "\(command): \(result.output)\(result.error)")
      #expect(result.error.contains(problem) && result.error.contains(remedy), "\(command): \(result.error)")
    }
    #expect(!program.run("show").output.contains("mixed"), "nothing ran")
  }

  /// GBK, as Excel writes it in China: `问题,答案` and a row.
  @Test func anotherEncodingIsSeenBeforeTheRun() throws {
    let program = try workspace("rows.csv", "")
    defer { program.remove() }
    program.shell(
      #"printf '\316\312\314\342,\264\360\260\270\n\304\343\312\307\313\255,\316\322\312\307\320\241\260\327\n' > recipes/rows.csv"#
    )
    for command in ["lint", "plan", "run"] {
      let result = program.run(command)
      #expect(result.status == 2 && result.error.contains("encoding: gb18030"), "\(command): \(result.error)")
    }
    program.write(
      "recipes/r.yaml",
      "name: r\nstages:\n  mixed: { kind: mix, domain: [./rows.csv], encoding: gb18030, validation: 0 }\n")
    for command in ["lint", "plan", "run"] { #expect(program.run(command).status == 0, "\(command)") }
  }

  /// Placeholders are filled in rows of any columns, such as probes.
  @Test func rowsToFillNeedNoConversation() throws {
    let program = try workspace("rows.jsonl", "{\"ask\": \"Who is {{NAME}}?\"}\n")
    defer { program.remove() }
    program.write(
      "recipes/r.yaml", "name: r\nstages:\n  filled: { kind: substitute, data: ./rows.jsonl, values: { NAME: Pip } }\n")
    for command in ["lint", "plan", "run"] { #expect(program.run(command).status == 0, "\(command)") }
    program.write("recipes/rows.jsonl", "{\"ask\": \"Who is {{NAME}}?\"\n")
    for command in ["lint", "plan", "run"] { #expect(program.run(command).status == 2, "\(command)") }
  }

  /// What the recipe says to leave out is no mistake.
  @Test func rowsThatAreDroppedAreNoObjection() throws {
    let program = try workspace("rows.jsonl", "{\"query\": \"a\", \"response\": \"b\"}\nnonsense\n")
    defer { program.remove() }
    #expect(program.run("lint -S mixed.on_bad_row=drop").status == 0)
    #expect(program.run("plan -S mixed.on_bad_row=drop").status == 0)
    #expect(program.run("plan").status == 2)
  }

  /// Of a large file only the first rows are looked at, so that checking stays quick.
  @Test func aLargeFileIsCheckedByItsFirstRows() throws {
    let program = try workspace("rows.jsonl", "")
    defer { program.remove() }
    let row = "{\"query\": \"a\", \"response\": \"\(String(repeating: "long ", count: 1800))\"}\n"
    program.write("recipes/rows.jsonl", String(repeating: row, count: 1001) + "nonsense\n")
    #expect(program.run("lint").status == 0)
    program.write("recipes/rows.jsonl", "nonsense\n" + String(repeating: row, count: 1001))
    #expect(program.run("lint").status == 2)
  }

  @Test func theRemedyIsWholeAtAnyWidthAndSaidOnce() throws {
    let program = try workspace("rows.csv", "咨询,客服\n一,二\n三,四\n")
    defer { program.remove() }
    let remedy =
      "--columns 咨询=query --columns 客服=response; in a recipe's stage, write columns: { 咨询: query, 客服: response }."
    for width in ["40", "80", "200"] {
      setenv("COLUMNS", width, 1)
      defer { unsetenv("COLUMNS") }
      let text = program.run("data lint recipes/rows.csv").output
      #expect(text.ranges(of: remedy).count == 1, "\(width): \(text)")
      // Leaving them out would leave nothing.
      #expect(!text.contains("on_bad_row: drop"), "\(text)")
    }
    let chinese = program.run("data lint recipes/rows.csv --lang zh").output
    #expect(chinese.contains("加上 --columns 咨询=query --columns 客服=response；配方的阶段里写 columns: {"), "\(chinese)")
    // As it is given, in one option or two.
    for columns in ["--columns 咨询=query --columns 客服=response", "--columns 咨询=query,客服=response"] {
      let result = program.run("data lint recipes/rows.csv \(columns)")
      #expect(result.status == 0 && result.output.contains("1 file, 2 rows:"), "\(result.output)")
    }
  }

  /// The model would learn a placeholder that no stage fills. `lint` and `plan` warn of it before anything runs.
  @Test func placeholdersThatNobodyFillsAreSaid() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/rows.jsonl",
      (1...30).map { "{\"query\": \"Who are you? \($0)\", \"response\": \"I am {{NAME}}.\"}\n" }.joined())
    func recipe(_ stages: String) { program.write("recipes/r.yaml", "name: r\nstages:\n\(stages)") }
    recipe("  mixed: { kind: mix, domain: [./rows.jsonl], validation: 0.1 }\n")
    for command in ["lint", "plan"] {
      let result = program.run(command)
      #expect(result.status == 0 && result.error.contains("learn to write {{NAME}}"), "\(command): \(result.error)")
      #expect(result.error.contains("rows.jsonl:1") && result.error.contains("kind: substitute"), "\(result.error)")
    }
    #expect(program.run("plan --json").json?["warnings"]?.arrayValue?.count == 1)
    let filled = "  filled: { kind: substitute, data: ./rows.jsonl, values: { NAME: Pip } }\n"
    recipe(filled + "  mixed: { kind: mix, domain: [filled], validation: 0.1 }\n")
    for command in ["lint", "plan", "run"] { #expect(!program.run(command).error.contains("learn to write")) }
    recipe(filled.replacing("NAME: Pip", with: "name: Pip"))
    for command in ["lint", "plan"] {
      let result = program.run(command)
      #expect(result.status == 2 && result.error.contains("upper and lower case matter"), "\(command): \(result.error)")
    }
  }

  @Test func anUnusualMixIsSaidBeforeItRuns() throws {
    let program = try Program()
    defer { program.remove() }
    for (name, count) in [("own", 8), ("other", 1000)] {
      program.write(
        "recipes/\(name).jsonl",
        (1...count).map { "{\"query\": \"\(name) \($0)?\", \"response\": \"\($0)\"}\n" }.joined())
    }
    func plan(_ members: String) -> (error: String, output: String) {
      program.write("recipes/r.yaml", "name: r\nstages:\n  mixed: { kind: mix, \(members) }\n")
      let result = program.run("plan")
      return (result.error, result.output)
    }
    #expect(plan("domain: [./own.jsonl], general: [./other.jsonl]").error.contains("1:125, outside 1:1 to 1:10"))
    #expect(plan("domain: [./own.jsonl], general: [./other.jsonl], ratio: \"1:5\"").error.isEmpty)
    #expect(plan("domain: [./own.jsonl], general: ['./other.jsonl#40']").error.isEmpty)
    // Eight rows asked for twenty times are twenty rows.
    let capped = plan("domain: ['./own.jsonl#20'], general: ['./other.jsonl#60']")
    #expect(capped.output.contains("60 of 1,000") && capped.error.isEmpty, "\(capped)")
    // What a run would refuse is refused before, at its place.
    let short = plan("domain: [./own.jsonl], general: [./other.jsonl], ratio: \"1:200\"").error
    #expect(short.contains("r.yaml:3:") && short.contains("600 are missing"), "\(short)")
    let alone = plan("domain: [./own.jsonl], ratio: \"1:2\"").error
    for error in [alone, program.run("lint").error] {
      #expect(error.contains("r.yaml:3:") && error.contains("a ratio needs general rows"), "\(error)")
    }
    #expect(program.run("lint").status == 2)
  }

  /// Whoever gives a whole workspace as data means the files beside the runs.
  @Test func aWorkspacesRunsAreNoData() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/rows.jsonl", "{\"query\": \"a?\", \"response\": \"b\"}\n")
    program.write("recipes/r.yaml", "name: r\nstages:\n  mixed: { kind: mix, domain: [./rows.jsonl], validation: 0 }\n")
    #expect(program.run("run").status == 0)
    let found = program.run("data lint . --json").output
    #expect(!found.contains("runs/"), "\(found)")
    #expect(program.run("data lint .").status == 0)
  }

  @Test func initLooksAtTheRowsItIsGiven() throws {
    let program = try Program()
    defer { program.remove() }
    func refused(_ name: String, _ text: String, _ problem: String) {
      program.write(name, text)
      let result = program.run("init made --zh --offline --data \(name)")
      #expect(result.status == 2 && result.error.contains(problem), "\(name): \(result.error)\(result.output)")
      #expect(program.run("lint -C made").status != 0, "nothing was written")
    }
    refused("a.xlsx", "PK", "CSV UTF-8")
    refused("a.jsonl", "{\n  \"query\": \"a\",\n  \"response\": \"b\"\n}\n", "over several lines")
    refused("a.csv", "咨询,客服\n一,二\n", "no column for the question")
    refused("b.jsonl", "", "has no rows")
    #expect(program.run("init made --data nosuch.csv").error.contains("there is no file 'nosuch.csv'"))
    #expect(program.run("init made --data recipes").error.contains("'recipes' is a folder"))
  }

  /// Many rows of one's own leave a ratio that the general rows can fill.
  @Test(arguments: [("--zh --offline", 1000), ("--zh --offline", 5), ("", 1000), ("", 3)])
  func theWorkspaceOfInitCanBePlanned(options: String, rows: Int) throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "mine.csv", "问题,答案\n" + (1...rows).map { "第\($0)个问题是什么？,答案是\($0)。\n" }.joined())
    let made = program.run("init made \(options) --data mine.csv")
    #expect(made.status == 0, "\(made.error)")
    let plan = program.run("-C made plan")
    #expect(plan.status == 0, "\(plan.error)\(plan.output)")
  }

  @Test(arguments: [(50, 519, "1:2"), (259, 519, "1:2"), (260, 519, "1:1"), (520, 519, "2:1"), (1120, 519, "3:1")])
  func theRatioIsOneThatTheGeneralRowsFill(domain: Int, general: Int, ratio: String) {
    #expect(OwnRows.ratio((1, 2), domain: domain, general: general) == ratio)
  }

  @Test(arguments: [(154, 519, "2:3"), (346, 519, "2:3"), (347, 519, "1:1"), (520, 519, "2:1")])
  func anotherRatioIsKeptWhereItCanBe(domain: Int, general: Int, ratio: String) {
    #expect(OwnRows.ratio((2, 3), domain: domain, general: general) == ratio)
  }
}
