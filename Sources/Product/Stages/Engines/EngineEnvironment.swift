import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform

/// Where an engine runs: its program, this machine's devices, and how its end is read.
struct EngineEnvironment {
  let options: EngineOptions
  /// The Python of an engine that needs one.
  let python: String
  /// `cpu` or `cuda`.
  let device: String

  /// - Parameter planned: the device that the plan counted on, where it settled one: it is part of the key.
  init(_ options: EngineOptions, device planned: String? = nil) throws(Diagnostic) {
    self.options = options
    python = Self.python
    let hasGPU = Self.hasGPU
    if options.device == .cuda || planned == "cuda", !hasGPU {
      throw Diagnostic(
        code: "engine-no-gpu", "the engine needs a GPU, and this machine has none",
        remedy: "run the stage on another machine with a launcher (docs/launchers.md), or set device: cpu")
    }
    device =
      switch options.device {
      case .cpu: "cpu"
      case .cuda: "cuda"
      case .auto: planned ?? Self.device(torch: options.name == nil ? nil : MSSwift.probe(python)?.versions["torch"])
      }
    if options.nodes > 1, Self.variable("SLURM_JOB_ID") == nil {
      throw Diagnostic(
        code: "engine-no-nodes", "nodes: \(options.nodes) needs a Slurm job",
        remedy: "run the stage with a Slurm launcher, or set nodes: 1")
    }
  }

  static var python: String {
    variable(MSSwift.pythonVariable) ?? "python3"
  }

  static func variable(_ name: String) -> String? {
    Environment.value(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  static var hasGPU: Bool { access("/dev/nvidiactl", F_OK) == 0 }

  /// What PyTorch would use.
  static func device(torch version: String?) -> String {
    hasGPU && !(version?.hasSuffix("+cpu") ?? false) ? "cuda" : "cpu"
  }

  /// The engine's command line for a job.
  func command(_ job: TrainingJob) throws(Diagnostic) -> [String] {
    guard options.name == .msSwift else { return options.run.map(\.text) + [job.path] }
    let program = job.folder + "/" + MSSwift.programName
    try FileSystem.replace(program, with: Array(MSSwift.program.utf8))
    guard options.worldSize > 1 else { return [python, program, job.path] }
    let torchrun = [python, "-m", "torch.distributed.run"]
    let processes = ["--nproc_per_node", String(options.processes), program, job.path]
    guard options.nodes > 1 else { return torchrun + ["--standalone"] + processes }
    // One agent per node; they find each other at the first node, on a port that no other job uses.
    let identifier = Self.variable("SLURM_JOB_ID") ?? "0"
    let port = 29500 + (Int(identifier) ?? 0) % 1000
    let script =
      "head=$(scontrol show hostnames \"$SLURM_JOB_NODELIST\" | head -n 1); exec srun --ntasks-per-node=1 \"$@\""
      + " --rdzv_endpoint \"$head:\(port)\" " + ShellWord.quoted(processes)
    return ["/bin/sh", "-c", script, "sh"] + torchrun
      + ["--nnodes", String(options.nodes), "--rdzv_backend", "c10d", "--rdzv_id", identifier]
  }

  /// - Parameter threads: processors the stage may use.
  func variables(_ job: TrainingJob, threads: Int) -> [String: String] {
    var variables = [
      "LORAPIPE_JOB": job.path, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
      "MODELSCOPE_CACHE": job.folder + "/cache", "PYTHONUNBUFFERED": "1",
    ]
    if device == "cpu" {
      variables["CUDA_VISIBLE_DEVICES"] = ""
      variables["OMP_NUM_THREADS"] = String(max(1, threads / options.processes))
    } else if options.name == .msSwift {
      // With more devices than processes ms-swift spreads one model over them all.
      let visible = Self.variable("CUDA_VISIBLE_DEVICES")?.split(separator: ",").map(String.init)
      let chosen = (visible ?? (0..<options.processes).map(String.init)).prefix(options.processes)
      variables["CUDA_VISIBLE_DEVICES"] = chosen.joined(separator: ",")
    }
    return variables
  }

  // MARK: The end

  /// - Throws: `Diagnostic` for anything but a training that went to its end. What the engine said counts before its
  ///   status: launchers of several processes end with 1 whatever happened.
  func check(_ ending: EngineReporter.Ending, status: ProcessStatus, stage: String) throws(Diagnostic) {
    let log = "its output: lorapipe logs \(stage)"
    let order = ["memory", "not-finite", "setup", "error"]
    let failure = ending.failures.min {
      (order.firstIndex(of: $0.cause) ?? 9, $0.rank) < (order.firstIndex(of: $1.cause) ?? 9, $1.rank)
    }
    if let failure {
      let text = failure.message.isEmpty ? failure.kind : failure.message
      switch failure.cause {
      case "memory":
        throw Diagnostic(
          code: "engine-out-of-memory", "the engine ran out of memory: \(text)",
          remedy: "lower batch_size, set engine.gradient_checkpointing, or quantize: nf4", notes: [log])
      case "not-finite":
        throw Diagnostic(
          code: "not-finite", "the training was stopped: \(text)",
          remedy: "lower the learning rate, or compute in bfloat16 instead of float16", notes: [log])
      case "setup":
        throw Diagnostic(
          code: "engine-setup", "the engine cannot start: \(text)",
          remedy: "check its environment with 'lorapipe doctor'",
          notes: [log])
      default:
        throw Diagnostic(code: "engine-failed", "the engine failed: \(text)", notes: [log])
      }
    }
    if ending.hasEnded { return }
    let isSwift = options.name == .msSwift
    if status.exitCode == 127 {
      throw Diagnostic(
        code: "engine-missing", "the engine's program was not found: \(isSwift ? python : options.title)",
        remedy: isSwift ? MSSwift.installation : "give a path, or the name of a program on PATH", notes: [log])
    }
    if status.shellCode == 137 {
      throw Diagnostic(
        code: "stage-killed", "the engine was killed, most likely by the kernel because memory ran out",
        remedy: "lower batch_size, or use a machine with more memory", notes: [log])
    }
    throw Diagnostic(
      code: "engine-no-result",
      ending.lastStep > 0
        ? "the engine \(status.description) after update \(ending.lastStep) and did not say how the training went"
        : "the engine \(status.description) and did not say how the training went",
      remedy: "see \(log)")
  }
}
