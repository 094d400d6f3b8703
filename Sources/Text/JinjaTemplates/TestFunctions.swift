extension Interpreter {
  /// `value is name(arguments)`
  func test(_ name: String, _ value: Value, _ arguments: CallValues) throws -> Bool {
    func other() throws -> Value {
      guard let first = arguments.positional.first else { throw Failure("the test '\(name)' takes an argument") }
      return first
    }
    switch name {
    case "defined": return !value.isUndefined
    case "undefined": return value.isUndefined
    case "none":
      if case .none = value { return true }
      return false
    case "boolean":
      if case .bool = value { return true }
      return false
    case "true":
      if case .bool(true) = value { return true }
      return false
    case "false":
      if case .bool(false) = value { return true }
      return false
    case "integer":
      switch value {
      case .integer, .largeInteger: return true
      default: break
      }
      return false
    case "float":
      if case .float = value { return true }
      return false
    case "number": return value.number != nil
    case "string":
      if case .string = value { return true }
      return false
    case "mapping":
      if case .dictionary = value { return true }
      return false
    case "iterable", "sequence":
      switch value {
      case .string, .list, .tuple, .dictionary, .undefined: return true
      default: return false
      }
    case "callable":
      if case .object(let object) = value { return object is Function || object is Macro || object is LoopState }
      return false
    case "escaped": return false
    case "lower", "upper":
      let text = PythonText.string(value)
      try charge(bytes: text.utf8.count)
      return StringMethods.isCased(text) { name == "lower" ? $0.properties.isLowercase : $0.properties.isUppercase }
    case "odd", "even", "divisibleby":
      guard let number = value.integer else { throw mismatch("%", value) }
      let divisor = name == "divisibleby" ? try other().integer ?? 0 : 2
      guard divisor != 0 else { throw Failure("integer division or modulo by zero") }
      let remainder = number.remainderReportingOverflow(dividingBy: divisor).partialValue
      return name == "odd" ? remainder != 0 : remainder == 0
    case "sameas": return try isSame(value, try other())
    case "eq", "equalto", "==": return try equal(value, try other())
    case "ne", "!=": return !(try equal(value, try other()))
    case "lt", "lessthan", "<": return try compare(.less, value, try other())
    case "le", "<=": return try compare(.lessOrEqual, value, try other())
    case "gt", "greaterthan", ">": return try compare(.greater, value, try other())
    case "ge", ">=": return try compare(.greaterOrEqual, value, try other())
    case "in": return try contains(try other(), value)
    case "filter": return Self.filters[PythonText.string(value)] != nil
    default: throw Failure("no test named '\(name)'")
    }
  }

  /// Python's `is`, as far as it means something for values.
  private func isSame(_ left: Value, _ right: Value) throws -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer, .integer), (.string, .string), (.object, .object): try equal(left, right)
    default: false
    }
  }
}
