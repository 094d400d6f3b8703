/// A recursive-descent parser over a template's tokens.
struct Parser {
  private let tokens: [LocatedToken]
  private var index = 0
  private var depth = 0
  private var loopDepth = 0

  static let maximumDepth = 80

  init(_ tokens: [LocatedToken]) { self.tokens = tokens }

  var current: Token { index < tokens.count ? tokens[index].token : .end }
  var line: Int { index < tokens.count ? tokens[index].line : tokens.last?.line ?? 1 }
  var following: Token { index + 1 < tokens.count ? tokens[index + 1].token : .end }

  mutating func advance() { index += 1 }

  func failure(_ message: String) -> Failure { Failure(message, line: line) }

  func unexpected(_ wanted: String) -> Failure { failure("expected \(wanted), found \(current.description)") }

  mutating func take(_ symbol: String) -> Bool {
    guard current == .symbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func takeName(_ name: String) -> Bool {
    guard current == .name(name) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws {
    guard take(symbol) else { throw unexpected("'\(symbol)'") }
  }

  mutating func expectName() throws -> String {
    guard case .name(let name) = current else { throw unexpected("a name") }
    advance()
    return name
  }

  /// Runs `body` one level deeper; nesting is bounded so that no template can exhaust the stack.
  mutating func nested<T>(_ body: (inout Parser) throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth) levels") }
    return try body(&self)
  }

  mutating func parseTemplate() throws -> [Statement] {
    let body = try parseBody(until: [])
    guard current == .end else { throw unexpected("the end of the template") }
    return body
  }

  /// Statements up to a block whose tag is one of `ends`; the parser then stands at that name.
  private mutating func parseBody(until ends: [String]) throws -> [Statement] {
    var body: [Statement] = []
    while true {
      switch current {
      case .data(let text):
        body.append(.text(text))
        advance()
      case .variableBegin:
        let line = self.line
        advance()
        let value = try parseTuple()
        guard current == .variableEnd else { throw unexpected("'}}'") }
        advance()
        body.append(.output(value, line: line))
      case .blockBegin:
        advance()
        guard case .name(let tag) = current else { throw unexpected("a tag") }
        if ends.contains(tag) { return body }
        body.append(try nested { try $0.parseTag(tag, ends: ends) })
      case .end:
        guard ends.isEmpty else { throw failure("the template ends where '\(ends[ends.count - 1])' was expected") }
        return body
      default: throw unexpected("text or a tag")
      }
    }
  }

  private mutating func endTag() throws {
    guard current == .blockEnd else { throw unexpected("'%}'") }
    advance()
  }

  private mutating func endTag(named name: String) throws {
    guard takeName(name) else { throw unexpected("'\(name)'") }
    try endTag()
  }

  private mutating func parseTag(_ tag: String, ends: [String]) throws -> Statement {
    let line = self.line
    advance()
    switch tag {
    case "for": return try parseFor(line)
    case "if": return try parseIf(line)
    case "set": return try parseSet(line)
    case "macro":
      let name = try expectName()
      let (parameters, defaults) = try parseSignature()
      try endTag()
      let macro = try parseMacroBody(name, parameters, defaults, end: "endmacro")
      return .macro(macro, line: line)
    case "call":
      var signature: ([String], [Expression]) = ([], [])
      if current == .symbol("(") { signature = try parseSignature() }
      let call = try parseExpression()
      try endTag()
      return .callBlock(call, try parseMacroBody("caller", signature.0, signature.1, end: "endcall"), line: line)
    case "filter":
      let filters = try parseFilterChain()
      try endTag()
      let body = try parseBody(until: ["endfilter"])
      try endTag(named: "endfilter")
      return .filterBlock(filters, body, line: line)
    case "with": return try parseWith(line)
    case "generation":
      try endTag()
      let body = try parseBody(until: ["endgeneration"])
      try endTag(named: "endgeneration")
      return .generation(body, line: line)
    case "break", "continue":
      guard loopDepth > 0 else { throw Failure("'\(tag)' stands outside a loop", line: line) }
      try endTag()
      return tag == "break" ? .breakLoop(line: line) : .continueLoop(line: line)
    case "include", "import", "from", "extends", "block", "autoescape", "print", "do", "debug", "trans":
      throw Failure("the tag '\(tag)' is not supported in chat templates", line: line)
    default:
      throw Failure(
        ends.last.map { "unknown tag '\(tag)'; '\($0)' was expected" } ?? "unknown tag '\(tag)'", line: line)
    }
  }

  private mutating func parseMacroBody(
    _ name: String, _ parameters: [String], _ defaults: [Expression], end: String
  ) throws -> MacroDefinition {
    let outerLoops = loopDepth
    loopDepth = 0
    defer { loopDepth = outerLoops }
    let body = try parseBody(until: [end])
    try endTag(named: end)
    return MacroDefinition(name: name, parameters: parameters, defaults: defaults, body: body)
  }

  private mutating func parseFor(_ line: Int) throws -> Statement {
    let target = try parseTarget()
    guard takeName("in") else { throw unexpected("'in'") }
    let sequence = try parseTuple(withCondition: false)
    let condition = takeName("if") ? try parseExpression() : nil
    let isRecursive = takeName("recursive")
    try endTag()
    loopDepth += 1
    let body = try parseBody(until: ["else", "endfor"])
    loopDepth -= 1
    var otherwise: [Statement] = []
    if takeName("else") {
      try endTag()
      otherwise = try parseBody(until: ["endfor"])
    }
    try endTag(named: "endfor")
    let loop = LoopStatement(
      target: target, sequence: sequence, condition: condition, body: body, otherwise: otherwise,
      isRecursive: isRecursive)
    return .loop(loop, line: line)
  }

  private mutating func parseIf(_ line: Int) throws -> Statement {
    var branches: [(condition: Expression, body: [Statement])] = []
    var otherwise: [Statement] = []
    while true {
      let condition = try parseTuple(withCondition: false)
      try endTag()
      branches.append((condition, try parseBody(until: ["elif", "else", "endif"])))
      if takeName("elif") { continue }
      if takeName("else") {
        try endTag()
        otherwise = try parseBody(until: ["endif"])
      }
      try endTag(named: "endif")
      return .choice(branches, otherwise: otherwise, line: line)
    }
  }

  private mutating func parseSet(_ line: Int) throws -> Statement {
    let target = try parseTarget(allowsAttribute: true)
    if take("=") {
      let value = try parseTuple()
      try endTag()
      return .assign(target, value, line: line)
    }
    var filters: [Postfix] = []
    if current == .symbol("|") {
      advance()
      filters = try parseFilterChain()
    }
    try endTag()
    let body = try parseBody(until: ["endset"])
    try endTag(named: "endset")
    return .assignBlock(target, filters, body, line: line)
  }

  private mutating func parseWith(_ line: Int) throws -> Statement {
    var bindings: [(Target, Expression)] = []
    while current != .blockEnd {
      if !bindings.isEmpty { try expect(",") }
      let target = try parseTarget()
      try expect("=")
      bindings.append((target, try parseExpression()))
    }
    try endTag()
    let body = try parseBody(until: ["endwith"])
    try endTag(named: "endwith")
    return .with(bindings, body, line: line)
  }

  private mutating func parseTarget(allowsAttribute: Bool = false) throws -> Target {
    var items: [Target] = []
    var isTuple = false
    while true {
      if take("(") {
        items.append(try nested { try $0.parseTarget() })
        try expect(")")
      } else {
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
          throw failure("cannot assign to '\(name)'")
        }
        if allowsAttribute, take(".") {
          items.append(.attribute(name, try expectName()))
        } else {
          items.append(.name(name))
        }
      }
      guard take(",") else { break }
      isTuple = true
      if case .name("in") = current { break }
      if current == .symbol("=") { break }
    }
    return isTuple || items.count != 1 ? .tuple(items) : items[0]
  }

  /// `(a, b=1)`
  private mutating func parseSignature() throws -> ([String], [Expression]) {
    var names: [String] = []
    var defaults: [Expression] = []
    try expect("(")
    while current != .symbol(")") {
      if !names.isEmpty { try expect(",") }
      names.append(try expectName())
      if take("=") {
        defaults.append(try parseExpression())
      } else if !defaults.isEmpty {
        throw failure("a parameter without default follows one with a default")
      }
    }
    try expect(")")
    return (names, defaults)
  }
}
