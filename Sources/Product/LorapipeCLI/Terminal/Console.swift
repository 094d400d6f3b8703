import Glibc
import Platform
import Synchronization

/// Where a command writes: standard output and error, with color only where wanted.
final class Console: Sendable {
  enum ColorChoice: String, Sendable {
    case auto, always, never
  }

  enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case cyan = "36"
  }

  let outputIsTerminal: Bool
  let errorIsTerminal: Bool
  let outputHasColor: Bool
  let errorHasColor: Bool
  private let output: any ByteSink
  private let error: any ByteSink
  /// Why standard output takes nothing more; 0 while it does.
  private let refusal = Atomic<Int32>(0)

  /// Standard output and error of this process.
  convenience init(color: ColorChoice) {
    let environment = Environment.value("NO_COLOR").map { !$0.isEmpty } ?? false
    let dumb = Environment.value("TERM") == "dumb"
    self.init(
      output: FileSink(descriptor: StandardStreams.output), error: FileSink(descriptor: StandardStreams.error),
      outputIsTerminal: isatty(1) == 1 && !dumb,
      errorIsTerminal: isatty(2) == 1 && !dumb, color: color == .auto && environment ? .never : color)
  }

  init(
    output: any ByteSink, error: any ByteSink, outputIsTerminal: Bool, errorIsTerminal: Bool, color: ColorChoice
  ) {
    self.output = output
    self.error = error
    self.outputIsTerminal = outputIsTerminal
    self.errorIsTerminal = errorIsTerminal
    outputHasColor = color == .always || (color == .auto && outputIsTerminal)
    errorHasColor = color == .always || (color == .auto && errorIsTerminal)
  }

  /// True once standard output takes nothing more: its reader went away, or its device is full.
  var isClosed: Bool { refusal.load(ordering: .relaxed) != 0 }

  /// The error number of a write that lost text somebody wanted; a reader that went away wanted no more.
  var lostOutput: Int32? {
    let reason = refusal.load(ordering: .relaxed)
    return reason == 0 || reason == EPIPE ? nil : reason
  }

  func write(_ text: String) {
    if let reason = output.write(text) { refusal.store(reason, ordering: .relaxed) }
  }

  func print(_ line: String = "") { write(line + "\n") }

  func writeError(_ text: String) { _ = error.write(text) }

  func printError(_ line: String) { writeError(line + "\n") }

  /// The text in a style, where standard output shows color.
  func styled(_ text: String, _ styles: Style...) -> String {
    outputHasColor ? Self.wrap(text, styles) : text
  }

  func styledError(_ text: String, _ styles: Style...) -> String {
    errorHasColor ? Self.wrap(text, styles) : text
  }

  private static func wrap(_ text: String, _ styles: [Style]) -> String {
    "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
  }

  /// Columns of the terminal now; asked anew each time, so that a resized window is obeyed at the next line.
  static func columns() -> Int {
    var size = winsize()
    for descriptor: Int32 in [2, 1] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return 80
  }

  /// Text from data with what would steer a terminal made visible: a control character becomes its picture.
  static func visible(_ text: String, keepsNewlines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
      return text
    }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A where keepsNewlines: result.append(scalar)
      case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? " ")
      case 0x7F...0x9F: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// Takes text.
protocol ByteSink: Sendable {
  /// - Returns: `nil`, or the error number when not all of it could be written.
  func write(_ text: String) -> Int32?
}

/// An open file descriptor.
struct FileSink: ByteSink {
  var descriptor: Int32

  func write(_ text: String) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if count > 0 {
          offset += count
        } else if count < 0, errno == EINTR {
          continue
        } else if count < 0, errno == EAGAIN {
          var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = Glibc.poll(&poll, 1, 1000)
        } else {
          return count < 0 ? errno : EIO
        }
      }
      return nil
    }
  }
}

/// Text kept in memory: what tests compare.
final class MemorySink: ByteSink {
  private let content = Mutex("")

  var text: String { content.withLock { $0 } }

  func write(_ text: String) -> Int32? {
    content.withLock { $0 += text }
    return nil
  }
}
