/// A text of the program, written in English where it is printed: `say("done in \(time)")`.
///
/// Its template, `done in {0}`, is what the catalog of another language is asked for.
struct Wording: ExpressibleByStringInterpolation, Sendable {
  var template: String
  var arguments: [String]

  init(template: String, arguments: [String] = []) {
    self.template = template
    self.arguments = arguments
  }

  init(stringLiteral value: String) { self.init(template: value) }

  init(stringInterpolation: Interpolation) {
    self.init(template: stringInterpolation.template, arguments: stringInterpolation.arguments)
  }

  struct Interpolation: StringInterpolationProtocol {
    var template = ""
    var arguments: [String] = []

    init(literalCapacity: Int, interpolationCount: Int) { template.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { template += literal }

    mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      template += "{\(arguments.count)}"
      arguments.append(value.description)
    }
  }

  typealias StringInterpolation = Interpolation

  func text(in language: Language) -> String {
    guard language == .chinese, let translation = Catalog.chinese.translation(of: template) else {
      return Self.fill(template, arguments)
    }
    return Self.fill(translation, arguments, isSpaced: true)
  }

  /// A template with `{0}`, `{1}` … replaced; a number without an argument stays as it is.
  /// - Parameter isSpaced: whether a space is put between an ideograph and an ASCII letter, digit or sign where an argument
  ///   begins or ends, as Chinese is set. An argument may be either, so no template can have that space.
  static func fill(_ template: String, _ arguments: [String], isSpaced: Bool = false) -> String {
    guard !arguments.isEmpty else { return template }
    var result = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let inside = rest[rest.index(after: open)...]
      guard let close = inside.firstIndex(of: "}"), let index = Int(inside[..<close]),
        arguments.indices.contains(index)
      else {
        result.append("{")
        rest = inside
        continue
      }
      let argument = arguments[index]
      rest = inside[inside.index(after: close)...]
      // A styled argument begins and ends with an escape, which is no letter.
      let isPlain = isSpaced && !argument.contains("\u{1B}")
      if isPlain, isIdeograph(result.last), isLatin(argument.first) { result.append(" ") }
      result += argument
      if isPlain, isLatin(argument.last), isIdeograph(rest.first) { result.append(" ") }
    }
    return result + rest
  }

  private static func isIdeograph(_ character: Character?) -> Bool {
    character?.unicodeScalars.first.map { (0x3400...0x9FFF).contains($0.value) } ?? false
  }

  private static func isLatin(_ character: Character?) -> Bool {
    character.map { $0.isASCII && !$0.isWhitespace } ?? false
  }
}

/// The message in the language of this process.
func say(_ message: Wording) -> String { message.text(in: .current) }

/// A word or a template that is not written where it is printed, such as a state's name, in the language of this process.
func said(_ template: String) -> String {
  let text = say(Wording(template: template))
  return text == template ? reworded(template) : text
}

/// A text that another module made, in the language of this process, as far as the catalog knows it.
func reworded(_ text: String) -> String { Language.current == .chinese ? Catalog.chinese.rendering(of: text) : text }
