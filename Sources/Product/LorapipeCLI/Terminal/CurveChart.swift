/// Curves as text: values on an axis at the left, steps below, and the points between as Braille dots, eight to a cell.
///
/// With smoothing, a curve is drawn twice: its points faintly, and the moving average that TensorBoard draws over them.
/// Several curves have a color each, or a letter each where there is no color.
struct CurveChart {
  struct Line {
    var name: String
    var points: [(x: Double, y: Double)]
  }

  var lines: [Line]
  /// Share of the average before that each point keeps, from 0 to below 1.
  var smoothing = 0.0
  /// Of the words on the axis.
  var language = Language.current

  private static let colors: [Console.Style] = [.cyan, .yellow, .green, .red, .blue, .bold]

  /// What is drawn in one cell: the line on top and its dots.
  private struct Cell {
    var line = -1
    var isRaw = false
    var dots: UInt8 = 0
  }

  /// - Parameters:
  ///   - columns: the width of all, the axis included.
  ///   - rows: of the plot, without the axis below.
  /// - Returns: lines that end with newlines; empty when there is nothing to draw.
  func text(_ console: Console, columns: Int, rows: Int) -> String {
    let finite = lines.map { line in
      Line(name: line.name, points: line.points.filter { $0.x.isFinite && $0.y.isFinite })
    }
    let all = finite.flatMap(\.points)
    guard let first = all.map(\.x).min(), let last = all.map(\.x).max(), var low = all.map(\.y).min(),
      var high = all.map(\.y).max(), rows > 1
    else { return "" }
    let labels = [high, (high + low) / 2, low].map { Quantity.figure($0) }
    if high <= low {
      high = low + max(abs(low) * 0.01, 1e-9)
      low -= high - low
    }
    let labelWidth = labels.map { DisplayWidth.of($0) }.max() ?? 0
    let width = max(8, columns - labelWidth - 3)
    var canvas = Canvas(width: width, height: rows, x: first...max(last, first), y: low...high)
    for (index, line) in finite.enumerated() {
      if smoothing > 0 { canvas.draw(line.points, line: index, isRaw: true, isJoined: false) }
    }
    for (index, line) in finite.enumerated() {
      canvas.draw(Self.smoothed(line.points, smoothing), line: index, isRaw: false, isJoined: true)
    }
    var text = ""
    for row in 0..<rows {
      let label = row == 0 ? labels[0] : row == rows - 1 ? labels[2] : row == (rows - 1) / 2 ? labels[1] : ""
      let axis =
        String(repeating: " ", count: labelWidth - DisplayWidth.of(label)) + label + " " + (label.isEmpty ? "│" : "┤")
      text += console.styled(axis, .dim) + canvas.text(row, console, lineCount: lines.count) + "\n"
    }
    let start = Quantity.count(Int(clamping: Int64(max(-9e15, min(9e15, first)))))
    let steps: Wording = "\(Quantity.count(Int(clamping: Int64(max(-9e15, min(9e15, last)))))) steps"
    let end = steps.text(in: language)
    let gap = max(1, width - DisplayWidth.of(start) - DisplayWidth.of(end))
    let indent = String(repeating: " ", count: labelWidth + 1)
    text += console.styled(indent + "└" + String(repeating: "─", count: width), .dim) + "\n"
    text += console.styled(indent + " " + start + String(repeating: " ", count: gap) + end, .dim) + "\n"
    return text
  }

  /// What each line stands for, where there are several.
  func legend(_ console: Console) -> String {
    guard lines.count > 1 else { return "" }
    return lines.enumerated().map { index, line in
      console.styled(Self.mark(index, hasColor: console.outputHasColor), Self.colors[index % Self.colors.count]) + " "
        + line.name + "\n"
    }.joined()
  }

  private static func mark(_ index: Int, hasColor: Bool) -> String {
    hasColor ? "━" : String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index % 26)))
  }

  /// The exponential moving average of TensorBoard, freed of its start at zero.
  static func smoothed(_ points: [(x: Double, y: Double)], _ weight: Double) -> [(x: Double, y: Double)] {
    guard weight > 0, weight < 1 else { return points }
    var average = 0.0
    var share = 1.0
    return points.map { point in
      average = average * weight + (1 - weight) * point.y
      share *= weight
      return (point.x, average / (1 - share))
    }
  }

  private struct Canvas {
    let width: Int
    let height: Int
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    private var cells: [Cell]

    init(width: Int, height: Int, x: ClosedRange<Double>, y: ClosedRange<Double>) {
      self.width = width
      self.height = height
      self.x = x
      self.y = y
      cells = Array(repeating: Cell(), count: width * height)
    }

    /// - Parameter isJoined: whether neighboring points are joined by a straight line.
    mutating func draw(_ points: [(x: Double, y: Double)], line: Int, isRaw: Bool, isJoined: Bool) {
      var before: (Int, Int)?
      for point in points {
        let dot = (
          place(point.x, in: x, dots: width * 2), height * 4 - 1 - place(point.y, in: y, dots: height * 4)
        )
        if isJoined, let before { join(before, dot, line, isRaw) } else { set(dot.0, dot.1, line, isRaw) }
        before = dot
      }
    }

    private func place(_ value: Double, in range: ClosedRange<Double>, dots: Int) -> Int {
      let span = range.upperBound - range.lowerBound
      guard span > 0, span.isFinite else { return 0 }
      return min(dots - 1, max(0, Int((value - range.lowerBound) / span * Double(dots - 1) + 0.5)))
    }

    private mutating func join(_ from: (Int, Int), _ to: (Int, Int), _ line: Int, _ isRaw: Bool) {
      let steps = max(abs(to.0 - from.0), abs(to.1 - from.1), 1)
      for step in 0...steps {
        set(from.0 + (to.0 - from.0) * step / steps, from.1 + (to.1 - from.1) * step / steps, line, isRaw)
      }
    }

    private mutating func set(_ column: Int, _ row: Int, _ line: Int, _ isRaw: Bool) {
      // The dots of a Braille cell, by row and column of the cell.
      let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
      let index = row / 4 * width + column / 2
      guard cells.indices.contains(index) else { return }
      if cells[index].line != line || cells[index].isRaw != isRaw { cells[index] = Cell(line: line, isRaw: isRaw) }
      cells[index].dots |= bits[row % 4 * 2 + column % 2]
    }

    func text(_ row: Int, _ console: Console, lineCount: Int) -> String {
      var text = ""
      var run = ""
      var styles: [Console.Style] = []
      func flush() {
        text += styles.isEmpty ? run : styles.reduce(run) { console.styled($0, $1) }
        run = ""
      }
      for column in 0..<width {
        let cell = cells[row * width + column]
        var glyph = " "
        var wanted: [Console.Style] = []
        if cell.dots != 0 {
          let dots = String(UnicodeScalar(0x2800 + UInt32(cell.dots)) ?? " ")
          let mark = CurveChart.mark(cell.line, hasColor: console.outputHasColor)
          glyph =
            cell.isRaw ? (console.outputHasColor ? dots : "·") : lineCount > 1 && !console.outputHasColor ? mark : dots
          wanted = [CurveChart.colors[cell.line % CurveChart.colors.count]] + (cell.isRaw ? [.dim] : [])
        }
        if wanted != styles {
          flush()
          styles = wanted
        }
        run += glyph
      }
      flush()
      while text.last == " " { text.removeLast() }
      return text
    }
  }
}
