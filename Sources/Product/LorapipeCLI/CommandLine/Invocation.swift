import PipelineEngine

/// One parsed command line, given to a command's `run`.
struct Invocation: Sendable {
  /// The names from the program down to the command: `["lorapipe", "cache", "ls"]`.
  var path: [String]
  var positionals: [String]
  /// What follows `--`.
  var rest: [String]
  /// Values by long name, in the order given; a flag that is there has one empty value.
  var values: [String: [String]]
  var console: Console

  subscript(flag: Flag) -> Bool { values[flag.spec.long] != nil }

  /// The last value given, or `nil`.
  subscript<Value>(option: Option<Value>) -> Value? {
    values[option.spec.long]?.last.flatMap { Value(optionText: $0) }
  }

  /// Every value given of an option that may repeat.
  func all<Value>(_ option: Option<Value>) -> [Value] {
    (values[option.spec.long] ?? []).compactMap { Value(optionText: $0) }
  }

  var wantsJSON: Bool { self[CommonOptions.json] }

  /// The command as it can be typed again, without the program's name.
  var retyped: String {
    var words = path.dropFirst() + positionals
    for (name, given) in values.sorted(by: { $0.key < $1.key }) {
      for value in given { words += value.isEmpty ? ["--\(name)"] : ["--\(name)", value] }
    }
    if !rest.isEmpty { words += ["--"] + rest }
    return words.map(ShellWord.quoted).joined(separator: " ")
  }
}

/// A command line that cannot be understood; exit status 2.
struct UsageError: Error, Sendable, Hashable {
  var message: String
  /// "did you mean" or the list of what would be right.
  var suggestion: String?
  var path: [String]
  var prefix: String

  init(_ message: String, suggestion: String? = nil, path: [String], prefix: String = "did you mean ") {
    self.message = message
    self.suggestion = suggestion
    self.path = path
    self.prefix = prefix
  }

  /// The lines a person reads.
  var text: String {
    var lines = [say("error:") + " " + reworded(message)]
    if let suggestion {
      lines.append("  " + reworded(prefix + (prefix.hasPrefix("did") ? "'\(suggestion)'?" : suggestion)))
    }
    lines.append("  " + say("see '\(path.joined(separator: " ")) --help'"))
    return lines.joined(separator: "\n") + "\n"
  }
}
