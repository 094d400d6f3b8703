import Diagnostics
import JSON
import PipelineEngine
import Reports
import RunHistory
import Synchronization

/// The table of runs as pages show it, made again only when the database has changed: a page asks for it every few seconds.
final class RunTableCache: Sendable {
  private struct Question: Hashable {
    var limit: Int
    var language: Words.Language
  }

  private struct State {
    var mark: [Int] = []
    var answers: [Question: Answer] = [:]
  }

  struct Answer: Sendable {
    var page: JSONValue
    /// Runs that are recorded as going on.
    var running: [RunEntry]
  }

  private let state = Mutex(State())
  /// Pages ask for all runs and for the newest 50, in two languages.
  private static let limit = 8

  func answer(_ archive: RunArchive, limit: Int, words: Words) throws(Diagnostic) -> Answer {
    let question = Question(limit: limit, language: words.language)
    // Before the reading: what changes meanwhile is read again the next time.
    let mark = try archive.database.changeMark()
    let known = state.withLock { state in state.mark == mark ? state.answers[question] : nil }
    if let known { return known }
    let table = try archive.database.table(limit: limit, metrics: RunColumns.metrics(archive.catalog))
    let answer = Answer(
      page: RunColumns(table, catalog: archive.catalog, words: words).json,
      running: table.runs.filter { $0.status == .running })
    state.withLock { state in
      if state.mark != mark || state.answers.count >= Self.limit { state.answers = [:] }
      state.mark = mark
      state.answers[question] = answer
    }
    return answer
  }
}
