import JSON

/// A value while a template runs.
enum Value {
  /// Nothing there; `hint` says what was looked for.
  case undefined(hint: String)
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number past 64 bits, as its digits: templates print it, they do not reckon with it.
  case largeInteger(String)
  case float(Double)
  case string(String)
  case list(Items)
  case tuple(Items)
  case dictionary(Table)
  case object(TemplateObject)

  init(_ json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(Int(value))
    case .numeral(let digits):
      // Python reads 1.50 as the float 1.5.
      let isWhole = digits.utf8.allSatisfy { $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39) }
      self = isWhole ? .largeInteger(digits) : .float(Double(digits) ?? 0)
    case .number(let value): self = .float(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .list(Items(values.map { Value($0) }))
    case .object(let object):
      var table = Table()
      for (key, value) in object { table.set(.string(key), Value(value)) }
      self = .dictionary(table)
    }
  }

  /// How deep lists and dictionaries nest in it.
  var depth: Int {
    switch self {
    case .list(let items), .tuple(let items): items.depth
    case .dictionary(let table): table.depth
    default: 0
    }
  }

  /// Python's name of the type, for messages.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .bool: "bool"
    case .integer, .largeInteger: "int"
    case .float: "float"
    case .string: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .object(let object): object.typeName
    }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .largeInteger: true
    case .float(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let items), .tuple(let items): !items.elements.isEmpty
    case .dictionary(let table): !table.keys.isEmpty
    case .object: true
    }
  }

  /// A number when it is one; truth values count as 0 and 1, as in Python.
  var number: Double? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): Double(value)
    case .largeInteger(let digits): Double(digits)
    case .float(let value): value
    default: nil
    }
  }

  var integer: Int? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }
}

/// The elements of a list or tuple, with the depth kept so that nesting stays bounded.
struct Items {
  let elements: [Value]
  let depth: Int

  init(_ elements: [Value]) {
    self.elements = elements
    depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
  }
}

/// A dictionary that keeps the order its keys came in.
struct Table {
  private(set) var keys: [Value] = []
  private(set) var values: [Value] = []
  private(set) var depth = 1
  private var positions: [Key: Int] = [:]

  /// Keys compare as Python's do: text by its scalars, numbers by value.
  enum Key: Hashable {
    case none
    case number(Double)
    case integer(Int)
    case text(ExactText)
    case tuple([Key])

    init?(_ value: Value) {
      switch value {
      case .none: self = .none
      case .bool(let value): self = .integer(value ? 1 : 0)
      case .integer(let value): self = .integer(value)
      case .float(let value): self = Int(exactly: value).map { .integer($0) } ?? .number(value)
      case .string(let value): self = .text(ExactText(value))
      case .tuple(let items):
        var keys: [Key] = []
        for item in items.elements {
          guard let key = Key(item) else { return nil }
          keys.append(key)
        }
        self = .tuple(keys)
      default: return nil
      }
    }
  }

  /// Returns false when the key is of a kind that cannot be one.
  @discardableResult
  mutating func set(_ key: Value, _ value: Value) -> Bool {
    guard let hashed = Key(key) else { return false }
    if let position = positions[hashed] {
      values[position] = value
    } else {
      positions[hashed] = keys.count
      keys.append(key)
      values.append(value)
    }
    depth = max(depth, 1 + value.depth)
    return true
  }

  func get(_ key: Value) -> Value? {
    guard let hashed = Key(key), let position = positions[hashed] else { return nil }
    return values[position]
  }

  func get(_ key: String) -> Value? { positions[.text(ExactText(key))].map { values[$0] } }
}

/// Text compared scalar by scalar; Swift's own equality takes composed and decomposed characters for the same.
struct ExactText: Hashable {
  let text: String
  init(_ text: String) { self.text = text }

  static func == (left: ExactText, right: ExactText) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// What has an identity: namespaces, loops, macros, functions.
class TemplateObject {
  var typeName: String { "object" }
}

final class Namespace: TemplateObject {
  var attributes: [String: Value] = [:]
  override var typeName: String { "Namespace" }
}

/// A function of the environment, or a method bound to its value.
final class Function: TemplateObject {
  let name: String
  let body: (Interpreter, CallValues) throws -> Value
  override var typeName: String { "function" }

  init(_ name: String, _ body: @escaping (Interpreter, CallValues) throws -> Value) {
    self.name = name
    self.body = body
  }
}

final class Macro: TemplateObject {
  let definition: MacroDefinition
  var scope: Scope?
  override var typeName: String { "Macro" }

  init(_ definition: MacroDefinition, _ scope: Scope) {
    self.definition = definition
    self.scope = scope
  }
}

/// `loop` inside a `for`.
final class LoopState: TemplateObject {
  let items: [Value]
  var index = 0
  let level: Int
  let recursive: LoopStatement?
  var scope: Scope?
  var lastChanged: [Value]?
  override var typeName: String { "LoopContext" }

  init(items: [Value], level: Int, recursive: LoopStatement?, scope: Scope?) {
    self.items = items
    self.level = level
    self.recursive = recursive
    self.scope = scope
  }
}

final class Cycler: TemplateObject {
  let items: [Value]
  var position = 0
  override var typeName: String { "Cycler" }
  init(_ items: [Value]) { self.items = items }
}

/// The names of one block; inner blocks see outer names.
final class Scope {
  private(set) var names: [String: Value] = [:]
  private var parent: Scope?

  init(parent: Scope?) { self.parent = parent }

  func lookup(_ name: String) -> Value? {
    var scope: Scope? = self
    while let here = scope {
      if let value = here.names[name] { return value }
      scope = here.parent
    }
    return nil
  }

  func set(_ name: String, _ value: Value) { names[name] = value }

  func clear() {
    names.removeAll()
    parent = nil
  }
}

/// Arguments of a call, evaluated.
struct CallValues {
  var positional: [Value] = []
  var keyword: [(String, Value)] = []

  /// The argument at a place or by name.
  func value(_ index: Int, _ name: String) -> Value? {
    if index < positional.count { return positional[index] }
    return keyword.first { $0.0 == name }?.1
  }

  func named(_ name: String) -> Value? { keyword.first { $0.0 == name }?.1 }
}
