import Diagnostics
import JSON

extension PreTokenizer {
  /// Reads the `pre_tokenizer` of a `tokenizer.json`. Known sequences get their scanner, others run on pcre2.
  init(json: JSONValue, path: String) throws {
    var parts: [JSONValue] = []
    try Self.flatten(json, into: &parts, depth: 0, path)
    guard parts.last?["type"]?.stringValue == "ByteLevel" else {
      throw TokenizerFailure.unsupported(path, "the tokenizer's pre-tokenizer does not end with 'ByteLevel'")
    }
    if let known = Self.known(parts) {
      self.init(scanner: known)
      return
    }
    var steps: [Step] = []
    for (index, part) in parts.enumerated() {
      switch part["type"]?.stringValue {
      case "Split":
        guard let behavior = Behavior(rawValue: part["behavior"]?.stringValue ?? "") else {
          throw TokenizerFailure.bad(path, "a 'Split' of the pre-tokenizer lacks a known behavior")
        }
        let pattern: String
        if let expression = part["pattern"]?["Regex"]?.stringValue {
          pattern = expression
        } else if let literal = part["pattern"]?["String"]?.stringValue {
          pattern = literal.unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil { text += "\\" }
            text.unicodeScalars.append(scalar)
          }
        } else {
          throw TokenizerFailure.bad(path, "a 'Split' of the pre-tokenizer lacks its pattern")
        }
        steps.append(
          .split(try RegularExpression(pattern, path: path), behavior, invert: part["invert"]?.boolValue ?? false))
      case "Digits": steps.append(.digits(individual: part["individual_digits"]?.boolValue ?? false))
      case "ByteLevel":
        guard index == parts.count - 1 else {
          throw TokenizerFailure.unsupported(path, "the tokenizer's pre-tokenizer has a step after 'ByteLevel'")
        }
        if part["add_prefix_space"]?.boolValue ?? true { steps.append(.prefixSpace) }
        if part["use_regex"]?.boolValue ?? true {
          steps.append(.split(try RegularExpression(KnownPattern.gpt2), .isolated, invert: false))
        }
      case let type:
        throw TokenizerFailure.unsupported(path, "the tokenizer's pre-tokenizer has the step '\(type ?? "unnamed")'")
      }
    }
    self.init(steps: steps)
  }

  private static func flatten(_ json: JSONValue, into parts: inout [JSONValue], depth: Int, _ path: String) throws {
    guard depth < 16 else { throw TokenizerFailure.bad(path, "the pre-tokenizer nests too deep") }
    guard json["type"]?.stringValue == "Sequence" else {
      if !json.isNull { parts.append(json) }
      return
    }
    for part in json["pretokenizers"]?.arrayValue ?? [] { try flatten(part, into: &parts, depth: depth + 1, path) }
  }

  private static func known(_ parts: [JSONValue]) -> PatternScanner.Pattern? {
    guard let last = parts.last, last["add_prefix_space"]?.boolValue == false else { return nil }
    let usesExpression = last["use_regex"]?.boolValue ?? true
    if parts.count == 1 { return usesExpression ? .gpt2 : nil }
    guard parts.count == 2 else { return nil }
    let first = parts[0]
    switch first["type"]?.stringValue {
    case "Digits": return usesExpression && first["individual_digits"]?.boolValue == true ? .digitsThenGPT2 : nil
    case "Split":
      guard !usesExpression, first["invert"]?.boolValue != true, let pattern = first["pattern"]?["Regex"]?.stringValue
      else { return nil }
      switch (pattern, first["behavior"]?.stringValue) {
      case (KnownPattern.gpt2, "Isolated"): return .gpt2
      case (KnownPattern.qwen2, "Isolated"): return .qwen2
      case (KnownPattern.llama3, "Isolated"): return .llama3
      default: return nil
      }
    default: return nil
    }
  }
}
