/// Text for pages that a service writes itself.
public enum HTML {
  /// Text that reads as itself, also inside an attribute, and leaves the order of what stands after it alone.
  public static func escaped(_ text: String) -> String {
    var result = ""
    var open: [Unicode.Scalar] = []
    // By scalars, as a browser reads: a letter that joins the next character would hide a '<' from a walk by characters.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default:
        note(scalar, &open)
        result.unicodeScalars.append(scalar)
      }
    }
    result.unicodeScalars.append(contentsOf: open.reversed())
    return result
  }

  private static let endOfEmbedding: Unicode.Scalar = "\u{202C}"
  private static let endOfIsolate: Unicode.Scalar = "\u{2069}"

  /// Keeps what ends the marks of direction that are open, the innermost last. A mark that a text leaves open would turn
  /// around what follows: a file's name could then reverse the number beside it.
  private static func note(_ scalar: Unicode.Scalar, _ open: inout [Unicode.Scalar]) {
    guard (0x202A...0x2069).contains(scalar.value) else { return }
    switch scalar.value {
    case 0x202A, 0x202B, 0x202D, 0x202E: open.append(endOfEmbedding)
    case 0x2066, 0x2067, 0x2068: open.append(endOfIsolate)
    case endOfEmbedding.value where open.last == endOfEmbedding: open.removeLast()
    case endOfIsolate.value:
      guard let start = open.lastIndex(of: endOfIsolate) else { return }
      open.removeSubrange(start...)
    default: break
    }
  }
}
