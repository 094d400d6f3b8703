/// What Slurm says of a job.
struct SlurmState: Sendable, Hashable {
  var id: String
  var name: String
  /// `RUNNING`, `OUT_OF_MEMORY`, without what may follow it (`CANCELLED by 1000`).
  var state: String
  /// Why it waits, or why it ended.
  var reason: String
  var nodes: String
  /// `0:9`: exit status and signal, where known.
  var exitCode = ""

  /// Whether it waits, runs, or will run again.
  var isActive: Bool { !Self.ends.contains(state) }
  /// Whether it waits to be started.
  var isWaiting: Bool { Self.waits.contains(state) }

  private static let waits: Set<String> = [
    "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD",
  ]
  private static let ends: Set<String> = [
    "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE",
    "REVOKED", "LAUNCH_FAILED", "RECONFIG_FAIL",
  ]

  /// A line of `squeue -h -o '%i|%j|%T|%r|%N'`.
  init?(queueLine line: Substring) {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count >= 5, parts[0].first?.isNumber == true else { return nil }
    id = String(parts[0])
    name = String(parts[1])
    state = Self.plain(parts[2])
    reason = String(parts[3])
    nodes = String(parts[4])
  }

  /// The output of `scontrol show job -o ID`: words `Name=value`, of which a few values hold spaces.
  init?(job text: String) {
    var fields: [String: String] = [:]
    for word in text.split(whereSeparator: { $0.isWhitespace }) {
      guard let equals = word.firstIndex(of: "=") else { continue }
      let name = String(word[..<equals])
      if fields[name] == nil { fields[name] = String(word[word.index(after: equals)...]) }
    }
    guard let id = fields["JobId"], let state = fields["JobState"] else { return nil }
    self.id = id
    name = fields["JobName"] ?? ""
    self.state = Self.plain(state[...])
    reason = fields["Reason"] ?? ""
    nodes = fields["NodeList"] ?? ""
    exitCode = fields["ExitCode"] ?? ""
  }

  /// A line of `sacct -X -P -n -o JobIDRaw,State,ExitCode,NodeList`.
  init?(accountingLine line: Substring) {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].first?.isNumber == true else { return nil }
    id = String(parts[0])
    name = ""
    state = Self.plain(parts[1])
    reason = ""
    exitCode = String(parts[2])
    nodes = String(parts[3])
  }

  private static func plain(_ text: Substring) -> String {
    String(text.prefix { $0 != " " && $0 != "+" })
  }
}
