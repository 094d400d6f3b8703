import Glibc
import Platform
import Synchronization

/// The lines of running stages at the bottom of a terminal, and finished lines above them.
///
/// Where the error stream is no terminal nothing moves: a stage gets a line when it starts and ends, and one every
/// `plainInterval` seconds between. All writing goes to the error stream, so that standard output stays for results.
final class LiveDisplay: Sendable {
  private struct State {
    var lines: [ProgressLine] = []
    /// Lines drawn last time, to be erased before the next.
    var drawn: [String] = []
    var frame = 0
    var lastPlain: [String: Double] = [:]
    var isFinished = false
  }

  private let console: Console
  private let isLive: Bool
  private let nameWidth: Int
  private let state = Mutex(State())
  private let width: @Sendable () -> Int
  private let clock: @Sendable () -> Double
  private let plainInterval: Double

  /// - Parameters:
  ///   - names: all stages that may run: they give the name's column its width.
  ///   - clock: seconds on a steady clock.
  init(
    console: Console, names: [String], plainInterval: Double = 15,
    width: @escaping @Sendable () -> Int = Console.columns,
    clock: @escaping @Sendable () -> Double = SystemClock.monotonic
  ) {
    self.console = console
    isLive = console.errorIsTerminal
    nameWidth = min(28, names.map { DisplayWidth.of($0) }.max() ?? 0)
    self.plainInterval = plainInterval
    self.width = width
    self.clock = clock
  }

  /// Redraws ten times a second until `finish`; returns at once where nothing moves.
  func animate() async {
    guard isLive else { return }
    while !state.withLock({ $0.isFinished }) {
      state.withLock { draw(&$0) }
      try? await Task.sleep(nanoseconds: 100_000_000)
    }
  }

  func start(_ name: String) {
    state.withLock { state in
      state.lines.append(ProgressLine(name: name, started: clock()))
      if isLive { draw(&state) } else { write(say("start"), name, "", &state) }
    }
  }

  func update(_ name: String, completed: Double, total: Double?, unit: String, detail: String?) {
    state.withLock { state in
      guard let index = state.lines.firstIndex(where: { $0.name == name }) else { return }
      let now = clock()
      state.lines[index].update(completed: completed, total: total, unit: unit, detail: detail, now: now)
      guard !isLive else { return }
      let last = state.lastPlain[name] ?? state.lines[index].started
      guard now - last >= plainInterval else { return }
      state.lastPlain[name] = now
      write("     ", name, state.lines[index].summary(now: now), &state)
    }
  }

  /// What a stage does beside its main work; `nil` when that is over.
  func update(_ name: String, activity: String?) {
    state.withLock { state in
      guard let index = state.lines.firstIndex(where: { $0.name == name }) else { return }
      state.lines[index].activity = activity
    }
  }

  /// The memory that a stage's process has, in bytes.
  func update(_ name: String, memory: Int64) {
    state.withLock { state in
      guard let index = state.lines.firstIndex(where: { $0.name == name }) else { return }
      state.lines[index].memory = Int(clamping: memory)
    }
  }

  /// Takes a stage's line away and leaves a finished one above the rest.
  func finish(_ name: String, mark: String, styles: [Console.Style], text: String) {
    state.withLock { state in
      state.lines.removeAll { $0.name == name }
      write(mark, name, text, &state, styles: styles)
    }
  }

  /// A line about a stage or the run, above the moving ones.
  func note(_ text: String) {
    state.withLock { state in
      erase(&state)
      console.printError(text)
      if isLive { draw(&state) }
    }
  }

  /// Takes all moving lines away.
  func finish() {
    state.withLock { state in
      state.isFinished = true
      erase(&state)
      state.lines = []
    }
  }

  private func write(
    _ mark: String, _ name: String, _ text: String, _ state: inout State, styles: [Console.Style] = [.dim]
  ) {
    erase(&state)
    let padded = DisplayWidth.pad(mark, 6)
    var line = styles.reduce(padded) { console.styledError($0, $1) } + " "
    line += text.isEmpty ? name : DisplayWidth.pad(name, nameWidth) + "  " + text
    console.printError(line)
    if isLive { draw(&state) }
  }

  private func draw(_ state: inout State) {
    let columns = max(20, width() - 1)
    state.frame += 1
    let now = clock()
    let lines = state.lines.map { $0.text(width: columns, nameWidth: nameWidth, now: now, spinner: state.frame) }
    guard lines != state.drawn else { return }
    erase(&state)
    console.writeError(lines.map { $0 + "\n" }.joined())
    state.drawn = lines
  }

  /// Moves up over what was drawn and clears it. A line that a narrower window has wrapped counts for what it takes now.
  private func erase(_ state: inout State) {
    guard !state.drawn.isEmpty else { return }
    let columns = max(1, width())
    let rows = state.drawn.reduce(0) { $0 + max(1, (DisplayWidth.of($1) + columns - 1) / columns) }
    console.writeError("\u{1B}[\(rows)A\r\u{1B}[J")
    state.drawn = []
  }
}
