import Diagnostics
import LinearAlgebra

/// The update of an adapter as an inline SVG: a row per layer, a column per module. A cell's shade is the update's size,
/// its number the directions that hold 95 % of it.
struct AdapterDrawing {
  var facts: AdapterFacts
  var words: Words

  private static let cell = (width: 96.0, height: 20.0)
  private static let left = 60.0
  private static let head = 22.0
  /// Layers that a drawing has at most.
  private static let layerLimit = 200

  var markup: Markup {
    if let problem = facts.problem {
      return "<p>\(words.reworded(problem.message))</p><p class=\"soft\">\(words.reworded(problem.remedy ?? ""))</p>"
    }
    let whole = facts.whole
    let norms = facts.modules.map(\.spectrum.norm)
    let mean = Double(facts.modules.reduce(0) { $0 + $1.spectrum.effectiveRank }) / Double(max(facts.modules.count, 1))
    let note = words(
      "adapter-note", "\(facts.rank)", NumberText.fixed(mean, 1), NumberText.figure(norms.max() ?? 0))
    let kept = Self.ranks(whole).map { rank in
      words("rank-keeps", "\(rank)", NumberText.fixed(whole.share(first: rank) * 100, 0))
    }
    let list = kept.isEmpty ? "" : words("adapter-energy", kept.joined(separator: words("list-separator")))
    return "<p>\(note)</p><p>\(list)</p>\(map)"
  }

  /// The ranks below the adapter's own that people choose.
  static func ranks(_ whole: AdapterSpectrum) -> [Int] {
    var ranks: [Int] = []
    var rank = 1
    while rank < whole.largestRank {
      ranks.append(rank)
      rank *= 2
    }
    return ranks
  }

  private var map: Markup {
    let (names, layers) = (facts.names, Array(facts.layers.prefix(Self.layerLimit)))
    let largest = max(facts.modules.map(\.spectrum.norm).max() ?? 0, .leastNormalMagnitude)
    let (width, height) = Self.cell
    let columns = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let rows = Dictionary(layers.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var body: Markup = ""
    for (column, name) in names.enumerated() {
      let short = name.split(separator: ".").last.map { String($0) } ?? name
      body += """
        <text class="tick" x="\(Self.left + (Double(column) + 0.5) * width)" y="14" text-anchor="middle">\
        \(short)<title>\(name)</title></text>
        """
    }
    for (row, layer) in layers.enumerated() {
      body += """
        <text class="tick" x="\(Self.left - 8)" y="\(Self.head + Double(row) * height + 14)" text-anchor="end">\
        \("\(layer)")</text>
        """
    }
    for module in facts.modules {
      guard let column = columns[module.name], let row = rows[module.layer] else { continue }
      let (x, y) = (Self.left + Double(column) * width, Self.head + Double(row) * height)
      let shade = NumberText.fixed(module.spectrum.norm / largest * 0.55, 2)
      let directions = module.spectrum.effectiveRank
      let title = words("update-of", NumberText.figure(module.spectrum.norm), "\(directions)")
      body += """
        <rect class="fill c0" x="\(x)" y="\(y)" width="\(width - 1)" height="\(height - 1)" rx="2" \
        fill-opacity="\(shade)"><title>\(module.name) \("\(module.layer)"): \(title)</title></rect>\
        <text class="tick" x="\(x + width / 2)" y="\(y + 14)" text-anchor="middle">\("\(directions)")</text>
        """
    }
    let size = (Self.left + Double(names.count) * width, Self.head + Double(layers.count) * height)
    return """
      <div class="scroll"><svg class="heat" viewBox="0 0 \(size.0) \(size.1)" role="img" \
      aria-label="\(words("adapter"))">\(body)</svg></div>
      """
  }
}
