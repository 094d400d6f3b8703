import Diagnostics
import JSON
public import PipelineEngine
import Platform
import Recipes
public import RunHistory

/// One run as a file to send: what came of it first, then how.
public struct RunReport {
  let facts: RunFacts
  let words: Words
  private let parts: ReportParts

  /// Questions that the table of answers has at most.
  private static let answerLimit = 200

  public init(_ facts: RunFacts, words: Words) {
    self.facts = facts
    self.words = words
    parts = ReportParts(words: words)
  }

  /// The HTML document.
  public var html: [UInt8] {
    ReportDocument(
      title: "\(facts.run.label) · \(facts.run.id)", words: words,
      sections: [
        header, outcome, changes, course, curves, answers, data, adapters, settings, figures, origin, reproduction,
      ]
    ).bytes
  }

  private var header: Markup {
    let run = facts.run
    var line: [Markup] = [parts.state(run.status.rawValue), "\(words("started")) \(NumberText.localTime(run.started))"]
    if let seconds = run.seconds { line.append("\(words("took")) \(words.duration(seconds))") }
    if let parent = run.parent { line.append("\(words("resumes")) \(parent)") }
    return """
      <header><p class="soft">\(words("report-of-run"))</p><h1>\(run.label)</h1>\
      <p class="soft"><code>\(run.id)</code> · \(line.joined(separator: " · "))</p></header>
      """
  }

  private var outcome: Markup {
    var body: Markup = ""
    for stage in facts.stages where stage.entry.state == .failed {
      for diagnostic in stage.entry.diagnostics?.arrayValue ?? [] {
        let remedy = diagnostic["remedy"]?.stringValue
        let help: Markup = remedy.map { "<p class=\"remedy\">\(words.reworded($0))</p>" } ?? ""
        body += """
          <li class="warning"><span class="tone">\(words("state.failed"))</span><div><p>\
          <span class="from">\(stage.entry.stage)</span> \
          \(words.reworded(diagnostic["message"]?.stringValue ?? ""))</p>\(help)</div></li>
          """
      }
    }
    body += facts.verdicts.map { parts.verdict($0) }.joined()
    if body.text.isEmpty, facts.run.status == .succeeded {
      body =
        "<li class=\"note\"><span class=\"tone\">\(words("tone.note"))</span><div><p>\(words("no-verdict"))</p></div></li>"
    }
    var tiles: [Markup] = []
    for stage in facts.stages where stage.kind?.product != nil {
      for (name, value) in stage.headlines {
        tiles.append(
          parts.tile(
            words.known("metric." + name) ?? name, parts.metrics.text(name, value, of: stage.kind), stage.entry.stage,
            help: stage.kind?.metric(name)?.help ?? ""))
      }
    }
    tiles.append(parts.tile(words("work"), words.duration(facts.workSeconds), words("work-note")))
    if let memory = facts.peakMemory {
      tiles.append(parts.tile(words("memory"), NumberText.bytes(UInt64(clamping: memory)), words("at-most")))
    }
    if facts.diskBytes > 0 {
      tiles.append(
        parts.tile(words("disk"), NumberText.bytes(UInt64(clamping: facts.diskBytes)), words("of-artifacts")))
    }
    return parts.section(
      "verdict", words("verdict"), "<ul class=\"verdicts\">\(body)</ul><dl class=\"tiles\">\(tiles)</dl>")
  }

  private var changes: Markup {
    var body: Markup = ""
    let causes = facts.stages.filter(\.entry.state.ran).map { stage -> Markup in
      let reason = stage.entry.decision.map { words("reason." + $0.reason.code) } ?? ""
      let text = stage.causes.isEmpty ? reason : stage.causes.map { words.reworded($0) }.joined(separator: "; ")
      return "<li><b>\(stage.entry.stage)</b> \(text)</li>"
    }
    if !causes.isEmpty {
      body += "<ul class=\"causes\">\(causes)</ul>"
    } else if facts.stages.allSatisfy({ !$0.entry.state.ran }) {
      body += "<p>\(words("nothing-ran"))</p>"
    }
    if let change = facts.change {
      let sections = [("parameters", change.parameters), ("data", change.data), ("metrics", change.metrics)]
      if sections.allSatisfy({ $0.1.isEmpty }) {
        body += "<p>\(words("nothing-differs", change.old.id))</p>"
      } else {
        body +=
          "<p class=\"soft\">\(words("compared-with", change.old.id, NumberText.localTime(change.old.started)))</p>"
      }
      for (name, lines) in sections {
        body += DiffTable(words: words).markup(lines, title: words(name), areParameters: name == "parameters")
      }
    } else {
      body += "<p class=\"soft\">\(words("first-run"))</p>"
    }
    return parts.section("changes", words("changes"), body)
  }

