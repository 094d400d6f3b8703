/// Builds rules for the parts of JSON text.
///
/// White space is bounded, and so are digits: a model that falls into a loop would otherwise write nothing else up to the
/// longest reply.
struct JSONGrammar {
  var grammar = Grammar()
  /// What may stand between two tokens of the text: nothing, a space, or a line end with indentation.
  let space: Grammar.Symbol
  /// One character of a string, a well-formed one.
  let character: Grammar.Symbol
  /// Any number of characters.
  let characters: Grammar.Symbol
  let string: Grammar.Symbol
  let integer: Grammar.Symbol
  let number: Grammar.Symbol
  /// Any value.
  let value: Grammar.Symbol
  /// Any object.
  let object: Grammar.Symbol
  private static let quote = Grammar.Symbol.byte(0x22)
  private static let hex = Grammar.Symbol.any(of: "0123456789abcdefABCDEF")
  private static let continuation = Grammar.Symbol.range(0x80...0xBF)

  init() {
    var g = Grammar()
    let indent = Self.upTo(24, .any(of: " \t"), &g)
    space = g.rule([[], [.byte(0x20)], [.byte(0x0A), indent]])
    let escape = g.rule([
      [.any(of: "\"\\/bfnrt")],
      // Halves of surrogate pairs are left out: one alone is no character.
      [.byte(0x75), .any(of: "0123456789abcefABCEF"), Self.hex, Self.hex, Self.hex],
      [.byte(0x75), .any(of: "dD"), .any(of: "01234567"), Self.hex, Self.hex],
    ])
    let wide = g.rule(Self.wideCharacters(except: []))
    character = g.rule([
      [.bytes(ByteSet((UInt8(0x20)...0x7F).filter { $0 != 0x22 && $0 != 0x5C }))], [.byte(0x5C), escape], [wide],
    ])
    characters = Self.many(character, &g)
    string = g.rule([[Self.quote, characters, Self.quote]])
    let digit = Grammar.Symbol.any(of: "0123456789")
    let whole = g.rule([[.byte(0x30)], [.any(of: "123456789"), Self.upTo(15, digit, &g)]])
    let sign = g.rule([[], [.byte(0x2D)]])
    integer = g.rule([[sign, whole]])
    let fraction = g.rule([[], [.byte(0x2E), digit, Self.upTo(15, digit, &g)]])
    let exponent = g.rule([[], [.any(of: "eE"), g.rule([[], [.any(of: "+-")]]), digit, Self.upTo(2, digit, &g)]])
    number = g.rule([[sign, whole, fraction, exponent]])
    let any = g.reserve()
    value = .rule(any)
    let member = g.rule([[string, space, .byte(0x3A), space, value]])
    let members = g.rule([[], [member, Self.many(g.rule([[.byte(0x2C), space, member]]), &g), space]])
    object = g.rule([[.byte(0x7B), space, members, .byte(0x7D)]])
    let items = g.rule([[], [value, Self.many(g.rule([[.byte(0x2C), space, value]]), &g), space]])
    let array = g.rule([[.byte(0x5B), space, items, .byte(0x5D)]])
    g.define(
      any, [[object], [array], [string], [number], .text("true"), .text("false"), .text("null")])
    grammar = g
  }

  /// Characters beyond ASCII as UTF-8 spells them, but for those that begin with one of some bytes.
  private static func wideCharacters(except leads: Set<UInt8>) -> [[Grammar.Symbol]] {
    let shapes: [(ClosedRange<UInt8>, [Grammar.Symbol])] = [
      (0xC2...0xDF, [continuation]), (0xE0...0xE0, [.range(0xA0...0xBF), continuation]),
      (0xE1...0xEC, [continuation, continuation]), (0xED...0xED, [.range(0x80...0x9F), continuation]),
      (0xEE...0xEF, [continuation, continuation]),
      (0xF0...0xF0, [.range(0x90...0xBF), continuation, continuation]),
      (0xF1...0xF3, [continuation, continuation, continuation]),
      (0xF4...0xF4, [.range(0x80...0x8F), continuation, continuation]),
    ]
    return shapes.compactMap { range, rest in
      let set = ByteSet(range.filter { !leads.contains($0) })
      return set.isEmpty ? nil : [.bytes(set)] + rest
    }
  }

  static func many(_ symbol: Grammar.Symbol, _ grammar: inout Grammar) -> Grammar.Symbol {
    let rule = grammar.reserve()
    grammar.define(rule, [[], [symbol, .rule(rule)]])
    return .rule(rule)
  }

  static func upTo(_ count: Int, _ symbol: Grammar.Symbol, _ grammar: inout Grammar) -> Grammar.Symbol {
    var rest = grammar.rule([[]])
    for _ in 0..<count { rest = grammar.rule([[], [symbol, rest]]) }
    return rest
  }

  // MARK: - Parts of schemas

  mutating func choice(_ choices: [[Grammar.Symbol]]) -> Grammar.Symbol { grammar.rule(choices) }

  /// A string of `least` to `most` characters.
  mutating func string(least: Int, most: Int?) -> Grammar.Symbol {
    let required = [Grammar.Symbol](repeating: character, count: least)
    let rest = most.map { Self.upTo($0 - least, character, &grammar) } ?? characters
    return grammar.rule([[Self.quote] + required + [rest, Self.quote]])
  }

