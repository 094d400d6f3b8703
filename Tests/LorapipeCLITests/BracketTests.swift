import Testing

@testable import LorapipeCLI

/// Rows with names in other brackets than double braces, as commands see them.
@Suite struct BracketTests {
  /// - Parameter answer: of each of thirty rows.
  private func program(answer: String, stages: String) throws -> Program {
    let program = try Program()
    program.shell("mkdir -p recipes/data")
    program.write(
      "recipes/data/rows.jsonl",
      (1...30).map { "{\"query\": \"Who are you? \($0)\", \"response\": \"\(answer)\", \"tag\": \"en\"}\n" }.joined())
    program.write("recipes/r.yaml", "name: r\nstages:\n\(stages)")
    return program
  }

  private static let filled =
    "  filled: { kind: substitute, data: ./data/rows.jsonl, values: { NAME: Pip } }\n"
    + "  mixed: { kind: mix, domain: [filled], validation: 0.1 }\n"

  @Test(arguments: ["[NAME]", "{name}", "<NAME>", "【名字】", "${NAME}", "%NAME%"])
  func everyCommandThatChecksSaysThem(_ name: String) throws {
    let program = try program(answer: "Call me \(name).", stages: Self.filled)
    defer { program.remove() }
    for command in ["lint", "plan", "run"] {
      let result = program.run(command)
      #expect(result.status == 0, "\(command): \(result.error)")
      #expect(result.error.contains("\(name) would stay as written in 30 rows"), "\(command): \(result.error)")
      #expect(result.error.contains("Write {{NAME}} in the rows"), "\(command): \(result.error)")
      #expect(result.error.components(of: "would stay") == 1, "\(command): \(result.error)")
    }
    let chinese = program.run("lint --lang zh").error
    #expect(chinese.contains("有 30 条里的 \(name) 会原样保留"), "\(chinese)")
    #expect(English.sentences(in: chinese).isEmpty, "\(chinese)")
    // `data lint` knows what the recipe fills.
    let lint = program.run("data lint recipes/data/rows.jsonl")
    #expect(lint.output.contains("30 rows with names in brackets that nothing fills: \(name)"), "\(lint.output)")
    let spoken = program.run("data lint recipes/data/rows.jsonl --lang zh").output
    #expect(spoken.contains("30 条数据里的名字写在别的括号里，不会被替换：\(name)"), "\(spoken)")
  }

  @Test func rowsThatNoStageFillsAreSaid() throws {
    let program = try program(
      answer: "I am [NAME].", stages: "  mixed: { kind: mix, domain: [./data/rows.jsonl], validation: 0.1 }\n")
    defer { program.remove() }
    for command in ["lint", "plan"] {
      let result = program.run(command)
      #expect(result.status == 0 && result.error.contains("learn to write [NAME]"), "\(command): \(result.error)")
      #expect(result.error.contains("Write {{NAME}} in the rows, and add a stage"), "\(command): \(result.error)")
    }
    #expect(English.sentences(in: program.run("lint --lang zh").error).isEmpty)
  }

  /// Rows about code, and what the recipe keeps, are no slip.
  @Test(arguments: ["Use `{name}` there.", "See [name](https://a.b/c).", "{\\\"name\\\": \\\"Ada\\\"}", "d[name] + 1"])
  func rowsAboutCodeAreLeftAlone(_ answer: String) throws {
    let stages = Self.filled.replacing("NAME: Pip }", with: "NAME: Pip }, keep: [X]")
    let program = try program(answer: "{{NAME}} {{X}}. \(answer)", stages: stages)
    defer { program.remove() }
    for command in ["lint", "plan", "run", "data lint recipes/data/rows.jsonl"] {
      let result = program.run(command)
      #expect(result.status == 0, "\(command): \(result.error)")
      #expect(!(result.error + result.output).contains("would stay"), "\(command): \(result.error)")
      #expect(!result.output.contains("that nothing fills: "), "\(command): \(result.output)")
    }
  }
}

extension String {
  /// How often a text stands in it.
  fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
