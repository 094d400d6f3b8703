import Glibc

// Operators and comparisons, as Python defines them for the values of templates.

extension Interpreter {
  func mismatch(_ operation: String, _ values: Value...) -> Failure {
    let names = values.map { "'\($0.typeName)'" }.joined(separator: " and ")
    return Failure("unsupported operand type(s) for \(operation): \(names)")
  }

  func compute(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
    if case .undefined(let hint) = left { throw Failure(hint) }
    if case .undefined(let hint) = right { throw Failure(hint) }
    switch (operation, left, right) {
    case (.add, .string(let a), .string(let b)):
      try allocate(a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.add, .list(let a), .list(let b)): return try list(a.elements + b.elements)
    case (.add, .tuple(let a), .tuple(let b)): return try tuple(a.elements + b.elements)
    case (.multiply, .string(let text), _) where right.integer != nil: return try repeated(text, right.integer ?? 0)
    case (.multiply, _, .string(let text)) where left.integer != nil: return try repeated(text, left.integer ?? 0)
    case (.multiply, .list(let items), _) where right.integer != nil:
      return try list(try repeated(items.elements, right.integer ?? 0))
    case (.multiply, _, .list(let items)) where left.integer != nil:
      return try list(try repeated(items.elements, left.integer ?? 0))
    case (.modulo, .string(let format), _):
      if case .tuple(let items) = right { return try string(try PythonText.format(format, items.elements)) }
      return try string(try PythonText.format(format, [right]))
    default: break
    }
    if let a = left.integer, let b = right.integer { return try compute(operation, a, b) }
    guard let a = left.number, let b = right.number else { throw mismatch(operation.rawValue, left, right) }
    switch operation {
    case .add: return .float(a + b)
    case .subtract: return .float(a - b)
    case .multiply: return .float(a * b)
    case .divide:
      guard b != 0 else { throw Failure("float division by zero") }
      return .float(a / b)
    case .floorDivide:
      guard b != 0 else { throw Failure("float floor division by zero") }
      return .float((a / b).rounded(.down))
    case .modulo:
      guard b != 0 else { throw Failure("float modulo by zero") }
      let remainder = fmod(a, b)
      return .float(remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder)
    case .power: return .float(pow(a, b))
    }
  }

  private func compute(_ operation: BinaryOperator, _ a: Int, _ b: Int) throws -> Value {
    func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
      guard !result.overflow else { throw Failure("integer out of range") }
      return .integer(result.partialValue)
    }
    switch operation {
    case .add: return try checked(a.addingReportingOverflow(b))
    case .subtract: return try checked(a.subtractingReportingOverflow(b))
    case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
    case .divide:
      guard b != 0 else { throw Failure("division by zero") }
      return .float(Double(a) / Double(b))
    case .floorDivide:
      guard b != 0 else { throw Failure("integer division or modulo by zero") }
      let result = a.dividedReportingOverflow(by: b)
      let inexact = !result.overflow && a.remainderReportingOverflow(dividingBy: b).partialValue != 0
      return try checked((result.partialValue - (inexact && (a < 0) != (b < 0) ? 1 : 0), result.overflow))
    case .modulo:
      guard b != 0 else { throw Failure("integer division or modulo by zero") }
      let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
      return .integer(remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder)
    case .power:
      if b < 0 {
        guard a != 0 else { throw Failure("0.0 cannot be raised to a negative power") }
        return .float(pow(Double(a), Double(b)))
      }
      var result = 1
      var count = b
      if a == 0 || a == 1 { return .integer(b == 0 ? 1 : a) }
      if a == -1 { return .integer(b % 2 == 0 ? 1 : -1) }
      while count > 0 {
        let (product, overflow) = result.multipliedReportingOverflow(by: a)
        guard !overflow else { throw Failure("integer out of range") }
        result = product
        count -= 1
      }
      return .integer(result)
    }
  }

  private func repeated(_ text: String, _ count: Int) throws -> Value {
    guard count > 0 else { return .string("") }
    let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
    try allocate(overflow ? .max : bytes)
    return .string(String(repeating: text, count: count))
  }

  private func repeated(_ items: [Value], _ count: Int) throws -> [Value] {
    guard count > 0, !items.isEmpty else { return [] }
    let (total, overflow) = items.count.multipliedReportingOverflow(by: count)
    try allocate(overflow || total > limits.allocatedBytes ? .max : total)
    return Array((0..<count).map { _ in items }.joined())
  }

  func compare(_ operation: ComparisonOperator, _ left: Value, _ right: Value) throws -> Bool {
    switch operation {
    case .equal: return try equal(left, right)
    case .notEqual: return !(try equal(left, right))
    case .contained: return try contains(right, left)
    case .notContained: return !(try contains(right, left))
    case .less: return try order(left, right, "<") < 0
    case .lessOrEqual: return try order(left, right, "<=") <= 0
    case .greater: return try order(left, right, ">") > 0
    case .greaterOrEqual: return try order(left, right, ">=") >= 0
    }
  }

  func equal(_ left: Value, _ right: Value) throws -> Bool {
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let a), .string(let b)):
      try charge(bytes: min(a.utf8.count, b.utf8.count))
      return a.utf8.elementsEqual(b.utf8)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      guard a.elements.count == b.elements.count else { return false }
      for (x, y) in zip(a.elements, b.elements) {
        try charge()
        guard try equal(x, y) else { return false }
      }
      return true
    case (.dictionary(let a), .dictionary(let b)):
      guard a.keys.count == b.keys.count else { return false }
      for (key, value) in zip(a.keys, a.values) {
        try charge()
        guard let other = b.get(key), try equal(value, other) else { return false }
      }
      return true
    case (.object(let a), .object(let b)): return a === b
    default:
      if let a = left.integer, let b = right.integer { return a == b }
      if let a = left.number, let b = right.number { return a == b }
      return false
    }
  }

  /// Below, at or above zero as `left` comes before, with or after `right`.
  func order(_ left: Value, _ right: Value, _ symbol: String) throws -> Int {
    if case .undefined(let hint) = left { throw Failure(hint) }
    if case .undefined(let hint) = right { throw Failure(hint) }
    switch (left, right) {
    case (.string(let a), .string(let b)):
      try charge(bytes: min(a.utf8.count, b.utf8.count))
      if a.utf8.elementsEqual(b.utf8) { return 0 }
      return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (x, y) in zip(a.elements, b.elements) {
        try charge()
        if try !equal(x, y) { return try order(x, y, symbol) }
      }
      return a.elements.count - b.elements.count
    default:
      if let a = left.integer, let b = right.integer { return a < b ? -1 : a == b ? 0 : 1 }
      guard let a = left.number, let b = right.number else {
        throw Failure("'\(symbol)' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
      }
      return a < b ? -1 : a == b ? 0 : 1
    }
  }

  func contains(_ container: Value, _ item: Value) throws -> Bool {
    switch container {
    case .undefined: return false
    case .string(let text):
      guard case .string(let needle) = item else {
        if case .undefined(let hint) = item { throw Failure(hint) }
        throw Failure("'in <string>' requires string as left operand, not \(item.typeName)")
      }
      try charge(bytes: text.utf8.count)
      return Text.contains(text, needle)
    case .list(let items), .tuple(let items):
      for element in items.elements {
        try charge()
        if try equal(element, item) { return true }
      }
      return false
    case .dictionary(let table): return table.get(item) != nil
    default: throw Failure("argument of type '\(container.typeName)' is not iterable")
    }
  }
}
