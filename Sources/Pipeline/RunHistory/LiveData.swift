public import Diagnostics
public import JSON
public import PipelineEngine
import Platform

/// Points of a curve, and the number to pass for those that follow.
public struct PointBatch: Sendable, Hashable {
  public var points: [CurvePoint]
  public var next: Int
}

/// Lines of a log, and the offset to pass for those that follow.
public struct LogBatch: Sendable, Hashable {
  public var lines: [String]
  public var next: Int
}

/// Events of a run, and the offset to pass for those that follow.
public struct EventBatch: Sendable, Hashable {
  public var events: [JSONValue]
  public var next: Int
}

/// What runs have written and write: while they run, after their end, and after they were killed.
///
/// Every answer comes from files that the run's process only appends to or replaces whole, and from `runs.db` for what
/// lies in no folder. No reader takes a lock, so any number of them may ask as often as they like, and a run does not
/// notice. A run that is killed has lost at most the last half second.
///
///     let data = LiveData(runs, database: database)
///     var next = 0
///     while true {
///       let batch = try data.points(run: id, stage: "train", series: "loss", since: next)
///       draw(batch.points)
///       next = batch.next
///     }
public struct LiveData: Sendable {
  private let runs: RunsDirectory
  private let database: RunDatabase

  public init(_ runs: RunsDirectory, database: RunDatabase) {
    self.runs = runs
    self.database = database
  }

  /// The names of a stage's curves, sorted. A stage that was cached has those of the run that built it.
  public func series(run: String, stage: String) throws(Diagnostic) -> [String] {
    var names = Set(runs.curves(run, stage: stage))
    names.formUnion(try database.seriesNames(run: run, stage: stage))
    if names.isEmpty { names.formUnion(oldPoints(run, stage).keys) }
    return names.sorted()
  }

  /// The points of a curve after the first `sequence` ones, at most `limit`, in the order of their steps.
  ///
  /// A training that continues from a checkpoint begins with the points of the runs before it.
  public func points(
    run: String, stage: String, series: String, since sequence: Int = 0, limit: Int = .max
  ) throws(Diagnostic) -> PointBatch {
    let first = max(0, sequence)
    let file = runs.pointsFile(run, stage: stage, series: series)
    if let begin = PointFile.points(in: file, limit: 1) {
      let earlier = try begin.first.map { point throws(Diagnostic) in
        try database.points(run: run, stage: stage, series: series, before: point.step)
      }
      let before = earlier ?? []
      var points = Array(before.dropFirst(first).prefix(max(0, limit)))
      let skipped = max(0, first - before.count)
      points += PointFile.points(in: file, since: skipped, limit: max(0, limit - points.count)) ?? []
      return PointBatch(points: points, next: first + points.count)
    }
    // Cached: the run that built it has the curve in its folder, which is faster to read than the database.
    if let origin = try database.origin(run: run, stage: stage), origin.run != run,
      PointFile.points(in: runs.pointsFile(origin.run, stage: origin.stage, series: series), limit: 1) != nil
    {
      return try points(run: origin.run, stage: origin.stage, series: series, since: sequence, limit: limit)
    }
    var all = try database.points(run: run, stage: stage, series: series)
    if all.isEmpty { all = oldPoints(run, stage)[series] ?? [] }
    let points = Array(all.dropFirst(first).prefix(max(0, limit)))
    return PointBatch(points: points, next: first + points.count)
  }

  /// What the running stages of a run do; `nil` when it has ended or is not known. Of a run whose process was killed it is
  /// what they did last: `RunsDirectory.isLive` tells the two apart.
  public func progress(run: String) -> RunProgress? { runs.progress(of: run) }

  /// Whole lines of a stage's log from a byte offset on.
  /// - Parameter limit: bytes to read at most; a longer line is given in parts.
  public func log(run: String, stage: String, since offset: Int = 0, limit: Int = 1 << 20) -> LogBatch {
    let (lines, next) = lines(of: runs.logPath(run, stage: stage), since: offset, limit: limit)
    return LogBatch(lines: lines.map { String(decoding: $0, as: UTF8.self) }, next: next)
  }

