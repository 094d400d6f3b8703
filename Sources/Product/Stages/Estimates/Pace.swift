import ModelFiles
import PipelineEngine
import Synchronization
import Training

/// How long work takes on this machine: beside what else runs at the moment, and with the machine to itself.
struct Pace {
  /// What a stage has to do. Times of one worker are for the machine that they were measured on, and go by its rate.
  struct Need {
    /// Floating-point operations that all workers share.
    var shared = 0.0
    /// Seconds of a single worker.
    var serial = 0.0
    /// Bytes that are written, hashed and brought to the disk.
    var written: Int64 = 0
  }

  private let rate: WorkerRate
  private let workers: Double

  init(_ context: EstimateContext, _ model: ModelConfiguration) {
    rate = MachineRate.of(model, workers: context.threads)
    workers = Double(max(context.threads, 1))
  }

  func seconds(_ need: Need) -> Double { seconds(need, rate.present) }
  func secondsAlone(_ need: Need) -> Double { seconds(need, rate.alone) }

  private func seconds(_ need: Need, _ rate: Double) -> Double {
    let rate = max(rate, 1)
    let single = Self.startSeconds + need.serial + Double(need.written) * Self.writingSeconds
    return need.shared / (rate * workers) + single * Self.referenceRate / rate
  }

  /// Operations per second of a worker of the machine on which times of one worker were measured.
  private static let referenceRate = 6e10
  /// Starting the stage's process.
  private static let startSeconds = 0.2
  /// For a byte: converting, writing, hashing, bringing it to the disk.
  private static let writingSeconds = 6e-9
}

/// This machine's speed, measured once a process and shape, so that equal stages are given equal times.
private enum MachineRate {
  private static let measured = Mutex<[[Int]: WorkerRate]>([:])

  static func of(_ model: ModelConfiguration, workers: Int) -> WorkerRate {
    measured.withLock { rates in
      // Products of other widths hardly differ: one measurement serves all models of a plan.
      let shape = [min(model.hiddenSize, 2048) / 512, workers]
      if let rate = rates[shape] { return rate }
      let rate = WorkerRate.measured(model, workers: workers)
      rates[shape] = rate
      return rate
    }
  }
}
