import Diagnostics

/// The ratio of domain to general: how many rows or tokens each general source gives.
extension MixState {
  /// Rows or tokens of a row.
  private func weight(_ pool: Int, _ position: Int) -> Int {
    options.unit == .rows ? 1 : pools[pool].facts[position].tokens
  }

  func size(_ pool: Int) -> Int { pools[pool].chosen.reduce(0) { $0 + weight(pool, $1) } }

  mutating func applyRatio() throws {
    guard let ratio = options.ratio else { return }
    let domain = pools.indices.filter { pools[$0].input.role == .domain }
    let general = pools.indices.filter { pools[$0].input.role == .general }
    let domainSize = domain.reduce(0) { $0 + size($1) }
    let sizes = general.map { size($0) }
    let generalSize = sizes.reduce(0, +)
    guard domainSize > 0, generalSize > 0 else {
      throw MixMetrics.missing(domainSize > 0 ? "general" : "domain")
    }
    // The small addend keeps 3 × (1 ÷ 3) at 1.
    let wanted = (Double(domainSize) * ratio.general / ratio.domain + 1e-9).rounded(.down)
    guard wanted < 1e12 else {
      throw Diagnostic(code: "out-of-range", "the ratio \(ratio) asks for \(wanted) general \(options.unit.rawValue)")
    }
    var target = Int(wanted)
    if target > generalSize {
      let missing = target - generalSize
      switch options.whenShort {
      case .error:
        throw Diagnostic(
          code: "too-few-general",
          "ratio \(ratio) needs \(target) general \(options.unit.rawValue) for \(domainSize) of the domain: "
            + "there are \(generalSize), \(missing) are missing",
          remedy: "Add general data, raise the '#N' caps, lower the ratio, or set when_short: repeat or accept.")
      case .accept:
        warn(
          "too-few-general",
          "ratio \(ratio) is short of \(missing) general \(options.unit.rawValue); all \(generalSize) are used")
        target = generalSize
      case .repeat:
        let rows = general.reduce(0) { $0 + pools[$1].chosen.count }
        guard Double(rows) * (Double(target) / Double(generalSize) - 1) <= Double(Mix.maximumCopies) else {
          throw Diagnostic(
            code: "too-many-rows",
            "ratio \(ratio) needs \(target) general \(options.unit.rawValue), and there are \(generalSize): "
              + "at most \(Mix.maximumCopies) rows may repeat others",
            remedy: "Lower the ratio, or add general data.")
        }
        warn(
          "too-few-general",
          "ratio \(ratio) is short of \(missing) general \(options.unit.rawValue); some rows repeat")
      }
    }
    let targets = MixState.apportion(target, to: sizes)
    if options.unit == .rows {
      for (index, target) in zip(general, targets) where target != pools[index].chosen.count {
        pools[index].chosen = MixState.take(target, of: drawn(index))
      }
      return
    }
    // What one source misses its share by, the next makes good.
    var carried = 0
    for (index, share) in zip(general, targets) {
      resample(index, toTokens: max(share + carried, 0))
      carried += share - size(index)
    }
    let got = general.reduce(0) { $0 + size($1) }
    guard abs(got - target) * 20 > target else { return }
    let longest = general.flatMap { pool in pools[pool].facts.map(\.tokens) }.max() ?? 0
    warn(
      "ratio-missed",
      "ratio \(ratio) asks for \(target) general tokens and \(got) is as near as whole rows come: the longest has \(longest)",
      remedy: "Cut the long rows, add short ones, or mix by rows.")
  }

  /// Parts of `total` in proportion to `sizes`, whole numbers that add up to it (largest remainder).
  static func apportion(_ total: Int, to sizes: [Int]) -> [Int] {
    let sum = sizes.reduce(0, +)
    guard sum > 0 else { return sizes.map { _ in 0 } }
    let exact = sizes.map { Double(total) * Double($0) / Double(sum) }
    var parts = exact.map { Int(($0 + 1e-9).rounded(.down)) }
    let order = sizes.indices.sorted { left, right in
      let a = exact[left] - Double(parts[left])
      let b = exact[right] - Double(parts[right])
      return abs(a - b) > 1e-9 ? a > b : left < right
    }
    var rest = total - parts.reduce(0, +)
    for index in order where rest > 0 {
      parts[index] += 1
      rest -= 1
    }
    return parts
  }

  /// Brings a pool as near to `target` tokens as whole rows come: rows that fit, in the order they are drawn, and at the
  /// end one that overshoots if that is nearer. What is left over is less than any row that was not taken.
  private mutating func resample(_ index: Int, toTokens target: Int) {
    let rows = drawn(index)
    let size = size(index)
    guard size > 0, target != size else { return }
    var taken: [Int] = []
    for _ in 0..<(target / size) { taken += rows }
    var missing = target % size
    var nearest: (position: Int, tokens: Int)?
    for position in rows {
      let tokens = weight(index, position)
      if tokens <= missing {
        taken.append(position)
        missing -= tokens
      } else if tokens < nearest?.tokens ?? .max {
        nearest = (position, tokens)
      }
    }
    if let nearest, nearest.tokens - missing < missing { taken.append(nearest.position) }
    pools[index].chosen = taken
  }
}
