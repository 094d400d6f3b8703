import Diagnostics
import JSON
import Recipes

extension Command {
  static let lint = Command(
    "lint", .inspect, abstract: "Check a recipe without running anything",
    options: [RecipeAccess.set.spec, CommonOptions.json.spec], positionals: [RecipeAccess.recipe]
  ) { invocation in
    let choice = try RecipeChoice.from(invocation.positionals)
    do {
      let loaded = try RecipeAccess.load(choice, invocation)
      let stages = loaded.recipes.first?.stages.count ?? 0
      if invocation.wantsJSON {
        invocation.console.print(report([], loaded.warnings).text(.pretty))
      } else {
        let runs = loaded.recipes.count == 1 ? "" : ", \(loaded.recipes.count) runs"
        invocation.console.print("\(choice.path): \(stages) stages\(runs), no error")
      }
      return .done
    } catch let failure as CommandFailure {
      guard invocation.wantsJSON, let list = failure.cause as? DiagnosticList else { throw failure }
      invocation.console.print(report(list.diagnostics, []).text(.pretty))
      return .usage
    }
  }

  private static func report(_ errors: [Diagnostic], _ warnings: [Diagnostic]) -> JSONValue {
    .object(
      JSONObject([
        ("ok", .bool(errors.isEmpty)), ("diagnostics", .array((errors + warnings).map(DiagnosticJSON.value))),
      ]))
  }
}

/// A diagnostic as programs read it.
enum DiagnosticJSON {
  static func value(_ diagnostic: Diagnostic) -> JSONValue {
    var object = JSONObject([
      ("severity", .string(diagnostic.severity.rawValue)), ("code", .string(diagnostic.code)),
      ("message", .string(diagnostic.message)),
    ])
    if let remedy = diagnostic.remedy { object["remedy"] = .string(remedy) }
    if let place = diagnostic.location {
      object["file"] = .string(place.file)
      if let line = place.line { object["line"] = .integer(Int64(line)) }
      if let column = place.column { object["column"] = .integer(Int64(column)) }
    }
    if !diagnostic.notes.isEmpty { object["notes"] = .array(diagnostic.notes.map { .string($0) }) }
    return .object(object)
  }
}
