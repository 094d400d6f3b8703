import JSON

/// What a dataset's rows have of placeholders: what a `substitute` stage has to be told to fill them.
public struct PlaceholderUse: Sendable, Hashable {
  /// Names that are most likely to be filled in, in their order.
  public var toFill: [String] = []
  /// Names of what only looks like a placeholder, as `{{a}}` in LaTeX.
  public var others: [String] = []
  /// The values of the tag column in rows that have a placeholder to fill; `nil` as soon as one of them has none.
  public var tags: Set<String>? = []

  public init() {}

  /// Reads all rows of the files. Those that cannot be read have none.
  /// - Parameter tagColumn: the column that may say which value a row takes.
  public init(_ files: DatasetFiles, tagColumn: String) throws {
    for file in files.files {
      let reader = try files.reader(file)
      while let record = try reader.next() {
        if case .row(let row) = record { add(row.fields, tagColumn) }
      }
    }
    others.removeAll { toFill.contains($0) }
  }

  private mutating func add(_ row: JSONObject, _ tagColumn: String) {
    var isFilled = false
    for (column, value) in row where column != tagColumn { add(value, &isFilled) }
    guard isFilled else { return }
    if let tag = row[tagColumn]?.stringValue, !tag.isEmpty { tags?.insert(tag) } else { tags = nil }
  }

  private mutating func add(_ value: JSONValue, _ isFilled: inout Bool) {
    switch value {
    case .string(let text): add(text, &isFilled)
    case .array(let elements): for element in elements { add(element, &isFilled) }
    case .object(let object): for (_, member) in object { add(member, &isFilled) }
    case .null, .bool, .integer, .numeral, .number: break
    }
  }

  private mutating func add(_ text: String, _ isFilled: inout Bool) {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return }
    let isLeft = Placeholders.leftOver(in: text) != nil
    for name in Placeholders.names(inText: text) {
      if isLeft, Placeholders.leftOver(in: "{{\(name)}}") != nil {
        isFilled = true
        if !toFill.contains(name) { toFill.append(name) }
      } else if !others.contains(name) {
        others.append(name)
      }
    }
  }
}
