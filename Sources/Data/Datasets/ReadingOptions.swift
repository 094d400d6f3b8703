public import JSON

/// How the files of a dataset are to be read, where they do not say it themselves.
public struct ReadingOptions: Sendable, Hashable {
  /// New names of columns by the names in the files: `["问题": "query"]`.
  public var columns: [String: String]
  /// What text files that are not UTF-8 are written in.
  public var encoding: TextEncoding
  /// Where this is written, for the advice of messages; it changes no row.
  public var place: ReadingPlace

  public init(
    columns: [String: String] = [:], encoding: TextEncoding = .utf8, place: ReadingPlace = .unspecified
  ) {
    self.columns = columns
    self.encoding = encoding
    self.place = place
  }

  /// Whether nothing was asked for.
  public var isUsual: Bool { columns.isEmpty && encoding == .utf8 }

  /// What may change the rows that are read; `nil` when nothing was asked for.
  public var json: JSONValue? {
    guard !isUsual else { return nil }
    var object = JSONObject()
    if !columns.isEmpty {
      object["columns"] = .object(JSONObject(columns.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    if encoding != .utf8 { object["encoding"] = .string(encoding.rawValue) }
    return .object(object)
  }

  /// Reads what `json` wrote.
  init?(_ json: JSONValue?) {
    self.init(columns: [:])
    guard let json else { return }
    for (name, target) in json["columns"]?.objectValue ?? JSONObject() {
      guard let target = target.stringValue else { return nil }
      columns[name] = target
    }
    if let word = json["encoding"]?.stringValue {
      guard let encoding = TextEncoding(rawValue: word) else { return nil }
      self.encoding = encoding
    }
  }

  /// The row with its columns renamed, in their order.
  /// - Parameter found: gets the names that the row has.
  /// - Throws: `RowProblem` when two columns would have one name.
  public func rename(_ fields: JSONObject, found: inout Set<String>) throws(RowProblem) -> JSONObject {
    guard !columns.isEmpty else { return fields }
    var renamed = JSONObject()
    for (name, value) in fields {
      let old = columns[name] == nil ? ColumnTable.trimmed(name) : name
      let new = columns[old] ?? name
      if columns[old] != nil { found.insert(old) }
      guard !renamed.contains(new) else {
        throw RowProblem(
          code: "row-columns", "has two columns '\(new)' after columns: renamed them",
          remedy: "Rename the other one too, for example '\(new)': old_\(new).")
      }
      renamed[new] = value
    }
    return renamed
  }
}
