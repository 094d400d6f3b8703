/// What the value of an option or argument is: how it is checked, and how a shell completes it.
enum ValueKind: Sendable, Hashable {
  case text
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// A size such as `512M`, `2G` or `2GB`.
  case bytes
  case choice([String])
  case file
  case folder
  case recipe
  case stage
  /// A path, or the name of a stage whose output is meant.
  case fileOrStage
  case run
  case command
  /// A kind of stage.
  case kind
}

/// An option as the parser, the help screen, the completions and the manual page see it.
struct OptionSpec: Sendable, Hashable {
  /// The name after `--`.
  var long: String
  var short: Character?
  /// `nil` for a flag.
  var value: ValueKind?
  var placeholder: String
  var repeats: Bool
  var help: String
}

/// An option that is there or not.
struct Flag: Sendable {
  let spec: OptionSpec

  init(_ long: String, _ short: Character? = nil, help: String) {
    spec = OptionSpec(long: long, short: short, value: nil, placeholder: "", repeats: false, help: help)
  }
}

/// A type that an option's text can become, once the text has passed its `ValueKind`.
protocol OptionValue: Sendable {
  init?(optionText: String)
}

extension String: OptionValue {
  init?(optionText: String) { self = optionText }
}

extension Int: OptionValue {
  init?(optionText: String) { self.init(optionText) }
}

extension Double: OptionValue {
  init?(optionText: String) { self.init(optionText) }
}

/// A number of bytes written with an optional suffix: `4G` and `4GiB` are binary, and `4GB` is decimal, as sizes are printed.
struct ByteCount: OptionValue, Hashable {
  var bytes: UInt64

  init?(optionText: String) {
    var digits = Substring(optionText)
    var base = 1024.0
    if digits.last == "B" || digits.last == "b" {
      digits.removeLast()
      if digits.last == "i" { digits.removeLast() } else { base = 1000 }
    }
    var unit = 1.0
    for (power, letter) in ["k", "m", "g", "t"].enumerated() where digits.last?.lowercased() == letter {
      unit = (0...power).reduce(1) { unit, _ in unit * base }
    }
    if unit > 1 { digits.removeLast() }
    guard let number = Double(digits), number >= 0, number.isFinite else { return nil }
    let scaled = number * unit
    guard scaled < Double(Int64.max) else { return nil }
    bytes = UInt64(scaled)
  }
}

/// An option with a value.
struct Option<Value: OptionValue>: Sendable {
  let spec: OptionSpec

  init(
    _ long: String, _ short: Character? = nil, _ placeholder: String, _ kind: ValueKind = .text, repeats: Bool = false,
    help: String
  ) {
    spec = OptionSpec(
      long: long, short: short, value: kind, placeholder: placeholder, repeats: repeats, help: help)
  }
}

/// An argument known by its place.
struct Positional: Sendable, Hashable {
  enum Arity: Sendable, Hashable {
    case one, optional, many
  }

  /// As help shows it, in capitals.
  var name: String
  var kind: ValueKind
  var arity: Arity
  var help: String

  init(_ name: String, _ kind: ValueKind = .text, _ arity: Arity = .one, help: String) {
    self.name = name
    self.kind = kind
    self.arity = arity
    self.help = help
  }
}
