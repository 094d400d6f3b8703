import Diagnostics

extension DatasetReport {
  /// Fewer rows than this rarely teach anything that lasts.
  public static let fewRows = 50

  /// Every check in a fixed order, passed or not.
  func allFindings(_ survey: DatasetSurvey) -> [Finding] {
    // Of no rows there is nothing more to say.
    if goodRows == 0 { return [readable(survey), enough()].filter { $0.level != .pass } }
    return [
      readable(survey), uniform(survey), enough(), spread(survey), duplicated(survey), repeated(survey),
      balanced(survey),
      answered(survey), named(survey), used(survey),
    ] + (survey.check == nil ? [] : [rendered(survey), fitting(survey), learned(survey)])
  }

  /// Whether rows are longer than the model is to be trained on.
  private func fitting(_ survey: DatasetSurvey) -> Finding {
    let lengths = LengthSummary(survey.lengthsInTokens)
    let figures = "median \(lengths.median), 95 % up to \(lengths.percentile95), longest \(lengths.maximum) tokens"
    if survey.long.isEmpty { return finding("row-tokens", .pass, "every row fits max_length: \(figures)") }
    var long = finding(
      "row-tokens", survey.unended.isEmpty ? .warning : .error,
      "\(count(survey.long.count)) longer than max_length, of which \(survey.unended.count) would lose the end of the "
        + "answer: \(figures)",
      remedy: "Raise max_length, or let tokenize drop them (on_long_row: drop). A cut row never learns to stop.",
      survey.long.examples)
    long.rows = survey.long.count
    long.places = survey.long.places
    return long
  }

  private func learned(_ survey: DatasetSurvey) -> Finding {
    survey.unlabeled.finding(
      "unlabeled", .error, pass: "every row has tokens to learn", "of which no token is learned",
      remedy: "Give them an answer of the assistant, or remove the marks that exclude it.")
  }

  private var goodRows: Int { rows - badRows }

  private func finding(
    _ code: String, _ level: Finding.Level, _ message: String, remedy: String? = nil, _ examples: [String] = []
  ) -> Finding {
    Finding(code: code, level: level, message: message, remedy: remedy, examples: Array(examples.prefix(5)))
  }

  private func count(_ rows: Int) -> String { rows == 1 ? "1 row" : "\(rows) rows" }

  private func percent(_ part: Int, of whole: Int) -> String {
    whole > 0 ? "\(MixMetrics.rounded(100 * Double(part) / Double(whole))) %" : "0 %"
  }

  private func readable(_ survey: DatasetSurvey) -> Finding { .readable(survey.problems, of: rows) }

  /// Whether every message reaches the model that was named.
  private func rendered(_ survey: DatasetSurvey) -> Finding {
    if survey.refused.isEmpty { return finding("rendered", .pass, "every message reaches the model") }
    return finding(
      "rendered", .error, "\(count(survey.refused.count)) that the chat template refuses or does not render whole",
      remedy: "Change the rows or the template, or set on_bad_row: drop in tokenize.",
      survey.refused.diagnostics.map { Finding.example($0, withRemedy: true) })
  }

  private func uniform(_ survey: DatasetSurvey) -> Finding {
    let names = RowShape.allCases.filter { shapes[$0] != nil && !isShortened($0, survey) }.map {
      "\($0.rawValue) \(shapes[$0] ?? 0)"
    }
    if names.count > 1 {
      return finding(
        "uniform-format", .warning, "rows have several shapes: \(names.joined(separator: ", "))",
        remedy: "Write all rows in one shape.")
    }
    if columns.count > 1 {
      let common = columns.first?.names.joined(separator: ", ") ?? ""
      return finding(
        "uniform-format", .note, "rows differ in their columns; most have \(common)",
        remedy: "Check that the others lack or add them on purpose.")
    }
    return finding("uniform-format", .pass, "all rows have one shape\(names.first.map { " (\($0))" } ?? "")")
  }

  /// Whether all rows of a shape are Alpaca rows that leave out a column, as those without an `input` do.
  private func isShortened(_ shape: RowShape, _ survey: DatasetSurvey) -> Bool {
    guard shape == .queryResponse, shapes[.alpaca] != nil else { return false }
    let whole = survey.shapesOfColumns.filter { $0.value == .alpaca }.map { Set($0.key) }
    return survey.shapesOfColumns.filter { $0.value == shape }.allSatisfy { columns, _ in
      columns.contains { ColumnTable.name($0) == "instruction" } && whole.contains { $0.isSuperset(of: columns) }
    }
  }

  private func enough() -> Finding {
    if goodRows == 0 {
      return finding(
        "enough-rows", .error, "there are no rows to learn from", remedy: "Check that it is the file you meant.")
    }
    if goodRows < Self.fewRows {
      return finding(
        "enough-rows", .warning, "only \(count(goodRows))",
        remedy: "Aim for a few hundred varied rows.")
    }
    return finding("enough-rows", .pass, "\(goodRows) rows")
  }

