/// Judges from how long a team's members sleep at barriers whether other programs are using their cores.
struct CrowdWatch {
  /// Crowded runs one after another.
  private var crowded = 0
  /// Runs left before the whole team is tried again.
  private var rest = 0
  private var nextRest = shortestRest

  private static let shortestRest = 64
  private static let longestRest = 2048
  /// Crowded runs that make a team smaller: one may be an accident.
  private static let patience = 3

  /// - Parameters:
  ///   - slept: microseconds all members together slept at the run's barriers.
  ///   - microseconds: how long the run took.
  mutating func add(slept: Int, microseconds: Int, members: Int) {
    // A run of a few barriers says nothing.
    guard microseconds > 1000 else { return }
    crowded = slept * 10 > microseconds * members * 3 ? crowded + 1 : 0
    if crowded == 0, rest == 0 { nextRest = Self.shortestRest }
  }

  /// How many members the next run should have.
  mutating func next(_ count: Int, of size: Int) -> Int {
    if crowded >= Self.patience, count > 1 {
      crowded = 0
      rest = nextRest
      nextRest = min(nextRest * 2, Self.longestRest)
      return count - max(1, count / 4)
    }
    guard rest > 0 else { return size }
    rest -= 1
    return rest == 0 ? size : count
  }
}
