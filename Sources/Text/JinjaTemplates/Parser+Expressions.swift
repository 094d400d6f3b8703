extension Parser {
  /// An expression, or several with commas between: a tuple.
  mutating func parseTuple(withCondition: Bool = true) throws -> Expression {
    var items: [Expression] = []
    var isTuple = false
    while true {
      if !items.isEmpty, endsTuple { break }
      items.append(try withCondition ? parseExpression() : nested { try $0.parseAny() })
      guard take(",") else { break }
      isTuple = true
    }
    return isTuple ? .tuple(items) : items[0]
  }

  private var endsTuple: Bool {
    switch current {
    case .variableEnd, .blockEnd, .symbol(")"), .end: true
    default: false
    }
  }

  /// `a if b else c`
  mutating func parseExpression() throws -> Expression {
    try nested { parser in
      var value = try parser.parseAny()
      var count = 0
      while parser.takeName("if") {
        count += 1
        guard count <= 32 else { throw parser.failure("too many conditions in a row") }
        let condition = try parser.parseAny()
        let otherwise = parser.takeName("else") ? try parser.parseExpression() : nil
        value = .conditional(value, condition: condition, otherwise: otherwise)
      }
      return value
    }
  }

  private mutating func parseAny() throws -> Expression {
    var items = [try parseAll()]
    while takeName("or") { items.append(try parseAll()) }
    return items.count == 1 ? items[0] : .any(items)
  }

  private mutating func parseAll() throws -> Expression {
    var items = [try parseNot()]
    while takeName("and") { items.append(try parseNot()) }
    return items.count == 1 ? items[0] : .all(items)
  }

  private mutating func parseNot() throws -> Expression {
    if takeName("not") { return .not(try nested { try $0.parseNot() }) }
    return try parseComparison()
  }

  private mutating func parseComparison() throws -> Expression {
    let line = self.line
    let first = try parseSum()
    var rest: [(ComparisonOperator, Expression)] = []
    while true {
      if case .symbol(let symbol) = current, let comparison = ComparisonOperator(rawValue: symbol) {
        advance()
        rest.append((comparison, try parseSum()))
      } else if takeName("in") {
        rest.append((.contained, try parseSum()))
      } else if current == .name("not"), following == .name("in") {
        advance()
        advance()
        rest.append((.notContained, try parseSum()))
      } else {
        return rest.isEmpty ? first : .comparison(first, rest, line: line)
      }
    }
  }

  private mutating func parseChain(
    _ operators: [BinaryOperator], _ operand: (inout Parser) throws -> Expression
  ) throws -> Expression {
    let line = self.line
    let first = try operand(&self)
    var rest: [(BinaryOperator, Expression)] = []
    while case .symbol(let symbol) = current, let found = BinaryOperator(rawValue: symbol), operators.contains(found) {
      advance()
      rest.append((found, try operand(&self)))
    }
    return rest.isEmpty ? first : .chain(first, rest, line: line)
  }

  private mutating func parseSum() throws -> Expression {
    try parseChain([.add, .subtract]) { try $0.parseConcatenation() }
  }

  private mutating func parseConcatenation() throws -> Expression {
    let line = self.line
    var items = [try parseProduct()]
    while take("~") { items.append(try parseProduct()) }
    return items.count == 1 ? items[0] : .concatenation(items, line: line)
  }

  private mutating func parseProduct() throws -> Expression {
    try parseChain([.multiply, .divide, .floorDivide, .modulo]) { parser in
      try parser.parseChain([.power]) { try $0.parseUnary(withFilters: true) }
    }
  }

  private mutating func parseUnary(withFilters: Bool) throws -> Expression {
    let line = self.line
    var value: Expression
    if take("-") {
      value = .negative(try nested { try $0.parseUnary(withFilters: false) }, line: line)
    } else if take("+") {
      value = .positive(try nested { try $0.parseUnary(withFilters: false) }, line: line)
    } else {
      value = try parsePrimary()
    }
    var operations = try parsePostfix()
    if withFilters { operations += try parseFiltersAndTests() }
    if !operations.isEmpty { value = .postfix(value, operations) }
    return value
  }

  private mutating func parsePrimary() throws -> Expression {
    let line = self.line
    switch current {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return .bool(true)
      case "false", "False": return .bool(false)
      case "none", "None": return .none
      default: return .name(name, line: line)
      }
    case .string(let text):
      advance()
      var whole = text
      while case .string(let more) = current {
        whole += more
        advance()
      }
      return .string(whole)
    case .integer(let value):
      advance()
      return .integer(value)
    case .float(let value):
      advance()
      return .float(value)
    case .symbol("("):
      advance()
      if take(")") { return .tuple([]) }
      let value = try parseTuple()
      try expect(")")
      return value
    case .symbol("["):
      advance()
      var items: [Expression] = []
      while current != .symbol("]") {
        if !items.isEmpty { try expect(",") }
        if current == .symbol("]") { break }
        items.append(try parseExpression())
      }
      try expect("]")
      return .list(items)
    case .symbol("{"):
      advance()
      var members: [(Expression, Expression)] = []
      while current != .symbol("}") {
        if !members.isEmpty { try expect(",") }
        if current == .symbol("}") { break }
        let key = try parseExpression()
        try expect(":")
        members.append((key, try parseExpression()))
      }
      try expect("}")
      return .dictionary(members)
    default: throw unexpected("an expression")
    }
  }

  private mutating func parsePostfix() throws -> [Postfix] {
    var operations: [Postfix] = []
    while true {
      let line = self.line
      if take(".") {
        switch current {
        case .name(let name): operations.append(.attribute(name, line: line))
        case .integer(let value): operations.append(.subscripted(.integer(value), line: line))
        default: throw unexpected("a name or a number")
        }
        advance()
      } else if take("[") {
        operations.append(try parseSubscript(line))
        try expect("]")
      } else if current == .symbol("(") {
        operations.append(.call(try parseArguments(), line: line))
      } else {
        return operations
      }
    }
  }

  private mutating func parseSubscript(_ line: Int) throws -> Postfix {
    var start: Expression?
    if current != .symbol(":") {
      let value = try parseExpression()
      if current == .symbol("]") { return .subscripted(value, line: line) }
      if take(",") { throw failure("several subscripts are not supported") }
      start = value
    }
    try expect(":")
    var stop: Expression?
    var step: Expression?
    if current != .symbol("]"), current != .symbol(":") { stop = try parseExpression() }
    if take(":"), current != .symbol("]") { step = try parseExpression() }
    return .slice(start, stop, step, line: line)
  }

  private mutating func parseFiltersAndTests() throws -> [Postfix] {
    var operations: [Postfix] = []
    while true {
      let line = self.line
      if take("|") {
        operations.append(try parseFilter(line))
      } else if takeName("is") {
        operations.append(try parseTest(line))
      } else if current == .symbol("("), !operations.isEmpty {
        operations.append(.call(try parseArguments(), line: line))
      } else {
        return operations
      }
    }
  }

  private mutating func parseFilter(_ line: Int) throws -> Postfix {
    let name = try parseDottedName()
    let arguments = current == .symbol("(") ? try parseArguments() : Arguments()
    return .filter(name, arguments, line: line)
  }

  /// `upper | replace("a", "b")`, for a `filter` block or a `set` block.
  mutating func parseFilterChain() throws -> [Postfix] {
    var filters = [try parseFilter(line)]
    while true {
      let line = self.line
      guard take("|") else { return filters }
      filters.append(try parseFilter(line))
    }
  }

  private mutating func parseDottedName() throws -> String {
    var name = try expectName()
    while take(".") { name += "." + (try expectName()) }
    return name
  }

  private mutating func parseTest(_ line: Int) throws -> Postfix {
    let negated = takeName("not")
    let name = try parseDottedName()
    var arguments = Arguments()
    switch current {
    case .symbol("("): arguments = try parseArguments()
    case .name("else"), .name("or"), .name("and"), .name("if"), .name("not"), .name("in"): break
    case .name("is"): throw failure("tests cannot be chained with 'is'")
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
      let value = try nested { try $0.parsePrimary() }
      let operations = try parsePostfix()
      arguments.positional = [operations.isEmpty ? value : .postfix(value, operations)]
    default: break
    }
    return .test(name, arguments, negated: negated, line: line)
  }

  private mutating func parseArguments() throws -> Arguments {
    var arguments = Arguments()
    try expect("(")
    var first = true
    while current != .symbol(")") {
      if !first {
        try expect(",")
        if current == .symbol(")") { break }
      }
      first = false
      if take("*") {
        guard arguments.unpackedList == nil else { throw failure("two '*' arguments") }
        arguments.unpackedList = try parseExpression()
      } else if take("**") {
        guard arguments.unpackedDictionary == nil else { throw failure("two '**' arguments") }
        arguments.unpackedDictionary = try parseExpression()
      } else if case .name(let name) = current, following == .symbol("=") {
        advance()
        advance()
        arguments.keyword.append((name, try parseExpression()))
      } else {
        guard arguments.keyword.isEmpty else { throw failure("a positional argument follows a named one") }
        arguments.positional.append(try parseExpression())
      }
    }
    try expect(")")
    return arguments
  }
}
