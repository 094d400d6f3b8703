/// Where a node begins: what every node of a document keeps.
public struct YAMLMark: Sendable, Hashable {
  /// Which source the node was read from, as given to the parser: lets trees of several files be joined.
  public var source: Int32
  /// 1-based; 0 when the source has no lines (a value from the command line).
  public var line: Int32
  /// 1-based, in Unicode scalars.
  public var column: Int32
  /// Scalars covered on the first line.
  public var length: Int32

  public init(source: Int32 = 0, line: Int32 = 0, column: Int32 = 0, length: Int32 = 1) {
    self.source = source
    self.line = line
    self.column = column
    self.length = length
  }
}

/// A scalar as written: its text after unquoting and unfolding, and whether its type is decided by the core schema.
public struct YAMLScalar: Sendable, Hashable {
  public enum Style: UInt8, Sendable, Hashable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  public var text: String
  public var style: Style
  /// What an explicit tag asked for; `nil` without one.
  public var tag: YAMLTag?

  public init(_ text: String, style: Style = .plain, tag: YAMLTag? = nil) {
    self.text = text
    self.style = style
    self.tag = tag
  }
}

/// The tags of the core schema.
public enum YAMLTag: String, Sendable, Hashable, CaseIterable {
  case string = "tag:yaml.org,2002:str"
  case integer = "tag:yaml.org,2002:int"
  case number = "tag:yaml.org,2002:float"
  case boolean = "tag:yaml.org,2002:bool"
  case null = "tag:yaml.org,2002:null"
  case map = "tag:yaml.org,2002:map"
  case sequence = "tag:yaml.org,2002:seq"
}

/// A key of a mapping with its value. Keys are always strings.
public struct YAMLPair: Sendable, Hashable {
  public var key: String
  public var keyMark: YAMLMark
  public var value: YAMLNode

  public init(key: String, keyMark: YAMLMark, value: YAMLNode) {
    self.key = key
    self.keyMark = keyMark
    self.value = value
  }
}

/// A node of a document: aliases are already replaced by what they name (shared, not copied) and merge keys applied.
public struct YAMLNode: Sendable, Hashable {
  public enum Content: Sendable, Hashable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// In the order of the file, merged pairs last; keys are unique.
    case mapping([YAMLPair])
  }

  public var content: Content
  public var mark: YAMLMark

  public init(_ content: Content, mark: YAMLMark = YAMLMark()) {
    self.content = content
    self.mark = mark
  }

  /// The value of `key` when this is a mapping that has it.
  public subscript(key: String) -> YAMLNode? {
    guard case .mapping(let pairs) = content else { return nil }
    return pairs.first { $0.key == key }?.value
  }

  public var pairs: [YAMLPair]? {
    if case .mapping(let pairs) = content { return pairs }
    return nil
  }

  public var elements: [YAMLNode]? {
    if case .sequence(let elements) = content { return elements }
    return nil
  }

  public var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { return scalar }
    return nil
  }
}
