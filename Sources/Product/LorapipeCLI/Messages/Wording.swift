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
    guard language == .chinese else { return Self.fill(template, arguments) }
    return Self.fill(Catalog.chinese.translation(of: template) ?? template, arguments)
  }

  /// A template with `{0}`, `{1}` … replaced; a number without an argument stays as it is.
  static func fill(_ template: String, _ arguments: [String]) -> String {
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
      result += arguments[index]
      rest = inside[inside.index(after: close)...]
    }
    return result + rest
  }
}

/// The message in the language of this process.
func say(_ message: Wording) -> String { message.text(in: .current) }

/// A text that another module made, in the language of this process, as far as the catalog knows it.
func reworded(_ text: String) -> String { Language.current == .chinese ? Catalog.chinese.rendering(of: text) : text }
