extension Interpreter {
  /// A method or attribute of a value; `nil` when it has none of that name.
  func member(_ value: Value, _ name: String) throws -> Value? {
    switch value {
    case .string(let text):
      guard let method = StringMethods.all[name] else { return nil }
      return .object(
        Function(name) { interpreter, arguments in
          try interpreter.charge(bytes: text.utf8.count)
          return try method(interpreter, text, arguments)
        })
    case .dictionary(let table): return dictionaryMember(table, name)
    case .list(let items), .tuple(let items): return listMember(items.elements, name, value)
    case .float(let number):
      return name == "is_integer" ? function(name) { _, _ in .bool(number.rounded() == number) } : nil
    case .object(let object): return try objectMember(object, name)
    default: return nil
    }
  }

  private func function(_ name: String, _ body: @escaping (Interpreter, CallValues) throws -> Value) -> Value {
    .object(Function(name, body))
  }

  /// What a template must not do: values are immutable.
  private func refused(_ name: String, _ type: String) -> Value {
    function(name) { _, _ in throw Failure("'\(name)' would change a '\(type)', which templates may not") }
  }

  private func dictionaryMember(_ table: Table, _ name: String) -> Value? {
    switch name {
    case "items":
      return function(name) { interpreter, _ in
        try interpreter.list(zip(table.keys, table.values).map { try interpreter.tuple([$0, $1]) })
      }
    case "keys": return function(name) { interpreter, _ in try interpreter.list(table.keys) }
    case "values": return function(name) { interpreter, _ in try interpreter.list(table.values) }
    case "copy": return function(name) { _, _ in .dictionary(table) }
    case "get":
      return function(name) { _, arguments in
        guard let key = arguments.positional.first else { throw Failure("get() takes a key") }
        return table.get(key) ?? (arguments.positional.count > 1 ? arguments.positional[1] : .none)
      }
    case "pop", "popitem", "clear", "update", "setdefault": return refused(name, "dict")
    default: return nil
    }
  }

  private func listMember(_ items: [Value], _ name: String, _ whole: Value) -> Value? {
    switch name {
    case "index":
      return function(name) { interpreter, arguments in
        guard let wanted = arguments.positional.first else { throw Failure("index() takes a value") }
        for (index, item) in items.enumerated() where try interpreter.equal(item, wanted) { return .integer(index) }
        throw Failure("\(PythonText.representation(wanted)) is not in list")
      }
    case "count":
      return function(name) { interpreter, arguments in
        guard let wanted = arguments.positional.first else { throw Failure("count() takes a value") }
        return .integer(try items.filter { try interpreter.equal($0, wanted) }.count)
      }
    case "copy": return function(name) { _, _ in whole }
    case "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse": return refused(name, "list")
    default: return nil
    }
  }

  private func objectMember(_ object: TemplateObject, _ name: String) throws -> Value? {
    switch object {
    case let namespace as Namespace: return namespace.attributes[name]
    case let loop as LoopState: return loopMember(loop, name)
    case let macro as Macro:
      switch name {
      case "name": return .string(macro.definition.name)
      case "arguments": return try tuple(macro.definition.parameters.map { .string($0) })
      default: return nil
      }
    case let cycler as Cycler:
      switch name {
      case "current": return cycler.items[cycler.position]
      case "next":
        return function(name) { _, _ in
          defer { cycler.position = (cycler.position + 1) % cycler.items.count }
          return cycler.items[cycler.position]
        }
      case "reset":
        return function(name) { _, _ in
          cycler.position = 0
          return .none
        }
      default: return nil
      }
    default: return nil
    }
  }

  private func loopMember(_ loop: LoopState, _ name: String) -> Value? {
    let count = loop.items.count
    let index = loop.index
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "revindex": return .integer(count - index)
    case "revindex0": return .integer(count - index - 1)
    case "first": return .bool(index == 0)
    case "last": return .bool(index == count - 1)
    case "length": return .integer(count)
    case "depth": return .integer(loop.level)
    case "depth0": return .integer(loop.level - 1)
    case "previtem": return index > 0 ? loop.items[index - 1] : .undefined(hint: "there is no previous item")
    case "nextitem": return index + 1 < count ? loop.items[index + 1] : .undefined(hint: "there is no next item")
    case "cycle":
      return function(name) { _, arguments in
        guard !arguments.positional.isEmpty else { throw Failure("no items for cycling given") }
        return arguments.positional[index % arguments.positional.count]
      }
    case "changed":
      return function(name) { interpreter, arguments in
        let same: Bool
        if let last = loop.lastChanged, last.count == arguments.positional.count {
          same = try zip(last, arguments.positional).allSatisfy { try interpreter.equal($0, $1) }
        } else {
          same = false
        }
        loop.lastChanged = arguments.positional
        return .bool(!same)
      }
    default: return nil
    }
  }
}
