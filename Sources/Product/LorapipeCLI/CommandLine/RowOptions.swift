import Datasets
import JSON
import Stages

/// The options that say how files of rows are read, of every command that reads some.
enum RowOptions {
  static let columns = Option<String>(
    "columns", nil, "NAME=NEW", repeats: true,
    help: "Rename a column before rows are read, such as 问题=query; also a JSON map, as ms-swift has it.")
  static let encoding = Option<String>(
    "encoding", nil, "NAME", .choice(TextEncoding.allCases.map(\.rawValue)),
    help: "What text files are written in that are not UTF-8.")
  static let specs = [columns.spec, encoding.spec]

  /// What people call an encoding, by the word that is taken.
  static var otherNames: [String: String] { TextEncoding.foreignWords.mapValues(\.rawValue) }

  /// The name of an encoding as it is taken: `gb18030` for `GB2312`.
  static func encodingName(_ text: String) -> String {
    let plain = text.lowercased().replacing("_", with: "-")
    return otherNames[plain] ?? (TextEncoding(rawValue: plain) == nil ? text : plain)
  }

  /// What `--columns` and `--encoding` say.
  /// - Parameter alsoRecipe: whether the same rows are likely to be read by a recipe later.
  static func reading(_ invocation: Invocation, alsoRecipe: Bool) throws -> ReadingOptions {
    var renamed: [String: String] = [:]
    func rename(_ name: String, _ new: String) throws {
      guard renamed.updateValue(new, forKey: name) ?? new == new else {
        throw UsageError("--columns gives '\(name)' two new names", path: invocation.path)
      }
    }
    for text in invocation.all(columns) {
      if text.hasPrefix("{") {
        guard let map = (try? JSONValue(parsing: text.utf8, rejectsDuplicateKeys: true))?.objectValue else {
          throw UsageError("--columns '\(text)' is not a JSON map of names", path: invocation.path)
        }
        for (name, value) in map {
          guard let new = value.stringValue, !new.isEmpty else {
            throw UsageError("--columns: the new name of '\(name)' must be a text", path: invocation.path)
          }
          try rename(name, new)
        }
        continue
      }
      for pair in pairs(text) {
        guard let equals = pair.lastIndex(of: "="), equals > pair.startIndex, pair.index(after: equals) < pair.endIndex
        else { throw UsageError("--columns '\(text)' is not NAME=NEW", path: invocation.path) }
        try rename(String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
      }
    }
    return ReadingOptions(
      columns: renamed, encoding: invocation[encoding].flatMap(TextEncoding.init(rawValue:)) ?? .utf8,
      place: .command(alsoRecipe: alsoRecipe))
  }

  /// `a=query,b=response` is two; a comma that is part of a name stays.
  static func pairs(_ text: String) -> [Substring] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    return parts.allSatisfy { $0.count(where: { $0 == "=" }) == 1 } ? parts : [text[...]]
  }
}
