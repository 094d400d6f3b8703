/// Text for pages that a service writes itself.
public enum HTML {
  /// Text that reads as itself, also inside an attribute.
  public static func escaped(_ text: String) -> String {
    var result = ""
    // By scalars, as a browser reads: a letter that joins the next character would hide a '<' from a walk by characters.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
