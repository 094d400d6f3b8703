public import Datasets
import Diagnostics

/// What can be said of files of test questions, such as `eval` takes as `questions`, by reading them.
public struct ProbeFile: Sendable {
  /// Rows, unreadable ones included.
  public private(set) var rows = 0
  /// What is asked, turn by turn, with where it stands.
  public private(set) var asked: [AskedQuestion] = []
  /// Every check in a fixed order, passed or not.
  public private(set) var findings: [DatasetReport.Finding] = []

  private var problems = RowProblems()
  private var groups: [(name: String, count: Int)] = []
  private var unjudged = Places()
  private var impossible = Places()
  private var repeated = Places()
  private var unfilled = Places()
  private var seen: Set<[String]> = []

  /// - Throws: `Diagnostic` only for what stops reading; a row that is no question is a finding.
  public init(_ files: DatasetFiles) throws {
    for file in files.files {
      let reader = try files.reader(file)
      while let record = try reader.next() {
        rows += 1
        switch record {
        case .bad(let number, let problem): problems.add(problem, row: number)
        case .row(let row): add(row, RowPlace(file, row))
        }
      }
    }
    findings = [readable, enough, grouped, judged, possible, single, filled]
  }

  private mutating func add(_ row: DatasetRow, _ place: RowPlace) {
    let probe: Probe
    do { probe = try Probe(row: row.fields) } catch var problem as Diagnostic {
      problem.message = "row \(row.number): \(problem.message)"
      problem.location = SourceLocation(file: place.file, line: place.line)
      return problems.add(problem, row: row.number)
    } catch {
      return problems.add(Diagnostic(code: "bad-probe", "row \(row.number): \(error)"), row: row.number)
    }
    if let index = groups.firstIndex(where: { $0.name == probe.group }) {
      groups[index].count += 1
    } else {
      groups.append((probe.group, 1))
    }
    asked += probe.turns.map { AskedQuestion($0, at: place) }
    if !seen.insert(probe.turns).inserted { repeated.add(place) }
    if !probe.expect.asksForSomething { unjudged.add(place) }
    if !probe.expect.canBeMet { impossible.add(place) }
    if probe.turns.contains(where: Self.hasPlaceholder) || probe.expect.texts.contains(where: Self.hasPlaceholder) {
      unfilled.add(place)
    }
  }

  private static func hasPlaceholder(_ text: String) -> Bool { Substitution.leftOver(in: text) != nil }

  // MARK: Findings

  private var good: Int { rows - problems.count }

  private var readable: DatasetReport.Finding { .readable(problems, of: rows, canDrop: false) }

  private var enough: DatasetReport.Finding {
    good == 0
      ? .init(
        code: "enough-rows", level: .error, message: "there are no test questions",
        remedy: "Check that it is the file you meant.", examples: [])
      : .init(code: "enough-rows", level: .pass, message: "test questions: \(good)", examples: [])
  }

  private var grouped: DatasetReport.Finding {
    let list = groups.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    let own = groups.filter { EvaluationReport.covers("identity", $0.name) }
    guard !own.isEmpty, own.count == groups.count else {
      return .init(code: "question-groups", level: .pass, message: "groups: \(list)", examples: [])
    }
    return .init(
      code: "question-groups", level: .note,
      message:
        "every question is about the identity: whether the model says its name to other questions is not measured",
      remedy: "Add ordinary questions, with group: general.", examples: [])
  }

  private var judged: DatasetReport.Finding {
    unjudged.finding(
      "expectations", .warning, pass: "every question says what to expect",
      "without expect: any answer that says something counts as right",
      remedy: "Write expect, such as {\"contains\": \"Grace\"}, or give the eval stage expect:.")
  }

  private var possible: DatasetReport.Finding {
    impossible.finding(
      "impossible-expectations", .error, pass: "every expectation can be met",
      "whose expect no answer can meet: what it asks for is what it forbids", remedy: "Change contains, exact or not.")
  }

  private var single: DatasetReport.Finding {
    repeated.finding(
      "repeated-questions", .warning, pass: "no question is asked twice",
      "whose question an earlier row asks too", remedy: "Remove them: such a question counts twice.")
  }

  private var filled: DatasetReport.Finding {
    unfilled.finding(
      "placeholders", .note, pass: "no placeholder is left", "with placeholders such as {{NAME}}",
      remedy:
        "Fill them with a substitute stage, as those of the rows to learn from, and write questions: STAGE in eval.")
  }
}

/// Rows with a flaw.
private struct Places {
  private static let named = 5
  private var count = 0
  private var places: [String] = []

  mutating func add(_ place: RowPlace) {
    count += 1
    if places.count < 10_000 { places.append(place.text) }
  }

  /// - Parameter what: completes "3 rows …".
  func finding(
    _ code: String, _ level: DatasetReport.Finding.Level, pass: String, _ what: String, remedy: String
  ) -> DatasetReport.Finding {
    guard count > 0 else { return .init(code: code, level: .pass, message: pass, examples: []) }
    let rows = count == 1 ? "1 row" : "\(count) rows"
    return .init(
      code: code, level: level, message: "\(rows) \(what)", remedy: remedy,
      examples: Array(places.prefix(Self.named)), rows: count, places: places)
  }
}
