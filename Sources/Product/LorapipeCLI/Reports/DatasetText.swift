import Datasets
import Diagnostics

/// A dataset's report for people.
struct DatasetText {
  var report: DatasetReport

  func text(_ console: Console) -> String {
    var text = ""
    for file in report.files { text += label("file") + "\(file.terminalSafe)\n" }
    for file in report.leftOut { text += label("left out") + "\(file.terminalSafe)\n" }
    for file in report.unread { text += label("not read") + "\(file.name.terminalSafe) (\(file.form))\n" }
    let bad = report.badRows == 0 ? "" : say(", \(Quantity.count(report.badRows)) cannot be read")
    text += label("rows") + "\(Quantity.count(report.rows))\(bad)\n"
    if let mix = report.mix {
      text += label("split")
      text += say("\(Quantity.count(mix.train)) to learn from, \(Quantity.count(mix.validation)) for validation") + "\n"
      text += label("roles")
      text += say("domain \(Quantity.count(mix.domain)), general \(Quantity.count(mix.general))")
      text += (mix.ratio.map { mix.general > 0 ? say(", ratio 1:\(Quantity.figure($0))") : "" } ?? "") + "\n"
    } else {
      text += label("shapes") + "\(list(RowShape.allCases.map { ($0.rawValue, report.shapes[$0] ?? 0) }))\n"
      for column in report.columns.prefix(4) {
        text += label("columns") + "\(column.names.listed().terminalSafe) (\(Quantity.count(column.rows)))\n"
      }
    }
    if !report.unusedColumns.isEmpty {
      let names = report.unusedColumns.map(\.name).joined(separator: ", ").terminalSafe
      text += label("not used") + say("columns \(names)") + "\n"
    }
    text += label("turns")
    text +=
      say("\(Quantity.count(report.turns)), system prompts in \(Quantity.count(report.systemPrompts)) rows") + "\n"
    text += label("languages") + "\(list(RowLanguage.allCases.map { ($0.rawValue, report.languages[$0] ?? 0) }))\n"
    text += label("duplicates") + "\(Quantity.count(report.duplicates))\n"
    for (name, lengths) in [("characters", report.lengths), ("answers", report.answerLengths)] {
      let (low, high) = (lengths.minimum, lengths.maximum)
      text += label(name)
      text += say("\(low) to \(high), median \(lengths.median), 95 % below \(lengths.percentile95)") + "\n"
    }
    text += histogram(report.lengths)
    let findings = report.findings.filter { $0.level != .pass }
    if !findings.isEmpty { text += "\n" + self.findings(console, findings) }
    return text
  }

  private func label(_ name: String) -> String { DisplayWidth.pad(said(name), 12) + " " }

  private func list(_ counts: [(String, Int)]) -> String {
    let parts = counts.filter { $0.1 > 0 }.map { "\($0.0) \(Quantity.count($0.1))" }
    return parts.isEmpty ? say("none") : parts.joined(separator: ", ")
  }

  private func histogram(_ lengths: LengthSummary) -> String {
    let most = lengths.bins.max() ?? 0
    guard most > 0 else { return "" }
    var text = ""
    for (bin, count) in lengths.bins.enumerated() where count > 0 {
      let range = LengthSummary.range(ofBin: bin)
      let label = DisplayWidth.pad("\(range.lowerBound)–\(range.upperBound)", 12)
      let columns = max(1, Int((Double(count) / Double(most) * 40).rounded()))
      text += "  \(label) \(String(repeating: "█", count: columns)) \(Quantity.count(count))\n"
    }
    return text
  }

  func findings(_ console: Console, _ findings: [DatasetReport.Finding]? = nil) -> String {
    Self.text(findings ?? report.findings, console)
  }

  private static func saysWhatIsWrong(_ finding: DatasetReport.Finding) -> Bool {
    ["readable", "rendered"].contains(finding.code)
  }

  /// What is wrong with a row in the language of this process: `a.jsonl:3: row 3: … (2 more rows with this problem: 5, 8). …`.
  private static func problemText(_ example: String) -> String {
    guard Language.current == .chinese, let colon = example.firstRange(of: ": ") else { return example }
    let rest = example[colon.upperBound...]
    let place = String(example[..<colon.upperBound])
    guard let note = rest.firstMatch(of: #/ \((\d+ more rows? with this problem: [^)]*)\)/#) else {
      return place + reworded(String(rest))
    }
    let remedy = rest[note.range.upperBound...].trimmingPrefix(". ")
    return place + reworded(String(rest[..<note.range.lowerBound])) + "（\(reworded(String(note.output.1)))）"
      + (remedy.isEmpty ? "" : "。" + reworded(String(remedy)))
  }

  /// Findings whose examples quote what stands in the rows.
  private static let quoting: Set<String> = [
    "placeholders", "control-tokens", "mojibake", "html-entities", "refusals", "boilerplate-openers", "cut-answers",
    "other-names", "other-brackets", "probes-seen",
  ]

  /// An example in the language of this process: a place, and what is wrong there. What stands in a row is no message.
  private static func exampleText(_ example: String, of finding: DatasetReport.Finding) -> String {
    guard let colon = example.firstRange(of: ": ") else {
      let places = example.split(separator: " ≈ ")
      return places.map { reworded(String($0)) }.joined(separator: " ≈ ")
    }
    let what = String(example[colon.upperBound...])
    return reworded(String(example[..<colon.lowerBound])) + ": "
      + (quoting.contains(finding.code) ? what : reworded(what))
  }

  /// - Parameter indent: what every line begins with.
  static func text(_ findings: [DatasetReport.Finding], _ console: Console, indent: String = "") -> String {
    func mark(_ word: String) -> String { DisplayWidth.pad(said(word), 7) }
    var text = ""
    for finding in findings {
      let mark =
        switch finding.level {
        case .pass: console.styled(mark("ok"), .green)
        case .note: console.styled(mark("note"), .cyan)
        case .warning: console.styled(mark("warning"), .yellow)
        case .error: console.styled(mark("error"), .red)
        }
      text += "\(indent)\(mark)  \(reworded(finding.message).terminalSafe)\n"
      for example in finding.examples {
        // An unreadable row comes with what is wrong with it, all of which is needed; other examples are the rows' own
        // text.
        guard saysWhatIsWrong(finding) else {
          text += "\(indent)           \(DisplayWidth.fit(exampleText(example, of: finding).terminalSafe, 100))\n"
          continue
        }
        for line in HelpScreen.wrap(problemText(example).terminalSafe, width: 100) {
          text += "\(indent)           \(line)\n"
        }
      }
      if let remedy = finding.remedy { text += "\(indent)         \(reworded(remedy).terminalSafe)\n" }
    }
    return text
  }
}
