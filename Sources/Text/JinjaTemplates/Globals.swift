/// The functions every template sees.
enum Globals {
  /// The longest `range`, as in Jinja2's sandbox.
  private static let maximumRange = 100_000

  static func make(date: JinjaDate?) -> [String: Value] {
    var globals: [String: Value] = [:]
    func define(_ name: String, _ body: @escaping (Interpreter, CallValues) throws -> Value) {
      globals[name] = .object(Function(name, body))
    }
    define("range") { interpreter, arguments in
      let numbers = try arguments.positional.map { value -> Int in
        guard let number = value.integer else { throw Failure("range() takes integers, not \(value.typeName)") }
        return number
      }
      guard (1...3).contains(numbers.count) else { throw Failure("range() takes one to three arguments") }
      let start = numbers.count > 1 ? numbers[0] : 0
      let stop = numbers.count > 1 ? numbers[1] : numbers[0]
      let step = numbers.count > 2 ? numbers[2] : 1
      guard step != 0 else { throw Failure("range() arg 3 must not be zero") }
      var values: [Value] = []
      for number in stride(from: start, to: stop, by: step) {
        guard values.count < maximumRange else {
          throw Failure("a range of more than \(maximumRange) numbers", code: "template-limit")
        }
        values.append(.integer(number))
      }
      return try interpreter.list(values)
    }
    define("dict") { interpreter, arguments in
      var table = Table()
      if case .dictionary(let given)? = arguments.positional.first {
        table = given
      } else if let pairs = arguments.positional.first {
        for pair in try interpreter.iterate(pairs) {
          let parts = try interpreter.iterate(pair)
          guard parts.count == 2, table.set(parts[0], parts[1]) else { throw Failure("dict() takes pairs") }
        }
      }
      for (name, value) in arguments.keyword { table.set(.string(name), value) }
      try interpreter.allocate(table.keys.count * 64)
      try interpreter.checkDepth(table.depth)
      return .dictionary(table)
    }
    define("namespace") { interpreter, arguments in
      let namespace = interpreter.makeNamespace()
      try interpreter.allocate(64)
      if case .dictionary(let table)? = arguments.positional.first {
        for (key, value) in zip(table.keys, table.values) {
          if case .string(let name) = key { namespace.attributes[name] = value }
        }
      }
      for (name, value) in arguments.keyword { namespace.attributes[name] = value }
      if let name = namespace.attributes.keys.first(where: { $0.hasPrefix("_") }) {
        throw Failure("a namespace takes no attribute that starts with an underscore, but got '\(name)'")
      }
      return .object(namespace)
    }
    define("cycler") { _, arguments in
      guard !arguments.positional.isEmpty else { throw Failure("at least one item has to be provided") }
      return .object(Cycler(arguments.positional))
    }
    define("joiner") { _, arguments in
      let separator = arguments.value(0, "sep") ?? .string(", ")
      var used = false
      return .object(
        Function("joiner") { _, _ in
          defer { used = true }
          return used ? separator : .string("")
        })
    }
    define("raise_exception") { _, arguments in
      let message = arguments.value(0, "message").map(PythonText.string) ?? ""
      throw Failure(message, code: "template-exception")
    }
    if let date {
      define("strftime_now") { _, arguments in
        guard case .string(let format)? = arguments.value(0, "format") else {
          throw Failure("strftime_now() takes a format")
        }
        return .string(try date.formatted(format))
      }
    }
    return globals
  }
}

extension JinjaDate {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  /// 0 is Sunday (Sakamoto's method).
  private var weekday: Int {
    let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    let shifted = month < 3 ? year - 1 : year
    let sum = shifted + shifted / 4 - shifted / 100 + shifted / 400 + offsets[max(min(month, 12), 1) - 1] + day
    return ((sum % 7) + 7) % 7
  }

  private var dayOfYear: Int {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][max(min(month, 12), 1) - 1]
    return before + day + (leap && month > 2 ? 1 : 0)
  }

  /// `strftime` in the C locale.
  func formatted(_ format: String) throws -> String {
    func padded(_ value: Int, _ width: Int, _ fill: String = "0") -> String {
      let text = String(value)
      return String(repeating: fill, count: max(width - text.utf8.count, 0)) + text
    }
    let monthName = Self.months[max(min(month, 12), 1) - 1]
    var output = ""
    var iterator = format.unicodeScalars.makeIterator()
    while let scalar = iterator.next() {
      guard scalar == "%" else {
        output.unicodeScalars.append(scalar)
        continue
      }
      var conversion = iterator.next()
      var pads = true
      if conversion == "-" {
        pads = false
        conversion = iterator.next()
      }
      func number(_ value: Int, _ width: Int) -> String { pads ? padded(value, width) : String(value) }
      switch conversion {
      case "Y": output += padded(year, 4)
      case "y": output += number(((year % 100) + 100) % 100, 2)
      case "m": output += number(month, 2)
      case "d": output += number(day, 2)
      case "e": output += pads ? padded(day, 2, " ") : String(day)
      case "j": output += number(dayOfYear, 3)
      case "H": output += number(hour, 2)
      case "I": output += number((hour + 11) % 12 + 1, 2)
      case "M": output += number(minute, 2)
      case "S": output += number(second, 2)
      case "f": output += "000000"
      case "p": output += hour < 12 ? "AM" : "PM"
      case "b", "h": output += String(monthName.prefix(3))
      case "B": output += monthName
      case "a": output += String(Self.days[weekday].prefix(3))
      case "A": output += Self.days[weekday]
      case "w": output += String(weekday)
      case "u": output += String(weekday == 0 ? 7 : weekday)
      case "F": output += try formatted("%Y-%m-%d")
      case "T", "X": output += try formatted("%H:%M:%S")
      case "D", "x": output += try formatted("%m/%d/%y")
      case "R": output += try formatted("%H:%M")
      case "c": output += try formatted("%a %b %e %H:%M:%S %Y")
      case "Z", "z": break
      case "n": output += "\n"
      case "t": output += "\t"
      case "%": output += "%"
      default: throw Failure("strftime_now() does not know '%\(conversion.map { String($0) } ?? "")'")
      }
    }
    return output
  }
}
