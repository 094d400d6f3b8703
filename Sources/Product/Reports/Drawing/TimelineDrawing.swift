import RunHistory

/// When each stage of a run worked, as an inline SVG: a bar each, against what the plan expected.
struct TimelineDrawing {
  var facts: RunFacts
  var words: Words

  private static let width = 860.0
  private static let left = 150.0
  private static let right = 190.0
  private static let rowHeight = 26.0

  var markup: Markup {
    let start = facts.run.started
    let rows = facts.stages.filter { $0.entry.state != .excluded }
    let end = rows.compactMap(\.entry.finished).max() ?? facts.run.finished ?? start
    let forecastEnd = rows.compactMap { stage in
      stage.entry.state.ran
        ? stage.entry.started.flatMap { began in stage.forecast?.seconds.map { began + $0 } } : nil
    }.max()
    let axis = Axis([0, max(end, forecastEnd ?? end) - start, 0.001], count: 6)
    func px(_ seconds: Double) -> Double {
      Self.left + max(0, min(1, axis.share(seconds))) * (Self.width - Self.left - Self.right)
    }
    guard !rows.isEmpty else { return "" }
    let height = Double(rows.count) * Self.rowHeight + 26
    var body: Markup = ""
    for tick in axis.ticks {
      body += """
        <path class="grid" d="M\(px(tick)) 0V\(height - 22)"/>\
        <text class="tick" x="\(px(tick))" y="\(height - 7)" text-anchor="middle">\(words.duration(tick))</text>
        """
    }
    for (index, stage) in rows.enumerated() {
      let y = Double(index) * Self.rowHeight + 5
      body += "<text class=\"name\" x=\"\(Self.left - 10)\" y=\"\(y + 13)\" text-anchor=\"end\">"
      body += "\(GraphDrawing.fit(stage.entry.stage, 18))</text>"
      body += bar(stage, y, start, px)
    }
    return """
      <div class="scroll"><svg class="timeline" viewBox="0 0 \(Self.width) \(height)" role="img" \
      aria-label="\(words("timeline"))">\(body)</svg></div>
      """
  }

  private func bar(_ stage: StageFacts, _ y: Double, _ start: Double, _ px: (Double) -> Double) -> Markup {
    let state = stage.entry.state
    var note = words("state." + state.rawValue)
    var body: Markup = ""
    var end = px(0)
    if state.ran, let began = stage.entry.started {
      let finished = stage.entry.finished ?? began
      let from = px(began - start)
      end = max(from + 2, px(finished - start))
      body +=
        "<rect class=\"span \(state.rawValue)\" x=\"\(from)\" y=\"\(y)\" width=\"\(end - from)\" height=\"16\" rx=\"3\"/>"
      if let forecast = stage.forecast?.seconds {
        let expected = px(began - start + forecast)
        body += "<path class=\"expected\" d=\"M\(from) \(y + 19)H\(max(from + 1, expected))V\(y + 15)\"/>"
        end = max(end, expected)
      }
      note = words.duration(finished - began)
      if let cpu = stage.entry.cpuSeconds, let seconds = stage.entry.actionSeconds, seconds > 0.5 {
        note += " · " + words("cores", NumberText.fixed(cpu / seconds, 1))
      }
      if let memory = stage.entry.peakMemory, memory > 0 { note += " · " + NumberText.bytes(UInt64(clamping: memory)) }
    } else if state == .cached, let seconds = stage.entry.actionSeconds {
      note = words("cached-saved", words.duration(seconds))
    }
    let isFull = end + 8 > Self.width - Self.right + 6
    body += """
      <text class="note" x="\(isFull ? Self.width - Self.right + 8 : end + 8)" y="\(y + 13)">\(note)</text>
      """
    return body
  }
}
