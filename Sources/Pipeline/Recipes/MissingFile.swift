import YAML

extension LoadSession {
  /// What to do about a path that no file has.
  /// - Parameters:
  ///   - input: the key that names the file.
  ///   - hasPatterns: whether the stage chooses files by patterns, with `include`.
  func remedy(forMissing path: LocalPath, at mark: YAMLMark, input: String, hasPatterns: Bool) -> String {
    wildcardRemedy(path.text, input: input, hasPatterns: hasPatterns) ?? FullWidth.remedy(inPath: path.text)
      ?? files.remedy(forMissing: path.text, from: source(mark)?.directory) ?? "put the file there, or change the path"
  }

  /// What to do about a path with the shell's wildcards, which a recipe writes in two keys.
  func wildcardRemedy(_ path: String, input: String, hasPatterns: Bool) -> String? {
    guard let wild = path.firstIndex(where: { $0 == "*" || $0 == "?" }) else { return nil }
    guard hasPatterns else { return "a path takes no '*' or '?': write the name of one file" }
    let slash = path[..<wild].lastIndex(of: "/")
    let folder = slash.map { String(path[..<$0]) } ?? "."
    let pattern = slash.map { String(path[path.index(after: $0)...]) } ?? path
    return "a path takes no '*' or '?': write \(input): \(folder.isEmpty ? "/" : folder) and include: [\"\(pattern)\"]"
  }
}
