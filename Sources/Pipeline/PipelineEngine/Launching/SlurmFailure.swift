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
    let place = state.flatMap { $0.nodes.isEmpty || $0.nodes == "(null)" ? nil : " on \($0.nodes)" } ?? ""
    let rerun = "'lorapipe run' submits it again, and training continues from its last checkpoint"
    var (code, message, remedy): (String, String, String?)
    if ranOutOfMemory {
      (code, message, remedy) = (
        "slurm-out-of-memory", "Slurm job \(job) ran out of memory\(place)",
        "raise 'resources: { memory: … }' of the stage"
      )
    } else if reachedTimeLimit {
      (code, message, remedy) = (
        "slurm-time-limit", "Slurm job \(job) reached its time limit",
        "raise 'resources: { time: … }' of the stage, or set 'resubmit' of the launcher; " + rerun
      )
    } else {
      switch state?.state {
      case "NODE_FAIL", "BOOT_FAIL", "LAUNCH_FAILED":
        (code, message, remedy) = ("slurm-node-failed", "the node of Slurm job \(job) failed\(place)", rerun)
      case "PREEMPTED":
        (code, message, remedy) = ("slurm-preempted", "Slurm job \(job) was preempted\(place)", rerun)
      case "CANCELLED":
        (code, message, remedy) = ("slurm-cancelled", "Slurm job \(job) was cancelled", rerun)
      case "DEADLINE":
        (code, message, remedy) = (
          "slurm-deadline", "Slurm job \(job) missed its deadline", "ask for less time, or move the deadline"
        )
      case let other?:
        let ended = state.map { $0.exitCode.isEmpty ? "" : ", exit code \($0.exitCode)" } ?? ""
        (code, message, remedy) = (
          "slurm-no-result", "Slurm job \(job) ended without a result\(place) (\(other)\(ended))", nil
        )
      case nil:
        (code, message, remedy) = (
          "slurm-job-gone", "Slurm job \(job) is gone, and the store has no result of it",
          "check that the nodes see the same store; " + rerun
        )
      }
    }
    if let reason = state?.reason, !reason.isEmpty, reason != "None", reason != "(null)" {
      message += " (reason: \(reason))"
    }
    return Diagnostic(
      code: code, message, remedy: remedy, notes: logEnd + ["its output: lorapipe logs \(stage)"])
  }
}
