import JSON
import Testing

/// The smallest and the largest number that each parameter of each kind may have: `plan` computes with it or refuses it,
/// and never traps.
@Suite struct ExtremeNumberTests {
  /// Stages of the tiny workspace by their kind.
  private static let stages = [
    "fetch": "base", "substitute": "persona", "mix": "mixed", "tokenize": "tokens", "sft": "train", "eval": "eval",
    "merge": "merged", "serve": "serve",
  ]

  /// Values to try, from a type such as `integer from 1 to 1000` or `number above 0`.
  private static func extremes(_ type: String) -> [String] {
    guard type.contains("integer") || type.contains("number") else { return [] }
    let words = type.split(separator: " ").map(String.init)
    guard let from = words.firstIndex(of: "from"), from + 3 < words.count, words[from + 2] == "to" else {
      return ["1e308", "-1e308", "5e-324", "9223372036854775807", "-9223372036854775808"]
    }
    return [words[from + 1], words[from + 3]]
  }

  @Test func noNumberOfARecipeTrapsThePlan() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    // Tokens at hand: the arithmetic of steps and memory runs to its end.
    #expect(program.run("run --until tokens").status == 0)
    var kind = ""
    var tried = 0
    for line in program.run("docs reference").output.split(separator: "\n") {
      if line.hasPrefix("## ") { kind = String(line.dropFirst(3)) }
      let cells = line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
      guard let stage = Self.stages[kind], cells.count > 2, cells[0].hasPrefix("`") else { continue }
      let name = cells[0].split(separator: "`")[0]
      for value in Self.extremes(cells[1]) {
        tried += 1
        let plan = program.run("plan -S '\(stage).\(name)=\(value)'")
        #expect((0...2).contains(plan.status), "\(kind).\(name) = \(value): \(plan.error)")
      }
    }
    #expect(tried > 60)
  }
}
