import JSON

/// What `init` was told, and the workspace that follows from it.
struct StarterValues {
  var name: String?
  var author: String?
  /// `nil` for the small model of a Python package, which the English recipe trains.
  var base: PersonaWorkspace.Base?
  /// Rows that the user gave. They are mixed with the identity rows.
  var ownRows: [OwnRows] = []
  var isChinese: Bool

  static let recipePath = "recipes/first.yaml"

  /// Paths below the new folder, and what is written there.
  var files: [(path: String, text: String)] {
    let own = ownRows.map { (path: $0.path, text: $0.text) }
    if isChinese {
      return PersonaWorkspace(
        name: name ?? "小白", author: author ?? "我的团队", base: base ?? .packages, ownRows: ownRows
      ).files + own
    }
    var source: String?
    if case .source(let text)? = base { source = text }
    return StarterWorkspace(name: name ?? "Pip", author: author ?? "Ada", base: source, ownRows: ownRows).files + own
  }

  var recipe: String { files.first { $0.path == Self.recipePath }?.text ?? "" }

  /// Which of the values a command line gives.
  struct Given {
    var name = false
    var author = false
    var base = false
    var rows = false
  }

  /// The same workspace with other values in place of those given: what differs between their recipes depends on the
  /// command line.
  func others(_ given: Given) -> [StarterValues] {
    var others: [StarterValues] = []
    func add(_ change: (inout StarterValues) -> Void) {
      var other = self
      change(&other)
      others.append(other)
    }
    if given.name { add { $0.name = ($0.name ?? "") + "X" } }
    if given.author { add { $0.author = ($0.author ?? "") + "X" } }
    if given.base {
      // Each size has a learning rate of its own.
      for base in ["hf:Qwen/Qwen2.5-0.5B-Instruct", "hf:Qwen/Qwen3-0.6B", "hf:Qwen/Qwen3-8B"] {
        add { $0.base = .source(base) }
      }
      add { $0.base = isChinese ? .packages : nil }
    }
    if given.rows {
      add { $0.ownRows = [] }
      // So many that the ratio is another one.
      add { other in
        for index in other.ownRows.indices {
          other.ownRows[index].name += "x"
          other.ownRows[index].count = 1_000_000
        }
      }
    }
    return others
  }

  /// Names that the command line does not give are those of the recipe that is there.
  mutating func takeNames(from recipe: String) {
    func found(_ placeholder: String) -> String? {
      guard let start = recipe.firstRange(of: placeholder + ":")?.upperBound else { return nil }
      // `NAME: "…"`, or `NAME: { zh: "…", en: "…" }`.
      let text = recipe[start...].prefix { !$0.isNewline }
      guard let quote = text.firstIndex(of: "\"") else { return nil }
      var (end, isEscaped) = (text.index(after: quote), false)
      while end < text.endIndex, isEscaped || text[end] != "\"" {
        isEscaped = !isEscaped && text[end] == "\\"
        end = text.index(after: end)
      }
      guard end < text.endIndex else { return nil }
      return (try? JSONValue(parsing: String(text[quote...end])))?.stringValue
    }
    name = name ?? found("NAME")
    author = author ?? found("AUTHOR")
  }

  /// Whether a recipe was written in the language that this one would be.
  func isLike(_ recipe: String) -> Bool {
    RecipeOutline(recipe).child("x-names") != nil ? isChinese : !isChinese
  }
}
