import Diagnostics
import Glibc
public import JSON

/// Fills `{{NAME}}` and its like in every text of a row, by the row's tag.
///
/// Replacing is one pass: a value's own text is not looked at again, except that a placeholder it brings in counts as left
/// over.
public struct Substitution: Sendable, Hashable {
  public enum Value: Sendable, Hashable {
    /// For every tag.
    case scalar(String)
    /// By tag, with an optional `default`.
    case byTag([String: String])
  }

  public var values: [String: Value]
  /// The column whose value picks the language.
  public var tagColumn: String
  /// Names, or patterns of the shell's kind for names, of what looks like a placeholder and stays: `{{a}}` in LaTeX.
  public var kept: [String]

  public init(values: [String: Value], tagColumn: String, kept: [String] = []) {
    self.values = values
    self.tagColumn = tagColumn
    self.kept = kept
  }

  /// The first placeholder of a text that is most likely to be filled in, as it is written, also `NAME` or `AUTHOR` in other
  /// brackets; `nil` when there is none.
  public static func leftOver(in text: String) -> String? {
    Placeholders.leftOver(in: text) ?? OtherBrackets.usual(in: text)?.text
  }

  func keeps(_ name: String) -> Bool { kept.contains { fnmatch($0, name, 0) == 0 } }

  /// The row with its placeholders filled, in the same columns and order.
  /// - Parameter used: counts replacements by name.
  /// - Throws: `RowProblem` for a placeholder without value, or a tag that is missing or has none.
  public func apply(to row: JSONObject, used: inout [String: Int]) throws(RowProblem) -> JSONObject {
    let tag = row[tagColumn]
    var result = row
    do throws(RowProblem) {
      for (column, value) in row where column != tagColumn {
        result[column] = try fill(value, tag: tag, column: column, used: &used)
      }
    } catch {
      // Who is told of one placeholder at a time has to come back for each.
      if let all = lacking(in: row) { throw all }
      if error.code == "missing-tag", let other = otherColumn(in: row) {
        var error = error
        error.remedy = "Write by: \(other)."
        throw error
      }
      throw error
    }
    return result
  }

  private func fill(
    _ value: JSONValue, tag: JSONValue?, column: String, used: inout [String: Int]
  ) throws(RowProblem) -> JSONValue {
    switch value {
    case .string(let text): return .string(try fill(text, tag: tag, column: column, used: &used))
    case .array(let elements):
      var filled: [JSONValue] = []
      for element in elements { filled.append(try fill(element, tag: tag, column: column, used: &used)) }
      return .array(filled)
    case .object(var object):
      for (key, member) in object { object[key] = try fill(member, tag: tag, column: column, used: &used) }
      return .object(object)
    case .null, .bool, .integer, .numeral, .number: return value
    }
  }

  private func fill(
    _ text: String, tag: JSONValue?, column: String, used: inout [String: Int]
  ) throws(RowProblem) -> String {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
    var counts = used
    let filled = try Placeholders.replace(in: text) { (name) throws(RowProblem) -> String? in
      guard let value = values[name] else { return nil }
      counts[name, default: 0] += 1
      return try pick(value, name: name, tag: tag)
    }
    used = counts
    if let left = Placeholders.first(in: filled, where: { !keeps($0) }) {
      let known = values.keys.sorted().listed()
      let name = left.dropFirst(2).dropLast(2).filter { $0 != " " }
      if let other = values.keys.sorted().first(where: { $0.lowercased() == name.lowercased() }),
        other != name
      {
        // Who only renames it takes it from rows that are written the other way.
        throw RowProblem(
          code: "leftover-placeholder", "no value for \(left) in '\(column)'",
          remedy:
            "values: has '\(other)'; write \(name) there, or both if other rows have {{\(other)}}: upper and lower case matter."
        )
      }
      // Such as ms-swift's model_name for {{NAME}}.
      if let other = values.keys.sorted().first(where: { $0.lowercased().hasSuffix("_" + name.lowercased()) }) {
        throw RowProblem(
          code: "leftover-placeholder", "no value for \(left) in '\(column)'",
          remedy: "values: has '\(other)'; write \(name) instead: it must be named as in the rows.")
      }
      throw RowProblem(
        code: "leftover-placeholder", "no value for \(left) in '\(column)'",
        remedy:
          """
          Give it a value under values: (now: \(known.isEmpty ? "none" : known)). \
          If it is to stay, name it under keep:.
          """
      )
    }
    return filled
  }

