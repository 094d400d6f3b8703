import Glibc

/// The arguments of a benchmark program: words in their order, and options with a value or without one.
public struct BenchmarkArguments: Sendable {
  public private(set) var words: [String] = []
  private var values: [String: String] = [:]

  /// Reads this process's arguments.
  /// - Parameter flags: options without a value, without their hyphens.
  public init(flags: Set<String> = []) {
    var rest = CommandLine.arguments.dropFirst()[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        words.append(word)
        continue
      }
      let name = String(word.dropFirst(2))
      if flags.contains(name) {
        values[name] = ""
      } else if let value = rest.popFirst() {
        values[name] = value
      } else {
        quit("\(word) needs a value")
      }
    }
  }

  public func has(_ flag: String) -> Bool { values[flag] != nil }

  public func text(_ name: String) -> String? { values[name] }

  /// Ends the program if the value is not a whole number.
  public func integer(_ name: String) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text) else { quit("--\(name) is a whole number, not '\(text)'") }
    return number
  }
}

/// Writes a line to standard error.
public func complain(_ text: String) {
  _ = (text + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

/// Says what is wrong with the arguments, and ends the program.
public func quit(_ text: String) -> Never {
  complain(text)
  exit(2)
}
