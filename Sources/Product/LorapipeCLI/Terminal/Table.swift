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
    // On a terminal the last column gives way; a pipe gets everything.
    if console.outputIsTerminal, let last = widths.indices.last, alignments[last] == .left {
      let room = Console.columns() - widths.dropLast().reduce(0) { $0 + $1 + 2 }
      return text(console, widths, lastRoom: max(12, room))
    }
    return text(console, widths, lastRoom: .max)
  }

  private func text(_ console: Console, _ widths: [Int], lastRoom: Int) -> String {
    var text = line(header.map { console.styled($0, .bold) }, widths)
    for row in rows {
      var row = row
      if row.count == widths.count, let last = row.last, Self.width(last) > lastRoom, !last.contains("\u{1B}") {
        row[row.count - 1] = DisplayWidth.fit(last, lastRoom)
      }
      text += line(row, widths)
    }
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