  private func spread(_ survey: DatasetSurvey) -> Finding {
    let figures = "median \(lengths.median), 95 % up to \(lengths.percentile95), longest \(lengths.maximum) characters"
    if lengths.median > 0, lengths.maximum / max(lengths.median, 1) >= 20, lengths.maximum > 2000 {
      return finding(
        "length-spread", .warning, "a few rows are far longer than the rest: \(figures)",
        remedy: "Check the longest; rows over max_length are cut or dropped.", [survey.longest.place])
    }
    if goodRows >= 20, lengths.minimum * 5 >= lengths.maximum * 4 {
      return finding(
        "length-spread", .note, "all rows have nearly the same length: \(figures)",
        remedy: "Vary them, or the model learns the length.")
    }
    return finding("length-spread", .pass, figures)
  }

  private func duplicated(_ survey: DatasetSurvey) -> Finding {
    if duplicates == 0 { return finding("duplicates", .pass, "no two rows are equal") }
    return finding(
      "duplicates", .warning, "\(count(duplicates)) (\(percent(duplicates, of: goodRows))) equal to an earlier one",
      remedy: "Remove them, or set deduplicate: exact in mix.", survey.duplicates)
  }

  private func repeated(_ survey: DatasetSurvey) -> Finding {
    let count = survey.contradictions.count
    if count == 0 { return finding("repeated-questions", .pass, "no question is asked twice") }
    return finding(
      "repeated-questions", count * 10 > goodRows ? .warning : .note,
      "\(self.count(count)) with an earlier row's question and another answer",
      remedy: "Keep those where both answers are right.", survey.contradictions)
  }

  private func balanced(_ survey: DatasetSurvey) -> Finding {
    let present = RowLanguage.allCases.filter { (languages[$0] ?? 0) > 0 }
    let list = present.map { "\($0.rawValue) \(percent(languages[$0] ?? 0, of: goodRows))" }.joined(separator: ", ")
    if let rare = present.first(where: { present.count > 1 && (languages[$0] ?? 0) * 10 < goodRows }) {
      return finding(
        "language-balance", .note, "one language has few rows: \(list)",
        remedy: "Is this intended? Otherwise add rows in this language.", survey.minorityExamples[rare] ?? [])
    }
    return finding("language-balance", .pass, list.isEmpty ? "no text" : list)
  }

  private func answered(_ survey: DatasetSurvey) -> Finding {
    if survey.nearEmptyAnswers.isEmpty { return finding("near-empty-answers", .pass, "every answer says something") }
    return finding(
      "near-empty-answers", .warning,
      "\(count(survey.nearEmptyAnswers.count)) with an answer that has no letter or digit",
      remedy: "Complete or remove them.", survey.nearEmptyAnswers)
  }

  /// Columns that no conversation shows.
  private func used(_ survey: DatasetSurvey) -> Finding {
    if unusedColumns.isEmpty {
      return finding(
        "columns-used", .pass,
        tagColumns.isEmpty
          ? "every column is used"
          : "every column is used, \(tagColumns.joined(separator: ", ")) for the values of placeholders")
    }
    let isTelling = unusedColumns.contains { ColumnTable.isTelling($0.name) }
    return finding(
      "columns-used", isTelling ? .warning : .note,
      "columns not used: \(unusedColumns.map(\.name).joined(separator: ", "))",
      remedy: isTelling ? survey.telling.remedy(survey.reading) : nil,
      unusedColumns.map { "\($0.name): found in \(count($0.rows))" })
  }

  /// A role that no template knows is left out of the text, or stands in it as it is.
  private func named(_ survey: DatasetSurvey) -> Finding {
    if survey.oddRoles.isEmpty { return finding("known-roles", .pass, "every role is known") }
    let words = survey.oddRoleNames.sorted().prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    return finding(
      "known-roles", .warning, "\(count(survey.oddRoles.count)) with a role that templates may not know: \(words)",
      remedy: "Use system, user, assistant or tool.", survey.oddRoles)
  }
}

extension DatasetReport.Finding {
  /// Whether rows can be read, and what is wrong with those that cannot.
  /// - Parameters:
  ///   - rows: all of them.
  ///   - canDrop: whether what reads them can leave bad ones out.
  public static func readable(
    _ problems: RowProblems, of rows: Int, canDrop: Bool = true
  ) -> DatasetReport.Finding {
    guard !problems.isEmpty else {
      return .init(code: "readable", level: .pass, message: "every row can be read", examples: [])
    }
    let found = problems.diagnostics
    // A remedy that fits all of them is printed once, after them.
    let remedies = Set(found.map(\.remedy))
    let common = remedies.count == 1 ? remedies.first ?? nil : nil
    let remedy =
      if problems.count >= rows || !canDrop {
        // Leaving rows out would leave none.
        common ?? "Fix these rows."
      } else {
        common.map { "Skip bad rows with on_bad_row: drop, or fix them. \($0)" }
          ?? "Fix these rows, or skip bad rows with on_bad_row: drop."
      }
    return .init(
      code: "readable", level: .error, message: "\(problems.count) of \(rows) rows cannot be read", remedy: remedy,
      examples: found.prefix(5).map { example($0, withRemedy: common == nil) })
  }

  fileprivate static func example(_ problem: Diagnostic, withRemedy: Bool) -> String {
    let place = (problem.location?.file ?? "") + (problem.location?.line.map { ":\($0)" } ?? "")
    let notes = problem.notes.map { " (\($0))" }.joined()
    let remedy = withRemedy ? problem.remedy : nil
    return "\(place): \(problem.message)\(notes)" + (remedy.map { ". \($0)" } ?? "")
  }
}
