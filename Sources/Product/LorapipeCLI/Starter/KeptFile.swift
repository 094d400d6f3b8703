import Diagnostics

/// A file of an earlier `init` that stays as it is, beside the values that this command line would write into it.
enum KeptFile {
  /// Says where the file holds other values, so that they can be changed there.
  /// - Parameters:
  ///   - path: the file that is there.
  ///   - fresh: what the command would have written.
  ///   - values: of the command line. Other differences are the user's own changes.
  static func differences(_ path: String, from fresh: String, values: [String]) -> [String] {
    guard let text = LocalText.read(path) else { return [] }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var found: [String] = []
    for wanted in fresh.split(separator: "\n") where !lines.contains(wanted) {
      guard values.contains(where: { wanted.contains($0) }), let key = key(wanted),
        let index = lines.firstIndex(where: { Self.key($0) == key })
      else { continue }
      let (old, new) = (short(lines[index]), short(wanted))
      found.append(say("\(path):\(index + 1) has  \(old)"))
      found.append(say("to change it, write there  \(new)"))
    }
    return found
  }

  /// The key of a line with the space before it: `    AUTHOR` of `    AUTHOR: { zh: "唐银" }`. A question of a list is one too.
  private static func key(_ line: Substring) -> Substring? {
    guard !line.allSatisfy(\.isWhitespace), let colon = line.firstIndex(of: ":") else { return nil }
    let head = line[..<colon]
    guard head.contains("{ ask") else { return head }
    return line.prefix { $0 != "," }
  }

  private static func short(_ line: Substring) -> String {
    let text = line.drop { $0 == " " }
    return DisplayWidth.fit(String(text).terminalSafe, 160)
  }
}
