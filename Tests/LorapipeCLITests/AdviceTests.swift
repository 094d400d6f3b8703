import Glibc
import JSON
import Testing

@testable import LorapipeCLI

/// What a message advises can be typed where it was printed, and works as it stands.
@Suite(.serialized) struct AdviceTests {
  /// Headers and two rows of tables that are not read, or of which the model does not see everything.
  private static let tables: [(header: [String], rows: [[String]])] = [
    (["咨询", "客服"], [["你是谁？", "我是小白。"], ["你好", "你好！"]]),
    (["编号", "客户提问", "客服回复"], [["1", "你是谁？", "我是小白。"], ["2", "你好", "你好！"]]),
    (["提问内容", "答案"], [["你是谁？", "我是小白。"], ["你好", "你好！"]]),
    (["问题", "客服说"], [["你是谁？", "我是小白。"], ["你好", "你好！"]]),
    (["ask", "reply"], [["Who are you?", "I am Pip."], ["Hello", "Hi!"]]),
    (["user text", "bot: text"], [["Who are you?", "I am Pip."], ["Hello", "Hi!"]]),
    (["null", "yes"], [["Who are you?", "I am Pip."], ["Hello", "Hi!"]]),
    (["question", "input", "answer"], [["What is it?", "A cat.", "A cat."], ["And this?", "A dog.", "A dog."]]),
    (["prompt", "question", "answer"], [["Be kind.", "Who?", "Pip."], ["Be kind.", "What?", "A cat."]]),
    (["query", "answer", "output"], [["Who?", "Pip.", "pip"], ["What?", "A cat.", "cat"]]),
    (["问题", "答案", "背景"], [["这是什么？", "猫。", "图里有一只猫。"], ["那呢？", "狗。", "图里有一只狗。"]]),
    (
      ["instruction", "output", "context"],
      [["What is it?", "A cat.", "It purrs."], ["And this?", "A dog.", "It barks."]]
    ),
    (
      ["question", "answer", "passage"],
      [["What is it?", "A cat.", "It purrs."], ["And this?", "A dog.", "It barks."]]
    ),
    (
      ["query", "response", "system_message"],
      [["Who?", "Pip.", "You are Pip."], ["What?", "A cat.", "You are Pip."]]
    ),
  ]

  private static func text(_ table: (header: [String], rows: [[String]]), _ format: String) -> String {
    if format == "csv" {
      return ([table.header] + table.rows).map { $0.joined(separator: ",") + "\n" }.joined()
    }
    return table.rows.map { row in
      JSONValue.object(JSONObject(zip(table.header, row).map { ($0, .string($1)) })).text() + "\n"
    }.joined()
  }

  /// What stands between two texts; `nil` unless both are there.
  private static func part(of text: String, from start: String, to end: String) -> String? {
    guard let first = text.firstRange(of: start), let last = text[first.upperBound...].firstRange(of: end) else {
      return nil
    }
    return String(text[first.upperBound..<last.lowerBound])
  }

