import JSON

/// The words of reports and of the dashboard in one language. Both read them from one file, `words.json`, which has an
/// English and a Chinese text for each key.
public struct Words: Sendable {
  public enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh"
  }

  public let language: Language
  private let texts: [String: String]
  private let rewording: @Sendable (String) -> String

  /// - Parameter rewording: gives a whole text of another module, such as a verdict, in this language.
  public init(_ language: Language, rewording: @escaping @Sendable (String) -> String = { $0 }) {
    self.language = language
    self.rewording = rewording
    texts = Self.tables[language] ?? [:]
  }

  /// `words.json` as it is: what a page reads.
  public static var file: [UInt8] { PackageResources.words_json }

  /// By key, `{0}`, `{1}` … where a value stands.
  static let tables: [Language: [String: String]] = {
    let object = (try? JSONValue(parsing: file))?.objectValue ?? JSONObject()
    var tables: [Language: [String: String]] = [.english: [:], .chinese: [:]]
    for (key, pair) in object {
      guard let texts = pair.arrayValue?.compactMap(\.stringValue), texts.count == 2 else { continue }
      tables[.english]?[key] = texts[0]
      tables[.chinese]?[key] = texts[1]
    }
    return tables
  }()

  /// The metric that reports call so, in any language and case: `Probes learned`.
  public static func metric(titled title: String) -> String? {
    let beginning = "metric."
    for table in tables.values {
      for (key, text) in table where key.hasPrefix(beginning) && text.lowercased() == title.lowercased() {
        return String(key.dropFirst(beginning.count))
      }
    }
    return nil
  }

  /// The text of a key with values at its places. A key without a text stands for itself.
  public func callAsFunction(_ key: String, _ values: String...) -> String {
    let text = texts[key] ?? key
    guard !values.isEmpty else { return text }
    // In one pass: a value that holds `{1}` stays as it is.
    return text.replacing(/\{(\d)\}/) { place in
      guard let index = Int(place.output.1), values.indices.contains(index) else { return String(place.output.0) }
      return values[index]
    }
  }

  /// The text of a key, or `nil` when the table has none.
  func known(_ key: String) -> String? { texts[key] }

  /// A whole text that another module made.
  public func reworded(_ text: String) -> String { rewording(text) }

  /// `4 min 10 s`
  func duration(_ seconds: Double) -> String {
    let parts = NumberText.duration(seconds)
    return parts.isEmpty ? "–" : parts.map { "\($0.number) \(self("unit." + $0.unit.rawValue))" }.joined(separator: " ")
  }
}