  /// Characters without quotes around them, among which `mark` does not stand. No byte of the mark after its first may
  /// equal the first, and all are ASCII.
  mutating func text(without mark: [UInt8]) -> Grammar.Symbol {
    guard let first = mark.first else { return characters }
    let plain = [0x09, 0x0A] + (UInt8(0x20)...0x7E)
    // One rule for each count of the mark's bytes that the text so far ends with.
    let rules = mark.map { _ in grammar.reserve() }
    for (count, next) in mark.enumerated() {
      var choices: [[Grammar.Symbol]] = [[]]
      if count + 1 < mark.count { choices.append([.byte(next), .rule(rules[count + 1])]) }
      if count > 0 { choices.append([.byte(first), .rule(rules[1])]) }
      choices.append([.bytes(ByteSet(plain.filter { $0 != next && $0 != first })), .rule(rules[0])])
      choices += Self.wideCharacters(except: []).map { $0 + [.rule(rules[0])] }
      grammar.define(rules[count], choices)
    }
    return .rule(rules[0])
  }

  /// A list of `least` to `most` items behind those of `first`.
  mutating func array(
    _ first: [Grammar.Symbol], items: Grammar.Symbol?, least: Int, most: Int?
  ) -> Grammar.Symbol {
    // From the end to the beginning: what may follow when `count` items are written.
    let open = items == nil ? first.count : max(least, first.count)
    let last = items == nil ? first.count : most
    var rest: Grammar.Symbol
    if let items, last == nil {
      rest = Self.many(grammar.rule([[.byte(0x2C), space, items]]), &grammar)
      if open == 0 { rest = grammar.rule([[], [items, rest]]) }
    } else {
      rest = grammar.rule([[]])
    }
    for count in stride(from: (last ?? open) - 1, through: 0, by: -1) {
      guard let item = count < first.count ? first[count] : items else { continue }
      let more = (count > 0 ? [Grammar.Symbol.byte(0x2C), space] : []) + [item, rest]
      rest = grammar.rule(count >= least ? [[], more] : [more])
    }
    return grammar.rule([[.byte(0x5B), space, rest, space, .byte(0x5D)]])
  }

  /// An object of these members in this order, and then any of further ones.
  mutating func object(
    _ members: [(name: String, value: Grammar.Symbol, isRequired: Bool)], others: Grammar.Symbol?
  ) -> Grammar.Symbol {
    let comma: [Grammar.Symbol] = [.byte(0x2C), space]
    // What may follow, when nothing is written yet and when something is.
    var (first, later): (Grammar.Symbol, Grammar.Symbol)
    if let others {
      let name = members.isEmpty ? string : otherName(members.map(\.name))
      let member = grammar.rule([[name, space, .byte(0x3A), space, others]])
      later = Self.many(grammar.rule([comma + [member]]), &grammar)
      first = grammar.rule([[], [member, later]])
    } else {
      later = grammar.rule([[]])
      first = later
    }
    for member in members.reversed() {
      let written: [Grammar.Symbol] =
        .text(JSONText.quoted(member.name)) + [space, .byte(0x3A), space, member.value, later]
      let (skipFirst, skipLater) = (first, later)
      first = grammar.rule(member.isRequired ? [written] : [written, [skipFirst]])
      later = grammar.rule(member.isRequired ? [comma + written] : [comma + written, [skipLater]])
    }
    return grammar.rule([[.byte(0x7B), space, first, space, .byte(0x7D)]])
  }

  /// The name of a member that is none of `names`. Names with escapes are left out, since they could spell one of those.
  private mutating func otherName(_ names: [String]) -> Grammar.Symbol {
    let plain = grammar.rule(
      [[.bytes(ByteSet((UInt8(0x20)...0x7F).filter { $0 != 0x22 && $0 != 0x5C }))]] + Self.wideCharacters(except: []))
    let free = Self.many(plain, &grammar)
    return grammar.rule([[Self.quote, otherRest(names.map { Array($0.utf8)[...] }, free), Self.quote]])
  }

  /// What may follow a beginning that all of `tails` share, so that none of them is spelled.
  private mutating func otherRest(_ tails: [ArraySlice<UInt8>], _ free: Grammar.Symbol) -> Grammar.Symbol {
    let heads = Set(tails.compactMap(\.first))
    let isInside = heads.contains { $0 & 0xC0 == 0x80 }
    var choices: [[Grammar.Symbol]] = []
    if !isInside {
      if !tails.contains(where: \.isEmpty) { choices.append([]) }
      let others = (UInt8(0x20)...0x7F).filter { $0 != 0x22 && $0 != 0x5C && !heads.contains($0) }
      choices.append([.bytes(ByteSet(others)), free])
      choices += Self.wideCharacters(except: heads).map { $0 + [free] }
    }
    for head in heads.sorted() where head != 0x22 && head != 0x5C && head >= 0x20 {
      choices.append([.byte(head), otherRest(tails.filter { $0.first == head }.map { $0.dropFirst() }, free)])
    }
    return grammar.rule(choices)
  }
}
