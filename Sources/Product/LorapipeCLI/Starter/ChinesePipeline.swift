import JSON

/// A pipeline with its comments and help texts in Chinese: the same file, line by line, so that there is one pipeline.
enum ChinesePipeline {
  static func text(of pipeline: String) -> String {
    pipeline.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }.joined(separator: "\n")
  }

  private static func line(_ line: Substring) -> String {
    let indent = line.prefix { $0 == " " }
    let rest = line.dropFirst(indent.count)
    if rest.hasPrefix("# "), let chinese = translation(of: String(rest.dropFirst(2))) { return "\(indent)# \(chinese)" }
    guard rest.hasPrefix("help: ") else { return String(line) }
    let value = String(rest.dropFirst("help: ".count))
    let written = value.hasPrefix("\"") ? try? JSONValue(parsing: Array(value.utf8)).stringValue : value
    guard let written, let chinese = translation(of: written) else { return String(line) }
    // A colon or a brace would begin something else.
    let isPlain = !chinese.contains { ":{}[]#'\"".contains($0) }
    return "\(indent)help: " + (isPlain ? chinese : JSONValue.string(chinese).text())
  }

  private static func translation(of english: String) -> String? { Catalog.chinese.translation(of: english) }
}
