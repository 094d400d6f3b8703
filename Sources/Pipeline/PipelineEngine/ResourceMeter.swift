import Artifacts
import Glibc
import Platform

/// Measures what a piece of work takes of this process and its children.
struct ResourceMeter {
  private let begun = SystemClock.monotonic()
  private let cpu = ResourceMeter.cpuSeconds()

  func cost(threads: Int) -> ActionCost {
    ActionCost(
      seconds: SystemClock.monotonic() - begun, cpuSeconds: Self.cpuSeconds() - cpu, peakMemory: Self.peakMemory(),
      threads: threads)
  }

  private static func usage(_ who: __rusage_who_t) -> rusage {
    var usage = rusage()
    getrusage(who, &usage)
    return usage
  }

  private static func cpuSeconds() -> Double {
    cpuSeconds(usage(RUSAGE_SELF.number)) + cpuSeconds(usage(RUSAGE_CHILDREN.number))
  }

  private static func cpuSeconds(_ usage: rusage) -> Double {
    let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    let microseconds = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    return seconds + microseconds * 1e-6
  }

  /// Bytes resident at the highest, of this process or its largest child. `getrusage` counts what the parent had when
  /// it started this process, so the process's own figure is the kernel's `VmHWM`.
  private static func peakMemory() -> Int64 {
    let children = Int64(usage(RUSAGE_CHILDREN.number).ru_maxrss) * 1024
    let own = ProcessMemory.peak.map { Int64($0) } ?? Int64(usage(RUSAGE_SELF.number).ru_maxrss) * 1024
    return max(own, children)
  }
}

extension __rusage_who {
  fileprivate var number: __rusage_who_t { __rusage_who_t(truncatingIfNeeded: rawValue) }
}
