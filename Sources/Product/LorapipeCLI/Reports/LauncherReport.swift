import Artifacts
import JSON
import PipelineEngine
import Platform
import Recipes

/// What a plan says of the stages that are started elsewhere: the exact job or command.
enum LauncherReport {
  static func jobs(_ plan: Plan, _ launchers: Launchers, store: String) -> [(
    stage: String, title: String, text: String
  )] {
    plan.pending.compactMap { planned in
      guard let launcher = launchers.configuration(of: planned.stage) else { return nil }
      let key = planned.key?.digest
      let job = StageJob(folder: store + "/jobs/" + (key?.hex ?? "<key>"))
      switch launcher.kind {
      case .local: return nil
      case .slurm:
        let script = SlurmScript(
          launcher: launcher, stage: planned.id, run: "<run>", resources: planned.stage.resources, key: key, job: job,
          program: Launchers.program)
        return (planned.id, "sbatch --parsable \(job.folder)/job.sh", script.text)
      case .command:
        let words = CommandLauncher.words(
          launcher, program: Launchers.program, job: job, stage: planned.id, resources: planned.stage.resources)
        return (planned.id, launcher.name, ShellWord.quoted(words) + "\n")
      }
    }
  }

  static func text(_ jobs: [(stage: String, title: String, text: String)], _ console: Console) -> String {
    jobs.map { job in
      "\n" + console.styled(job.stage, .bold) + "  " + job.title + "\n"
        + job.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { "  \($0)\n" }.joined()
    }.joined()
  }

  static func json(_ jobs: [(stage: String, title: String, text: String)]) -> JSONValue {
    .array(
      jobs.map { ["stage": .string($0.stage), "submits": .string($0.title), "text": .string($0.text)] })
  }
}
