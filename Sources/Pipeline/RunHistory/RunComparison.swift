public import Diagnostics
public import JSON
public import PipelineEngine
public import Recipes

/// Runs side by side: a column per run, a line per parameter and metric.
public struct RunComparison: Sendable, Hashable {
  /// A parameter or metric of a stage.
  public struct Line: Sendable, Hashable {
    public var stage: String
    public var name: String
    /// One for each run, in their order; `nil` where that run has none.
    public var values: [JSONValue?]
    /// Which runs have the stage.
    public var present: [Bool]
    /// Which way is better, of metrics that have a direction.
    public var better: MetricSpec.Direction?
    /// The stage's kind.
    public var kind: String

    /// - Parameter present: all runs, if left out.
    public init(
      stage: String, name: String, values: [JSONValue?], present: [Bool]? = nil, better: MetricSpec.Direction?,
      kind: String
    ) {
      self.stage = stage
      self.name = name
      self.values = values
      self.present = present ?? values.map { _ in true }
      self.better = better
      self.kind = kind
    }

    public var title: String { "\(stage).\(name)" }

    /// Whether two runs have different values, or one of them has none. A run without the stage says nothing.
    public var differs: Bool { Set(zip(values, present).filter(\.1).map(\.0)).count > 1 }

    /// The position of the best value; `nil` without a direction, or where all numbers are equal.
    public var best: Int? {
      let numbers = values.enumerated().compactMap { index, value in value?.doubleValue.map { (index, $0) } }
        .filter(\.1.isFinite)
      guard let better, let low = numbers.min(by: { $0.1 < $1.1 }), let high = numbers.max(by: { $0.1 < $1.1 }),
        low.1 != high.1
      else { return nil }
      return better == .lower ? low.0 : high.0
    }
  }

  public var runs: [RunEntry]
  public var parameters: [Line]
  public var metrics: [Line]

  init(_ runs: [RunEntry], parameters: [Line], metrics: [Line]) {
    self.runs = runs
    self.parameters = parameters
    self.metrics = metrics
  }

  public var onlyChanged: RunComparison {
    RunComparison(runs, parameters: parameters.filter(\.differs), metrics: metrics.filter(\.differs))
  }

  /// The same with its runs in another order: positions of today's.
  public func ordered(_ positions: [Int]) -> RunComparison {
    func lines(_ lines: [Line]) -> [Line] {
      lines.map { line in
        var line = line
        line.values = positions.map { line.values[$0] }
        line.present = positions.map { line.present[$0] }
        return line
      }
    }
    return RunComparison(positions.map { runs[$0] }, parameters: lines(parameters), metrics: lines(metrics))
  }

  public var json: JSONValue {
    func list(_ lines: [Line]) -> JSONValue {
      .array(
        lines.map { line in
          var object = JSONObject()
          object["stage"] = .string(line.stage)
          object["name"] = .string(line.name)
          object["values"] = .array(line.values.map { $0 ?? .null })
          object["best"] = line.best.map { .string(runs[$0].id) }
          return .object(object)
        })
    }
    return ["runs": .array(runs.map(\.json)), "parameters": list(parameters), "metrics": list(metrics)]
  }

  /// Tables for a page or a pull request; the best value of each metric is bold.
  public var markdown: String {
    var text =
      "# \(runs.map(\.label).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", "))\n"
    for (title, lines) in [("Parameters", parameters), ("Metrics", metrics)] where !lines.isEmpty {
      text += "\n## \(title)\n\n| | \(runs.map(\.id).joined(separator: " | ")) |\n"
      text += "| --- |" + String(repeating: " --- |", count: runs.count) + "\n"
      for line in lines {
        let cells = line.values.enumerated().map { index, value in
          let cell = RunDiff.escaped(Self.text(value))
          return index == line.best ? "**\(cell)**" : cell
        }
        text += "| \(RunDiff.escaped(line.title)) | \(cells.joined(separator: " | ")) |\n"
      }
    }
    if parameters.isEmpty, metrics.isEmpty { text += "\nNothing differs.\n" }
    return text
  }

  /// A value as short as it can be read.
  public static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil: "–"
    case .number(let number)?: RunDiff.Line.short(number)
    case .string(let text)?: text
    case let value?: value.text()
    }
  }
}

extension RunDatabase {
  /// Compares any number of runs.
  /// - Parameter catalog: the kinds of stages: names of metrics today, and which way is better.
  public func comparison(of runs: [RunEntry], catalog: StageCatalog) throws(Diagnostic) -> RunComparison {
    RunComparison(
      runs, parameters: try lines(of: runs, from: "parameters", catalog),
      metrics: try lines(of: runs, from: "metrics", catalog))
  }

  private struct Place: Hashable {
    var stage: String
    var name: String
  }

  /// - Parameter view: `parameters` or `metrics`.
  private func lines(
    of runs: [RunEntry], from view: String, _ catalog: StageCatalog
  ) throws(Diagnostic) -> [RunComparison.Line] {
    let positions = Dictionary(runs.enumerated().map { ($1.id, $0) }) { first, _ in first }
    var order: [Place] = []
    var values: [Place: [JSONValue?]] = [:]
    var present: [String: Set<Int>] = [:]
    var kinds: [String: String] = [:]
    // As many runs to a query as SQLite takes parameters.
    for start in stride(from: 0, to: runs.count, by: 500) {
      let part = runs[start..<min(runs.count, start + 500)]
      let marks = Array(repeating: "?", count: part.count).joined(separator: ", ")
      let found = try perform { connection throws(Diagnostic) in
        try connection.rows(
          """
          SELECT v.run, v.stage, v.name, v.type, v.value, s.kind FROM \(view) v
          JOIN stages s ON s.run = v.run AND s.stage = v.stage
          WHERE v.run IN (\(marks)) AND s.state <> 'excluded'\(view == "metrics" ? " AND " + Self.hasOwnFigures("s") : "")
          ORDER BY v.run DESC, s.position
          """, part.map { .text($0.id) }
        ) { row in
          (
            run: row.text(0) ?? "", stage: row.text(1) ?? "", name: row.text(2) ?? "",
            value: JSONValue(sql: row, type: 3, column: 4), kind: row.text(5) ?? ""
          )
        }
      }
      for row in found {
        guard let position = positions[row.run] else { continue }
        let kind = catalog.kind(row.kind)
        let name = view == "metrics" ? kind?.metric(row.name)?.name ?? row.name : row.name
        let isPattern = name.contains("*")
        let place = Place(stage: row.stage, name: isPattern ? row.name : name)
        if values[place] == nil {
          order.append(place)
          values[place] = Array(repeating: nil, count: runs.count)
          kinds[row.stage] = row.kind
        }
        values[place]?[position] = row.value
        present[row.stage, default: []].insert(position)
      }
    }
    return order.map { place in
      let kind = kinds[place.stage] ?? ""
      return RunComparison.Line(
        stage: place.stage, name: place.name, values: values[place] ?? [],
        present: runs.indices.map { present[place.stage]?.contains($0) ?? false },
        better: view == "metrics" ? catalog.kind(kind)?.metric(place.name)?.better : nil, kind: kind)
    }
  }
}
