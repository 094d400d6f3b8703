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
}
