import JSON

/// Runs one rendering. Not shared: each rendering makes its own.
final class Interpreter {
  let limits: JinjaLimits
  /// The line of what ran last, for errors.
  var line = 1
  private var steps = 0
  private var allocated = 0
  private var depth = 0
  private var output: [UInt8] = []
  /// Where output goes while a block is captured; the innermost last.
  private var captures: [[UInt8]] = []
  private var generated: [Range<Int>] = []
  /// What may refer to itself, to be taken apart at the end.
  private var scopes: [Scope] = []
  private var namespaces: [Namespace] = []
  let globals: [String: Value]

  enum Flow {
    case normal, breaking, continuing
  }

  init(limits: JinjaLimits, date: JinjaDate?) {
    self.limits = limits
    globals = Globals.make(date: date)
  }

  func run(_ body: [Statement], _ context: JSONObject) throws -> JinjaOutput {
    let scope = Scope(parent: nil)
    for (name, value) in context { scope.set(name, Value(value)) }
    let top = Scope(parent: scope)
    _ = try execute(body, top)
    return JinjaOutput(text: String(decoding: output, as: UTF8.self), generated: generated)
  }

  /// Breaks what a template can tie into a knot (`set ns.self = ns`), so that it is freed.
  func releaseCycles() {
    for namespace in namespaces { namespace.attributes.removeAll() }
    for scope in scopes { scope.clear() }
  }

  func makeNamespace() -> Namespace {
    let namespace = Namespace()
    namespaces.append(namespace)
    return namespace
  }

  // MARK: Limits

  /// Counts one step, and more for work on many bytes.
  func charge(bytes: Int = 0) throws {
    steps += 1 + bytes >> 6
    guard steps <= limits.steps else {
      throw Failure("the template runs longer than \(limits.steps) steps", code: "template-limit")
    }
  }

  /// Counts memory a value takes.
  func allocate(_ bytes: Int) throws {
    guard bytes >= 0, bytes <= limits.allocatedBytes - allocated else {
      throw Failure("the template uses more than \(limits.allocatedBytes) bytes", code: "template-limit")
    }
    allocated += bytes
    try charge(bytes: bytes)
  }

  func string(_ text: String) throws -> Value {
    try allocate(text.utf8.count)
    return .string(text)
  }

  func list(_ elements: [Value]) throws -> Value { .list(try items(elements)) }

  func tuple(_ elements: [Value]) throws -> Value { .tuple(try items(elements)) }

  func items(_ elements: [Value]) throws -> Items {
    try allocate(elements.count * MemoryLayout<Value>.size)
    let items = Items(elements)
    try checkDepth(items.depth)
    return items
  }

  func checkDepth(_ depth: Int) throws {
    guard depth <= 300 else { throw Failure("values nest deeper than 300 levels", code: "template-limit") }
  }

  func nested<T>(_ body: () throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth else {
      throw Failure("the template nests deeper than \(limits.depth) levels", code: "template-limit")
    }
    return try body()
  }

  // MARK: Output

  func write(_ text: String) throws {
    if captures.isEmpty {
      guard output.count + text.utf8.count <= limits.outputBytes else {
        throw Failure("the output is longer than \(limits.outputBytes) bytes", code: "template-limit")
      }
      output.append(contentsOf: text.utf8)
    } else {
      try allocate(text.utf8.count)
      captures[captures.count - 1].append(contentsOf: text.utf8)
    }
    try charge(bytes: text.utf8.count)
  }

  /// Runs `body` with its output caught.
  func capture(_ body: () throws -> Void) throws -> String {
    captures.append([])
    do {
      try body()
    } catch {
      captures.removeLast()
      throw error
    }
    return String(decoding: captures.removeLast(), as: UTF8.self)
  }

  // MARK: Statements

  func execute(_ body: [Statement], _ scope: Scope) throws -> Flow {
    try nested {
      for statement in body {
        let flow = try execute(statement, scope)
        if flow != .normal { return flow }
      }
      return .normal
    }
  }

  private func execute(_ statement: Statement, _ scope: Scope) throws -> Flow {
    try charge()
    switch statement {
    case .text(let text): try write(text)
    case .output(let expression, let line):
      self.line = line
      let value = try evaluate(expression, scope)
      try write(PythonText.string(value))
    case .loop(let loop, let line):
      self.line = line
      let items = try iterate(try evaluate(loop.sequence, scope))
      try run(loop, items, scope, level: 1)
    case .choice(let branches, let otherwise, let line):
      self.line = line
      for branch in branches where try evaluate(branch.condition, scope).isTrue {
        return try execute(branch.body, scope)
      }
      return try execute(otherwise, scope)
    case .assign(let target, let expression, let line):
      self.line = line
      try bind(target, try evaluate(expression, scope), scope)
    case .assignBlock(let target, let filters, let body, let line):
      let text = try capture { _ = try execute(body, Scope(parent: scope)) }
      self.line = line
      try bind(target, try apply(filters, to: .string(text), scope), scope)
    case .macro(let definition, let line):
      self.line = line
      // The macro keeps its scope and the scope its macro, until the rendering is over.
      scopes.append(scope)
      scope.set(definition.name, .object(Macro(definition, scope)))
    case .callBlock(let expression, let definition, let line):
      self.line = line
      let caller = Value.object(Macro(definition, scope))
      guard case .postfix(let base, var operations) = expression,
        case .call(let arguments, let callLine) = operations.last
      else { throw Failure("a call block needs a call") }
      operations.removeLast()
      let callee = try apply(operations, to: try evaluate(base, scope), scope)
      var values = try evaluate(arguments, scope)
      values.keyword.append(("caller", caller))
      self.line = callLine
      try write(PythonText.string(try call(callee, values)))
    case .filterBlock(let filters, let body, let line):
      let text = try capture { _ = try execute(body, Scope(parent: scope)) }
      self.line = line
      try write(PythonText.string(try apply(filters, to: .string(text), scope)))
    case .with(let bindings, let body, let line):
      self.line = line
      let inner = Scope(parent: scope)
      for (target, expression) in bindings { try bind(target, try evaluate(expression, scope), inner) }
      return try execute(body, inner)
    case .generation(let body, _):
      let start = output.count
      let flow = try execute(body, Scope(parent: scope))
      if captures.isEmpty, output.count > start { generated.append(start..<output.count) }
      return flow
    case .breakLoop: return .breaking
    case .continueLoop: return .continuing
    }
    return .normal
  }

