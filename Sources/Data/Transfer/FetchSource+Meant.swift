extension FetchSource {
  /// The sources that a text most likely means which is no source by the rules: the address of a hub's page, the bare
  /// name of a repository (`Qwen/Qwen3-4B`), another tool's prefix (`ms:`, `huggingface:`), another way to write a prefix
  /// (`ModelScope:`, `modelscope://`, a full-width colon). Empty for any other text.
  public static func meant(by text: String) -> [FetchSource] {
    let typed = typedPlainly(text)
    if typed != text {
      if let source = try? FetchSource(parsing: typed) { return [source] }
      return meant(by: typed)
    }
    if let page = repository(ofPage: text) {
      if file(ofPage: text) != nil { return fileAddress(ofPage: text).map { [.url($0)] } ?? [] }
      return otherRevision(ofPage: text) == nil ? [page] : []
    }
    if let colon = text.firstIndex(of: ":") {
      let rest = String(text[text.index(after: colon)...])
      guard let prefix = prefixes[text[..<colon].lowercased()] else { return [] }
      return (try? FetchSource(parsing: "\(prefix):\(rest)")).map { [$0] } ?? []
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].hasSuffix(".gguf"), !dataEndings.contains(where: { parts[1].hasSuffix($0) })
    else { return [] }
    let ending = isNameOfDataset(parts[1]) ? "-dataset" : ""
    return ["modelscope", "hf"].compactMap { try? FetchSource(parsing: "\($0)\(ending):\(text)") }
  }

  /// The text with an ASCII colon, a prefix in small letters without slashes behind it, and `https://` before a hub's host.
  private static func typedPlainly(_ text: String) -> String {
    let host = text.prefix { $0 != "/" }.lowercased()
    if hosts[host] != nil { return "https://" + text }
    guard let colon = text.firstIndex(where: { $0 == ":" || $0 == "：" }) else { return text }
    let prefix = text[..<colon].lowercased()
    var rest = text[text.index(after: colon)...]
    guard sourcePrefixes.contains(prefix) || prefixes[prefix] != nil else { return text }
    while rest.first == "/" || rest.first == " " { rest.removeFirst() }
    return "\(prefix):\(rest)"
  }

  /// Prefixes of sources that name a repository or a package.
  private static let sourcePrefixes: Set = ["modelscope", "modelscope-dataset", "hf", "hf-dataset", "pip"]

  private static let hosts: [String: Hub] = [
    "huggingface.co": .huggingFace, "www.huggingface.co": .huggingFace, "hf.co": .huggingFace,
    "hf-mirror.com": .huggingFace, "modelscope.cn": .modelScope, "www.modelscope.cn": .modelScope,
    "modelscope.ai": .modelScope, "www.modelscope.ai": .modelScope,
  ]

  /// Whether a repository's name says that it holds rows, as in `self-cognition` and `alpaca-gpt4-data-zh`. A size such as
  /// `7b` is a model's.
  private static func isNameOfDataset(_ name: Substring) -> Bool {
    let words = name.lowercased().split { $0 == "-" || $0 == "_" || $0 == "." }
    guard !words.contains(where: { $0.last == "b" && $0.dropLast().allSatisfy(\.isNumber) && $0.count > 1 }) else {
      return false
    }
    return words.contains { dataWords.contains(String($0)) }
  }

  private static let dataWords: Set = [
    "data", "dataset", "datasets", "cognition", "corpus", "alpaca", "sharegpt", "conversations",
  ]

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

  /// The address that the file of a page is downloaded from; `nil` unless it holds a model or rows by itself.
  private static func fileAddress(ofPage text: String) -> String? {
    guard let name = file(ofPage: text), (dataEndings + [".gguf"]).contains(where: { name.hasSuffix($0) }),
      ![".json", ".txt", ".yaml", ".yml"].contains(where: { name.hasSuffix($0) })
    else { return nil }
    let address = text.prefix { $0 != "?" && $0 != "#" }
    for tab in ["/blob/", "/file/view/", "/files/"] {
      if let found = address.firstRange(of: tab) {
        return address[..<found.lowerBound] + "/resolve/" + address[found.upperBound...]
      }
    }
    return nil
  }

  /// The branch, tag or commit that a page of a repository names, unless it is the usual one.
  static func otherRevision(ofPage text: String) -> String? {
    let rest = Array(pathOfPage(text).dropFirst(2))
    guard rest.count > 1, ["tree", "files"].contains(rest[0]), !["main", "master"].contains(rest[1]) else { return nil }
    return rest[1...].joined(separator: "/")
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
    guard let hub = hosts[host] else { return nil }
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
