public import Diagnostics
public import JSON
import PipelineEngine
public import RunHistory

/// A point of a curve as it is drawn.
public struct PlotPoint: Sendable, Hashable {
  public var step: Int
  /// `nil` where the value was not finite: the line has a gap there.
  public var value: Double?
  /// Seconds since 1970; `nil` in records of older versions.
  public var time: Double?

  public init(step: Int, value: Double?, time: Double? = nil) {
    self.step = step
    self.value = value
    self.time = time
  }
}

/// A curve of a stage, with no more points than a screen shows.
///
/// A curve with more points than asked for is cut into stretches of equally many steps. Of each stretch the lowest and the
/// highest value stay, so that a spike never disappears, and its mean, from which a smoothed line is drawn. (A method that
/// keeps the shape alone, such as LTTB, may drop a single bad step, and that is the one to see.)
public struct CurveFacts: Sendable, Hashable {
  public var name: String
  /// The values as measured, or the lowest and highest of each stretch in the order they came.
  public var points: [PlotPoint]
  /// The mean of each stretch at its middle; empty when `points` are all there are.
  public var means: [PlotPoint]
  /// How many points were measured.
  public var count: Int
  /// The lowest value where lower is better, else `nil`.
  public var best: PlotPoint?
  public var last: PlotPoint?

  /// Points that a line has at most.
  public static let limit = 1000

  /// - Parameter lowerIsBetter: whether the lowest point is worth marking.
  public init(name: String, _ all: [PlotPoint], limit: Int = CurveFacts.limit, lowerIsBetter: Bool = false) {
    self.name = name
    count = all.count
    last = all.last { $0.value != nil }
    best = nil
    if lowerIsBetter {
      best = all.filter { $0.value?.isFinite ?? false }.min { ($0.value ?? 0, $0.step) < ($1.value ?? 0, $1.step) }
    }
    if all.count <= max(limit, 2) {
      points = all
      means = []
    } else {
      (points, means) = Self.thinned(all, stretches: max(1, limit / 2))
    }
  }

  private static func thinned(
    _ all: [PlotPoint], stretches: Int
  ) -> (points: [PlotPoint], means: [PlotPoint]) {
    var points: [PlotPoint] = []
    var means: [PlotPoint] = []
    points.reserveCapacity(2 * stretches)
    means.reserveCapacity(stretches)
    for stretch in 0..<stretches {
      let range = (all.count * stretch / stretches)..<(all.count * (stretch + 1) / stretches)
      guard let first = range.first else { continue }
      var low = first
      var high = first
      var sum = 0.0
      var number = 0
      var isBroken = false
      for index in range {
        guard let value = all[index].value, value.isFinite else {
          isBroken = true
          continue
        }
        if number == 0 || value < all[low].value ?? .infinity { low = index }
        if number == 0 || value > all[high].value ?? -.infinity { high = index }
        sum += value
        number += 1
      }
      guard number > 0 else {
        points.append(PlotPoint(step: all[first].step, value: nil))
        continue
      }
      points.append(all[min(low, high)])
      if low != high { points.append(all[max(low, high)]) }
      if isBroken { points.append(PlotPoint(step: all[range.upperBound - 1].step, value: nil)) }
      let middle = all[(range.lowerBound + range.upperBound) / 2]
      means.append(PlotPoint(step: middle.step, value: sum / Double(number), time: middle.time))
    }
    return (points, means)
  }

  /// Points are lists of step, value and, where times are known, the seconds since `start`.
  public var json: JSONValue {
    let start = points.lazy.compactMap(\.time).first
    func json(_ point: PlotPoint) -> JSONValue {
      let value = point.value.map { JSONValue.number($0) } ?? .null
      guard let start, let time = point.time else { return .array([.integer(Int64(point.step)), value]) }
      return .array([.integer(Int64(point.step)), value, .number(((time - start) * 100).rounded() / 100)])
    }
    var object = JSONObject([
      ("name", .string(name)), ("count", .integer(Int64(count))), ("points", .array(points.map(json))),
    ])
    if !means.isEmpty { object["means"] = .array(means.map(json)) }
    object["best"] = best.map(json)
    object["last"] = last.map(json)
    object["start"] = start.map { .number($0) }
    return .object(object)
  }
}

/// Curves that belong into one drawing: a loss and its validation, or one other series.
public struct CurveGroup: Sendable, Hashable {
  public var name: String
  public var curves: [CurveFacts]

  /// The series by which the tokens seen until a step are known.
  public static let tokenAxis = "tokens"

  /// Losses share a drawing; every other series has its own.
  public static func name(of series: String) -> String { isLoss(series) ? "loss" : series }

  /// Whether a series is a loss: `loss`, `validation.loss`, `validation.domain.loss`.
  public static func isLoss(_ series: String) -> Bool { series.split(separator: ".").contains("loss") }

  /// Whether the lowest point of a series is worth marking: of what is measured on rows kept aside.
  static func hasBest(_ series: String) -> Bool { isLoss(series) && series != "loss" }

  static func grouped(_ curves: [CurveFacts]) -> [CurveGroup] {
    var groups: [CurveGroup] = []
    for curve in curves.sorted(by: { rank($0.name) < rank($1.name) }) {
      let name = name(of: curve.name)
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].curves.append(curve)
      } else {
        groups.append(CurveGroup(name: name, curves: [curve]))
      }
    }
    return groups
  }

  /// Losses first, in the order people look at them.
  static func rank(_ name: String) -> String {
    let order = ["loss", "validation.loss", "validation.loss.domain", "validation.loss.general", "learning_rate"]
    return order.firstIndex(of: name).map { "0\($0)" } ?? (isLoss(name) ? "1" : "2") + name
  }
}

extension RunArchive {
  /// The curves of a stage, in the groups they are drawn in.
  /// - Parameter limit: points that a line has at most.
  public func curves(
    run: String, stage: StageEntry, limit: Int = CurveFacts.limit
  ) throws(Diagnostic) -> [CurveGroup] {
    var curves: [CurveFacts] = []
    // How many tokens were seen is an axis, and no curve to look at.
    for name in series(of: stage, run: run) where name != CurveGroup.tokenAxis {
      curves.append(try curve(run: run, stage: stage.stage, name: name, limit: limit))
    }
    return CurveGroup.grouped(curves)
  }

  public func curve(
    run: String, stage: String, name: String, limit: Int = CurveFacts.limit
  ) throws(Diagnostic) -> CurveFacts {
    let batch = try live.points(run: run, stage: stage, series: name)
    return CurveFacts(
      name: name, batch.points.map(PlotPoint.init), limit: limit, lowerIsBetter: CurveGroup.hasBest(name))
  }

  /// What the machine did while a run went on: `cpu` (share of all cores), `memory` and `disk_free` (bytes), by seconds
  /// since the run began. Empty for runs of older versions.
  public func machine(run: String, limit: Int = CurveFacts.limit) -> [CurveFacts] {
    ["cpu", "memory", "disk_free"].compactMap { name in
      let points = live.machine(run: run, series: name).points
      return points.count > 1 ? CurveFacts(name: name, points.map(PlotPoint.init), limit: limit) : nil
    }
  }
}

extension PlotPoint {
  fileprivate init(_ point: CurvePoint) {
    self.init(step: point.step, value: point.value.isFinite ? point.value : nil, time: point.time)
  }
}
