import HTTPService
import JSON
import Reports
import RunHistory

extension Dashboard {
  /// Adds a tag or an alias to a run or removes it, or writes its note: what `lorapipe runs tag`, `alias` and `note` do.
  func label(_ request: HTTPRequest) throws -> JSONValue {
    let run = try archive.database.run(try body(request, "run")).id
    let fields = try? JSONValue(parsing: request.body)
    let text = fields?["text"]?.stringValue ?? ""
    let isRemoved = fields?["remove"]?.boolValue ?? false
    // A word with a dash in front would be read as an option.
    guard !text.hasPrefix("-"), text.utf8.count <= 2000 else {
      throw APIError.invalid("a tag, an alias or a note does not begin with '-'", "text")
    }
    let words: [String]
    switch try body(request, "kind") {
    case "tag" where !text.isEmpty: words = ["tag", run, text] + (isRemoved ? ["--remove"] : [])
    case "alias" where !text.isEmpty: words = isRemoved ? ["alias", text, "--remove"] : ["alias", run, text]
    case "note": words = text.isEmpty ? ["note", run, "--remove"] : ["note", run, text]
    default: throw APIError.invalid("'kind' is tag, alias or note, and 'text' is what it says", "kind")
    }
    return try program.change(["runs"] + words + ["--json"] + spoken(request))
  }

  /// Deletes runs, or says what deleting them would free: what `lorapipe runs delete` does.
  func delete(_ request: HTTPRequest) throws -> JSONValue {
    let fields = try? JSONValue(parsing: request.body)
    let names = (fields?["runs"]?.arrayValue ?? []).compactMap(\.stringValue)
    guard !names.isEmpty, names.count <= 1000 else { throw APIError.invalid("'runs' names 1 to 1,000 runs", "runs") }
    var runs: [String] = []
    for name in names { runs.append(try archive.database.run(name).id) }
    let isDry = fields?["dry"]?.boolValue ?? true
    let words = ["runs", "delete"] + runs + ["--json"] + spoken(request)
    return try isDry ? program.ask(words + ["--dry-run"]) : program.change(words)
  }
}
