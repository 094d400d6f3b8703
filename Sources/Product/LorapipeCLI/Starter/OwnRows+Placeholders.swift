import Datasets
import Diagnostics
import JSON

/// Rows of a user with placeholders such as `{{NAME}}` get a stage that fills them: the model would learn to write them.
extension OwnRows {
  /// Whether the rows have a placeholder that a name or a maker's name fills.
  private var isFilled: Bool { Self.isFilled(placeholders) }

  private static func isFilled(_ placeholders: PlaceholderUse) -> Bool {
    placeholders.toFill.contains { value(of: $0) != nil }
  }

  /// What a recipe calls the rows, as an entry of the list of a mix.
  static func references(_ all: [OwnRows]) -> [String] {
    zip(all, stageNames(all)).map { rows, stage in stage ?? "./data/\(rows.name)" }
  }

  /// The stages that fill the rows, each a line of a recipe.
  /// - Parameters:
  ///   - name: of the model, by tag; the value for rows without tags stands under `zh`.
  ///   - author: of its maker, likewise.
  static func stages(_ all: [OwnRows], name: [String: String], author: [String: String]) -> [String] {
    zip(all, stageNames(all)).compactMap { rows, stage in
      stage.map { "\($0):".padded(to: 9) + " " + rows.stage(name: name, author: author) }
    }
  }

  /// What a person has to do about placeholders that have no value here.
  /// - Parameter name: of the file.
  static func warnings(of placeholders: PlaceholderUse, name: String) -> [Diagnostic] {
    let unknown = placeholders.toFill.filter { value(of: $0) == nil }
    guard !unknown.isEmpty else { return [] }
    let list = unknown.prefix(8).map { "{{\($0)}}" }.joined(separator: ", ")
    return [
      Diagnostic(
        .warning, code: "leftover-placeholder", "the rows of '\(name)' have placeholders without a value: \(list)",
        remedy: isFilled(placeholders)
          ? "write each of them under values: of the stage that fills these rows in recipes/first.yaml"
          : "write their values into the rows, or fill them with a substitute stage: lorapipe help substitute")
    ]
  }

  private func stage(name: [String: String], author: [String: String]) -> String {
    let isTagged = name.count > 1 && placeholders.tags.map { $0.isSubset(of: Set(name.keys)) } ?? false
    let values = placeholders.toFill.compactMap { placeholder -> String? in
      guard let value = Self.value(of: placeholder) else { return nil }
      let texts = value == .name ? name : author
      let text =
        isTagged
        ? "{ " + texts.sorted { $0.key > $1.key }.map { "\($0.key): \(Self.quoted($0.value))" }.joined(separator: ", ")
          + " }"
        : Self.quoted(texts["zh"] ?? texts.values.first ?? "")
      return "\(Self.key(placeholder)): \(text)"
    }
    var members = ["kind: substitute", "data: \(Self.quoted("./data/\(self.name)"))"]
    if isTagged { members.append("by: tag") }
    if !placeholders.others.isEmpty {
      // A name is a pattern there; its own signs stand for any one character.
      let kept = placeholders.others.map { other in
        Self.quoted(String(other.map { "*?[]\\".contains($0) ? "?" : $0 }))
      }
      members.append("keep: [\(kept.joined(separator: ", "))]")
    }
    members.append("values: { \(values.joined(separator: ", ")) }")
    return "{ \(members.joined(separator: ", ")) }"
  }

  /// The names of the stages that fill rows: `own`, `own2`, …; `nil` for rows that need none.
  private static func stageNames(_ all: [OwnRows]) -> [String?] {
    var count = 0
    return all.map { rows in
      guard rows.isFilled else { return nil }
      count += 1
      return count == 1 ? "own" : "own\(count)"
    }
  }

  private enum Value { case name, author }

  /// Which of the two values a placeholder takes, by its name.
  private static func value(of placeholder: String) -> Value? {
    switch placeholder.lowercased() {
    case "name", "model_name", "bot_name", "名字", "名称", "姓名", "模型名", "模型名称": .name
    case "author", "model_author", "maker", "developer", "作者", "开发者", "开发团队", "团队": .author
    default: nil
    }
  }

  private static func quoted(_ text: String) -> String { JSONValue.string(text).text() }

  /// A placeholder as a key of a recipe. Some bare words are no text in YAML.
  private static func key(_ placeholder: String) -> String {
    placeholder.allSatisfy { $0.isASCII && ($0.isUppercase || $0 == "_") } ? placeholder : quoted(placeholder)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
