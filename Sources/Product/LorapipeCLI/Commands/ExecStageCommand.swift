import PipelineEngine

extension Command {
  /// One stage in a process of its own, started by the parent of a run.
  static let execStage = Command(
    "exec-stage", .run, abstract: "Run one stage for a parent process", isHidden: true
  ) { _ in
    ExitStatus(code: await ChildProcess.run(catalog: Lorapipe.catalog))
  }
}
