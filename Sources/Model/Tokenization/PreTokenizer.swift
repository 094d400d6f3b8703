import Diagnostics
import ModelFiles

/// How a text is cut into pieces before merging: the `pre_tokenizer` of a `tokenizer.json`.
struct PreTokenizer: Sendable {
  enum Behavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  enum Step: Sendable {
    case split(RegularExpression, Behavior, invert: Bool)
    case digits(individual: Bool)
    /// A space is put before a piece that does not start with one.
    case prefixSpace
  }

  /// The regular expressions that have a scanner of their own.
  enum KnownPattern {
    static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    static let qwen2 = PreTokenizerKind.qwen2Pattern
    static let llama3 = PreTokenizerKind.llama3Pattern
  }

  /// The scanner that does all the steps at once, when there is one.
  let scanner: PatternScanner.Pattern?
  let steps: [Step]

  init(scanner: PatternScanner.Pattern) {
    self.scanner = scanner
    self.steps = []
  }

  init(steps: [Step]) {
    self.scanner = nil
    self.steps = steps
  }

  /// The same cuts by pcre2: the reference the scanners are checked against, and what unknown patterns run on.
  static func reference(_ pattern: PatternScanner.Pattern) throws -> PreTokenizer {
    func isolated(_ text: String) throws -> Step { .split(try RegularExpression(text), .isolated, invert: false) }
    return switch pattern {
    case .gpt2: PreTokenizer(steps: [try isolated(KnownPattern.gpt2)])
    case .digitsThenGPT2:
      PreTokenizer(steps: [.digits(individual: true), try isolated(KnownPattern.gpt2)])
    case .qwen2: PreTokenizer(steps: [try isolated(KnownPattern.qwen2)])
    case .llama3: PreTokenizer(steps: [try isolated(KnownPattern.llama3)])
    }
  }

  /// The pieces of valid UTF-8, by the steps (not by the scanner).
  func pieces(of text: UnsafeBufferPointer<UInt8>) throws -> [[UInt8]] {
    var pieces: [[UInt8]] = text.isEmpty ? [] : [Array(text)]
    for step in steps {
      var output: [[UInt8]] = []
      for piece in pieces {
        switch step {
        case .prefixSpace: output.append(piece.first == 0x20 ? piece : [0x20] + piece)
        case .digits(let individual):
          let ranges = piece.withUnsafeBufferPointer { Self.digits(in: $0, individual: individual) }
          Self.cut(piece, ranges, .isolated, into: &output)
        case .split(let expression, let behavior, let invert):
          var ranges = try piece.withUnsafeBufferPointer { try expression.matches(in: $0) }
          if invert { ranges = Self.gaps(ranges, piece.count) }
          Self.cut(piece, ranges, behavior, into: &output)
        }
      }
      pieces = output
    }
    return pieces
  }

  private static func digits(in text: UnsafeBufferPointer<UInt8>, individual: Bool) -> [Range<Int>] {
    guard let base = text.baseAddress else { return [] }
    let table = ScalarClasses.shared.table
    var ranges: [Range<Int>] = []
    var position = 0
    while position < text.count {
      let (scalar, length) = decodeScalar(base, position)
      let kind = scalar < table.count ? table[scalar] : ScalarClasses.other
      if kind == ScalarClasses.number || kind == ScalarClasses.extraDigit {
        if !individual, let last = ranges.last, last.upperBound == position {
          ranges[ranges.count - 1] = last.lowerBound..<(position + length)
        } else {
          ranges.append(position..<(position + length))
        }
      }
      position += length
    }
    return ranges
  }

  private static func gaps(_ ranges: [Range<Int>], _ count: Int) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var position = 0
    for range in ranges {
      if range.lowerBound > position { result.append(position..<range.lowerBound) }
      position = range.upperBound
    }
    if position < count { result.append(position..<count) }
    return result
  }

  private static func cut(_ text: [UInt8], _ matches: [Range<Int>], _ behavior: Behavior, into output: inout [[UInt8]])
  {
    var parts: [(range: Range<Int>, isMatch: Bool)] = []
    var position = 0
    for match in matches {
      if match.lowerBound > position { parts.append((position..<match.lowerBound, false)) }
      parts.append((match, true))
      position = match.upperBound
    }
    if position < text.count { parts.append((position..<text.count, false)) }
    var merged: [(range: Range<Int>, isMatch: Bool)] = []
    switch behavior {
    case .isolated: merged = parts
    case .removed: merged = parts.filter { !$0.isMatch }
    case .contiguous:
      for part in parts {
        if let last = merged.last, last.isMatch == part.isMatch {
          merged[merged.count - 1].range = last.range.lowerBound..<part.range.upperBound
        } else {
          merged.append(part)
        }
      }
    case .mergedWithPrevious:
      for part in parts {
        if part.isMatch, let last = merged.last, !last.isMatch {
          merged[merged.count - 1] = (last.range.lowerBound..<part.range.upperBound, true)
        } else {
          merged.append(part)
        }
      }
    case .mergedWithNext:
      for part in parts {
        if !part.isMatch, let last = merged.last, last.isMatch {
          merged[merged.count - 1] = (last.range.lowerBound..<part.range.upperBound, false)
        } else {
          merged.append(part)
        }
      }
    }
    for part in merged { output.append(Array(text[part.range])) }
  }
}
