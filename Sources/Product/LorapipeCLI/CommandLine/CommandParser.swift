import PipelineEngine
import Recipes

/// Reads a command line against the table of commands.
struct CommandParser {
  var program: String
  var commands: [Command]

  enum Result: Sendable {
    case run(Command, path: [String], positionals: [String], rest: [String], values: [String: [String]])
    /// Help for the command at the end of the path; the program itself when only its name is there.
    case help(Command?, path: [String], values: [String: [String]])
    /// `help WORD` with a word that is no command.
    case topic(String, values: [String: [String]])
  }

  /// - Throws: `UsageError`.
  func parse(_ arguments: [String]) throws -> Result {
    var scan = Scan(arguments: arguments, path: [program])
    try scan.readOptions(CommonOptions.specs + [Self.version.spec], stopAtWord: true)
    if scan.values["version"] != nil, let command = commands.first(where: { $0.name == "version" }) {
      return .run(command, path: [program, "version"], positionals: [], rest: [], values: scan.values)
    }
    guard var word = scan.next() else { return .help(nil, path: [program], values: scan.values) }
    var wantsHelp = scan.values["help"] != nil
    if word == "help" {
      guard let topic = scan.next(), topic != "help" else { return .help(nil, path: [program], values: scan.values) }
      word = topic
      wantsHelp = true
      if !commands.contains(where: { $0.name == word }) {
        // `help learning rate` needs no quotes.
        var words = [word]
        try scan.readOptions(CommonOptions.specs, stopAtWord: true)
        while let next = scan.next() {
          words.append(next)
          try scan.readOptions(CommonOptions.specs, stopAtWord: true)
        }
        return .topic(words.joined(separator: " "), values: scan.values)
      }
    }
    var command = try find(word, among: commands, path: scan.path)
    scan.path.append(command.name)
    while !command.subcommands.isEmpty {
      if command.runsItself {
        guard let word = scan.peek, let sub = command.subcommands.first(where: { $0.name == word }) else { break }
        scan.index += 1
        command = sub
        scan.path.append(command.name)
        continue
      }
      try scan.readOptions(CommonOptions.specs, stopAtWord: true)
      if scan.values["help"] != nil { wantsHelp = true }
      guard let word = scan.next() else { break }
      command = try find(word, among: command.subcommands, path: scan.path)
      scan.path.append(command.name)
    }
    if wantsHelp { return .help(command, path: scan.path, values: scan.values) }
    try scan.readOptions(command.allOptions, stopAtWord: false)
    if scan.values["help"] != nil { return .help(command, path: scan.path, values: scan.values) }
    try check(scan.words, command, path: scan.path)
    return .run(command, path: scan.path, positionals: scan.words, rest: scan.rest, values: scan.values)
  }

  static let version = Flag("version", "V", help: "Print the version.")

  private func find(_ word: String, among commands: [Command], path: [String]) throws -> Command {
    if let command = commands.first(where: { $0.name == word }) { return command }
    throw unknownCommand(word, among: commands, path: path)
  }

  /// What to say about a word that is no command: what other tools do under it, or the command spelled nearly so.
  func unknownCommand(_ word: String, among commands: [Command], path: [String]) -> UsageError {
    if path.count == 1, let meaning = OtherWords.meaning(of: word) {
      return UsageError("there is no command '\(word)'", suggestion: meaning, path: path, prefix: "")
    }
    let names = commands.filter { !$0.isHidden }.map(\.name)
    if path.count > 1, let other = OtherWords.subcommand(word), names.contains(other) {
      return UsageError("unknown command '\(word)'", suggestion: other, path: path)
    }
    // A word that help explains is no slip of another.
    if path.count == 1, (try? HelpTopic.text(word)) ?? nil != nil {
      return UsageError(
        "there is no command '\(word)'", suggestion: "'lorapipe help \(ShellWord.quoted(word))' explains the word",
        path: path, prefix: "")
    }
    return UsageError("unknown command '\(word)'", suggestion: Spelling.closest(to: word, among: names), path: path)
  }

