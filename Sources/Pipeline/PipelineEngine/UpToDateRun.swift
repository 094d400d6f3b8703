import Artifacts
import Platform
import Recipes

/// A run of a plan with nothing to do: every stage asked for is here.
///
/// It starts nothing and waits for nothing, so it needs no schedule. It tells the observers what any run tells them, in the
/// order of the plan. That takes a few microseconds per stage, so plans of many thousands stay quick.
struct UpToDateRun {
  let runner: PipelineRunner
  let plan: Plan
  let folder: RunFolder

  func run() -> RunSummary {
    let begun = SystemClock.monotonic()
    let runs = runner.runs
    let sink = EventSink([folder.log] + runner.observers)
    sink.emit(.runStarted(folder.start))
    for warning in plan.warnings { sink.emit(.warning(warning)) }
    var results: [StageResult] = []
    results.reserveCapacity(plan.stages.count)
    for index in plan.stages.indices {
      let result = result(of: plan.stages[index])
      sink.emit(.stageFinished(result))
      results.append(result)
    }
    runs.linkNewest(results, of: plan.recipe)
    runs.saveRecordList(plan)
    let cached = plan.stages.indices.filter { results[$0].state == .cached }
    runs.saveLastKeys(of: cached.map { plan.stages[$0] }, label: plan.recipe.label)
    let summary = RunSummary(
      id: folder.id, path: folder.path, status: .succeeded, stages: results,
      seconds: SystemClock.monotonic() - begun)
    sink.emit(.runFinished(summary))
    folder.finish()
    return summary
  }

  private func result(of planned: PlannedStage) -> StageResult {
    switch planned.disposition {
    case .cached(let record):
      var result = StageResult(planned, .cached)
      result.record = record
      result.path = runner.runs.store.objectPath(record.artifact)
      return result
    case .referenced(let reference):
      var result = StageResult(planned, .referenced)
      result.path = reference.path
      return result
    // A plan with one of the others is not up to date.
    case .excluded, .execute, .undecided, .remote: return StageResult(planned, .excluded)
    }
  }
}
