/// Words of a command line as a person can paste them into a shell.
public enum ShellWord {
  public static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy {
        $0.value > 0x7F || $0.properties.isAlphabetic || ("0"..."9").contains($0)
          || "-_./:=@%+,".unicodeScalars.contains($0)
      }
    if isPlain { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  public static func quoted(_ words: [String]) -> String { words.map { quoted($0) }.joined(separator: " ") }
}
