public import Diagnostics

/// Where files come from, as a recipe writes it.
public enum FetchSource: Sendable, Hashable {
  public enum Hub: String, Sendable, Hashable {
    case huggingFace = "hf"
    case modelScope = "modelscope"
  }

  public enum Content: String, Sendable, Hashable {
    case model, dataset
  }

  /// A repository of a hub, by `owner/name` (or a bare name, as old Hugging Face repositories have).
  case repository(Hub, Content, id: String)
  /// One file at a web address.
  case url(String)
  /// A file or folder of this machine.
  case file(String)
  /// A wheel, taken with the user's own pip.
  case wheel(name: String, version: String)

  /// Reads `hf:`, `hf-dataset:`, `modelscope:`, `modelscope-dataset:`, `https:`, `file:` and `pip:` addresses, and the
  /// address of a repository's page on its hub.
  /// - Throws: `Diagnostic` with the form that was expected.
  public init(parsing text: String) throws(Diagnostic) {
    guard let colon = text.firstIndex(of: ":") else { throw Self.unknown(text) }
    if let page = Self.wholeRepository(ofPage: text) {
      self = page
      return
    }
    if let meant = Self.repository(ofPage: text) {
      if let file = Self.file(ofPage: text) {
        throw Diagnostic(
          code: "bad-source", "'\(text)' is a page that shows one file of a repository",
          remedy: "Write source: \(meant.canonical), and include: [\"\(file)\"].")
      }
      if let revision = Self.otherRevision(ofPage: text) {
        throw Diagnostic(
          code: "bad-source", "'\(text)' is a page of one version of a repository",
          remedy: "Write source: \(meant.canonical), and revision: \(revision).")
      }
      throw Diagnostic(
        code: "bad-source", "'\(text)' is a page of a hub, not a file",
        remedy: Self.mirror(ofPage: text).map { "Write \(meant.canonical), and run with HF_ENDPOINT=\($0)." }
          ?? "Write \(meant.canonical).")
    }
    let rest = String(text[text.index(after: colon)...])
    switch text[..<colon] {
    case "hf": self = .repository(.huggingFace, .model, id: try Self.identifier(rest, text))
    case "hf-dataset": self = .repository(.huggingFace, .dataset, id: try Self.identifier(rest, text))
    case "modelscope": self = .repository(.modelScope, .model, id: try Self.identifier(rest, text, needsOwner: true))
    case "modelscope-dataset":
      self = .repository(.modelScope, .dataset, id: try Self.identifier(rest, text, needsOwner: true))
    case "https", "http":
      guard rest.hasPrefix("//"), rest.utf8.count > 2, !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
        throw Diagnostic(
          code: "bad-source", "'\(text)' is not a web address", remedy: "Write https://host/path/file.")
      }
      self = .url(text)
    case "file":
      let path = rest.hasPrefix("///") ? String(rest.dropFirst(2)) : rest
      guard !path.isEmpty else {
        throw Diagnostic(code: "bad-source", "'\(text)' names no file", remedy: "Write file:path.")
      }
      self = .file(path)
    case "pip": self = try Self.wheel(rest, text)
    default: throw Self.unknown(text)
    }
  }

  private static func unknown(_ text: String) -> Diagnostic {
    let meant = meant(by: text).map(\.canonical)
    return Diagnostic(
      code: "bad-source", "'\(text)' names no known kind of source",
      remedy: !meant.isEmpty
        ? "Write \(meant.joined(separator: " or "))."
        : text.hasPrefix(".") || text.hasPrefix("/") || text.hasSuffix(".gguf")
          ? "A file on this machine is written file:\(text)."
          : "Write where it comes from, such as modelscope:Qwen/Qwen3-0.6B, hf:Qwen/Qwen3-0.6B, file:./model.gguf or pip:name==version."
    )
  }

  private static func isWord(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text != "." && text != ".."
      && text.utf8.allSatisfy { byte in
        (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A) || byte == 0x2D
          || byte == 0x5F || byte == 0x2E
      }
  }

  private static func identifier(
    _ id: String, _ text: String, needsOwner: Bool = false
  ) throws(Diagnostic) -> String {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 || (parts.count == 1 && !needsOwner), parts.allSatisfy({ isWord($0) }) else {
      throw Diagnostic(
        code: "bad-source", "'\(text)' does not name a repository",
        remedy: meant(by: text).first.map { "Write \($0.canonical)." } ?? "Write owner/name after the colon.")
    }
    return id
  }

  private static func wheel(_ requirement: String, _ text: String) throws(Diagnostic) -> FetchSource {
    let parts = requirement.split(separator: "==", omittingEmptySubsequences: false)
    guard parts.count == 2, isWord(parts[0]), !parts[0].hasPrefix("-"),
      isWord(parts[1].filter { $0 != "+" && $0 != "!" }), !parts[1].hasPrefix("-")
    else {
      throw Diagnostic(
        code: "bad-source", "'\(text)' does not name one version of a package", remedy: "Write pip:name==version.")
    }
    return .wheel(name: String(parts[0]), version: String(parts[1]))
  }

  /// The one spelling that equal sources share.
  public var canonical: String {
    switch self {
    case .repository(let hub, let content, let id):
      return "\(hub.rawValue)\(content == .dataset ? "-dataset" : ""):\(id)"
    case .url(let url): return url
    case .file(let path): return "file:\(path)"
    case .wheel(let name, let version):
      // Names of packages are equal whatever their case and separators (PEP 503).
      let normal = name.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" || $0 == "." })
      return "pip:\(normal.joined(separator: "-"))==\(version)"
    }
  }
}
