/// A message being typed: its text, the cursor in it, and the messages before it. It knows no terminal.
struct LineEditor {
  enum Outcome: Sendable, Hashable {
    case typing
    case submit(String)
    /// Ctrl-C on an empty line.
    case interrupt
    /// Ctrl-D on an empty line.
    case end
    case suspend
    case clearScreen
  }

  /// Before and behind the cursor; two strings, so that characters of several scalars form by themselves.
  private(set) var before = ""
  private(set) var after = ""
  private var history: [String] = []
  /// Where in the history the text comes from; `history.count` is the message being written.
  private var place = 0
  private var draft = ""
  /// Words that Tab completes at the start of a message.
  var commands: [String] = []

  var text: String { before + after }

  mutating func take(_ key: Key) -> Outcome {
    switch key {
    case .text(let text): before += text
    case .newline: before += "\n"
    case .enter:
      // A backslash at the end of a line goes on with the next, as in a shell.
      if after.isEmpty, before.hasSuffix("\\") {
        before.removeLast()
        before += "\n"
        return .typing
      }
      return submit()
    case .backspace: if !before.isEmpty { before.removeLast() }
    case .delete: if !after.isEmpty { after.removeFirst() }
    case .left: moveLeft()
    case .right: moveRight()
    case .home: while let last = before.last, last != "\n" { moveLeft() }
    case .end: while let first = after.first, first != "\n" { moveRight() }
    case .wordLeft:
      while let last = before.last, !Self.isWord(last) { moveLeft() }
      while let last = before.last, Self.isWord(last) { moveLeft() }
    case .wordRight:
      while let first = after.first, !Self.isWord(first) { moveRight() }
      while let first = after.first, Self.isWord(first) { moveRight() }
    case .killToEnd: while let first = after.first, first != "\n" { after.removeFirst() }
    case .killToStart: while let last = before.last, last != "\n" { before.removeLast() }
    case .killWord:
      while let last = before.last, !Self.isWord(last) { before.removeLast() }
      while let last = before.last, Self.isWord(last) { before.removeLast() }
    case .up: recall(place - 1)
    case .down: recall(place + 1)
    case .tab: complete()
    case .interrupt:
      guard !text.isEmpty else { return .interrupt }
      clear()
    case .endOfInput:
      guard !text.isEmpty else { return .end }
      if !after.isEmpty { after.removeFirst() }
    case .suspend: return .suspend
    case .clearScreen: return .clearScreen
    }
    return .typing
  }

  private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

  private mutating func moveLeft() { if !before.isEmpty { after = String(before.removeLast()) + after } }
  private mutating func moveRight() { if !after.isEmpty { before.append(after.removeFirst()) } }

  private mutating func clear() {
    before = ""
    after = ""
    draft = ""
    place = history.count
  }

  private mutating func submit() -> Outcome {
    let whole = text
    if !whole.allSatisfy(\.isWhitespace), history.last != whole { history.append(whole) }
    clear()
    return .submit(whole)
  }

  /// Inside a message of several lines the arrows move between its lines first; here only the first and the last line
  /// leave the message.
  private mutating func recall(_ wanted: Int) {
    if wanted < place, before.contains("\n") { return moveLine(up: true) }
    if wanted > place, after.contains("\n") { return moveLine(up: false) }
    guard (0...history.count).contains(wanted), wanted != place else { return }
    if place == history.count { draft = text }
    place = wanted
    before = wanted == history.count ? draft : history[wanted]
    after = ""
  }

  private mutating func moveLine(up: Bool) {
    let column = before.reversed().prefix { $0 != "\n" }.count
    if up {
      _ = take(.home)
      moveLeft()
      _ = take(.home)
    } else {
      _ = take(.end)
      moveRight()
    }
    for _ in 0..<column where after.first.map({ $0 != "\n" }) ?? false { moveRight() }
  }

  private mutating func complete() {
    guard after.isEmpty, before.hasPrefix("/"), !before.contains(" ") else { return }
    let found = commands.filter { $0.hasPrefix(before) }
    if found.count == 1 { before = found[0] + " " }
  }
}

/// How a message being typed lies on a screen.
struct EditorLayout: Sendable, Hashable {
  /// What to print after the prompt, wrapped by itself: a terminal's own wrapping differs where a wide character does
  /// not fit the end of a line.
  var output: String
  /// Rows below the prompt's: all, and the cursor's.
  var lastRow: Int
  var cursorRow: Int
  var cursorColumn: Int

  init(before: String, after: String, promptWidth: Int, columns: Int) {
    let columns = max(columns, 4)
    let indent = min(promptWidth, columns - 2)
    var output = ""
    var (row, column) = (0, promptWidth)
    func put(_ character: Character) {
      if character == "\n" || character == "\r\n" {
        output += "\r\n" + String(repeating: " ", count: indent)
        row += 1
        column = indent
        return
      }
      let shown = character == "\t" ? " " : Console.visible(String(character))
      let width = DisplayWidth.of(shown)
      if column + width > columns {
        output += "\r\n"
        row += 1
        column = 0
      }
      output += shown
      column += width
    }
    for character in before { put(character) }
    if column >= columns {
      output += "\r\n"
      row += 1
      column = 0
    }
    (cursorRow, cursorColumn) = (row, column)
    for character in after { put(character) }
    self.output = output
    lastRow = row
  }
}
