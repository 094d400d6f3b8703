import Glibc

extension Interpreter {
  func evaluate(_ expression: Expression, _ scope: Scope) throws -> Value {
    try charge()
    switch expression {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .float(let value): return .float(value)
    case .string(let value): return .string(value)
    case .name(let name, _): return lookup(name, scope) ?? .undefined(hint: "'\(name)' is undefined")
    default: return try nested { try evaluateCompound(expression, scope) }
    }
  }

  private func evaluateCompound(_ expression: Expression, _ scope: Scope) throws -> Value {
    switch expression {
    case .list(let items): return try list(try items.map { try evaluate($0, scope) })
    case .tuple(let items): return try tuple(try items.map { try evaluate($0, scope) })
    case .dictionary(let members): return try dictionary(members, scope)
    case .postfix(let base, let operations): return try apply(operations, to: try evaluate(base, scope), scope)
    case .chain(let first, let rest, let line):
      var value = try evaluate(first, scope)
      for (operation, operand) in rest {
        let right = try evaluate(operand, scope)
        self.line = line
        value = try compute(operation, value, right)
      }
      return value
    case .concatenation(let items, let line):
      var text = ""
      for item in items {
        let part = PythonText.string(try evaluate(item, scope))
        self.line = line
        try allocate(part.utf8.count)
        text += part
      }
      return .string(text)
    case .comparison(let first, let rest, let line):
      var left = try evaluate(first, scope)
      for (operation, operand) in rest {
        let right = try evaluate(operand, scope)
        self.line = line
        guard try compare(operation, left, right) else { return .bool(false) }
        left = right
      }
      return .bool(true)
    case .all(let items):
      var value = Value.none
      for item in items {
        value = try evaluate(item, scope)
        if !value.isTrue { break }
      }
      return value
    case .any(let items):
      var value = Value.none
      for item in items {
        value = try evaluate(item, scope)
        if value.isTrue { break }
      }
      return value
    case .not(let item): return .bool(!(try evaluate(item, scope).isTrue))
    case .negative(let item, let line):
      let value = try evaluate(item, scope)
      self.line = line
      if let integer = value.integer {
        let (result, overflow) = (0).subtractingReportingOverflow(integer)
        guard !overflow else { throw Failure("integer out of range") }
        return .integer(result)
      }
      guard let number = value.number else { throw mismatch("unary -", value) }
      return .float(-number)
    case .positive(let item, let line):
      let value = try evaluate(item, scope)
      self.line = line
      guard value.number != nil else { throw mismatch("unary +", value) }
      return value.integer.map { .integer($0) } ?? value
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition, scope).isTrue { return try evaluate(value, scope) }
      guard let otherwise else {
        return .undefined(hint: "the inline if-expression evaluated to false and no else section was defined")
      }
      return try evaluate(otherwise, scope)
    case .none, .bool, .integer, .float, .string, .name: return try evaluate(expression, scope)
    }
  }

  private func dictionary(_ members: [(Expression, Expression)], _ scope: Scope) throws -> Value {
    var table = Table()
    for (key, value) in members {
      let key = try evaluate(key, scope)
      guard table.set(key, try evaluate(value, scope)) else { throw Failure("unhashable type: '\(key.typeName)'") }
    }
    try allocate(members.count * 64)
    try checkDepth(table.depth)
    return .dictionary(table)
  }

  func evaluate(_ arguments: Arguments, _ scope: Scope) throws -> CallValues {
    var values = CallValues()
    for expression in arguments.positional { values.positional.append(try evaluate(expression, scope)) }
    if let expression = arguments.unpackedList {
      values.positional += try iterate(try evaluate(expression, scope))
    }
    for (name, expression) in arguments.keyword { values.keyword.append((name, try evaluate(expression, scope))) }
    if let expression = arguments.unpackedDictionary {
      guard case .dictionary(let table) = try evaluate(expression, scope) else {
        throw Failure("the argument after ** is not a mapping")
      }
      for (key, value) in zip(table.keys, table.values) {
        guard case .string(let name) = key else { throw Failure("keywords must be strings") }
        values.keyword.append((name, value))
      }
    }
    return values
  }

  func apply(_ operations: [Postfix], to base: Value, _ scope: Scope) throws -> Value {
    var value = base
    for operation in operations {
      try charge()
      switch operation {
      case .attribute(let name, let line):
        self.line = line
        value = try attribute(value, name)
      case .subscripted(let expression, let line):
        let index = try evaluate(expression, scope)
        self.line = line
        value = try element(value, index)
      case .slice(let start, let stop, let step, let line):
        let bounds = try [start, stop, step].map { try $0.map { try evaluate($0, scope) } }
        self.line = line
        value = try slice(value, bounds[0], bounds[1], bounds[2])
      case .call(let arguments, let line):
        let values = try evaluate(arguments, scope)
        self.line = line
        value = try call(value, values)
      case .filter(let name, let arguments, let line):
        let values = try evaluate(arguments, scope)
        self.line = line
        value = try filter(name, value, values)
      case .test(let name, let arguments, let negated, let line):
        let values = try evaluate(arguments, scope)
        self.line = line
        value = .bool(try test(name, value, values) != negated)
      }
    }
    return value
  }

  // MARK: Access

  /// `value.name`: a method or attribute, else a member.
  func attribute(_ value: Value, _ name: String) throws -> Value {
    if case .undefined(let hint) = value { throw Failure(hint) }
    if let found = try member(value, name) { return found }
    if case .dictionary(let table) = value, let found = table.get(name) { return found }
    return .undefined(hint: "\(described(value)) has no attribute '\(name)'")
  }

  /// `value[index]`: an element, else an attribute of that name.
  func element(_ value: Value, _ index: Value) throws -> Value {
    switch value {
    case .undefined(let hint): throw Failure(hint)
    case .dictionary(let table): if let found = table.get(index) { return found }
    case .list(let items), .tuple(let items):
      if let position = index.integer {
        let offset = position < 0 ? position + items.elements.count : position
        if items.elements.indices.contains(offset) { return items.elements[offset] }
        return .undefined(hint: "\(described(value)) has no element \(position)")
      }
    case .string(let text):
      if let position = index.integer {
        try charge(bytes: text.utf8.count)
        let scalars = Array(text.unicodeScalars)
        let offset = position < 0 ? position + scalars.count : position
        if scalars.indices.contains(offset) { return .string(String(scalars[offset])) }
        return .undefined(hint: "\(described(value)) has no element \(position)")
      }
    default: break
    }
    if case .string(let name) = index {
      if let found = try member(value, name) { return found }
      return .undefined(hint: "\(described(value)) has no attribute '\(name)'")
    }
    return .undefined(hint: "\(described(value)) has no element \(PythonText.representation(index))")
  }

  func described(_ value: Value) -> String {
    if case .none = value { return "'None'" }
    return "'\(value.typeName) object'"
  }

  func slice(_ value: Value, _ start: Value?, _ stop: Value?, _ step: Value?) throws -> Value {
    func bound(_ value: Value?) throws -> Int? {
      guard let value else { return nil }
      if case .none = value { return nil }
      guard let integer = value.integer else {
        throw Failure("slice indices must be integers or None, not \(value.typeName)")
      }
      return integer
    }
    let step = try bound(step) ?? 1
    guard step != 0 else { throw Failure("slice step cannot be zero") }
    func indices(_ count: Int) throws -> [Int] {
      func clamp(_ index: Int, _ low: Int, _ high: Int) -> Int {
        min(max(index < 0 ? index.addingReportingOverflow(count).partialValue : index, low), high)
      }
      let first = try bound(start).map { clamp($0, step > 0 ? 0 : -1, step > 0 ? count : count - 1) }
      let last = try bound(stop).map { clamp($0, step > 0 ? 0 : -1, step > 0 ? count : count - 1) }
      let from = first ?? (step > 0 ? 0 : count - 1)
      let to = last ?? (step > 0 ? count : -1)
      return Array(stride(from: from, to: to, by: step))
    }
    switch value {
    case .undefined(let hint): throw Failure(hint)
    case .list(let items): return try list(try indices(items.elements.count).map { items.elements[$0] })
    case .tuple(let items): return try tuple(try indices(items.elements.count).map { items.elements[$0] })
    case .string(let text):
      try allocate(text.utf8.count * 4)
      let scalars = Array(text.unicodeScalars)
      return try string(String(String.UnicodeScalarView(try indices(scalars.count).map { scalars[$0] })))
    default: return .undefined(hint: "\(described(value)) cannot be sliced")
    }
  }

  /// The elements a `for` runs over.
  func iterate(_ value: Value) throws -> [Value] {
    switch value {
    case .undefined: return []
    case .list(let items), .tuple(let items):
      try charge(bytes: items.elements.count)
      return items.elements
    case .dictionary(let table):
      try charge(bytes: table.keys.count)
      return table.keys
    case .string(let text):
      try allocate(text.utf8.count * MemoryLayout<Value>.size)
      return text.unicodeScalars.map { .string(String($0)) }
    default: throw Failure("'\(value.typeName)' object is not iterable")
    }
  }

  // MARK: Operators

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
