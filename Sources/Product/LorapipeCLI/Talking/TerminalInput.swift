import Glibc

/// How a terminal was found, to be given back so.
struct TerminalMode: Sendable {
  private let found: termios

  /// `nil` when standard input is no terminal.
  init?() {
    var mode = termios()
    guard isatty(0) == 1, tcgetattr(0, &mode) == 0 else { return nil }
    found = mode
  }

  func restore() {
    var mode = found
    tcsetattr(0, TCSADRAIN, &mode)
  }

  /// Keys come one by one, unseen; `signals` lets Ctrl-C be a signal.
  func makeRaw(signals: Bool) {
    var mode = found
    mode.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
    if !signals { mode.c_lflag &= ~tcflag_t(ISIG) }
    mode.c_iflag &= ~tcflag_t(ICRNL | IXON)
    tcsetattr(0, TCSADRAIN, &mode)
  }
}

/// A person's terminal: keys in, the message being typed on the screen. Gives the terminal back as it was.
final class TerminalInput {
  private let console: Console
  let mode: TerminalMode
  private var reader = KeyReader()
  private var editor = LineEditor()
  private var cursorRow = 0
  /// Keys that came together with those that ended the last message.
  private var pending: [Key] = []

  /// `nil` when standard input is no terminal.
  init?(_ console: Console, commands: [String]) {
    guard let mode = TerminalMode() else { return nil }
    self.mode = mode
    self.console = console
    editor.commands = commands
  }

  /// While an answer is written: what is typed does not show, and Ctrl-C is a signal again.
  func hush() { mode.makeRaw(signals: true) }

  /// Reads one message; `nil` at the end of input.
  /// - Parameter onInterrupt: called at Ctrl-C on an empty line; `false` ends.
  func read(prompt: String, promptWidth: Int, onInterrupt: () -> Bool) -> String? {
    mode.makeRaw(signals: false)
    console.writeError("\u{1B}[?2004h")
    defer {
      console.writeError("\u{1B}[?2004l")
      mode.restore()
    }
    cursorRow = 0
    draw(prompt, promptWidth)
    while true {
      if pending.isEmpty {
        guard let bytes = wait() else { return nil }
        pending = reader.take(bytes)
      }
      while !pending.isEmpty {
        switch editor.take(pending.removeFirst()) {
        case .typing: continue
        case .submit(let text):
          draw(prompt, promptWidth, final: text)
          return text
        case .interrupt:
          console.writeError("\r\n")
          cursorRow = 0
          if !onInterrupt() { return nil }
        case .end:
          console.writeError("\r\n")
          return nil
        case .suspend:
          console.writeError("\r\n\u{1B}[?2004l")
          mode.restore()
          kill(0, SIGTSTP)
          mode.makeRaw(signals: false)
          console.writeError("\u{1B}[?2004h")
          cursorRow = 0
        case .clearScreen:
          console.writeError("\u{1B}[H\u{1B}[2J")
          cursorRow = 0
        }
      }
      draw(prompt, promptWidth)
    }
  }

  /// Bytes as they come; `nil` at the end of input.
  private func wait() -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      if reader.isWaiting {
        var poll = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        if Glibc.poll(&poll, 1, 60) == 0 { reader.giveUpWaiting() }
      }
      let count = Glibc.read(0, &chunk, chunk.count)
      if count > 0 { return Array(chunk[..<count]) }
      if count == 0 || errno != EINTR { return nil }
    }
  }

  /// Puts the message on the screen anew; `final` leaves the cursor on a line of its own below it.
  private func draw(_ prompt: String, _ promptWidth: Int, final: String? = nil) {
    let layout = EditorLayout(
      before: final ?? editor.before, after: final == nil ? editor.after : "", promptWidth: promptWidth,
      columns: Console.columns())
    var text = "\r"
    if cursorRow > 0 { text += "\u{1B}[\(cursorRow)A" }
    text += "\u{1B}[J" + prompt + layout.output
    if final != nil {
      text += "\r\n"
      cursorRow = 0
    } else {
      if layout.lastRow > layout.cursorRow { text += "\u{1B}[\(layout.lastRow - layout.cursorRow)A" }
      text += "\r" + (layout.cursorColumn > 0 ? "\u{1B}[\(layout.cursorColumn)C" : "")
      cursorRow = layout.cursorRow
    }
    console.writeError(text)
  }
}
