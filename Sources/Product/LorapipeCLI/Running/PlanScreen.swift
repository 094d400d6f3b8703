import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Recipes

/// Shows plans.
struct PlanScreen {
  let session: RunSession

  func show(_ recipes: [Recipe], _ options: PlanOptions) async throws -> ExitStatus {
    let console = session.console
    session.remote?.speak { console.writeError(ErrorText.render([$0], color: console.errorHasColor)) }
    var reports: [JSONValue] = []
    var isGood = true
    for recipe in recipes {
      let planner = Planner(runs: session.runs, catalog: session.catalog, remote: session.remote?.cache)
      let plan: Plan
      do {
        plan = try planner.plan(recipe, options: options)
      } catch let list as DiagnosticList where RunScreen.isUsage(list) {
        throw CommandFailure(cause: list, status: .usage)
      }
      let report = PlanReport(plan: plan)
      let jobs = LauncherReport.jobs(plan, session.launchers, store: session.runs.store.root)
      var objections = plan.forecast.objections(
        freeDisk: session.runs.store.freeSpace(), memory: session.machine.memory)
      objections += plan.objections
      if !objections.isEmpty { isGood = false }
      if session.invocation.wantsJSON {
        var json = report.json.objectValue ?? JSONObject()
        if !jobs.isEmpty { json["jobs"] = LauncherReport.json(jobs) }
        reports.append(.object(json))
        continue
      }
      console.writeError(ErrorText.render(plan.warnings, color: console.errorHasColor))
      if recipes.count > 1 { console.print(console.styled("— " + recipe.label, .bold)) }
      console.write(report.text(console))
      console.write(LauncherReport.text(jobs, console))
      console.writeError(ErrorText.render(objections, color: console.errorHasColor))
    }
    if session.invocation.wantsJSON {
      console.print((reports.count == 1 ? reports[0] : .array(reports)).text(.pretty))
    }
    return isGood ? .done : .usage
  }
}
