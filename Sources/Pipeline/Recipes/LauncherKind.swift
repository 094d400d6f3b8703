/// The ways in which a launcher of the workspace file starts stages.
public enum LauncherKind: String, Sendable, Hashable, CaseIterable {
  /// On this machine.
  case local
  /// As jobs of Slurm.
  case slurm
  /// By a command that runs another command: ssh, kubectl.
  case command
}
