import RunHistory

/// The stages of a run as an inline SVG: a box each with state, time and why it ran.
struct GraphDrawing {
  var facts: RunFacts
  var words: Words

  var markup: Markup {
    let graph = facts.graph
    guard !graph.nodes.isEmpty else { return "" }
    let lines = graph.edges.map { edge -> Markup in
      "<path class=\"edge\(edge.isData ? "" : " order")\" d=\"\(graph.line(of: edge))\"/>"
    }
    let boxes = graph.nodes.compactMap { node in
      facts.stage(node.stage).map { box($0, node.x - StageGraph.boxWidth / 2, node.y - StageGraph.boxHeight / 2) }
    }
    return """
      <div class="scroll"><svg class="graph" style="width:\(Int(graph.width))px" \
      viewBox="0 0 \(graph.width) \(graph.height)" role="img" aria-label="\(words("graph"))">\(lines)\(boxes)</svg></div>
      """
  }

  private func box(_ stage: StageFacts, _ x: Double, _ y: Double) -> Markup {
    let state = stage.entry.state
    let time = stage.seconds.map { words.duration($0) } ?? ""
    let stateText = [words("state." + state.rawValue), time].filter { !$0.isEmpty }.joined(separator: " · ")
    let why = words.reworded(stage.shortCause)
    let name = Self.fit(stage.entry.stage, 20)
    return """
      <g class="node \(state.rawValue)"><title>\(stage.entry.stage) (\(stage.entry.kind)): \(stateText) \(why)</title>\
      <rect x="\(x)" y="\(y)" width="\(StageGraph.boxWidth)" height="\(StageGraph.boxHeight)" rx="8"/>\
      <circle cx="\(x + 16)" cy="\(y + 18)" r="4.5"/>\
      <text class="name" x="\(x + 27)" y="\(y + 22.5)">\(name)</text>\
      <text class="kind" x="\(x + StageGraph.boxWidth - 10)" y="\(y + 22.5)" text-anchor="end">\(Self.fit(stage.entry.kind, 12))</text>\
      <text class="time" x="\(x + 12)" y="\(y + (why.isEmpty ? 44 : 39))">\(stateText)</text>\
      <text class="why" x="\(x + 12)" y="\(y + 54)">\(Self.fit(why, 31))</text></g>
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
