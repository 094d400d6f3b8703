import RunHistory

/// Curves as an inline SVG that needs no script: axes, lines, the best point, a legend.
struct ChartDrawing {
  struct Line {
    var label: String
    /// Its place in the palette.
    var color: Int
    var points: [PlotPoint]
    /// A smoothed line over `points`, which are then drawn faintly; empty for none.
    var smooth: [PlotPoint] = []
    var best: PlotPoint?
  }

  enum Unit {
    case plain, share, bytes
  }

  var title: String
  var lines: [Line]
  var words: Words
  var unit = Unit.plain
  /// What the steps are; the steps of a training unless given.
  var across: String?

  private static let width = 640.0
  private static let height = 240.0
  private static let left = 56.0
  private static let right = 14.0
  private static let top = 12.0
  private static let bottom = 34.0

  /// A figure with caption and legend; nothing to draw gives nothing.
  var markup: Markup {
    let values = lines.flatMap { $0.points + $0.smooth }.compactMap(\.value).filter(\.isFinite)
    guard !values.isEmpty else { return "" }
    let steps = lines.flatMap { $0.points.map { Double($0.step) } }
    let x = Axis(steps, count: 6)
    let y = Axis(values, count: 4)
    func px(_ step: Int) -> Double { Self.left + x.share(Double(step)) * (Self.width - Self.left - Self.right) }
    func py(_ value: Double) -> Double { Self.top + (1 - y.share(value)) * (Self.height - Self.top - Self.bottom) }
    var body: Markup = ""
    for tick in y.ticks {
      body += """
        <path class="grid" d="M\(Self.left) \(py(tick))H\(Self.width - Self.right)"/>\
        <text class="tick" x="\(Self.left - 7)" y="\(py(tick) + 4)" text-anchor="end">\(label(tick, y))</text>
        """
    }
    for tick in x.ticks where tick == tick.rounded() {
      body += """
        <text class="tick" x="\(px(Int(tick)))" y="\(Self.height - Self.bottom + 16)" \
        text-anchor="middle">\(x.label(tick))</text>
        """
    }
    body += """
      <text class="tick" x="\(Self.width - Self.right)" y="\(Self.height - 3)" text-anchor="end">\(across ?? words("step"))</text>
      """
    for line in lines {
      let isFaint = !line.smooth.isEmpty
      body += Self.path(line.points, px, py, "line c\(line.color % Palette.count)\(isFaint ? " faint" : "")")
      if isFaint { body += Self.path(line.smooth, px, py, "line c\(line.color % Palette.count)") }
    }
    for line in lines {
      guard let best = line.best, let value = best.value else { continue }
      let place = px(best.step)
      let isRight = place > Self.width * 0.7
      // Above the point, except where the drawing ends.
      let isLow = py(value) < Self.top + 22
      body += """
        <circle class="best c\(line.color % Palette.count)" cx="\(place)" cy="\(py(value))" r="4.5"/>\
        <text class="mark" x="\(place + (isRight ? -8 : 8))" y="\(py(value) + (isLow ? 18 : -9))" \
        text-anchor="\(isRight ? "end" : "start")">\(NumberText.figure(value)) · \(words("at-step", "\(best.step)"))</text>
        """
    }
    let description = lines.map { line in
      let first = line.points.lazy.compactMap(\.value).first.map(text) ?? "–"
      let last = line.points.last { $0.value != nil }?.value.map(text) ?? "–"
      return words("curve-from-to", line.label, first, last)
    }.joined(separator: "; ")
    return """
      <figure class="chart"><figcaption>\(title)</figcaption>\
      <svg viewBox="0 0 640 240" role="img" aria-label="\(title): \(description)">\(body)</svg>\
      <ul class="legend">\(lines.map(legend).joined())</ul></figure>
      """
  }

  private func text(_ value: Double) -> String {
    switch unit {
    case .plain: NumberText.figure(value)
    case .share: NumberText.fixed(value * 100, 0) + " %"
    case .bytes: NumberText.bytes(UInt64(max(0, min(value, 1e18))))
    }
  }

  private func label(_ tick: Double, _ axis: Axis) -> String { unit == .plain ? axis.label(tick) : text(tick) }

  private func legend(_ line: Line) -> Markup {
    let last = line.points.last { $0.value != nil }?.value.map(text) ?? ""
    let best = line.best?.value.map { Markup("<small>\(words("best")) \(NumberText.figure($0))</small>") } ?? ""
    return """
      <li><svg class="key" viewBox="0 0 20 8" aria-hidden="true"><path class="line c\(line.color % Palette.count)" \
      d="M1 4H19"/></svg>\(line.label) <b>\(last)</b> \(best)</li>
      """
  }

  private static func path(
    _ points: [PlotPoint], _ x: (Int) -> Double, _ y: (Double) -> Double, _ classes: String
  ) -> Markup {
    var data = ""
    var isDown = false
    var single: (Double, Double)?
    var count = 0
    for point in points {
      guard let value = point.value, value.isFinite else {
        isDown = false
        continue
      }
      let (px, py) = (x(point.step), y(value))
      data += (isDown ? "L" : "M") + NumberText.fixed(px, 1) + " " + NumberText.fixed(py, 1)
      isDown = true
      single = (px, py)
      count += 1
    }
    if count == 1, let single {
      return "<circle class=\"\(classes)\" cx=\"\(single.0)\" cy=\"\(single.1)\" r=\"2.5\"/>"
    }
    return "<path class=\"\(classes)\" d=\"\(data)\"/>"
  }
}

/// The colors of curves, which also a person tells apart who does not see red and green alike (after Okabe and Ito).
enum Palette {
  static let count = 8
}

/// A smoothed line: the exponential mean of TensorBoard's slider, whose start is not pulled toward zero.
enum Smoothing {
  /// - Parameter weight: how much of the line so far a point keeps, from 0 to below 1.
  static func exponential(_ points: [PlotPoint], weight: Double) -> [PlotPoint] {
    var sum = 0.0
    var norm = 0.0
    return points.compactMap { point in
      guard let value = point.value, value.isFinite else { return nil }
      sum = weight * sum + (1 - weight) * value
      norm = weight * norm + (1 - weight)
      return PlotPoint(step: point.step, value: sum / norm)
    }
  }
}
