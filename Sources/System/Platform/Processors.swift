import Glibc

/// The machine's processors.
public enum Processors {
  /// How many this process may run on: those online, or fewer where a container or `taskset` narrows them.
  public static let count: Int = {
    let online = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let mask = KernelFile.field("Cpus_allowed:", in: "/proc/self/status") ?? ""
    let allowed = mask.reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
    return allowed > 0 ? min(allowed, online) : online
  }()
}
