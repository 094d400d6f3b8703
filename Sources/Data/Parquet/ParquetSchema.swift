/// How a column's bytes are stored.
enum PhysicalType: Int {
  case boolean, int32, int64, int96, float, double, byteArray, fixedByteArray
}

/// What a column's values mean.
enum LogicalType: Hashable {
  case none, text, list, map, json, uuid, date, float16
  case decimal(scale: Int)
  /// Ticks a second: 1,000, 1,000,000 or 1,000,000,000.
  case timestamp(Int64)
  case time(Int64)
  case integer(bits: Int, isSigned: Bool)
}

/// A node of a file's schema: a group of others, or a leaf with a column of its own.
final class SchemaNode {
  enum Repetition: Int {
    case required, optional, repeated
  }

  let name: String
  let repetition: Repetition
  let logical: LogicalType
  let physical: PhysicalType?
  /// Bytes of a fixed-length value.
  let length: Int
  let children: [SchemaNode]
  /// The definition level at which this node is there.
  let definition: Int
  /// The repetition level of another element of the innermost list around this node.
  let repetitionLevel: Int
  /// Places among the file's leaves.
  let leaves: Range<Int>

  init(
    name: String, repetition: Repetition, logical: LogicalType, physical: PhysicalType?, length: Int,
    children: [SchemaNode], definition: Int, repetitionLevel: Int, leaves: Range<Int>
  ) {
    self.name = name
    self.repetition = repetition
    self.logical = logical
    self.physical = physical
    self.length = length
    self.children = children
    self.definition = definition
    self.repetitionLevel = repetitionLevel
    self.leaves = leaves
  }
}

/// Builds the tree from the flat list, depth first, that a file holds.
struct SchemaReader {
  private let elements: [ThriftValue]
  private var position = 0
  private(set) var leaves: [SchemaNode] = []
  private static let maximumDepth = 32

  init(_ elements: [ThriftValue]) { self.elements = elements }

  mutating func root() throws(ParquetError) -> SchemaNode {
    let root = try node(definition: 0, repetition: 0, depth: 0)
    guard position == elements.count, root.physical == nil else { throw ParquetError("the schema is not one tree") }
    return root
  }

  private mutating func node(definition: Int, repetition: Int, depth: Int) throws(ParquetError) -> SchemaNode {
    guard position < elements.count, depth < Self.maximumDepth else {
      throw ParquetError("the schema is cut off or nested too deep")
    }
    let element = elements[position]
    position += 1
    guard let name = element[4]?.text else { throw ParquetError("a column's name is not UTF-8 text") }
    let kind = depth == 0 ? .required : SchemaNode.Repetition(rawValue: element[3]?.int ?? 0)
    guard let kind else { throw ParquetError("the column '\(name)' has an unknown repetition") }
    let definition = definition + (kind == .required ? 0 : 1)
    let repetition = repetition + (kind == .repeated ? 1 : 0)
    let firstLeaf = leaves.count
    let childCount = element[5]?.int ?? 0
    guard childCount >= 0, childCount <= elements.count - position else {
      throw ParquetError("the group '\(name)' has more columns than the file")
    }
    var children: [SchemaNode] = []
    var physical: PhysicalType?
    if childCount > 0 {
      for _ in 0..<childCount {
        children.append(try self.node(definition: definition, repetition: repetition, depth: depth + 1))
      }
    } else if let type = element[1]?.int {
      physical = PhysicalType(rawValue: type)
      guard physical != nil else { throw ParquetError("the column '\(name)' has an unknown type") }
    } else if depth > 0 {
      throw ParquetError("the group '\(name)' has no columns")
    }
    let length = element[2]?.int ?? 0
    guard physical != .fixedByteArray || (1...(1 << 20)).contains(length) else {
      throw ParquetError("the column '\(name)' has values of \(length) bytes")
    }
    let isLeaf = physical != nil
    let node = SchemaNode(
      name: name, repetition: kind, logical: try Self.logical(element, name: name), physical: physical, length: length,
      children: children, definition: definition, repetitionLevel: repetition,
      leaves: firstLeaf..<(isLeaf ? firstLeaf + 1 : leaves.count))
    if isLeaf { leaves.append(node) }
    return node
  }

  private static func logical(_ element: ThriftValue, name: String) throws(ParquetError) -> LogicalType {
    func ticks(_ unit: ThriftValue?) -> Int64 { unit?[1] != nil ? 1000 : unit?[2] != nil ? 1_000_000 : 1_000_000_000 }
    func scale(_ value: Int?) throws(ParquetError) -> LogicalType {
      guard let value = value ?? 0 as Int?, (0...100).contains(value) else {
        throw ParquetError("the column '\(name)' has decimals with a scale of \(value ?? 0)")
      }
      return .decimal(scale: value)
    }
    if let type = element[10] {
      if type[1] != nil || type[4] != nil { return .text }
      if type[2] != nil { return .map }
      if type[3] != nil { return .list }
      if let decimal = type[5] { return try scale(decimal[1]?.int) }
      if type[6] != nil { return .date }
      if let time = type[7] { return .time(ticks(time[2])) }
      if let time = type[8] { return .timestamp(ticks(time[2])) }
      if let integer = type[10] {
        return .integer(bits: integer[1]?.int ?? 64, isSigned: integer[2]?.bool ?? true)
      }
      if type[12] != nil { return .json }
      if type[14] != nil { return .uuid }
      if type[15] != nil { return .float16 }
    }
    switch element[6]?.int {
    case 0, 4: return .text
    case 1, 2: return .map
    case 3: return .list
    case 5: return try scale(element[7]?.int)
    case 6: return .date
    case 7: return .time(1000)
    case 8: return .time(1_000_000)
    case 9: return .timestamp(1000)
    case 10: return .timestamp(1_000_000)
    case .some(let type) where (11...14).contains(type): return .integer(bits: 8 << (type - 11), isSigned: false)
    case .some(let type) where (15...18).contains(type): return .integer(bits: 8 << (type - 15), isSigned: true)
    case 19: return .json
    default: return .none
    }
  }
}
