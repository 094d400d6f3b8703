import PipelineEngine

extension Command {
  /// One stage in a process of its own, started by the parent of a run.
  static let execStage = Command(
    "exec-stage", .run, abstract: "Run one stage for a parent process", options: [job.spec], isHidden: true
  ) { invocation in
    if let folder = invocation[job] {
      return ExitStatus(code: await ChildProcess.run(job: folder, catalog: Lorapipe.catalog))
    }
    return ExitStatus(code: await ChildProcess.run(catalog: Lorapipe.catalog))
  }

  private static let job = Option<String>(
    "job", nil, "DIR", .folder, help: "Read the request from this folder, and write events there.")
}
