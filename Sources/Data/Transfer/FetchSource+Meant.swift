extension FetchSource {
  /// The sources that a text most likely means which is no source by the rules: the address of a hub's page, the bare
  /// name of a repository (`Qwen/Qwen3-4B`), another tool's prefix (`ms:`, `huggingface:`). Empty for any other text.
  public static func meant(by text: String) -> [FetchSource] {
    if let page = repository(ofPage: text) { return [page] }
    if let colon = text.firstIndex(of: ":") {
      let rest = String(text[text.index(after: colon)...])
      guard let prefix = prefixes[text[..<colon].lowercased()] else { return [] }
      return (try? FetchSource(parsing: "\(prefix):\(rest)")).map { [$0] } ?? []
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].hasSuffix(".gguf"), !dataEndings.contains(where: { parts[1].hasSuffix($0) })
    else { return [] }
    return ["modelscope", "hf"].compactMap { try? FetchSource(parsing: "\($0):\(text)") }
  }

  /// Prefixes that other tools and people use, in lower case.
  private static let prefixes = [
    "ms": "modelscope", "ms-dataset": "modelscope-dataset", "modelscope-model": "modelscope", "huggingface": "hf",
    "huggingface-dataset": "hf-dataset", "hugging-face": "hf", "pypi": "pip",
  ]

  private static let dataEndings = [".json", ".jsonl", ".csv", ".tsv", ".parquet", ".txt", ".yaml", ".yml"]

  /// The mirror of Hugging Face that an address names; `nil` for the hub itself and for any other text.
  public static func mirror(ofPage text: String) -> String? {
    text.hasPrefix("https://hf-mirror.com/") ? "https://hf-mirror.com" : nil
  }

  /// The repository whose page a web address shows, if the address says nothing beside it: no other branch, no file, and
  /// no mirror, which only the environment can choose.
  static func wholeRepository(ofPage text: String) -> FetchSource? {
    guard let page = repository(ofPage: text), mirror(ofPage: text) == nil else { return nil }
    let rest = pathOfPage(text).dropFirst(2)
    switch rest.first {
    case nil, "summary", "quickstart": return page
    case "files", "tree":
      return rest.count == 1 || Array(rest.dropFirst()) == ["main"]
        || Array(rest.dropFirst()) == ["master"] ? page : nil
    default: return nil
    }
  }

  /// The file that a page of a repository shows: `config.json` of `…/blob/main/config.json`.
  static func file(ofPage text: String) -> String? {
    let rest = pathOfPage(text).dropFirst(2)
    guard rest.count > 2, let tab = rest.first, ["blob", "file", "files"].contains(tab) else { return nil }
    // ModelScope writes file/view/master/NAME.
    let names = rest.dropFirst(tab == "file" ? 3 : 2)
    return names.isEmpty ? nil : names.joined(separator: "/")
  }

  /// Owner, name and what follows of a page's address.
  private static func pathOfPage(_ text: String) -> [String] {
    let address = text.prefix { $0 != "?" && $0 != "#" }
    let parts = address.split(separator: "/").dropFirst(2).map(String.init)
    return parts.first == "models" || parts.first == "datasets" ? Array(parts.dropFirst()) : parts
  }

  /// The repository whose page a web address shows; `nil` for other addresses, and for those of a repository's files.
  static func repository(ofPage text: String) -> FetchSource? {
    guard text.hasPrefix("https://") || text.hasPrefix("http://") else { return nil }
    let address = text.prefix { $0 != "?" && $0 != "#" }
    var parts = address.split(separator: "/").dropFirst().map(String.init)
    guard let host = parts.first?.lowercased() else { return nil }
    parts.removeFirst()
    let hub: Hub
    switch host {
    case "huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com": hub = .huggingFace
    case "modelscope.cn", "www.modelscope.cn", "modelscope.ai", "www.modelscope.ai": hub = .modelScope
    default: return nil
    }
    var content = Content.model
    if parts.first == "datasets" {
      content = .dataset
      parts.removeFirst()
    } else if parts.first == "models" {
      parts.removeFirst()
    } else if hub == .modelScope {
      return nil
    }
    // What follows the name is a tab of the page, unless it leads to a file.
    guard parts.count >= 2,
      parts.count == 2
        || ["summary", "files", "file", "tree", "blob", "quickstart"]
          .contains(parts[2])
    else { return nil }
    let prefix = hub.rawValue + (content == .dataset ? "-dataset" : "")
    return try? FetchSource(parsing: "\(prefix):\(parts[0])/\(parts[1])")
  }
}
