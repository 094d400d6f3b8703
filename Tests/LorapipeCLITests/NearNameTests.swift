import Testing

@testable import LorapipeCLI

/// Wherever a run, a stage or a file is named, a slip of the keyboard is answered with the name that was meant.
@Suite(.serialized) struct NearNameTests {
  private func workspace() throws -> Program {
    let program = try Program()
    program.write(
      "recipes/grace.yaml",
      """
      stages:
        mixed: { kind: mix, domain: [./rows.jsonl], validation: 0 }
        again: { kind: mix, domain: [./rows.jsonl], validation: 0.1 }

      """)
    program.write(
      "recipes/rows.jsonl",
      (1...30).map { "{\"query\": \"What is \($0)?\", \"response\": \"It is \($0).\"}\n" }.joined())
    #expect(program.run("run").status == 0)
    #expect(program.run("runs alias latest production").status == 0)
    return program
  }

  @Test func runsStagesAndFilesAreOffered() throws {
    let program = try workspace()
    defer { program.remove() }
    let typed = [
      ("show graec", "grace"), ("show prodction", "production"), ("show lastest", "latest"), ("diff graec", "grace"),
      ("resume graec", "grace"), ("logs --run graec", "grace"), ("report graec", "grace"),
      ("runs tag graec x", "grace"),
      ("runs delete graec", "grace"), ("runs note graec x", "grace"), ("logs mixde", "mixed"),
      ("show -s mixde", "mixed"),
      ("explain mixde", "mixed"), ("run mixde", "mixed"), ("run --until mixde", "mixed"), ("chat mixde", "mixed"),
      ("generate mixde hello", "mixed"), ("merge mixde -o x", "mixed"), ("export mixde -o x", "mixed"),
      ("push mixde hf:a/b", "mixed"), ("chat graec", "grace"), ("data inspect mixde", "mixed"),
      ("data lint agian", "again"),
      ("cache pin mixde", "mixed"), ("data lint recipes/rows.josnl", "recipes/rows.jsonl"), ("lint graec", "grace"),
    ]
    for (line, name) in typed {
      let result = program.run(line)
      #expect(result.status != 0, "\(line): \(result.output)")
      #expect(
        result.error.lowercased().contains("did you mean '\(name)'?"), "\(line): \(result.error)")
    }
    // A stage where a run is meant.
    #expect(program.run("show mixed").error.contains("lorapipe show -s mixed"))
    #expect(program.run("runs --recipe graec").error.contains("did you mean 'grace'?"))
  }

  /// A path without its './' that is also misspelled is answered at once.
  @Test func aMisspelledPathIsOfferedAsARecipeWritesIt() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("recipes/grace.yaml", "stages:\n  mixed: { kind: mix, domain: [rows.josnl], validation: 0 }\n")
    let lint = program.run("lint")
    #expect(lint.status == 2 && lint.error.contains("did you mean './rows.jsonl'?"), "\(lint.error)")
  }

  /// An option that follows another which wants a value is no value.
  @Test(arguments: [
    ("init x --name --author Ada", "--name --author"), ("init x --name --author=Ada", "--name --author=Ada"),
    ("run -S --until mixed", "-S --until"), ("generate -p -i rows.jsonl", "-p -i"), ("logs -r -f", "-r -f"),
  ])
  func anOptionIsNoValueOfAnother(line: String, pair: String) throws {
    let program = try Program()
    defer { program.remove() }
    let words = pair.split(separator: " ")
    let result = program.run(line)
    #expect(result.status == 2 && result.error.contains("'\(words[0])' has no value"), "\(result.error)")
    #expect(result.error.contains("=\(words[1]) if that is meant"), "\(result.error)")
    #expect(!LocalText.exists(program.folder + "/x"))
    let chinese = program.run("--lang zh " + line).error
    #expect(chinese.contains("没有给值"), "\(chinese)")
  }

  @Test func anOptionIsAValueWithAnEqualsSign() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(program.run("init x --name=--author --author Ada").status == 0)
    #expect(Files.read(program.folder + "/x/recipes/first.yaml").contains("NAME: \"--author\""))
  }

  /// A second `init` with other values says where the old ones stand.
  @Test func aKeptRecipeIsNamedWithTheLineToChange() throws {
    let program = try Program()
    defer { program.remove() }
    for options in ["", "--zh --offline "] {
      let folder = options.isEmpty ? "x" : "z"
      #expect(program.run("init \(folder) \(options)--name Pip --author Ada").status == 0)
      let same = program.run("init \(folder) \(options)--name Pip --author Ada").output
      #expect(!same.contains("to change it"), "\(same)")
      let again = program.run("init \(folder) \(options)--name Pip --author Tang").output
      let recipe = Files.read(program.folder + "/\(folder)/recipes/first.yaml").split(
        separator: "\n", omittingEmptySubsequences: false)
      let line = try #require(recipe.firstIndex { $0.contains("AUTHOR") && $0.contains("Ada") })
      #expect(again.contains("\(folder)/recipes/first.yaml:\(line + 1): to change it, write"), "\(again)")
      #expect(again.contains("Tang"), "\(again)")
    }
  }

  /// Columns that keep their Chinese names are said, with the options that rename them.
  @Test func convertedColumnsThatKeepTheirNamesAreSaid() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("rows.csv", "问题,答案,context\n一,二,三\n")
    let kept = program.run("data convert rows.csv -o rows.jsonl")
    #expect(kept.status == 0 && kept.error.contains("--columns 问题=question --columns 答案=answer"), "\(kept.error)")
    let renamed = program.run("data convert rows.csv --columns 问题=question --columns 答案=answer -o new.jsonl")
    #expect(renamed.status == 0 && renamed.error.isEmpty, "\(renamed.error)")
    #expect(Files.read(program.folder + "/new.jsonl").contains("\"question\""))
  }

  /// A second run says which one is in progress.
  @Test func aSecondRunNamesTheFirst() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/slow.yaml",
      "stages:\n  wait: { kind: command, shell: \"sleep 20; touch {output}/x\" }\n")
    program.write("recipes/quick.yaml", "stages:\n  wait: { kind: command, shell: \"touch {output}/x\" }\n")
    program.shell(
      """
      $LP run slow > slow.out 2>&1 &
      slow=$!
      for try in $(seq 100); do $LP status | grep -q slow && break; sleep 0.2; done
      $LP run quick > quick.out 2> quick.err
      kill $slow; wait
      """)
    let error = Files.read(program.folder + "/quick.err")
    #expect(error.contains("of slow is in progress: both share the processor"), "\(error)")
  }
}
