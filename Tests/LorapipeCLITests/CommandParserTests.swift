import Testing

@testable import LorapipeCLI

/// A table of commands made for these tests.
private let parser = CommandParser(
  program: "tool",
  commands: [
    Command(
      "run", .run, abstract: "Run",
      options: [
        Option<Int>("jobs", "j", "N", .integer(1...64), help: "Jobs.").spec,
        Option<String>("set", "S", "PATH=VALUE", repeats: true, help: "Override.").spec,
        Flag("force", "f", help: "Force.").spec, Flag("keep-going", "k", help: "Go on.").spec,
        Option<String>("mode", nil, "MODE", .choice(["fast", "slow"]), help: "Mode.").spec,
        Option<ByteCount>("memory", nil, "SIZE", .bytes, help: "Memory.").spec,
      ],
      positionals: [Positional("RECIPE", .recipe, .optional, help: ""), Positional("STAGE", .stage, .many, help: "")]
    ) { _ in .done },
    Command("show", .look, abstract: "Show", positionals: [Positional("RUN", .run, help: "")]) { _ in .done },
    Command(
      "cache", .inspect, abstract: "Cache",
      subcommands: [Command("gc", .inspect, abstract: "Collect") { _ in .done }]),
  ])

@Suite struct CommandParserTests {
  private func values(_ words: String...) throws -> (positionals: [String], values: [String: [String]], rest: [String])
  {
    guard case .run(_, _, let positionals, let rest, let values) = try parser.parse(words) else {
      Issue.record("parsed to help")
      return ([], [:], [])
    }
    return (positionals, values, rest)
  }

  @Test(arguments: [
    ["run", "-j4"], ["run", "-j", "4"], ["run", "-j=4"], ["run", "--jobs", "4"], ["run", "--jobs=4"],
  ])
  func everySpellingOfAValueIsRead(words: [String]) throws {
    guard case .run(_, _, _, _, let values) = try parser.parse(words) else { throw UsageError("help", path: []) }
    #expect(values == ["jobs": ["4"]])
  }

  @Test func flagsClusterAndOptionsMixWithArguments() throws {
    let parsed = try values("run", "a.yaml", "-fk", "train", "-S", "a=1", "--set=b=2", "--", "-x")
    #expect(parsed.positionals == ["a.yaml", "train"])
    #expect(parsed.values == ["force": [""], "keep-going": [""], "set": ["a=1", "b=2"]])
    #expect(parsed.rest == ["-x"])
  }

  @Test(
    arguments: [
      (["rnu"], "unknown command 'rnu'", "run"), (["run", "--forse"], "unknown option '--forse'", "--force"),
      (["run", "-x"], "unknown option '-x'", nil), (["cache", "cg"], "unknown command 'cg'", "gc"),
      (["run", "-j", "0"], "'-j' takes a number from 1 to 64, not 0", nil),
      (["run", "-j", "two"], "'-j' takes a whole number, not 'two'", nil),
      (["run", "-j"], "'-j' needs a value: -j N", nil), (["run", "--force=1"], "'--force' takes no value", nil),
      (["run", "-j1", "-j2"], "'-j' is given twice", nil), (["show"], "missing RUN", nil),
      (["show", "a", "b"], "unexpected argument 'b'", nil),
      (["run", "--mode", "fats"], "'--mode' takes one of fast, slow, not 'fats'; did you mean 'fast'?", nil),
      (["run", "--memory", "lots"], "'--memory' takes a size such as 512M or 2G, not 'lots'", nil),
      (["run", "--memory", "100"], "'--memory' needs a unit, such as 100M or 100G: '100' alone is in bytes", nil),
      (["run", "--memory", "1.5"], "'--memory' needs a unit, such as 1.5M or 1.5G: '1.5' alone is in bytes", nil),
    ] as [([String], String, String?)])
  func mistakesAreNamedWithAGuess(words: [String], message: String, guess: String?) {
    let error = #expect(throws: UsageError.self) { try parser.parse(words) }
    #expect(error?.message == message)
    #expect(error?.suggestion == guess)
  }

  @Test(arguments: [["help", "run"], ["run", "--help"], ["--help", "run"], ["run", "-h", "x"]])
  func helpIsFoundWhereverItIsAsked(words: [String]) throws {
    guard case .help(let command, let path, _) = try parser.parse(words) else {
      Issue.record("not help")
      return
    }
    #expect(command?.name == "run")
    #expect(path == ["tool", "run"])
  }

  @Test func sizesAreBinaryMultiples() {
    #expect(ByteCount(optionText: "2G")?.bytes == 2 << 30)
    #expect(ByteCount(optionText: "1.5MiB")?.bytes == 3 << 19)
    #expect(
      ByteCount(optionText: "2GB")?.bytes == 2_000_000_000 && ByteCount(optionText: "2gb")?.bytes == 2_000_000_000)
    #expect(ByteCount(optionText: "1.5kB")?.bytes == 1500 && ByteCount(optionText: "2k")?.bytes == 2048)
    #expect(ByteCount(optionText: "5B")?.bytes == 5 && ByteCount(optionText: "1T")?.bytes == 1 << 40)
    #expect(ByteCount(optionText: "7")?.bytes == 7)
    #expect(ByteCount(optionText: "-1") == nil)
    #expect(ByteCount(optionText: "9e99G") == nil)
  }

  @Test func everyOptionOfEveryCommandIsSpelledOnce() {
    func check(_ command: Command) {
      let long = command.allOptions.map(\.long)
      let short = command.allOptions.compactMap(\.short)
      #expect(Set(long).count == long.count, "\(command.name)")
      #expect(Set(short).count == short.count, "\(command.name)")
      command.subcommands.forEach(check)
    }
    Lorapipe.commands.forEach(check)
  }
}
