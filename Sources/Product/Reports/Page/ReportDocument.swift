import RunHistory
import Verdicts

/// A document in one file: needs no network and no script, and lets a browser load nothing.
struct ReportDocument {
  var title: String
  var words: Words
  var sections: [Markup]

  var bytes: [UInt8] {
    let style = Markup.trusted(String(decoding: SharedStyle.file + PackageResources.report_css, as: UTF8.self))
    let page: Markup = """
      <!doctype html>
      <html lang="\(words.language == .chinese ? "zh-CN" : "en")">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="generator" content="lorapipe">
      <title>\(title)</title>
      <style>\(style)</style>
      </head>
      <body>
      <main>
      \(sections.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
    return Array(page.text.utf8)
  }
}

/// The pieces that both kinds of reports are made of.
struct ReportParts {
  var words: Words
  var metrics: MetricWords { MetricWords(words: words) }

  func section(_ id: String, _ title: String, _ body: Markup) -> Markup {
    body.text.isEmpty ? "" : "<section id=\"\(id)\"><h2>\(title)</h2>\n\(body)</section>"
  }

  /// - Parameter numeric: columns whose cells stand to the right.
  func table(_ head: [String], _ rows: [[Markup]], numeric: Set<Int> = [], caption: String? = nil) -> Markup {
    guard !rows.isEmpty else { return "" }
    func style(_ index: Int) -> String { numeric.contains(index) ? "number" : "text" }
    let heads = head.enumerated().map { index, text -> Markup in
      "<th scope=\"col\" class=\"\(style(index))\">\(text)</th>"
    }
    let lines = rows.map { row -> Markup in
      let cells = row.enumerated().map { index, cell -> Markup in
        index == 0 ? "<th scope=\"row\">\(cell)</th>" : "<td class=\"\(style(index))\">\(cell)</td>"
      }
      return "<tr>\(cells)</tr>\n"
    }
    let title: Markup = caption.map { "<caption>\($0)</caption>" } ?? ""
    return
      "<div class=\"scroll\"><table>\(title)<thead><tr>\(heads)</tr></thead><tbody>\n\(lines)</tbody></table></div>"
  }

  func state(_ state: String) -> Markup { "<span class=\"state \(state)\">\(words("state." + state))</span>" }

  func verdict(_ found: StageVerdict, showsStage: Bool = true) -> Markup {
    let remedy: Markup = found.verdict.remedy.map { "<p class=\"remedy\">\(words.reworded($0))</p>" } ?? ""
    let stage: Markup = showsStage ? "<span class=\"from\">\(found.stage)</span> " : ""
    return """
      <li class="\(found.verdict.tone.rawValue)"><span class="tone">\(words("tone." + found.verdict.tone.rawValue))</span>\
      <div><p>\(stage)\(words.reworded(found.verdict.message))</p>\(remedy)</div></li>
      """
  }

  func tile(_ label: String, _ value: String, _ note: String = "", help: String = "") -> Markup {
    let title: Markup = help.isEmpty ? "" : " title=\"\(words.reworded(help))\""
    return "<div\(title)><dt>\(label)</dt><dd>\(value)</dd><dd class=\"note\">\(note)</dd></div>"
  }

  /// The answers of models side by side, one question a row.
  func answers(_ book: AnswerBook, names: [String], limit: Int) -> Markup {
    var rows: [Markup] = []
    for row in book.rows.prefix(limit) {
      let cells = row.answers.enumerated().map { index, answer -> Markup in
        guard let answer else { return "<td data-label=\"\(names[index])\" class=\"none\">–</td>" }
        let (style, mark, word): (String, String, String) =
          switch answer.isRight {
          case true?: ("right", "✓", words("right"))
          case false?: ("wrong", "✗", words("wrong"))
          case nil: ("", "", "")
          }
        let sign: Markup =
          mark.isEmpty ? "" : "<span class=\"sign\" role=\"img\" aria-label=\"\(word)\">\(mark)</span> "
        return "<td data-label=\"\(names[index])\" class=\"\(style)\">\(sign)\(Self.shortened(answer.text))</td>"
      }
      let earlier = row.turns.dropLast().map { turn -> Markup in "<span class=\"turn\">\(turn)</span> " }
      rows.append(
        "<tr><th scope=\"row\">\(Array(earlier))\(row.turns.last ?? "")<small>\(row.group)</small></th>\(cells)</tr>\n")
    }
    let heads = names.map { name -> Markup in "<th scope=\"col\">\(name)</th>" }
    let left = book.rows.count - min(limit, book.rows.count)
    let rest: Markup = left > 0 ? "<p class=\"soft\">\(words("answers-left-out", NumberText.count(left)))</p>" : ""
    return """
      <div class="scroll"><table class="answers"><thead><tr><th scope="col">\(words("question"))</th>\(heads)</tr></thead>\
      <tbody>\n\(rows)</tbody></table></div>\(rest)
      """
  }

  /// Right answers by group.
  func scores(_ book: AnswerBook, names: [String]) -> Markup {
    table(
      [words("group")] + names,
      book.scores.map { score in
        ["\(score.group)"]
          + score.right.indices.map { index -> Markup in
            guard score.asked[index] > 0 else { return "–" }
            let share = Double(score.right[index]) / Double(score.asked[index])
            return """
              \(words(score.asksForSilence ? "of-silent" : "of", "\(score.right[index])", "\(score.asked[index])")) \
              <span class="share" aria-hidden="true"><i style="width:\(Int((share * 100).rounded()))%"></i></span>
              """
          }
      }, numeric: Set(1...max(1, names.count)))
  }

  /// An answer that fell into a loop is as readable by its beginning.
  private static func shortened(_ text: String) -> String {
    text.count <= 600 ? text : text.prefix(600) + "…"
  }

  func columnNames(_ book: AnswerBook, manyRuns: Bool) -> [String] {
    book.columns.map { column in
      let name = words(column.isBase ? "base" : "tuned") + (column.stage.map { " · " + $0 } ?? "")
      return manyRuns ? "\(name) · \(column.run)" : name
    }
  }
}
