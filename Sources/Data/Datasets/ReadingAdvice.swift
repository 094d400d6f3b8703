import JSON

/// Where it is written how files are read. An advice names what whoever reads it can type or paste: the stage of a recipe, or
/// the options of a command.
public enum ReadingPlace: Sendable, Hashable {
  /// A stage of a recipe that takes columns and encoding, by its name.
  case stage(String)
  /// Nobody has said where, or the reader takes neither, as a tokenize stage.
  case unspecified
  /// A command that takes --columns and --encoding.
  /// - Parameter alsoRecipe: whether the same rows will be read by a recipe, as those that `data lint` looks at.
  case command(alsoRecipe: Bool)
}

/// A new name for a column.
public struct ColumnRename: Sendable, Hashable {
  /// The name that rows have.
  public var old: String
  public var new: String

  public init(_ old: String, _ new: String) {
    self.old = old
    self.new = new
  }
}

/// What to say differently about how a file is read.
public enum ReadingAdvice: Sendable, Hashable {
  /// The columns' names as rows have them now, after those that the options renamed.
  case columns([ColumnRename])
  case encoding(TextEncoding)
}

extension ReadingOptions {
  /// The same options, written in a place.
  public func placed(in place: ReadingPlace) -> ReadingOptions {
    var options = self
    options.place = place
    return options
  }

  /// The same options of a stage.
  /// - Parameter id: of an instance of a matrix, such as `mixed[lang=zh]`, it is the part before the bracket that a recipe writes.
  public func placed(inStage id: String) -> ReadingOptions {
    placed(in: .stage(String(id.prefix { $0 != "[" })))
  }

  /// The sentence that says what to write, and where.
  func sentence(_ advice: ReadingAdvice) -> String {
    switch advice {
    case .columns(let renames):
      let all = merged(renames)
      let options = all.map { "--columns " + Self.typed($0.old, $0.new) }.joined(separator: " ")
      let members = all.map { "\(Self.key($0.old)): \(Self.key($0.new))" }.joined(separator: ", ")
      switch place {
      case .stage(let name): return "Write this in stage '\(name)': columns: { \(members) }."
      case .unspecified: return "Write this in a mix stage that reads it: columns: { \(members) }."
      case .command(alsoRecipe: true):
        return "Add this to the command: \(options); in a recipe's stage, write columns: { \(members) }."
      case .command(alsoRecipe: false): return "Add this to the command: \(options)."
      }
    case .encoding(let encoding):
      let (word, name) = (encoding.rawValue, encoding.name)
      switch place {
      case .stage(let stage):
        return
          "Write this in stage '\(stage)': encoding: \(word), or convert the file: iconv -f \(name) -t UTF-8 FILE > NEW."
      case .unspecified:
        return
          "Write this in a mix stage that reads it: encoding: \(word), or convert the file: iconv -f \(name) -t UTF-8 FILE > NEW."
      case .command(alsoRecipe: true):
        return
          "Add this to the command: --encoding \(word); in a recipe's stage, write encoding: \(word), or convert the file: iconv -f \(name) -t UTF-8 FILE > NEW."
      case .command(alsoRecipe: false):
        return
          "Add this to the command: --encoding \(word), or convert the file: iconv -f \(name) -t UTF-8 FILE > NEW."
      }
    }
  }

  /// These renames and those that hold already, by the names in the files: what is written replaces the whole map.
  private func merged(_ renames: [ColumnRename]) -> [ColumnRename] {
    var left = renames
    var all: [ColumnRename] = []
    for (old, new) in columns.sorted(by: { $0.key < $1.key }) {
      if let index = left.firstIndex(where: { $0.old == new }), ColumnTable.isTelling(old), !ColumnTable.isTelling(new)
      {
        // Written the wrong way round: the new name is the one that the files have.
        all.append(left.remove(at: index))
      } else if let index = left.firstIndex(where: { $0.old == new }) {
        all.append(ColumnRename(old, left.remove(at: index).new))
      } else {
        all.append(ColumnRename(old, new))
      }
    }
    return all + left
  }

  /// A name as a map of a recipe writes it.
  private static func key(_ name: String) -> String {
    let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    let isPlain =
      name.first.map { $0.isLetter || $0 == "_" } == true
      && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && !words.contains(name.lowercased())
    return isPlain ? name : JSONValue.string(name).text()
  }

  /// A rename as a shell passes it on.
  private static func typed(_ old: String, _ new: String) -> String {
    let isPlain = old.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    return isPlain ? "\(old)=\(new)" : "'\(old.replacing("'", with: "'\\''"))=\(new)'"
  }
}
