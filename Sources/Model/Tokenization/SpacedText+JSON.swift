import Diagnostics
import JSON

extension SpacedText {
  /// Reads the members of a `tokenizer.json` that say how a SentencePiece-style vocabulary spells text.
  /// - Returns: `nil` when nothing in them spells a space as `▁`.
  /// - Throws: `Diagnostic` (`unsupported-tokenizer`) for steps beside those.
  init?(normalizer: JSONValue, preTokenizer: JSONValue, decoder: JSONValue, path: String) throws {
    func unsupported(_ what: String, _ step: JSONValue) -> Diagnostic {
      TokenizerFailure.unsupported(path, "the tokenizer's \(what) is '\(step["type"]?.stringValue ?? "unnamed")'")
    }
    func isMark(_ value: JSONValue?) -> Bool { value?.stringValue == "▁" }
    let normalizers = try Self.steps(normalizer, "normalizers", path)
    let cuts = try Self.steps(preTokenizer, "pretokenizers", path)
    let replaces = normalizers.contains { $0["type"]?.stringValue == "Replace" && isMark($0["content"]) }
    guard replaces || cuts.contains(where: { $0["type"]?.stringValue == "Metaspace" }) else { return nil }
    self.init()
    for step in normalizers {
      switch step["type"]?.stringValue {
      case "Replace" where isMark(step["content"]) && step["pattern"]?["String"]?.stringValue == " ": break
      case "Prepend" where isMark(step["prepend"]): prefix = .everySection
      default: throw unsupported("normalizer", step)
      }
    }
    for step in cuts {
      switch step["type"]?.stringValue {
      // Where every space has been replaced, nothing is left to cut at.
      case "Split" where replaces && step["pattern"]?["String"]?.stringValue == " ": break
      case "Metaspace" where isMark(step["replacement"]):
        cutsAtSpaces = step["split"]?.boolValue ?? true
        let scheme =
          step["prepend_scheme"]?.stringValue ?? (step["add_prefix_space"]?.boolValue ?? true ? "always" : "never")
        switch scheme {
        case "always": prefix = .everySectionWithoutSpace
        case "first": prefix = .firstSectionWithoutSpace
        case "never": break
        default: throw unsupported("pre-tokenizer", step)
        }
      default: throw unsupported("pre-tokenizer", step)
      }
    }
    for step in try Self.steps(decoder, "decoders", path) {
      switch step["type"]?.stringValue {
      case "Replace" where step["content"]?.stringValue == " " && isMark(step["pattern"]?["String"]): break
      case "ByteFallback", "Fuse": break
      case "Strip" where step["content"]?.stringValue == " " && step["stop"]?.intValue ?? 0 == 0:
        guard let count = step["start"]?.intValue, count == 0 || count == 1 else { throw unsupported("decoder", step) }
        dropsFirstSpace = count == 1
      case "Metaspace" where isMark(step["replacement"]):
        dropsFirstSpace =
          step["prepend_scheme"]?.stringValue.map { $0 != "never" } ?? step["add_prefix_space"]?.boolValue ?? true
      default: throw unsupported("decoder", step)
      }
    }
  }

  private static func steps(_ value: JSONValue, _ key: String, _ path: String) throws -> [JSONValue] {
    if value.isNull { return [] }
    guard value["type"]?.stringValue == "Sequence" else { return [value] }
    return value[key]?.arrayValue ?? []
  }
}