  /// The line that a recipe's stage is advised to have makes its rows whole, for `lint` and for the run.
  @Test(arguments: tables.indices, ["csv", "jsonl"])
  func columnsAdvisedForAStageAreRead(index: Int, format: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/rows.\(format)", Self.text(Self.tables[index], format))
    func recipe(_ more: String) {
      program.write(
        "recipes/r.yaml",
        "stages:\n  chosen:\n    kind: mix\n    domain: [./rows.\(format)]\n    validation: 0\n\(more)")
    }
    recipe("")
    let lint = program.run("lint")
    #expect(lint.error.contains("columns") || lint.status == 2, "\(lint.error)")
    let line = try #require(
      Self.part(of: lint.error, from: "Write this in stage 'chosen': ", to: " }."), "\(lint.error)")
    recipe("    \(line) }\n")
    for command in ["lint", "run"] {
      let result = program.run(command)
      #expect(result.status == 0 && !result.error.contains("Write this"), "\(line): \(result.error)")
    }
  }

  /// The options that a command on rows is advised are ones that it takes, and it then reads the rows whole.
  @Test(arguments: tables.indices, ["csv", "jsonl"])
  func optionsAdvisedForACommandAreTaken(index: Int, format: String) throws {
    let program = try Program()
    defer { program.remove() }
    program.write("rows.\(format)", Self.text(Self.tables[index], format))
    let lint = program.run("data lint rows.\(format)")
    let options = try #require(
      Self.part(of: lint.output, from: "Add this to the command: ", to: "; in a recipe"), "\(lint.output)")
    let again = program.run("data lint rows.\(format) --all \(options)")
    #expect(
      again.status == 0 && again.output.contains("every row can be read"), "\(options): \(again.output)\(again.error)")
    #expect(!again.output.contains("Add this to the command"), "\(again.output)")
    let made = program.run("init own --data rows.\(format) \(options)")
    #expect(made.status == 0, "\(options): \(made.error)")
    let inside = program.run("-C own lint")
    #expect(inside.status == 0 && !inside.error.contains("Write this"), "\(inside.error)")
  }

  /// Rows in GBK: `咨询,客服` and a row, which every reader names with the way in that it has.
  @Test func anEncodingIsDeclaredWhereItIsRead() throws {
    let program = try Program()
    defer { program.remove() }
    program.shell(
      #"printf '\327\311\321\257,\277\315\267\376\n\304\343\312\307\313\255,\316\322\312\307\320\241\260\327\n' > recipes/rows.csv"#
    )
    program.write("recipes/r.yaml", "stages:\n  chosen: { kind: mix, domain: [./rows.csv], validation: 0 }\n")
    for command in ["lint", "plan", "run"] {
      #expect(program.run(command).error.contains("Write this in stage 'chosen': encoding: gb18030,"), "\(command)")
    }
    let typed = "--encoding gb18030 --columns 咨询=query --columns 客服=response"
    for command in [
      "data lint recipes/rows.csv", "init own --data recipes/rows.csv", "generate base -i recipes/rows.csv",
    ] {
      let refused = program.run(command)
      #expect(
        refused.status != 0 && (refused.error + refused.output).contains("Add this to the command: --encoding gb18030"),
        "\(command): \(refused.error)\(refused.output)")
    }
    #expect(program.run("data lint recipes/rows.csv \(typed)").status == 0)
    #expect(program.run("init own --data recipes/rows.csv \(typed)").status == 0)
    #expect(Files.read(program.folder + "/own/recipes/data/rows.jsonl").contains("{\"query\":\"你是谁\""))
    // The option itself, where the recipe has the parameter: its stage is named, and the line works.
    let option = program.run("run --encoding gb18030")
    #expect(option.status == 2 && option.error.contains("-S chosen.encoding=gb18030"), "\(option.error)")
    let renamed = program.run("run --columns 咨询=query,客服=response")
    let setting = try #require(Self.part(of: renamed.error, from: "for this run: ", to: "\n"), "\(renamed.error)")
    let run = program.run("run -S chosen.encoding=gb18030 \(setting)")
    #expect(run.status == 0, "\(setting): \(run.error)")
    #expect(program.run("data lint recipes/rows.csv --encoding GB18031").error.contains("did you mean 'gb18030'?"))
  }

  /// `generate` reads a table with a header of its own by the option that it advises, and answers it.
  @Test func questionsUnderAnyHeaderAreAsked() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write("q.jsonl", "{\"顾客说\": \"Who are you?\"}\n")
    program.write("q.csv", "编号,顾客说\n1,Who are you?\n")
    for (file, column) in [("q.jsonl", "顾客说"), ("q.csv", "顾客说")] {
      let refused = program.run("generate base -i \(file)")
      #expect(refused.status == 2)
      let typed = try #require(
        Self.part(of: refused.error, from: "Add this to the command: ", to: ".\n"), "\(refused.error)")
      let answered = program.run("generate base -i \(file) \(typed) --max-tokens 2")
      #expect(
        answered.status == 0 && answered.output.contains("\"\(column)\":\"Who are you?\""),
        "\(typed): \(answered.error)")
    }
    #expect(program.run("generate base hello --columns a=query").status == 2)
  }

  /// Each option in a text that names a command is one that this command has: `lorapipe data convert … --columns`.
  @Test func everyOptionBehindACommandIsOneOfIt() {
    let root = String(#filePath.dropLast("Tests/LorapipeCLITests/AdviceTests.swift".count)) + "Sources/"
    var wrong: [String] = []
    var count = 0
    func look(_ folder: String) {
      for name in LocalText.list(root + folder).sorted() {
        if name.hasSuffix(".swift") {
          for found in SwiftSource(Files.read(root + folder + name)).literals {
            for text in found.literal.texts {
              for (command, option) in Self.optionsOfCommands(text) {
                count += 1
                if !command.allOptions.contains(where: { $0.long == option }) {
                  wrong.append("\(folder)\(name):\(found.line): \(command.name) has no --\(option)")
                }
              }
            }
          }
        } else if !name.contains(".") {
          look(folder + name + "/")
        }
      }
    }
    look("")
    #expect(count > 20, "\(count)")
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    // The test would find one.
    let (command, option) = Self.optionsOfCommands("write: lorapipe data lint FILE --colums a=b").first ?? (.lint, "")
    #expect(option == "colums" && !command.allOptions.contains { $0.long == option })
  }

  /// The `--options` of a text with the command before each, up to where its command line ends.
  private static func optionsOfCommands(_ text: String) -> [(Command, String)] {
    var found: [(Command, String)] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "lorapipe ") {
      rest = rest[start.upperBound...]
      let line = rest.prefix { !";,()\n：，；。".contains($0) }
      var words = line.split(separator: " ").map { $0.filter { !"'`\"".contains($0) } }
      guard let first = words.first, var command = Lorapipe.commands.first(where: { $0.name == first }) else {
        continue
      }
      words.removeFirst()
      while let word = words.first, let sub = command.subcommands.first(where: { $0.name == word }) {
        command = sub
        words.removeFirst()
      }
      for word in words {
        if word.hasPrefix("--"), word.count > 2 {
          let name = word.dropFirst(2).prefix { $0.isLetter || $0 == "-" || $0.isNumber }
          if name.first?.isLetter == true { found.append((command, String(name))) }
        }
        // Another sentence begins.
        if word.hasSuffix(".") || ["or", "and", "to", "或", "也"].contains(word) { break }
      }
    }
    return found
  }
}