  /// What to say of a row in which several placeholders lack a value, or a value for the row's tag; `nil` for one alone.
  private func lacking(in row: JSONObject) -> RowProblem? {
    let names = row.filter { $0.0 != tagColumn }.flatMap { Placeholders.names(in: $0.1) }
      .reduce(into: [String]()) { if !$1.isEmpty, !$0.contains($1) { $0.append($1) } }
    func list(_ names: [String]) -> String { names.prefix(8).map { "{{\($0)}}" }.listed(8) }
    let unknown = names.filter { values[$0] == nil && !keeps($0) }
    if unknown.count > 1 {
      let others = unknown.compactMap { name in values.keys.sorted().first { $0.lowercased() == name.lowercased() } }
      let lines = unknown.prefix(8).map { "\($0): …" }.joined(separator: ", ")
      return RowProblem(
        code: "leftover-placeholder", "no value for \(list(unknown))",
        remedy: others.count == unknown.count
          ? "values: has \(others.map { "'\($0)'" }.joined(separator: ", ")); write \(unknown.joined(separator: ", ")) "
            + "there: upper and lower case matter."
          : "Give each a value: values: { \(lines) } (now: "
            + "\(values.isEmpty ? "none" : values.keys.sorted().listed())). What is to stay goes under keep:.")
    }
    let word = Self.word(row[tagColumn])
    let untagged = names.filter { name in
      guard case .byTag(let map)? = values[name], map["default"] == nil else { return false }
      return word.flatMap { map[$0] } == nil
    }
    guard untagged.count > 1, unknown.isEmpty else { return nil }
    let placeholders = list(untagged)
    guard let word else {
      return RowProblem(
        code: "missing-tag", "\(placeholders) depend on the tag, and the row has no '\(tagColumn)'",
        remedy: otherColumn(in: row).map { "Write by: \($0)." } ?? "Tag the row, or give each of them a default.")
    }
    return RowProblem(
      code: "missing-value", "\(placeholders) have no value for the tag '\(word)'",
      remedy: "Write \(word): … under each of them, or a default.")
  }

  /// The word that picks a value; `nil` for what is none.
  private static func word(_ tag: JSONValue?) -> String? {
    switch tag {
    case .string(let text): text.isEmpty ? nil : text
    case .bool, .integer, .numeral, .number: tag?.text()
    case .null, .array, .object, nil: nil
    }
  }

  /// The column whose value is one of the tags: the one that `by` should have named.
  private func otherColumn(in row: JSONObject) -> String? {
    let tags = values.values.reduce(into: Set<String>()) { tags, value in
      if case .byTag(let map) = value { tags.formUnion(map.keys) }
    }
    return row.first { column, value in column != tagColumn && value.stringValue.map(tags.contains) == true }?.0
  }

  private func pick(_ value: Value, name: String, tag: JSONValue?) throws(RowProblem) -> String {
    switch value {
    case .scalar(let text): return text
    case .byTag(let map):
      let word = Self.word(tag)
      if let word, let text = map[word] { return text }
      if let text = map["default"] { return text }
      guard let word else {
        throw RowProblem(
          code: "missing-tag", "{{\(name)}} depends on the tag, and the row has no '\(tagColumn)'",
          remedy: "Tag the row, or give \(name) a default.")
      }
      throw RowProblem(
        code: "missing-value", "{{\(name)}} has no value for the tag '\(word)'",
        remedy: "Add one beside \(map.keys.sorted().listed()), or a default.")
    }
  }
}
