import Testing

@testable import LorapipeCLI

/// `--lang zh` reaches what commands print: no line of the usual way is left in English.
@Suite struct ChineseOutputTests {
  /// What stays English: commands to type, and texts of the workspace's own data and recipe.
  private static let ownTexts = [
    "lorapipe ", "$ ", "Who are you", "What is", "You are Pip", "I am Pip", "one sentence", "Hello", "Write", "Reads",
  ]

  /// Runs of plain English words in a line, without what stands in quotes or is a name, a path or a value.
  static func english(in line: String) -> [String] {
    guard !ownTexts.contains(where: { line.contains($0) }) else { return [] }
    let bare = line.replacing(#/'[^']*'|"[^"]*"|`[^`]*`|«[^»]*»|\{[^}]*\}/#, with: "0")
    return bare.matches(of: #/(?:^|[^A-Za-z0-9_\/.\-])([a-z]{2,}(?: [a-z]{2,}){1,})(?=$|[^A-Za-z0-9_\/=\-])/#)
      .map { String($0.output.1) }
  }

  @Test func theScannerFindsEnglishAndPassesNames() {
    #expect(Self.english(in: "35 tokens, and nothing is running here") == ["and nothing is running here"])
    #expect(Self.english(in: "阶段 'what is this' 完成  runs/latest/train  train.learning_rate 1e-4").isEmpty)
    #expect(Self.english(in: "train  已运行  eval, merged").isEmpty)
  }

  @Test func commandsSpeakChineseAllTheWay() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write(
      "train.sh", "swift sft --model Qwen/Qwen3-0.6B --dataset a.jsonl --train_type lora --report_to none\n")
    program.write("recipes/bad.csv", "咨询,客服\n1,2\n3,4\n")
    program.write("recipes/forgot.yaml", "name: forgot\nstages:\n  t: { kind: sft, data: ./identity.jsonl }\n")
    let commands = [
      "plan whole", "run whole", "run whole -S train.epochs=3", "plan whole -S train.epochs=4", "plan whole",
      "lint whole",
      "status", "runs", "show", "show -s train", "show --lineage", "diff", "diff latest previous --all",
      "explain whole train -S train.rank=2", "explain whole train -S train.epochs=4", "explain whole",
      "data inspect recipes/identity.jsonl -n 1", "data inspect mixed", "data lint recipes/general.jsonl",
      "data lint recipes/bad.csv", "data inspect recipes/bad.csv", "tokens show", "tokens show nope", "inspect base",
      "inspect nope", "cache ls", "cache verify", "cache gc -n", "doctor --offline", "import train.sh", "lint nope",
      "lint forgot", "show nope", "chat nope", "run whole --until nope", "logs nope", "runs --sort nope", "resume",
      "generate -i nope.jsonl", "merge base", "pull nope:x", "schema nope", "help sft", "help mix", "help fetch",
      "help tokenize", "help eval", "help merge", "help serve", "help substitute", "help filter", "help command",
      "help rank", "help lora", "runs delete latest",
    ]
    var found: [String] = []
    for command in commands {
      let result = program.run("\(command) --lang zh")
      for line in (result.output + result.error).split(separator: "\n") {
        let english = Self.english(in: String(line))
        if !english.isEmpty { found.append("\(command): \(line)") }
      }
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }
}
