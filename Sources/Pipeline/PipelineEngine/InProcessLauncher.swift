/// Runs stages inside this process: no log file, no protection from a crash. For tests, and for tools that only look.
public struct InProcessLauncher: StageLauncher {
  public var catalog: StageCatalog

  public init(catalog: StageCatalog) { self.catalog = catalog }

  public func launch(
    _ request: StageRequest, log: String, control: RunControl, events: @escaping @Sendable (StageEvent) -> Void
  ) async -> StageOutcome {
    let cancellation = StageCancellation()
    let token = control.addHandler { _ in cancellation.cancel() }
    defer { control.removeHandler(token) }
    return await StageChild.run(request, catalog: catalog, cancellation: cancellation, send: events)
  }
}