  private func check(_ words: [String], _ command: Command, path: [String]) throws {
    guard command.subcommands.isEmpty || command.runsItself else { return }
    if command.runsItself, let word = words.first {
      let names = command.subcommands.map(\.name)
      throw UsageError(
        "unknown command '\(word)'",
        suggestion: Spelling.closest(to: word, among: names) ?? names.joined(separator: ", "),
        path: path, prefix: Spelling.closest(to: word, among: names) == nil ? "one of: " : "did you mean ")
    }
    let required = command.positionals.filter { $0.arity == .one }
    if words.count < required.count {
      throw UsageError("missing \(required[words.count].name)", path: path)
    }
    let takesMany = command.positionals.contains { $0.arity == .many }
    if !takesMany, words.count > command.positionals.count {
      let word = words[command.positionals.count]
      throw UsageError(
        "unexpected argument '\(word)'", suggestion: OtherWords.meaning(ofArgument: word, for: command, path: path),
        path: path, prefix: "")
    }
    for (position, word) in zip(command.positionals, words) {
      if let problem = Self.problem(word, position.kind, what: position.name) {
        throw UsageError(problem, suggestion: Self.meant(word, position.kind), path: path)
      }
    }
  }

  /// Why a text is not of a kind, or `nil`.
  static func problem(_ text: String, _ kind: ValueKind, what: String) -> String? {
    switch kind {
    case .integer(let range):
      guard let value = Int(text) else { return "\(what) takes a whole number, not '\(text)'" }
      guard range.contains(value) else {
        return range.upperBound == .max
          ? "\(what) takes a number of at least \(range.lowerBound), not \(value)"
          : "\(what) takes a number from \(range.lowerBound) to \(range.upperBound), not \(value)"
      }
      return nil
    case .number(let range):
      guard let value = Double(text), value.isFinite else { return "\(what) takes a number, not '\(text)'" }
      return range.contains(value)
        ? nil : "\(what) takes a number from \(range.lowerBound) to \(range.upperBound), not \(text)"
    case .bytes:
      guard let size = ByteCount(optionText: text) else {
        return "\(what) takes a size such as 512M or 2G, not '\(text)'"
      }
      // Nobody means a hundred bytes.
      let isTooFew = size.bytes > 0 && size.bytes < 1 << 20 && text.allSatisfy { $0.isNumber || $0 == "." }
      return isTooFew ? "\(what) needs a unit, such as \(text)M or \(text)G: '\(text)' alone is in bytes" : nil
    case .choice(let choices):
      guard !choices.contains(text) else { return nil }
      let known = CommonOptions.languageNames[text.lowercased()] ?? RowOptions.otherNames[text.lowercased()]
      let word =
        known.flatMap { choices.contains($0) ? $0 : nil } ?? OtherWords.precision(text, among: choices) ?? text
      let all = choices.joined(separator: ", ")
      let guess = choices.contains(word) ? word : Spelling.closest(to: word, among: choices)
      return guess.map { "\(what) takes one of \(all), not '\(text)'; did you mean '\($0)'?" }
        ?? "\(what) takes one of \(all), not '\(text)'"
    case .text, .file, .folder, .recipe, .stage, .fileOrStage, .run, .command, .kind:
      return nil
    }
  }
}

extension CommandParser {
  /// The number of a kind that a text most likely means: `0.9` for `90%`.
  fileprivate static func meant(_ text: String, _ kind: ValueKind) -> String? {
    guard let meant = MeantNumber(text), meant.text != text else { return nil }
    switch kind {
    case .integer(let range): return Int(exactly: meant.value).flatMap { range.contains($0) ? meant.text : nil }
    case .number(let range): return range.contains(meant.value) ? meant.text : nil
    default: return nil
    }
  }
}

/// A walk over the words of a command line.
private struct Scan {
  let arguments: [String]
  var index = 0
  var path: [String]
  var words: [String] = []
  var rest: [String] = []
  var values: [String: [String]] = [:]

  init(arguments: [String], path: [String]) {
    self.arguments = arguments
    self.path = path
  }

  var peek: String? { index < arguments.count ? arguments[index] : nil }

  mutating func next() -> String? {
    guard index < arguments.count else { return nil }
    defer { index += 1 }
    return arguments[index]
  }

  mutating func readOptions(_ specs: [OptionSpec], stopAtWord: Bool) throws {
    while index < arguments.count {
      let word = arguments[index]
      if word == "--" {
        guard !stopAtWord else { return }
        index += 1
        rest = Array(arguments[index...])
        index = arguments.count
      } else if word.hasPrefix("--") {
        index += 1
        try readLong(word, specs)
      } else if word.hasPrefix("-"), word.count > 1 {
        index += 1
        try readShort(word, specs)
      } else {
        if stopAtWord { return }
        index += 1
        words.append(word)
      }
    }
  }

