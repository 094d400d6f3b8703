import HTTPService

/// A piece of an HTML or SVG document.
///
/// What is written into it by interpolation is text and is escaped, unless it is itself markup. So a row, an answer or a
/// name that holds tags shows as what it is, wherever it is written.
///
/// ```swift
/// let cell: Markup = "<td>\(answer)</td>"
/// ```
struct Markup: ExpressibleByStringInterpolation, Sendable {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  private init(raw: String) { text = raw }

  /// Text made by this program that is markup already: a style sheet.
  static func trusted(_ text: String) -> Markup { Markup(raw: text) }

  static func + (left: Markup, right: Markup) -> Markup { Markup(raw: left.text + right.text) }
  static func += (left: inout Markup, right: Markup) { left.text += right.text }

  struct Interpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
    mutating func appendInterpolation(_ value: Substring) { text += HTML.escaped(String(value)) }
    mutating func appendInterpolation(_ value: Markup) { text += value.text }
    mutating func appendInterpolation(_ value: Int) { text += String(value) }
    /// A coordinate, with one digit behind the point.
    mutating func appendInterpolation(_ value: Double) { text += NumberText.fixed(value, 1) }
    mutating func appendInterpolation(_ values: [Markup]) { for value in values { text += value.text } }
  }

  typealias StringInterpolation = Interpolation
}

extension Sequence where Element == Markup {
  func joined(separator: Markup = "") -> Markup {
    var result: Markup = ""
    for (index, element) in enumerated() {
      if index > 0 { result += separator }
      result += element
    }
    return result
  }
}
