import Diagnostics
import YAML

// A text for a model is taken as it stands. Two slips are not seen that way: the path of a file that holds the text, and a '#'
// that ends it.

extension LoadSession {
  /// - Parameters:
  ///   - name: the parameter, such as `system`.
  ///   - owner: what has it: "stage 'tokens'".
  func warnOfProse(_ scalar: YAMLScalar, _ node: YAMLNode, _ name: String, of owner: String) {
    if let path = path(in: scalar.text) {
      let isThere = files.exists(files.absolute(path, in: source(node.mark)?.directory))
      report(
        "path-as-text",
        isThere
          ? "'\(name)' of \(owner) is the text '\(path)', not what the file of that name holds"
          : "'\(name)' of \(owner) is the text '\(path)', which looks like the path of a file", at: node.mark,
        remedy: "no file is read here: write the text itself; a long one begins with '|' and is indented below it",
        severity: .warning)
    }
    if scalar.style == .plain, let rest = comment(behind: node.mark) {
      report(
        "text-ends-at-comment",
        "'\(name)' of \(owner) ends before '\(rest)', since '#' after a space begins a comment", at: node.mark,
        remedy: "put quotes around the whole text; or write '# ' with a space, if it is a comment", severity: .warning)
    }
  }

  /// The path that a text consists of; `nil` for any other text.
  private func path(in text: String) -> String? {
    guard !text.contains(where: { $0.isWhitespace }), text.utf8.count <= 200 else { return nil }
    if let path = LocalPath(text), path.text.contains("."), path.text != ".", path.text != ".." { return text }
    let parts = text.split(separator: ".")
    return parts.count > 1 && ["txt", "md", "jinja", "yaml", "json"].contains(parts.last?.lowercased()) ? text : nil
  }

  /// What follows a plain text on its line and begins with a `#` that touches its word, as in `你是 #1助手`.
  private func comment(behind mark: YAMLMark) -> String? {
    guard mark.line > 0, let line = source(mark)?.text?.line(Int(mark.line)) else { return nil }
    let rest = line.unicodeScalars.dropFirst(Int(mark.column + mark.length) - 1)
    let comment = rest.drop { $0 == " " || $0 == "\t" }
    guard comment.count < rest.count, comment.first == "#", let next = comment.dropFirst().first,
      next != " ", next != "#", next != "\r"
    else { return nil }
    let text = String(String.UnicodeScalarView(comment)).filter { $0 != "\r" }
    return text.count > 20 ? text.prefix(20) + "…" : text
  }
}
