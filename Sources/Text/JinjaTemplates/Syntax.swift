/// An expression. Chains (`a + b + c`, `a.b.c`, `a | f | g`) are flat, so that depth comes only from brackets.
indirect enum Expression: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case name(String, line: Int)
  case list([Expression])
  case tuple([Expression])
  case dictionary([(Expression, Expression)])
  case postfix(Expression, [Postfix])
  /// Operators of one level of precedence, left to right.
  case chain(Expression, [(BinaryOperator, Expression)], line: Int)
  case concatenation([Expression], line: Int)
  case comparison(Expression, [(ComparisonOperator, Expression)], line: Int)
  case all([Expression])
  case any([Expression])
  case not(Expression)
  case negative(Expression, line: Int)
  case positive(Expression, line: Int)
  case conditional(Expression, condition: Expression, otherwise: Expression?)
}

enum Postfix: Sendable {
  case attribute(String, line: Int)
  case subscripted(Expression, line: Int)
  case slice(Expression?, Expression?, Expression?, line: Int)
  case call(Arguments, line: Int)
  case filter(String, Arguments, line: Int)
  case test(String, Arguments, negated: Bool, line: Int)
}

struct Arguments: Sendable {
  var positional: [Expression] = []
  var keyword: [(String, Expression)] = []
  var unpackedList: Expression?
  var unpackedDictionary: Expression?
}

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contained = "in"
  case notContained = "not in"
}

/// What an assignment or a loop binds.
indirect enum Target: Sendable {
  case name(String)
  case tuple([Target])
  /// An attribute of a namespace.
  case attribute(String, String)
}

struct MacroDefinition: Sendable {
  var name: String
  var parameters: [String]
  /// Defaults of the last parameters.
  var defaults: [Expression]
  var body: [Statement]
}

enum Statement: Sendable {
  case text(String)
  case output(Expression, line: Int)
  case loop(LoopStatement, line: Int)
  case choice([(condition: Expression, body: [Statement])], otherwise: [Statement], line: Int)
  case assign(Target, Expression, line: Int)
  case assignBlock(Target, [Postfix], [Statement], line: Int)
  case macro(MacroDefinition, line: Int)
  case callBlock(Expression, MacroDefinition, line: Int)
  case filterBlock([Postfix], [Statement], line: Int)
  case with([(Target, Expression)], [Statement], line: Int)
  case generation([Statement], line: Int)
  case breakLoop(line: Int)
  case continueLoop(line: Int)
}

struct LoopStatement: Sendable {
  var target: Target
  var sequence: Expression
  var condition: Expression?
  var body: [Statement]
  var otherwise: [Statement]
  var isRecursive: Bool
}

extension Expression {
  func forEachName(_ body: (String) -> Void) {
    switch self {
    case .none, .bool, .integer, .float, .string: break
    case .name(let name, _): body(name)
    case .list(let items), .tuple(let items), .all(let items), .any(let items), .concatenation(let items, _):
      for item in items { item.forEachName(body) }
    case .dictionary(let members):
      for (key, value) in members {
        key.forEachName(body)
        value.forEachName(body)
      }
    case .postfix(let base, let operations):
      base.forEachName(body)
      for operation in operations { operation.forEachName(body) }
    case .chain(let first, let rest, _):
      first.forEachName(body)
      for (_, item) in rest { item.forEachName(body) }
    case .comparison(let first, let rest, _):
      first.forEachName(body)
      for (_, item) in rest { item.forEachName(body) }
    case .not(let item), .negative(let item, _), .positive(let item, _): item.forEachName(body)
    case .conditional(let value, let condition, let otherwise):
      value.forEachName(body)
      condition.forEachName(body)
      otherwise?.forEachName(body)
    }
  }
}

extension Postfix {
  func forEachName(_ body: (String) -> Void) {
    switch self {
    case .attribute: break
    case .subscripted(let index, _): index.forEachName(body)
    case .slice(let start, let stop, let step, _): for part in [start, stop, step] { part?.forEachName(body) }
    case .call(let arguments, _), .filter(_, let arguments, _), .test(_, let arguments, _, _):
      for item in arguments.positional { item.forEachName(body) }
      for (_, item) in arguments.keyword { item.forEachName(body) }
      arguments.unpackedList?.forEachName(body)
      arguments.unpackedDictionary?.forEachName(body)
    }
  }
}

extension Statement {
  func forEachName(_ body: (String) -> Void) {
    func each(_ statements: [Statement]) { for statement in statements { statement.forEachName(body) } }
    switch self {
    case .text, .breakLoop, .continueLoop: break
    case .output(let value, _): value.forEachName(body)
    case .loop(let loop, _):
      loop.sequence.forEachName(body)
      loop.condition?.forEachName(body)
      each(loop.body)
      each(loop.otherwise)
    case .choice(let branches, let otherwise, _):
      for branch in branches {
        branch.condition.forEachName(body)
        each(branch.body)
      }
      each(otherwise)
    case .assign(_, let value, _): value.forEachName(body)
    case .assignBlock(_, let filters, let statements, _), .filterBlock(let filters, let statements, _):
      for filter in filters { filter.forEachName(body) }
      each(statements)
    case .macro(let macro, _):
      for value in macro.defaults { value.forEachName(body) }
      each(macro.body)
    case .callBlock(let call, let macro, _):
      call.forEachName(body)
      each(macro.body)
    case .with(let bindings, let statements, _):
      for (_, value) in bindings { value.forEachName(body) }
      each(statements)
    case .generation(let statements, _): each(statements)
    }
  }
}
