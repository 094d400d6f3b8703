/// Rows in columns as wide as their widest cell.
struct Table {
  enum Alignment {
    case left, right
  }

  var header: [String]
  var alignments: [Alignment]
  var rows: [[String]] = []

  init(_ columns: [(String, Alignment)]) {
    header = columns.map(\.0)
    alignments = columns.map(\.1)
  }

  mutating func add(_ cells: String...) { rows.append(cells) }

  /// The table; each line ends with a newline. Styled cells keep their columns: escapes are not counted.
  func text(_ console: Console) -> String {
    var widths = header.map { DisplayWidth.of($0) }
    for row in rows {
      for (index, cell) in row.enumerated() where index < widths.count {
        widths[index] = max(widths[index], Self.width(cell))
      }
    }
    var text = line(header.map { console.styled($0, .bold) }, widths)
    for row in rows { text += line(row, widths) }
    return text
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() where index < widths.count {
      let gap = String(repeating: " ", count: max(0, widths[index] - Self.width(cell)))
      let isLast = index == cells.count - 1
      switch alignments[index] {
      case .left: text += isLast ? cell : cell + gap + "  "
      case .right: text += gap + cell + (isLast ? "" : "  ")
      }
    }
    while text.last == " " { text.removeLast() }
    return text + "\n"
  }

  private static func width(_ cell: String) -> Int {
    guard cell.contains("\u{1B}") else { return DisplayWidth.of(cell) }
    var columns = 0
    var inEscape = false
    for character in cell {
      if character == "\u{1B}" {
        inEscape = true
      } else if inEscape {
        if character == "m" { inEscape = false }
      } else {
        columns += DisplayWidth.of(String(character))
      }
    }
    return columns
  }
}
