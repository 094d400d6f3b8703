import Conversations
import Datasets
import Diagnostics
import JSON
import PipelineEngine

extension SubstituteStage: EstimatingStage {
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    let data = context.input("data")
    var rows: Int?
    var estimate = StageEstimate(seconds: 0.05)
    // Files at hand are looked through: a placeholder that is left over is found before anything runs.
    if let source = data?.smallDataset(
      include: parameters.include, reading: parameters.reading.placed(inStage: context.stageName),
      onBadRow: parameters.onBadRow)
    {
      do { rows = try Substitution(parameters).check(source).rows } catch {
        estimate.objections = Diagnostic.all(of: error)
      }
    } else {
      rows = data?.rows(include: parameters.include, reading: parameters.reading)
    }
    estimate.figures = [.count("rows", rows)]
    estimate.output["rows"] = rows.map { .integer(Int64($0)) }
    estimate.output[RowSample.member] =
      data?.sample(include: parameters.include, reading: parameters.reading, store: context.store)?
      .json
    estimate.output["row_bytes"] = data?.rowBytes(include: parameters.include, reading: parameters.reading).map {
      .integer(Int64($0))
    }
    return estimate
  }
}

extension MixStage: EstimatingStage {
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    var options = options
    options.seed = context.seed
    // How many tokens a row has is not known before it is counted.
    if options.unit == .tokens, options.ratio != nil {
      return StageEstimate(seconds: 1, figures: [.count("rows to learn from", nil)])
    }
    var sources: [(name: String, role: RowRole, rows: Int, rowCap: Int?)] = []
    let bytes = context.inputs.filter { $0.role != "model" }.compactMap {
      $0.dataBytes(include: include, reading: options.reading)
    }.reduce(0, +)
    var estimate = StageEstimate(seconds: 0.2 + Double(bytes) / Self.readingRate)
    for input in context.inputs where input.role != "model" {
      guard let rows = input.rows(include: include, reading: options.reading) ?? input.rowCap else {
        estimate.figures = [.count("rows to learn from", nil)]
        return estimate
      }
      if rows == 0 {
        estimate.objections.append(
          Diagnostic(
            emptyDataset: "'\(context.stageName)' reads '\(input.name)', which has no row that can be used",
            input.rowProblems(include: include, reading: options.reading.placed(inStage: context.stageName)),
            remedy: "fix its rows; lorapipe data lint FILE names them all"))
      }
      sources.append((input.name, input.role == "general" ? .general : .domain, rows, input.rowCap))
    }
    guard estimate.objections.isEmpty else { return estimate }
    guard sources.allSatisfy({ $0.rows <= Mix.countableRows / sources.count }) else {
      estimate.figures = [.count("rows to learn from", nil)]
      return estimate
    }
    do {
      let (train, validation) = try Mix.count(sources, options: options)
      estimate.figures = [.count("rows to learn from", train), .count("rows kept for validation", validation)]
      let there = sources.filter { $0.role == .general }.reduce(0) { $0 + $1.rows }
      // A cap above a source's rows repeats some of them.
      let domain = sources.filter { $0.role == .domain }.reduce(0) { $0 + ($1.rowCap ?? $1.rows) }
      let used = train + validation - domain
      if options.ratio == nil, options.deduplicate == .none, domain > 0, used > 0 {
        estimate.warnings = [MixMetrics.ratioWarning(Double(used) / Double(domain))].compactMap { $0 }
      }
      if there > 0, used > 0, used < there { estimate.figures.append(.count("general rows used", used, of: there)) }
      estimate.output = JSONObject([
        ("train", .integer(Int64(train))), ("validation", .integer(Int64(validation))),
      ])
      estimate.output["source_bytes"] = .integer(Int64(bytes))
      estimate.output["tokenized_rows"] = .integer(Int64(tokenizedRows(sources, total: train + validation)))
      estimate.output["row_bytes"] = rowBytes(context, sources, total: train + validation)
      estimate.output[RowSample.member] = sample(context, sources, total: train + validation)?.json
    } catch {
      // Whatever is wrong with the numbers, the ratio is where they meet.
      estimate.objections += Diagnostic.all(of: error).map { objection in
        var objection = objection
        if options.ratio != nil, objection.location == nil { objection.location = SourceLocation(file: "ratio") }
        return objection
      }
    }
    return estimate
  }

  /// Bytes of rows read and looked at in a second.
  static let readingRate = 6e7

  /// How many rows are tokenized for a mix: those of whole blocks.
  private func tokenizedRows(_ sources: [(name: String, role: RowRole, rows: Int, rowCap: Int?)], total: Int) -> Int {
    func drawn(_ source: (name: String, role: RowRole, rows: Int, rowCap: Int?)) -> Int {
      min(source.rowCap ?? source.rows, source.rows)
    }
    let domain = sources.filter { $0.role == .domain }.reduce(0) { $0 + drawn($1) }
    let general = sources.filter { $0.role == .general }.reduce(0) { $0 + drawn($1) }
    let share = general > 0 ? min(1, Double(max(total - domain, 0)) / Double(general)) : 1
    return sources.reduce(0) { sum, source in
      let wanted = Double(drawn(source)) * (source.role == .general ? share : 1)
      return sum + RowBlocks.workedRows(of: source.rows, drawn: Int(wanted.rounded(.up)))
    }
  }

  /// A few rows of the mix, from each source as many as its share of the rows.
  private func sample(
    _ context: EstimateContext, _ sources: [(name: String, role: RowRole, rows: Int, rowCap: Int?)], total: Int
  ) -> RowSample? {
    let drawn = sources.map { min($0.rowCap ?? $0.rows, $0.rows) }
    let domain = zip(sources, drawn).reduce(0) { $0 + ($1.0.role == .domain ? $1.1 : 0) }
    let general = max(1, drawn.reduce(0, +) - domain)
    var rows: [Conversation] = []
    for ((input, source), count) in zip(zip(context.inputs.filter { $0.role != "model" }, sources), drawn) {
      guard let sample = input.sample(include: include, reading: options.reading, store: context.store) else {
        return nil
      }
      let part =
        source.role == .domain
        ? Double(count) : Double(max(total - domain, 0)) * Double(count) / Double(general)
      rows += sample.taking(Int((part / Double(max(total, 1)) * Double(RowSample.size)).rounded()))
    }
    return rows.isEmpty ? nil : RowSample(rows)
  }

  /// The mean size of a row of the mix: all domain rows, the rest general ones.
  private func rowBytes(
    _ context: EstimateContext, _ sources: [(name: String, role: RowRole, rows: Int, rowCap: Int?)], total: Int
  ) -> JSONValue? {
    var bytes: [RowRole: Double] = [:]
    var rows: [RowRole: Int] = [:]
    for (input, source) in zip(context.inputs.filter { $0.role != "model" }, sources) {
      guard let size = input.rowBytes(include: include, reading: options.reading) else { return nil }
      let count = min(source.rowCap ?? source.rows, source.rows)
      bytes[source.role, default: 0] += Double(size * count)
      rows[source.role, default: 0] += count
    }
    func mean(_ role: RowRole) -> Double { (bytes[role] ?? 0) / Double(max(rows[role] ?? 0, 1)) }
    let domain = min(rows[.domain] ?? 0, total)
    let sum = Double(domain) * mean(.domain) + Double(total - domain) * mean(.general)
    return total > 0 ? .integer(Int64(sum / Double(total))) : nil
  }
}
