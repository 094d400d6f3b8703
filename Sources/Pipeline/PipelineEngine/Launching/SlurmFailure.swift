import Diagnostics
import Glibc

/// Why a job ended without a result, in the user's terms.
struct SlurmFailure {
  var job: String
  /// The last that Slurm knew; `nil` when it knows the job no more.
  var state: SlurmState?
  /// The signal that the stage itself saw.
  var signal: Int32?
  var logEnd: [String]
  var stage: String

  /// The signal by which Slurm warns of the time limit.
  static let warning = SIGUSR1

  var reachedTimeLimit: Bool { state?.state == "TIMEOUT" || signal == Self.warning }

  private var ranOutOfMemory: Bool {
    if state?.state == "OUT_OF_MEMORY" || state?.exitCode == "0:125" { return true }
    let words = ["oom-kill", "oom_kill", "out-of-memory", "exceeded memory limit", "memory limit"]
    return logEnd.contains { line in words.contains { line.lowercased().contains($0) } }
  }

  var diagnostic: Diagnostic {
    let rerun = "'lorapipe run' submits it again, and training continues from its last checkpoint"
    let cause: (code: String, message: String, remedy: String?)
    if ranOutOfMemory {
      cause = (
        "slurm-out-of-memory", "Slurm job \(job) ran out of memory",
        "raise 'resources: { memory: … }' of the stage"
      )
    } else if reachedTimeLimit {
      cause = (
        "slurm-time-limit", "Slurm job \(job) reached its time limit",
        "raise 'resources: { time: … }' of the stage, or set 'resubmit' of the launcher; " + rerun
      )
    } else {
      switch state?.state {
      case "NODE_FAIL", "BOOT_FAIL", "LAUNCH_FAILED":
        cause = ("slurm-node-failed", "the node of Slurm job \(job) failed", rerun)
      case "PREEMPTED":
        cause = ("slurm-preempted", "Slurm job \(job) was preempted", rerun)
      case "CANCELLED":
        cause = ("slurm-cancelled", "Slurm job \(job) was cancelled", rerun)
      case "DEADLINE":
        cause = (
          "slurm-deadline", "Slurm job \(job) missed its deadline", "ask for less time, or move the deadline"
        )
      case let other?:
        let exitCode = state?.exitCode ?? ""
        cause = (
          "slurm-no-result",
          exitCode.isEmpty
            ? "Slurm job \(job) ended without a result (\(other))"
            : "Slurm job \(job) ended without a result (\(other), exit code \(exitCode))", nil
        )
      case nil:
        cause = (
          "slurm-job-gone", "Slurm job \(job) is gone, and the store has no result of it",
          "check that the nodes see the same store; " + rerun
        )
      }
    }
    // Slurm writes its own words for what it does not know.
    func known(_ text: String?) -> String? { text.flatMap { ["", "None", "(null)"].contains($0) ? nil : $0 } }
    let details = [
      known(state?.nodes).map { "its nodes: \($0)" }, known(state?.reason).map { "Slurm gives the reason: \($0)" },
    ]
    return Diagnostic(
      code: cause.code, cause.message, remedy: cause.remedy,
      notes: details.compactMap(\.self) + logEnd + ["its output: lorapipe logs \(stage)"])
  }
}