  private mutating func readLong(_ word: String, _ specs: [OptionSpec]) throws {
    let body = word.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    let attached = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
    guard let spec = specs.first(where: { $0.long == name }) else {
      let known = OtherWords.option(name).flatMap { other in specs.first { $0.long == other }?.long }
      let isOfRecipe = specs.contains(RecipeAccess.set.spec)
      if known == nil, let command = Lorapipe.commands.first(where: { $0.name == path.dropFirst().first }),
        let meaning = OtherWords.meaning(
          ofOption: name, value: attached ?? peek, for: command, isOfRecipe: isOfRecipe)
      {
        throw UsageError("unknown option '--\(name)'", suggestion: meaning, path: path, prefix: "")
      }
      let guess = known ?? Spelling.closest(to: name, among: specs.map(\.long))
      if isOfRecipe, guess == nil {
        let next = attached == nil && peek?.hasPrefix("-") == false ? peek : attached
        let words = arguments.filter { $0 != next && $0 != path.last }
        if let advice = StageOption.advice(name, value: next, words: words) {
          throw UsageError("unknown option '--\(name)'", suggestion: advice, path: path, prefix: "")
        }
      }
      throw UsageError("unknown option '--\(name)'", suggestion: guess.map { "--\($0)" }, path: path)
    }
    if spec.value == nil {
      guard attached == nil else { throw UsageError("'--\(name)' takes no value", path: path) }
      values[spec.long, default: []].append("")
    } else {
      try take(spec, attached, shown: "--\(name)", among: specs)
    }
  }

  private mutating func readShort(_ word: String, _ specs: [OptionSpec]) throws {
    var letters = Array(word.dropFirst())
    // `-until train`, as some tools write long names. Read as letters it would be an option with a value nobody meant.
    let name = word.dropFirst().prefix { $0 != "=" }
    if name.count >= 2, specs.contains(where: { $0.long == name }) {
      throw UsageError("unknown option '-\(name)'", suggestion: "--\(name)", path: path)
    }
    while !letters.isEmpty {
      let letter = letters.removeFirst()
      guard let spec = specs.first(where: { $0.short == letter }) else {
        let command = Lorapipe.commands.first { $0.name == path.dropFirst().first }
        let meaning = command.flatMap {
          OtherWords.meaning(
            ofOption: String(letter), value: letters.isEmpty ? peek : String(letters), for: $0,
            isOfRecipe: specs.contains(RecipeAccess.set.spec))
        }
        if meaning == nil, name.count > 2 { try readLong("-" + word, specs) }
        if meaning == nil, let other = Self.otherCase(letter, among: specs) {
          throw UsageError("unknown option '-\(letter)'", suggestion: other, path: path)
        }
        throw UsageError("unknown option '-\(letter)'", suggestion: meaning, path: path, prefix: "")
      }
      if spec.value == nil {
        values[spec.long, default: []].append("")
      } else {
        if letters.first == "=" { letters.removeFirst() }
        try take(spec, letters.isEmpty ? nil : String(letters), shown: "-\(letter)", among: specs)
        return
      }
    }
  }

  /// The option that the same letter in the other case is.
  private static func otherCase(_ letter: Character, among specs: [OptionSpec]) -> String? {
    specs.compactMap(\.short).first { $0.lowercased() == letter.lowercased() }.map { "-\($0)" }
  }

  /// The option of the command that a word is, as `--author`, `--author=X` or `-n`; `nil` for any other word.
  private static func option(_ word: String, among specs: [OptionSpec]) -> String? {
    if word.hasPrefix("--") {
      let name = word.dropFirst(2).prefix { $0 != "=" }
      return specs.contains { $0.long == name } ? "--\(name)" : nil
    }
    let letters = word.dropFirst()
    guard word.hasPrefix("-"), letters.count == 1 else { return nil }
    return specs.contains { $0.short == letters.first } ? word : nil
  }

  private mutating func take(
    _ spec: OptionSpec, _ attached: String?, shown: String, among specs: [OptionSpec]
  ) throws {
    // Whoever forgets a value would get the next option as one.
    if attached == nil, let word = peek, let other = Self.option(word, among: specs) {
      throw UsageError(
        "'\(shown)' has no value: '\(other)' behind it is an option itself",
        suggestion: "write \(shown) \(spec.placeholder), or --\(spec.long)=\(word) if that is meant", path: path,
        prefix: "")
    }
    guard let given = attached ?? next() else {
      throw UsageError("'\(shown)' needs a value: \(shown) \(spec.placeholder)", path: path)
    }
    let value = spec == RowOptions.encoding.spec ? RowOptions.encodingName(given) : given
    if let kind = spec.value, let problem = CommandParser.problem(value, kind, what: "'\(shown)'") {
      throw UsageError(problem, suggestion: CommandParser.meant(value, kind), path: path)
    }
    if !spec.repeats, values[spec.long] != nil {
      throw UsageError("'\(shown)' is given twice", path: path)
    }
    values[spec.long, default: []].append(value)
  }
}