  /// Events of `events.jsonl` from a byte offset on.
  public func events(run: String, since offset: Int = 0, limit: Int = 1 << 24) -> EventBatch {
    let (lines, next) = lines(of: runs.runPath(run) + "/events.jsonl", since: offset, limit: limit)
    return EventBatch(events: lines.compactMap { try? JSONValue(parsing: $0) }, next: next)
  }

  /// A curve of the machine while the run went on: `cpu` (share of all cores that was busy), `memory` (bytes in use) or
  /// `disk_free` (bytes). The step is the seconds since the run's first stage began.
  public func machine(run: String, series: String, since sequence: Int = 0) -> PointBatch {
    let points = PointFile.points(in: runs.machineFile(run, series: series), since: sequence) ?? []
    return PointBatch(points: points, next: max(0, sequence) + points.count)
  }

  private func lines(of path: String, since offset: Int, limit: Int) -> (lines: [ArraySlice<UInt8>], next: Int) {
    let start = max(0, offset)
    guard let bytes = ReadableFile(path)?.bytes(from: start, limit: max(1, limit)), !bytes.isEmpty else {
      return ([], start)
    }
    let newline = UInt8(ascii: "\n")
    guard let last = bytes.lastIndex(of: newline) else {
      return bytes.count < limit ? ([], start) : ([bytes[...]], start + bytes.count)
    }
    return (
      bytes[..<last].split(separator: newline, omittingEmptySubsequences: false), start + last + 1
    )
  }

  /// Points as versions before the point files kept them: as events of the run.
  private func oldPoints(_ run: String, _ stage: String) -> [String: [CurvePoint]] {
    var result: [String: [CurvePoint]] = [:]
    for event in runs.events(of: run)
    where event["event"]?.stringValue == "stage.point" && event["stage"]?.stringValue == stage {
      guard let series = event["series"]?.stringValue, let step = event["step"]?.intValue else { continue }
      result[series, default: []].append(
        CurvePoint(step: step, value: event["value"]?.doubleValue ?? .nan, time: event["time"]?.doubleValue))
    }
    return result
  }
}

extension RunDatabase {
  fileprivate func seriesNames(run: String, stage: String) throws(Diagnostic) -> [String] {
    try perform { connection throws(Diagnostic) in
      try connection.rows(
        "SELECT DISTINCT name FROM series WHERE run = ? AND stage = ?", [.text(run), .text(stage)]
      ) { $0.text(0) ?? "" }
    }
  }

  /// The run and stage that executed what a stage of a run has; `nil` when nothing did.
  fileprivate func origin(run: String, stage: String) throws(Diagnostic) -> (run: String, stage: String)? {
    try perform { connection throws(Diagnostic) in
      try connection.rows(
        """
        SELECT a.run, a.stage FROM stages s JOIN actions a ON a.key = s.key
        WHERE s.run = ? AND s.stage = ? AND a.run IS NOT NULL AND a.stage IS NOT NULL
        """, [.text(run), .text(stage)]
      ) { ($0.text(0) ?? "", $0.text(1) ?? "") }.first
    }
  }

  /// - Parameter step: only points of earlier steps; `nil` for all.
  fileprivate func points(
    run: String, stage: String, series: String, before step: Int? = nil
  ) throws(Diagnostic) -> [CurvePoint] {
    try perform { connection throws(Diagnostic) in
      try connection.rows(
        """
        SELECT step, value, time FROM series
        WHERE run = ?1 AND stage = ?2 AND name = ?3 AND (?4 IS NULL OR step < ?4) ORDER BY step
        """, [.text(run), .text(stage), .text(series), SQLValue(step)]
      ) { CurvePoint(step: $0.integer(0) ?? 0, value: $0.real(1) ?? .nan, time: $0.real(2)) }
    }
  }
}
