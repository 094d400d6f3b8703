import Glibc
import JSON
import PipelineEngine

/// Prints the logs of a run's stages, what is there and what comes.
struct LogReader {
  enum Layout {
    /// As the stage wrote it.
    case plain
    /// A heading before each stage's log.
    case titled
    /// The stage's name before each line.
    case prefixed
    /// An object a line.
    case json
  }

  private struct Log {
    var stage: String
    var file: GrowingFile
    /// A line that has not ended yet.
    var rest: [UInt8] = []
  }

  private let runs: RunsDirectory
  private let run: String
  private let console: Console
  private let layout: Layout
  private let lastLines: Int?
  private var logs: [Log]
  private let nameWidth: Int

  init(
    runs: RunsDirectory, run: String, stages: [String], console: Console, layout: Layout, lastLines: Int?
  ) {
    self.runs = runs
    self.run = run
    self.console = console
    self.layout = layout
    self.lastLines = lastLines
    logs = stages.map {
      Log(stage: $0, file: GrowingFile(path: "\(runs.runPath(run))/logs/\(fileName(for: $0)).log"))
    }
    nameWidth = stages.map { DisplayWidth.of($0) }.max() ?? 0
  }

  /// - Returns: whether there was anything.
  @discardableResult mutating func printPresent() -> Bool {
    var hasText = false
    for index in logs.indices {
      var bytes = logs[index].file.readNew()
      if bytes.isEmpty { continue }
      hasText = true
      if layout == .titled { console.print(console.styled("— \(logs[index].stage)", .bold)) }
      if let lastLines { bytes = Self.tail(bytes, lines: lastLines) }
      write(bytes, index, isLast: true)
    }
    return hasText
  }

  /// - Parameter stage: ends when this one does; `nil` for the run.
  mutating func follow(until stage: String?) async throws {
    var events = GrowingFile(path: runs.runPath(run) + "/events.jsonl")
    var isOver = false
    while !isOver, !console.isClosed {
      // Asked before the last reading, so that nothing written before the end is missed.
      isOver = !runs.isLive(run)
      if let stage {
        for line in events.readNew().split(separator: UInt8(ascii: "\n")) {
          guard let event = try? JSONValue(parsing: line) else { continue }
          if event["event"]?.stringValue == "stage.finished", event["stage"]?.stringValue == stage { isOver = true }
        }
      }
      for index in logs.indices { write(logs[index].file.readNew(), index, isLast: isOver) }
      if !isOver { try await Task.sleep(nanoseconds: 200_000_000) }
    }
  }

  /// - Parameter isLast: a line that has not ended is printed too.
  private mutating func write(_ bytes: [UInt8], _ index: Int, isLast: Bool) {
    switch layout {
    case .plain, .titled:
      // What is torn inside a character waits for the rest of it.
      logs[index].rest += bytes
      let whole = isLast ? logs[index].rest.count : logs[index].rest.lengthOfWholeCharacters
      guard whole > 0 else { return }
      console.write(String(decoding: logs[index].rest[..<whole], as: UTF8.self))
      logs[index].rest.removeFirst(whole)
    case .prefixed, .json:
      var rest = (logs[index].rest + bytes)[...]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        write(line: rest[..<end], index)
        rest = rest[(end + 1)...]
      }
      if isLast, !rest.isEmpty {
        write(line: rest, index)
        rest = []
      }
      logs[index].rest = Array(rest)
    }
  }

  private func write(line: ArraySlice<UInt8>, _ index: Int) {
    let text = String(decoding: line, as: UTF8.self)
    let stage = logs[index].stage
    if layout == .json {
      console.print(JSONValue.object(JSONObject([("stage", .string(stage)), ("line", .string(text))])).text())
    } else {
      console.print(console.styled(DisplayWidth.pad(stage, nameWidth) + " │ ", .dim) + text)
    }
  }

  /// The last lines of a text.
  static func tail(_ bytes: [UInt8], lines: Int) -> [UInt8] {
    guard lines > 0 else { return [] }
    var left = lines
    var start = bytes.count
    while start > 0 {
      if bytes[start - 1] == UInt8(ascii: "\n"), start < bytes.count {
        left -= 1
        if left == 0 { break }
      }
      start -= 1
    }
    return Array(bytes[start...])
  }
}

/// A file that another process appends to, read from where reading stopped.
struct GrowingFile {
  let path: String
  private var offset = 0

  init(path: String) { self.path = path }

  /// What was added since; empty when there is no such file yet.
  mutating func readNew() -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(descriptor, &chunk, chunk.count, offset)
      if count > 0 {
        result += chunk[..<count]
        offset += count
      } else if count == 0 || errno != EINTR {
        return result
      }
    }
  }
}

extension [UInt8] {
  /// Bytes before a UTF-8 character at the end that has not come whole.
  fileprivate var lengthOfWholeCharacters: Int {
    var start = count
    while start > 0, count - start < 4 {
      start -= 1
      let byte = self[start]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return start + length > count ? start : count
    }
    return count
  }
}
