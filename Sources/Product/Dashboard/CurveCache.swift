import Diagnostics
import Reports
import RunHistory
import Synchronization

/// Thinned curves of finished actions, which never change again: the second look at a long training costs nothing.
final class CurveCache: Sendable {
  private struct State {
    var curves: [String: CurveFacts] = [:]
    var order: [String] = []
  }

  private let state = Mutex(State())
  /// A thinned curve takes some 40 kB.
  private static let limit = 2000

  func curve(
    run: String, stage: StageEntry, name: String, limit: Int, archive: RunArchive
  ) throws(Diagnostic) -> CurveFacts {
    let isFinal = stage.state == .built || stage.state == .cached
    // By run, not by key: a stage that was forced has the key of its first time and curves of its own.
    let key = "\(run)/\(stage.stage)/\(name)/\(limit)"
    if isFinal, let known = state.withLock({ $0.curves[key] }) { return known }
    let curve = try archive.curve(run: run, stage: stage.stage, name: name, limit: limit)
    if isFinal {
      state.withLock { state in
        if state.curves.updateValue(curve, forKey: key) == nil { state.order.append(key) }
        if state.order.count > Self.limit { state.curves[state.order.removeFirst()] = nil }
      }
    }
    return curve
  }
}
