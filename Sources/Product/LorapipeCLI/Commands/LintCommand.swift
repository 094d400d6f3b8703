import Diagnostics
import JSON
import Recipes

extension Command {
  static let lint = Command(
    "lint", .inspect, abstract: "Check recipes and pipelines without running anything",
    discussion: """
      Without a name, checks every file in recipes/ and pipelines/. A pipeline whose parameters have no values is checked \
      as far as possible.
      """,
    options: [RecipeAccess.set.spec, CommonOptions.json.spec],
    positionals: [
      Positional("RECIPE", .recipe, .many, help: "Recipe files, or names in recipes/ (default: all).")
    ]
  ) { invocation in
    let reports = try paths(invocation).map { try report($0, invocation) }
    let isGood = reports.allSatisfy(\.isGood)
    if invocation.wantsJSON {
      let diagnostics = reports.flatMap { $0.errors + $0.warnings }
      invocation.console.print(
        JSONValue.object(
          JSONObject([
            ("ok", .bool(isGood)), ("files", .array(reports.map { .string($0.path) })),
            ("diagnostics", .array(diagnostics.map(DiagnosticJSON.value))),
          ])
        ).text(.pretty))
    } else {
      for report in reports {
        invocation.console.writeError(
          ErrorText.render(report.warnings + report.errors, color: invocation.console.errorHasColor))
        if report.isGood { invocation.console.print("\(report.path): \(report.summary)") }
      }
    }
    return isGood ? .done : .usage
  }

  private struct Report {
    var path: String
    var errors: [Diagnostic] = []
    var warnings: [Diagnostic] = []
    var summary = ""
    var isGood: Bool { errors.isEmpty }
  }

  private static func paths(_ invocation: Invocation) throws -> [String] {
    if !invocation.positionals.isEmpty {
      return try invocation.positionals.map { try RecipeChoice.from([$0], takesStages: false).path }
    }
    let workspace = try Workspace.current()
    let files = workspace.recipes + workspace.pipelines
    // Says that there is none.
    guard !files.isEmpty else { return [try RecipeChoice.from([]).path] }
    return files.map { workspace.display(workspace.root + "/" + $0) }
  }

  private static func report(_ path: String, _ invocation: Invocation) throws -> Report {
    var report = Report(path: path)
    let loader = RecipeAccess.loader()
    do throws(DiagnosticList) {
      let loaded = try loader.load(path: path, overrides: invocation.all(RecipeAccess.set))
      let found =
        ParametersOfRecipes.cautions(loaded.recipes) + RowsOfRecipes.objections(loaded.recipes)
        + PromptsOfRecipes.cautions(loaded.recipes)
      report.warnings = loaded.warnings + found.filter { $0.severity != .error }
      report.errors = found.filter { $0.severity == .error }
      let stages = Quantity.plural(loaded.recipes.first?.stages.count ?? 0, "stage")
      let runs = loaded.recipes.count == 1 ? "" : say(", \(loaded.recipes.count) runs")
      report.summary = say("\(stages)\(runs), no error")
    } catch {
      // What a pipeline's recipes will say is not the pipeline's mistake.
      let open = error.diagnostics.filter { $0.code == "missing-parameter" }
      report.errors = error.diagnostics.filter { $0.code != "missing-parameter" && $0.severity == .error }
      report.warnings = error.diagnostics.filter { $0.severity != .error }
      let parameters = Quantity.plural(open.count, "parameter")
      report.summary = say("a pipeline, no error; \(parameters) for its recipes to give")
    }
    return report
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