  private var course: Markup {
    let graph = GraphDrawing(facts: facts, words: words).markup
    let timeline = TimelineDrawing(facts: facts, words: words).markup
    return parts.section("stages", words("stages"), graph)
      + parts.section(
        "timeline", words("timeline"), "\(timeline)<p class=\"soft\">\(words("timeline-note"))</p>\(machine)")
  }

  private var machine: Markup {
    let drawings = facts.machine.enumerated().map { index, curve -> Markup in
      let name = words("machine." + curve.name)
      return ChartDrawing(
        title: name,
        lines: [.init(label: name, color: index, points: curve.means.isEmpty ? curve.points : curve.means)],
        words: words, unit: curve.name == "cpu" ? .share : .bytes, across: words("seconds")
      ).markup
    }
    return drawings.isEmpty ? "" : "<div class=\"charts\">\(drawings)</div>"
  }

  private var curves: Markup {
    var body: Markup = ""
    for (stage, groups) in facts.curves {
      let title = facts.curves.count > 1 ? stage + " · " : ""
      let drawings = groups.map { group in
        CurveDrawing(words: words).chart(group, title: title + (words.known("series." + group.name) ?? group.name))
          .markup
      }
      body += "<div class=\"charts\">\(drawings)</div>"
    }
    if !body.text.isEmpty { body += "<p class=\"soft\">\(words("curves-note"))</p>" }
    return parts.section("curves", words("curves"), body)
  }

  private var answers: Markup {
    guard let book = facts.answers else { return "" }
    let names = parts.columnNames(book, manyRuns: false)
    return parts.section(
      "answers", words("answers"),
      parts.scores(book, names: names) + parts.answers(book, names: names, limit: Self.answerLimit))
  }

  private var data: Markup {
    guard let data = facts.data else { return "" }
    return parts.section("data", words("data"), DataDrawing(data: data, hardRows: facts.hardRows, words: words).markup)
  }

  private var adapters: Markup {
    facts.adapters.map { adapter in
      parts.section(
        "adapter-" + adapter.stage,
        facts.adapters.count > 1 ? "\(words("adapter")) · \(adapter.stage)" : words("adapter"),
        AdapterDrawing(facts: adapter, words: words).markup)
    }.joined()
  }

  private var settings: Markup {
    let rows = facts.settings.map { setting -> [Markup] in
      [
        "<code title=\"\(words.reworded(setting.help))\">\(setting.stage).\(setting.name)</code>",
        "\(MetricWords.parameter(setting.value))",
        "\(setting.defaultValue.map { MetricWords.parameter($0) } ?? "–")",
      ]
    }
    return parts.section(
      "settings", words("settings"),
      parts.table([words("parameter"), words("value"), words("default")], rows))
  }

  private var figures: Markup {
    let blocks = facts.stages.filter { !$0.metrics.isEmpty }.map { stage -> Markup in
      let rows = stage.metrics.map { name, value -> [Markup] in
        [
          "<code>\(name)</code>", "\(parts.metrics.text(name, value, of: stage.kind))",
          "\(words.reworded(stage.kind?.metric(name)?.help ?? ""))",
        ]
      }
      return """
        <details><summary>\(stage.entry.stage) <span class="soft">\(stage.entry.kind)</span></summary>\
        \(parts.table([words("metric"), words("value"), words("meaning")], rows, numeric: [1]))</details>
        """
    }
    return parts.section("metrics", words("all-metrics"), blocks.joined())
  }

  private var origin: Markup {
    let environment = facts.detail.environment.map { name, value -> [Markup] in
      ["\(words.known("environment." + name) ?? name)", "\(MetricWords.plain(value))"]
    }
    var body = parts.table(
      [words("environment"), ""], environment + [["\(words("environment.seed"))", "\(facts.run.seed)"]])
    let lineage = facts.lineage.map { node -> [Markup] in
      [
        "\(node.stage ?? facts.fileNames[node.artifact] ?? words("file"))", "\(node.kind ?? "")",
        "<code>\(node.artifact.short)</code>",
        "\(node.run ?? "")",
      ]
    }
    if let product = facts.product {
      body += "<h3>\(words("made-from", product.stage))</h3>"
      body += parts.table([words("stage"), words("kind"), words("digest"), words("run")], lineage)
    }
    return parts.section("origin", words("origin"), body)
  }

  private var reproduction: Markup {
    let typed = facts.run.command.map(Self.shellWord).joined(separator: " ")
    var body: Markup = ""
    if !typed.isEmpty { body += "<p>\(words("typed"))</p><pre>\(typed)</pre>" }
    body += "<p>\(words("again"))</p><pre>lorapipe resume \(facts.run.id)</pre>"
    if let text = facts.recipeText {
      body += "<details><summary>\(words("resolved-recipe"))</summary><pre>\(text)</pre></details>"
    }
    return parts.section("again", words("reproduce"), body)
  }

  private static func shellWord(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "_-./=:,+@%".utf8.contains(byte)
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
