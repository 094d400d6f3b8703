extension Interpreter {
  /// Filters of lists and dictionaries.
  static let listFilters: [String: Filter] = {
    var filters: [String: Filter] = [:]
    filters["length"] = { _, value, _ in
      switch value {
      case .undefined: return .integer(0)
      case .string(let text): return .integer(text.unicodeScalars.count)
      case .list(let items), .tuple(let items): return .integer(items.elements.count)
      case .dictionary(let table): return .integer(table.keys.count)
      default: throw Failure("object of type '\(value.typeName)' has no len()")
      }
    }
    filters["count"] = filters["length"]
    filters["first"] = { interpreter, value, _ in
      try interpreter.iterate(value).first ?? .undefined(hint: "no first item, sequence was empty")
    }
    filters["last"] = { interpreter, value, _ in
      try interpreter.iterate(value).last ?? .undefined(hint: "no last item, sequence was empty")
    }
    filters["list"] = { interpreter, value, _ in try interpreter.list(try interpreter.iterate(value)) }
    filters["reverse"] = { interpreter, value, _ in
      if case .string(let text) = value {
        return try interpreter.string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
      }
      return try interpreter.list(try interpreter.iterate(value).reversed())
    }
    filters["items"] = { interpreter, value, _ in
      switch value {
      case .undefined: return try interpreter.list([])
      case .dictionary(let table):
        return try interpreter.list(zip(table.keys, table.values).map { try interpreter.tuple([$0, $1]) })
      default: throw Failure("items takes a mapping, not \(value.typeName)")
      }
    }
    filters["join"] = { interpreter, value, arguments in
      var items = try interpreter.iterate(value)
      if let path = arguments.value(1, "attribute") { items = try items.map { try interpreter.follow(path, $0) } }
      let separator = arguments.value(0, "d").map(PythonText.string) ?? ""
      return try interpreter.joined(items.map(PythonText.string), separator)
    }
    filters["map"] = { interpreter, value, arguments in
      let items = try interpreter.iterate(value)
      if let path = arguments.named("attribute") {
        let fallback = arguments.named("default")
        return try interpreter.list(try items.map { try interpreter.follow(path, $0, default: fallback) })
      }
      guard let name = try StringMethods.text(arguments.positional.first) else { throw Failure("map takes a filter") }
      var rest = arguments
      rest.positional.removeFirst()
      return try interpreter.list(try items.map { try interpreter.filter(name, $0, rest) })
    }
    filters["select"] = { try select($0, $1, $2, wanted: true, byAttribute: false) }
    filters["reject"] = { try select($0, $1, $2, wanted: false, byAttribute: false) }
    filters["selectattr"] = { try select($0, $1, $2, wanted: true, byAttribute: true) }
    filters["rejectattr"] = { try select($0, $1, $2, wanted: false, byAttribute: true) }
    filters["sort"] = { interpreter, value, arguments in
      let keys = try interpreter.sortKeys(
        try interpreter.iterate(value), arguments.value(2, "attribute"),
        caseSensitive: arguments.value(1, "case_sensitive")?.isTrue ?? false)
      return try interpreter.list(
        try interpreter.sorted(keys, reverse: arguments.value(0, "reverse")?.isTrue ?? false))
    }
    filters["dictsort"] = { interpreter, value, arguments in
      guard case .dictionary(let table) = value else { throw Failure("dictsort takes a mapping") }
      let byValue = try StringMethods.text(arguments.value(1, "by")) == "value"
      let pairs = try zip(table.keys, table.values).map { try interpreter.tuple([$0, $1]) }
      let keys = try interpreter.sortKeys(
        pairs, .integer(byValue ? 1 : 0), caseSensitive: arguments.value(0, "case_sensitive")?.isTrue ?? false)
      return try interpreter.list(
        try interpreter.sorted(keys, reverse: arguments.value(2, "reverse")?.isTrue ?? false))
    }
    filters["unique"] = { interpreter, value, arguments in
      let keys = try interpreter.sortKeys(
        try interpreter.iterate(value), arguments.value(1, "attribute"),
        caseSensitive: arguments.value(0, "case_sensitive")?.isTrue ?? false)
      var seen = Table()
      var output: [Value] = []
      for (keyParts, item) in keys {
        let key = try interpreter.tuple(keyParts)
        if seen.get(key) != nil { continue }
        guard seen.set(key, .none) else { throw Failure("unhashable type: '\(item.typeName)'") }
        output.append(item)
      }
      return try interpreter.list(output)
    }
    filters["min"] = { try extreme($0, $1, $2, sign: -1) }
    filters["max"] = { try extreme($0, $1, $2, sign: 1) }
    filters["sum"] = { interpreter, value, arguments in
      var total = arguments.value(1, "start") ?? .integer(0)
      for item in try interpreter.iterate(value) {
        let part = try arguments.value(0, "attribute").map { try interpreter.follow($0, item) } ?? item
        total = try interpreter.compute(.add, total, part)
      }
      return total
    }
    filters["batch"] = { interpreter, value, arguments in
      guard let size = arguments.value(0, "linecount")?.integer, size > 0 else { throw Failure("batch takes a size") }
      let items = try interpreter.iterate(value)
      var output: [Value] = []
      for start in stride(from: 0, to: items.count, by: size) {
        var part = Array(items[start..<min(start + size, items.count)])
        if part.count < size, let fill = arguments.value(1, "fill_with") {
          try interpreter.allocate(size - part.count)
          part += Array(repeating: fill, count: size - part.count)
        }
        output.append(try interpreter.list(part))
      }
      return try interpreter.list(output)
    }
    filters["slice"] = { interpreter, value, arguments in
      guard let count = arguments.value(0, "slices")?.integer, count > 0, count <= 100_000 else {
        throw Failure("slice takes a number of slices")
      }
      let items = try interpreter.iterate(value)
      let size = items.count / count
      let extra = items.count % count
      var output: [Value] = []
      var start = 0
      for index in 0..<count {
        let end = start + size + (index < extra ? 1 : 0)
        var part = Array(items[start..<end])
        if index >= extra, extra > 0, let fill = arguments.value(1, "fill_with") { part.append(fill) }
        output.append(try interpreter.list(part))
        start = end
      }
      return try interpreter.list(output)
    }
    filters["groupby"] = { interpreter, value, arguments in
      guard let path = arguments.value(0, "attribute") else { throw Failure("groupby takes an attribute") }
      let keys = try interpreter.sortKeys(
        try interpreter.iterate(value), path, caseSensitive: arguments.value(2, "case_sensitive")?.isTrue ?? false)
      var groups: [(Value, [Value])] = []
      var last: Value?
      for item in try interpreter.sorted(keys, reverse: false) {
        let key = try interpreter.follow(path, item)
        if let last, try interpreter.equal(last, key) {
          groups[groups.count - 1].1.append(item)
        } else {
          groups.append((key, [item]))
          last = key
        }
      }
      return try interpreter.list(groups.map { try interpreter.tuple([$0, try interpreter.list($1)]) })
    }
    return filters
  }()

  /// An attribute by its path: `a.b`, or a number.
  private func follow(_ path: Value, _ value: Value, default fallback: Value? = nil) throws -> Value {
    var parts = [path]
    if case .string(let text) = path {
      parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
        Int(part).map { .integer($0) } ?? .string(String(part))
      }
    }
    var result = value
    for part in parts {
      result = try element(result, part)
      if result.isUndefined, let fallback { result = fallback }
    }
    return result
  }

  private static func select(
    _ interpreter: Interpreter, _ value: Value, _ arguments: CallValues, wanted: Bool, byAttribute: Bool
  ) throws -> Value {
    var rest = arguments
    var path: Value?
    if byAttribute {
      guard !rest.positional.isEmpty else { throw Failure("an attribute is required") }
      path = rest.positional.removeFirst()
    }
    var name: String?
    if !rest.positional.isEmpty {
      name = try StringMethods.text(rest.positional.removeFirst())
    }
    return try interpreter.list(
      try interpreter.iterate(value).filter { item in
        try interpreter.charge()
        let subject = try path.map { try interpreter.follow($0, item) } ?? item
        let holds = try name.map { try interpreter.test($0, subject, rest) } ?? subject.isTrue
        return holds == wanted
      })
  }

  /// What to sort by: the item, or its attributes (several with commas between); text without case unless asked.
  private func sortKeys(_ items: [Value], _ attribute: Value?, caseSensitive: Bool) throws -> [([Value], Value)] {
    func folded(_ value: Value) throws -> Value {
      if !caseSensitive, case .string(let text) = value { return try string(text.lowercased()) }
      return value
    }
    var paths: [Value] = []
    switch attribute {
    case nil, .some(.none): break
    case .some(.string(let text)):
      paths = text.split(separator: ",").map { .string(String($0)) }
    case .some(let other): paths = [other]
    }
    return try items.map { item in
      let parts = paths.isEmpty ? [item] : try paths.map { try follow($0, item) }
      return (try parts.map(folded), item)
    }
  }

  /// A stable merge sort; comparing may fail, and a step is counted for each comparison.
  private func sorted(_ keys: [([Value], Value)], reverse: Bool) throws -> [Value] {
    func precedes(_ left: [Value], _ right: [Value]) throws -> Bool {
      try charge()
      for (a, b) in zip(left, right) where try !equal(a, b) {
        return try order(a, b, "<") * (reverse ? -1 : 1) < 0
      }
      return false
    }
    var current = keys
    var width = 1
    while width < current.count {
      var next: [([Value], Value)] = []
      next.reserveCapacity(current.count)
      for start in stride(from: 0, to: current.count, by: width * 2) {
        let middle = min(start + width, current.count)
        let end = min(start + width * 2, current.count)
        var left = start
        var right = middle
        while left < middle || right < end {
          if left < middle, try right >= end || !precedes(current[right].0, current[left].0) {
            next.append(current[left])
            left += 1
          } else {
            next.append(current[right])
            right += 1
          }
        }
      }
      current = next
      width *= 2
    }
    return current.map(\.1)
  }

  private static func extreme(
    _ interpreter: Interpreter, _ value: Value, _ arguments: CallValues, sign: Int
  ) throws -> Value {
    let keys = try interpreter.sortKeys(
      try interpreter.iterate(value), arguments.value(1, "attribute"),
      caseSensitive: arguments.value(0, "case_sensitive")?.isTrue ?? false)
    guard var best = keys.first else { return .undefined(hint: "no aggregated item, sequence was empty") }
    for candidate in keys.dropFirst() where try interpreter.order(candidate.0[0], best.0[0], "<") * sign > 0 {
      best = candidate
    }
    return best.1
  }
}