  func run(_ loop: LoopStatement, _ all: [Value], _ scope: Scope, level: Int) throws {
    var items = all
    if let condition = loop.condition {
      items = []
      for item in all {
        try charge()
        let inner = Scope(parent: scope)
        try bind(loop.target, item, inner)
        if try evaluate(condition, inner).isTrue { items.append(item) }
      }
    }
    if items.isEmpty {
      _ = try execute(loop.otherwise, Scope(parent: scope))
      return
    }
    let state = LoopState(items: items, level: level, recursive: loop.isRecursive ? loop : nil, scope: scope)
    defer { state.scope = nil }
    for (index, item) in items.enumerated() {
      try charge()
      state.index = index
      // Each turn has a scope of its own: what it sets does not outlive it.
      let inner = Scope(parent: scope)
      inner.set("loop", .object(state))
      try bind(loop.target, item, inner)
      if try execute(loop.body, inner) == .breaking { break }
    }
  }

  func bind(_ target: Target, _ value: Value, _ scope: Scope) throws {
    switch target {
    case .name(let name): scope.set(name, value)
    case .attribute(let name, let attribute):
      guard case .object(let object)? = lookup(name, scope), let namespace = object as? Namespace else {
        throw Failure("cannot assign an attribute of '\(name)', which is no namespace")
      }
      guard !attribute.hasPrefix("_") else {
        throw Failure("a namespace takes no attribute that starts with an underscore, but got '\(attribute)'")
      }
      try checkDepth(value.depth)
      namespace.attributes[attribute] = value
    case .tuple(let targets):
      let items = try iterate(value)
      guard items.count == targets.count else {
        throw Failure("cannot unpack \(items.count) values into \(targets.count) names")
      }
      for (target, item) in zip(targets, items) { try bind(target, item, scope) }
    }
  }

  func lookup(_ name: String, _ scope: Scope) -> Value? { scope.lookup(name) ?? globals[name] }

  // MARK: Calls

  func call(_ callee: Value, _ arguments: CallValues) throws -> Value {
    try charge()
    guard case .object(let object) = callee else {
      if case .undefined(let hint) = callee { throw Failure(hint) }
      throw Failure("'\(callee.typeName)' object is not callable")
    }
    switch object {
    case let function as Function: return try function.body(self, arguments)
    case let macro as Macro: return try call(macro, arguments)
    case let loop as LoopState:
      guard let statement = loop.recursive, let scope = loop.scope, let sequence = arguments.positional.first else {
        throw Failure("the loop is not recursive")
      }
      let items = try iterate(sequence)
      return try string(try capture { try nested { try run(statement, items, scope, level: loop.level + 1) } })
    default: throw Failure("'\(object.typeName)' object is not callable")
    }
  }

  private func call(_ macro: Macro, _ arguments: CallValues) throws -> Value {
    let definition = macro.definition
    guard let outer = macro.scope else { throw Failure("macro '\(definition.name)' is gone") }
    let scope = Scope(parent: outer)
    guard arguments.positional.count <= definition.parameters.count || definition.body.contains(where: readsVarargs)
    else {
      throw Failure("macro '\(definition.name)' takes not more than \(definition.parameters.count) argument(s)")
    }
    var keyword = arguments.keyword
    let firstDefault = definition.parameters.count - definition.defaults.count
    for (index, name) in definition.parameters.enumerated() {
      if index < arguments.positional.count {
        scope.set(name, arguments.positional[index])
      } else if let position = keyword.firstIndex(where: { $0.0 == name }) {
        scope.set(name, keyword.remove(at: position).1)
      } else if index >= firstDefault {
        scope.set(name, try evaluate(definition.defaults[index - firstDefault], scope))
      } else {
        scope.set(name, .undefined(hint: "parameter '\(name)' was not provided"))
      }
    }
    if let position = keyword.firstIndex(where: { $0.0 == "caller" }) {
      scope.set("caller", keyword.remove(at: position).1)
    }
    if let extra = keyword.first, !definition.body.contains(where: readsKwargs) {
      throw Failure("macro '\(definition.name)' takes no keyword argument '\(extra.0)'")
    }
    scope.set("varargs", try tuple(Array(arguments.positional.dropFirst(definition.parameters.count))))
    var table = Table()
    for (name, value) in keyword { table.set(.string(name), value) }
    scope.set("kwargs", .dictionary(table))
    let callLine = line
    let text = try capture { _ = try execute(definition.body, scope) }
    line = callLine
    return .string(text)
  }

  private func readsVarargs(_ statement: Statement) -> Bool { reads("varargs", statement) }

  private func readsKwargs(_ statement: Statement) -> Bool { reads("kwargs", statement) }

  private func reads(_ name: String, _ statement: Statement) -> Bool {
    var found = false
    statement.forEachName { if $0 == name { found = true } }
    return found
  }
}
