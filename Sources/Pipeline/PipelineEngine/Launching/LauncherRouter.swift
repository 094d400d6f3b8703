/// Gives each stage to the launcher that the workspace file or the command line names for it.
public struct LauncherRouter: StageLauncher {
  private let launchers: [String: any StageLauncher]
  private let fallback: any StageLauncher

  /// - Parameters:
  ///   - launchers: by the name in a request.
  ///   - fallback: takes every other stage.
  public init(_ launchers: [String: any StageLauncher], fallback: any StageLauncher) {
    self.launchers = launchers
    self.fallback = fallback
  }

  public func launch(
    _ request: StageRequest, log: String, control: RunControl, events: @escaping @Sendable (StageEvent) -> Void
  ) async -> StageOutcome {
    let launcher = request.launcher.flatMap { launchers[$0] } ?? fallback
    return await launcher.launch(request, log: log, control: control, events: events)
  }
}
