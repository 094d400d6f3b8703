import Conversations
import Datasets

/// The data card: bars of the mix, and a table of what is known of the rows.
struct DataDrawing {
  var data: DataCard
  /// The highest loss first.
  var hardRows: [HardRow] = []
  var words: Words

  var markup: Markup {
    var body: Markup = ""
    let sources = data.sources.filter { $0.rows > 0 }
    if !sources.isEmpty {
      body += bar(
        sources.enumerated().map { index, source in
          (words("source-of", source.name, words("role." + source.role)), source.rows, index)
        }, title: words("rows-by-source"))
    }
    if data.languages.count > 1 {
      body += bar(
        data.languages.enumerated().map { index, language in
          (words.known("language." + language.name) ?? language.name, language.rows, index)
        }, title: words("rows-by-language"))
    }
    var rows: [[Markup]] = []
    func add(_ key: String, _ value: String?) {
      if let value { rows.append(["\(words(key))", "\(value)"]) }
    }
    add("rows-train", data.train.map(NumberText.count))
    add("rows-validation", data.validation.map(NumberText.count))
    add("ratio", data.ratio.map { "1 : " + NumberText.figure($0) })
    add("tokens", data.tokens.map(NumberText.count))
    if let labels = data.labels, let tokens = data.tokens, tokens > 0 {
      let share = NumberText.fixed(Double(labels) / Double(tokens) * 100, 0)
      add("labels", "\(NumberText.count(labels)) (\(share) %)")
    }
    if let median = data.medianLength, let p95 = data.p95Length, let longest = data.longest {
      add("lengths", words("lengths-of", NumberText.count(median), NumberText.count(p95), NumberText.count(longest)))
    }
    add("longest-in-tokens", data.longestInTokens.map(NumberText.count))
    add("duplicates", data.duplicates.map(NumberText.count))
    add("near-duplicates", data.nearDuplicates.map(NumberText.count))
    add("validation-seen", data.validationSeen.map(NumberText.count))
    for loss in data.losses { add("loss." + loss.name, NumberText.count(loss.rows)) }
    return body + ReportParts(words: words).table([words("rows"), ""], rows) + findings + hardest
  }

  /// What `data lint` says of the chosen rows.
  private var findings: Markup {
    let items = data.findings.map { flaw, rows -> Markup in
      """
      <li class="\(flaw.level == .note ? "note" : "warning")"><span class="tone">\(words("tone." + flaw.level.rawValue))\
      </span><div><p>\(words.reworded(flaw.message(rows: rows)))</p>\
      <p class="remedy">\(words.reworded(flaw.remedy))</p></div></li>
      """
    }
    return items.isEmpty ? "" : "<h3>\(words("findings"))</h3><ul class=\"verdicts\">\(items)</ul>"
  }

  private var hardest: Markup {
    let rows = hardRows.map { hard -> [Markup] in
      let text = hard.row.conversation.messages.filter { $0.role != "system" }.map { Self.excerpt($0.text) }
      return [
        "\(text.joined(separator: " → "))", "\(hard.source) \(words("row", "\(hard.row.provenance.row)"))",
        "\(hard.labels)", "\(NumberText.figure(hard.loss))",
      ]
    }
    guard !rows.isEmpty else { return "" }
    return "<h3>\(words("hard-rows"))</h3><p class=\"soft\">\(words("hard-rows-note"))</p>"
      + ReportParts(words: words).table(
        [words("rows"), words("source"), words("learned-tokens"), words("series.loss")], rows, numeric: [2, 3])
  }

  private static func excerpt(_ text: String) -> String { text.count <= 240 ? text : text.prefix(240) + "…" }

  private func bar(_ parts: [(label: String, count: Int, color: Int)], title: String) -> Markup {
    let total = parts.reduce(0) { $0 + $1.count }
    guard total > 0 else { return "" }
    var x = 0.0
    let pieces = parts.map { part -> Markup in
      let width = Double(part.count) / Double(total) * 860
      defer { x += width }
      return """
        <rect class="fill c\(part.color % Palette.count)" x="\(x)" y="0" width="\(max(width - 1.5, 0.5))" height="22" \
        rx="2"><title>\(part.label): \(NumberText.count(part.count))</title></rect>
        """
    }
    let legend = parts.map { part -> Markup in
      let share = NumberText.fixed(Double(part.count) / Double(total) * 100, 0)
      return """
        <li><svg class="key" viewBox="0 0 20 8" aria-hidden="true"><rect class="fill c\(part.color % Palette.count)" \
        width="20" height="8" rx="2"/></svg>\(part.label) <b>\(NumberText.count(part.count))</b> \
        <small>\(share) %</small></li>
        """
    }
    return """
      <figure class="mixture"><figcaption>\(title)</figcaption><svg viewBox="0 0 860 22" preserveAspectRatio="none" \
      role="img" aria-label="\(title)">\(pieces)</svg><ul class="legend">\(legend)</ul></figure>
      """
  }
}
