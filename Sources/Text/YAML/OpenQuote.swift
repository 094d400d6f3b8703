import Diagnostics

/// The place of a quote that its author forgot to close, in a text that is not YAML.
///
/// YAML lets a text in quotes run over several lines, so a forgotten quote ends at the next one, which opens another text. What
/// stands behind that is then no punctuation, as it is behind a quote that closes.
struct OpenQuote: Equatable {
  /// Both from 1.
  var line: Int
  var column: Int

  /// - Parameter last: the line where the reader stopped: it goes no further than behind the quote that closes too late. A quote
  ///   that closes before stands in a text where it has no meaning, such as one of several lines.
  init?(in text: SourceText, before last: Int) {
    var open: (quote: Unicode.Scalar, line: Int, column: Int)?
    for line in 1...max(last, 1) {
      guard let scalars = text.line(line).map({ Array($0.unicodeScalars) }) else { break }
      var index = 0
      // What stands before on the line, without spaces: a quote opens a text only at the beginning of a value.
      var before: Unicode.Scalar?
      scan: while index < scalars.count {
        let scalar = scalars[index]
        index += 1
        guard let (quote, start, column) = open else {
          switch scalar {
          case " ", "\t": continue
          case "#" where index < 2 || scalars[index - 2] == " ": break scan
          case "\"", "'":
            if before.map({ ",[{:-".unicodeScalars.contains($0) }) != false { open = (scalar, line, index) }
          default: break
          }
          before = scalar
          continue
        }
        if quote == "\"", scalar == "\\" {
          index += 1
        } else if scalar == quote {
          if quote == "'", index < scalars.count, scalars[index] == quote {
            index += 1
            continue
          }
          open = nil
          before = scalar
          let next = scalars[index...].first { $0 != " " && $0 != "\t" }
          if start < line, line == last, let next, !",]}:#".unicodeScalars.contains(next) {
            self.init(line: start, column: column)
            return
          }
        }
      }
    }
    return nil
  }

  private init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}
