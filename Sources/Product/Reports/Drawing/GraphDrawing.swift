import RunHistory

/// The stages of a run as an inline SVG: a box each with state, time and why it ran.
struct GraphDrawing {
  var facts: RunFacts
  var words: Words

  private static let boxWidth = 206.0
  private static let boxHeight = 62.0
  private static let gapX = 26.0
  private static let gapY = 40.0

  var markup: Markup {
    let graph = facts.graph
    guard !graph.nodes.isEmpty else { return "" }
    let width = Double(graph.columns) * (Self.boxWidth + Self.gapX) + 4
    let height = Double(graph.rows) * (Self.boxHeight + Self.gapY) - Self.gapY + 4
    var places: [String: (x: Double, y: Double)] = [:]
    var counts: [Int: Int] = [:]
    for node in graph.nodes { counts[node.row, default: 0] += 1 }
    for node in graph.nodes {
      let inRow = Double(counts[node.row] ?? 1)
      let used = inRow * Self.boxWidth + (inRow - 1) * Self.gapX
      let x = (width - used) / 2 + Double(node.column) * (Self.boxWidth + Self.gapX)
      places[node.stage] = (x, 2 + Double(node.row) * (Self.boxHeight + Self.gapY))
    }
    var body: Markup = ""
    for edge in graph.edges {
      guard let from = places[edge.from], let to = places[edge.to] else { continue }
      let (x1, y1) = (from.x + Self.boxWidth / 2, from.y + Self.boxHeight)
      let (x2, y2) = (to.x + Self.boxWidth / 2, to.y)
      let bend = max(Self.gapY / 2, (y2 - y1) / 2)
      body += """
        <path class="edge\(edge.isData ? "" : " order")" \
        d="M\(x1) \(y1)C\(x1) \(y1 + bend) \(x2) \(y2 - bend) \(x2) \(y2)"/>
        """
    }
    for node in graph.nodes {
      guard let place = places[node.stage], let stage = facts.stage(node.stage) else { continue }
      body += box(stage, place.x, place.y)
    }
    return """
      <div class="scroll"><svg class="graph" style="width:\(Int(width))px" viewBox="0 0 \(width) \(height)" role="img" \
      aria-label="\(words("graph"))">\(body)</svg></div>
      """
  }

  private func box(_ stage: StageFacts, _ x: Double, _ y: Double) -> Markup {
    let state = stage.entry.state
    let time = stage.seconds.map { words.duration($0) } ?? ""
    let stateText = [words("state." + state.rawValue), time].filter { !$0.isEmpty }.joined(separator: " · ")
    let why = stage.causes.first.map { words.reworded($0) } ?? ""
    let name = Self.fit(stage.entry.stage, 20)
    return """
      <g class="node \(state.rawValue)"><title>\(stage.entry.stage) (\(stage.entry.kind)): \(stateText) \(why)</title>\
      <rect x="\(x)" y="\(y)" width="\(Self.boxWidth)" height="\(Self.boxHeight)" rx="8"/>\
      <circle cx="\(x + 16)" cy="\(y + 18)" r="4.5"/>\
      <text class="name" x="\(x + 27)" y="\(y + 22.5)">\(name)</text>\
      <text class="kind" x="\(x + Self.boxWidth - 10)" y="\(y + 22.5)" text-anchor="end">\(Self.fit(stage.entry.kind, 12))</text>\
      <text class="time" x="\(x + 12)" y="\(y + (why.isEmpty ? 44 : 39))">\(stateText)</text>\
      <text class="why" x="\(x + 12)" y="\(y + 54)">\(Self.fit(why, 34))</text></g>
      """
  }

  /// A text that fits a box: wide characters count twice.
  static func fit(_ text: String, _ columns: Int) -> String {
    var width = 0
    var result = ""
    for character in text {
      width += (character.unicodeScalars.first?.value ?? 0) >= 0x1100 ? 2 : 1
      if width > columns { return result + "…" }
      result.append(character)
    }
    return result
  }
}
