import Tokenization

/// Turns the tokens of one reply into text, up to the first stop string.
///
/// Text that could still be the beginning of a stop string is held back until it cannot, so that nothing is given out
/// that would have to be taken back.
struct TextAssembler {
  private var decoder: StreamingDecoder
  private let stops: [[UInt8]]
  private var held: [UInt8] = []
  private(set) var stopped = false

  init(_ tokenizer: Tokenizer, stops: [String]) {
    decoder = StreamingDecoder(tokenizer)
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// The text this token makes certain. After a stop string nothing more comes.
  /// - Parameter mayStop: false lets stop strings pass as text.
  mutating func push(_ token: TokenID, mayStop: Bool = true) -> String {
    stopped ? "" : take(decoder.push(token), mayStop)
  }

  /// What is left at the end of the reply.
  mutating func finish() -> String {
    guard !stopped else { return "" }
    let text = take(decoder.finish(), true)
    defer { held = [] }
    return stopped ? text : text + String(decoding: held, as: UTF8.self)
  }

  private mutating func take(_ text: String, _ mayStop: Bool) -> String {
    guard !stops.isEmpty, mayStop else { return text }
    held.append(contentsOf: text.utf8)
    if let end = firstStop() {
      stopped = true
      defer { held = [] }
      return String(decoding: held[..<end], as: UTF8.self)
    }
    let keep = undecided()
    let certain = held.count - keep
    defer { held.removeSubrange(..<certain) }
    return String(decoding: held[..<certain], as: UTF8.self)
  }

  private func firstStop() -> Int? {
    var first: Int?
    for stop in stops where stop.count <= held.count {
      for at in 0...(held.count - stop.count) where at < first ?? .max {
        if held[at..<at + stop.count].elementsEqual(stop) {
          first = at
          break
        }
      }
    }
    return first
  }

  /// Bytes at the end that begin some stop string.
  private func undecided() -> Int {
    var most = 0
    for stop in stops {
      for length in stride(from: min(stop.count - 1, held.count), to: most, by: -1)
      where held.suffix(length).elementsEqual(stop.prefix(length)) {
        most = length
        break
      }
    }
    return most
  }
}
