public import Artifacts
import JSON
import Platform
public import Recipes

/// The job that is submitted for a stage: a script whose comments are the options of `sbatch`.
public struct SlurmScript: Sendable {
  public var launcher: LauncherConfiguration
  public var stage: String
  /// The run that submits it.
  public var run: String
  public var resources: StageResources
  /// The stage's key; `nil` while it is not known.
  public var key: CacheKey?
  public var job: StageJob
  /// Absolute path of lorapipe.
  public var program: String

  public init(
    launcher: LauncherConfiguration, stage: String, run: String, resources: StageResources, key: CacheKey?,
    job: StageJob,
    program: String
  ) {
    self.launcher = launcher
    self.stage = stage
    self.run = run
    self.resources = resources
    self.key = key
    self.job = job
    self.program = program
  }

  /// By which a later run finds the job again.
  ///
  /// The folder holds the store and the key: equal work of two stores is two jobs, for neither would see the other's result.
  static func name(of job: StageJob) -> String { "lp-" + SHA256.hash(job.folder).hex.prefix(20) }

  /// Of `sbatch`, without the script.
  public var options: [String] {
    var options = [
      "--job-name=\(key == nil ? "lp-<key>" : Self.name(of: job))", "--comment=\(run)/\(stage)", "--output=\(job.log)",
      "--open-mode=append", "--chdir=\(job.folder)",
    ]
    if let nodes = resources.nodes { options.append("--nodes=\(nodes)") }
    // One task per node: a stage that wants more processes starts them itself.
    options.append(resources.nodes.map { $0 > 1 } ?? false ? "--ntasks-per-node=1" : "--ntasks=1")
    if let cpus = resources.cpus { options.append("--cpus-per-task=\(cpus)") }
    if let memory = resources.memory {
      let divisor = launcher.memoryPerCPU ? Int64(max(1, resources.cpus ?? 1)) : 1
      let mebibytes = max(1, (memory / divisor + (1 << 20) - 1) >> 20)
      options.append(launcher.memoryPerCPU ? "--mem-per-cpu=\(mebibytes)M" : "--mem=\(mebibytes)M")
    }
    if let gpus = resources.gpus, gpus > 0 {
      options.append("--gpus-per-node=" + (resources.gpuType.map { $0 + ":" } ?? "") + String(gpus))
    }
    if let time = resources.time {
      options.append("--time=\(Self.time(time))")
      if launcher.warning > 0 { options.append("--signal=B:USR1@\(min(launcher.warning, 65535))") }
    }
    let named: [(String, String?)] = [
      ("partition", launcher.partition), ("account", launcher.account), ("qos", launcher.qos),
      ("constraint", launcher.constraint), ("reservation", launcher.reservation),
    ]
    for (name, value) in named { if let value { options.append("--\(name)=\(value)") } }
    options.append(launcher.requeues ? "--requeue" : "--no-requeue")
    return options + launcher.arguments
  }

  /// `exec` makes lorapipe itself the batch step, so that the signals of Slurm reach it.
  public var text: String {
    var lines = ["#!/bin/sh"]
    lines += options.map { "#SBATCH " + Self.quoted($0) }
    for (name, value) in launcher.variables.sorted(by: { $0.key < $1.key }) {
      lines.append("export \(name)=\(ShellWord.quoted(value))")
    }
    lines.append("exec " + ShellWord.quoted([launcher.program ?? program, "exec-stage", "--job", job.folder]))
    return lines.joined(separator: "\n") + "\n"
  }

  /// `D-HH:MM:SS`.
  static func time(_ seconds: Int64) -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let clock = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    return seconds >= 86400 ? "\(seconds / 86400)-\(clock)" : clock
  }

  /// Slurm's own quotes: it splits its comments at spaces.
  private static func quoted(_ word: String) -> String {
    guard word.contains(where: { $0 == " " || $0 == "\"" || $0 == "'" || $0 == "\\" || $0 == "#" }) else { return word }
    return "\"" + word.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
  }
}
