import Artifacts
public import JSON
import PipelineEngine
import Recipes
public import RunHistory
import Stages

/// The answers of one or several runs to the same questions.
public struct AnswerBook: Sendable, Hashable {
  /// Who answers: the base of a run, or what it trained.
  public struct Column: Sendable, Hashable {
    public var run: String
    /// As people call the run.
    public var label: String
    public var isBase: Bool
    /// The stage that asked, where several of a run did: the same question may then be asked in two ways.
    public var stage: String?
  }

  public struct Answer: Sendable, Hashable {
    public var text: String
    /// `nil` when nothing was expected.
    public var isRight: Bool?
  }

  public struct Row: Sendable, Hashable {
    public var group: String
    public var turns: [String]
    /// Whether an answer passes as soon as it leaves the name out.
    public var asksForSilence = false
    /// One for each column; `nil` where that model was not asked.
    public var answers: [Answer?]

    /// Whether a trained model answered wrongly.
    func isWrong(_ columns: [Column]) -> Bool {
      zip(columns, answers).contains { !$0.isBase && $1?.isRight == false }
    }
  }

  public var columns: [Column]
  /// What a trained model got wrong comes first.
  public var rows: [Row]

  public struct Score: Sendable, Hashable {
    public var group: String
    /// Of the questions that only ask to leave the name out; of the others when false.
    public var asksForSilence = false
    /// For each column, how many of how many were right.
    public var right: [Int]
    public var asked: [Int]
  }

  /// - Parameter reports: the runs' reports with the stages that made them, in the order of the columns. Equal bases are
  ///   shown once.
  init(_ reports: [(run: RunEntry, stage: String, report: EvaluationReport)]) {
    columns = []
    rows = []
    var columns: [Column] = []
    var cells: [(key: String, sample: EvaluationReport.Sample, answers: [Int: Answer])] = []
    var places: [String: Int] = [:]
    func put(_ column: Column, _ samples: [(sample: EvaluationReport.Sample, answer: Answer?)]) {
      guard samples.contains(where: { $0.answer != nil }) else { return }
      let number = columns.count
      columns.append(column)
      for (sample, answer) in samples {
        guard let answer else { continue }
        let key = sample.group + "\u{0}" + sample.turns.joined(separator: "\u{0}")
        if let place = places[key] {
          cells[place].answers[number] = answer
        } else {
          places[key] = cells.count
          cells.append((key, sample, [number: answer]))
        }
      }
    }
    var bases: Set<[String?]> = []
    let askers = Dictionary(grouping: reports, by: \.run.id).mapValues(\.count)
    for (run, asker, report) in reports {
      let stage = askers[run.id, default: 0] > 1 ? asker : nil
      let base = report.samples.map { sample in
        (sample, sample.base.map { Answer(text: $0, isRight: sample.baseIsRight) })
      }
      if bases.insert(base.map { $0.1?.text }).inserted {
        put(Column(run: run.id, label: run.label, isBase: true, stage: stage), base)
      }
      put(
        Column(run: run.id, label: run.label, isBase: false, stage: stage),
        report.samples.map { sample in
          (sample, sample.tuned.map { Answer(text: $0, isRight: sample.tunedIsRight) })
        })
    }
    self.columns = columns
    let asked = columns
    let all = cells.map { cell in
      Row(
        group: cell.sample.group, turns: cell.sample.turns, asksForSilence: cell.sample.asksForSilence,
        answers: asked.indices.map { cell.answers[$0] })
    }
    // Each half keeps the order of the questions.
    rows = all.filter { $0.isWrong(asked) } + all.filter { !$0.isWrong(asked) }
  }

  /// Right answers by group, in the order of the questions.
  public var scores: [Score] {
    var groups: [String] = []
    for row in rows where !groups.contains(row.group) { groups.append(row.group) }
    let kinds = groups.sorted().flatMap { group in
      [false, true].filter { silence in rows.contains { $0.group == group && $0.asksForSilence == silence } }
        .map { (group: group, silence: $0) }
    }
    return kinds.map { group, silence in
      var score = Score(
        group: group, asksForSilence: silence, right: columns.map { _ in 0 }, asked: columns.map { _ in 0 })
      for row in rows where row.group == group && row.asksForSilence == silence {
        for (index, answer) in row.answers.enumerated() {
          guard let isRight = answer?.isRight else { continue }
          score.asked[index] += 1
          score.right[index] += isRight ? 1 : 0
        }
      }
      return score
    }
  }

  public var json: JSONValue {
    [
      "columns": .array(
        columns.map { column in
          [
            "run": .string(column.run), "label": .string(column.label), "base": .bool(column.isBase),
            "stage": column.stage.map { .string($0) } ?? .null,
          ]
        }),
      "rows": .array(
        rows.map { row in
          [
            "group": .string(row.group), "ask": .array(row.turns.map { .string($0) }),
            "wrong": .bool(row.isWrong(columns)),
            "answers": .array(
              row.answers.map { answer in
                guard let answer else { return .null }
                return ["text": .string(answer.text), "right": answer.isRight.map { .bool($0) } ?? .null]
              }),
          ]
        }),
      "scores": .array(
        scores.map { score in
          [
            "group": .string(score.group), "asks_for_silence": .bool(score.asksForSilence),
            "right": .array(score.right.map { .integer(Int64($0)) }),
            "asked": .array(score.asked.map { .integer(Int64($0)) }),
          ]
        }),
    ]
  }
}

extension RunArchive {
  /// The answers of runs, side by side; `nil` when none of them asked questions.
  public func answers(_ details: [RunDetail]) -> AnswerBook? {
    var reports: [(RunEntry, String, EvaluationReport)] = []
    for detail in details {
      for entry in detail.stages where catalog.kind(entry.kind)?.output == .report {
        guard let artifact = entry.artifact, let path = try? runs.store.artifactPath(digest: artifact),
          let report = try? EvaluationReport.read(folder: path), !report.samples.isEmpty
        else { continue }
        reports.append((detail.run, entry.stage, report))
      }
    }
    let book = AnswerBook(reports)
    return book.rows.isEmpty ? nil : book
  }
}
