import JSON

/// Puts records together from the columns of a row group.
///
/// Source: Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets" (2010): a definition level says down to which
/// node a value is there, a repetition level at which list the next element begins.
struct RecordAssembly {
  let columns: [ColumnReader]

  func record(_ root: SchemaNode) throws -> JSONValue {
    for column in columns where column.head?.repetition != 0 {
      throw ParquetError("the columns of a row group have different numbers of rows")
    }
    return try members(root)
  }

  private func members(_ group: SchemaNode) throws -> JSONValue {
    var object = JSONObject()
    for child in group.children { object[child.name] = try value(child) }
    return .object(object)
  }

  /// A node of any repetition.
  private func value(_ node: SchemaNode) throws -> JSONValue {
    switch node.repetition {
    case .required: return try present(node)
    case .optional:
      guard try definition(node) >= node.definition else {
        try skip(node)
        return .null
      }
      return try present(node)
    case .repeated: return .array(try elements(node) { try present($0) })
    }
  }

  /// A node that is known to be there.
  private func present(_ node: SchemaNode) throws -> JSONValue {
    if node.physical != nil {
      return try columns[node.leaves.lowerBound].take().map { try node.json($0) } ?? .null
    }
    if node.children.count == 1, let repeated = node.children.first, repeated.repetition == .repeated {
      if node.logical == .list { return .array(try elements(repeated) { try element($0, of: node) }) }
      if node.logical == .map, repeated.children.count == 2 { return try map(repeated) }
    }
    return try members(node)
  }

  /// An element of a list: the only child of the repeated group, unless an old writer repeated the element itself.
  private func element(_ repeated: SchemaNode, of list: SchemaNode) throws -> JSONValue {
    if repeated.physical != nil || repeated.children.count != 1 || repeated.name == "array"
      || repeated.name == list.name + "_tuple"
    {
      return try present(repeated)
    }
    return try value(repeated.children[0])
  }

  private func map(_ repeated: SchemaNode) throws -> JSONValue {
    var object = JSONObject()
    _ = try elements(repeated) { entry in
      let key = try value(entry.children[0])
      object[key.stringValue ?? key.text()] = try value(entry.children[1])
      return .null
    }
    return .object(object)
  }

  private func elements(_ repeated: SchemaNode, _ read: (SchemaNode) throws -> JSONValue) throws -> [JSONValue] {
    guard try definition(repeated) >= repeated.definition else {
      try skip(repeated)
      return []
    }
    var result: [JSONValue] = []
    while true {
      result.append(try read(repeated))
      guard let next = columns[repeated.leaves.lowerBound].head, next.repetition >= repeated.repetitionLevel else {
        return result
      }
    }
  }

  /// Down to which level the next value below the node is there: all its leaves agree about the node itself.
  private func definition(_ node: SchemaNode) throws -> Int {
    guard let head = columns[node.leaves.lowerBound].head else { throw ParquetError.truncated }
    return head.definition
  }

  /// A node that is not there has one entry in each of its leaves.
  private func skip(_ node: SchemaNode) throws {
    for leaf in node.leaves {
      guard let head = columns[leaf].head, head.definition < node.definition else {
        throw ParquetError("the columns below '\(node.name)' disagree whether it is there")
      }
      _ = try columns[leaf].take()
    }
  }
}
