import CPCRE2
import Diagnostics

/// A compiled pcre2 pattern in UTF-8 mode, with JIT where the machine allows it.
///
/// `@unchecked Sendable`: the compiled code is read-only after `init`; each search makes match data of its own.
final class RegularExpression: @unchecked Sendable {
  private let code: OpaquePointer

  /// - Parameter path: the file the pattern is from.
  /// - Throws: `Diagnostic` (`bad-tokenizer-pattern`) with the offset pcre2 reports.
  init(_ pattern: String, path: String? = nil) throws {
    var number: CInt = 0
    var offset = 0
    let bytes = Array(Self.adapted(pattern).utf8)
    let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_NEVER_BACKSLASH_C)
    guard let code = pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil) else {
      var message = [UInt8](repeating: 0, count: 256)
      let length = pcre2_get_error_message_8(number, &message, message.count)
      let text = String(decoding: message.prefix(Int(max(length, 0))), as: UTF8.self)
      let shown = pattern.count > 80 ? pattern.prefix(80) + "…" : pattern[...]
      throw Diagnostic(
        code: "bad-tokenizer-pattern",
        "the pre-tokenizer's pattern '\(shown)' is not understood: \(text) at byte \(offset)",
        location: path.map { SourceLocation(file: $0) })
    }
    self.code = code
    // Without JIT (a hardened kernel may refuse executable memory) the interpreter gives the same matches.
    pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
  }

  deinit { pcre2_code_free_8(code) }

  /// pcre2's `\s` holds U+180E, which has not been white space since Unicode 6.3; outside a class it is spelled out.
  private static func adapted(_ pattern: String) -> String {
    let spaces =
      #"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"#
    var output = ""
    var inClass = false
    var iterator = pattern.unicodeScalars.makeIterator()
    while let scalar = iterator.next() {
      if scalar == "\\" {
        guard let next = iterator.next() else {
          output.unicodeScalars.append(scalar)
          break
        }
        if next == "s" {
          output += inClass ? spaces : "[" + spaces + "]"
        } else if next == "S", !inClass {
          output += "[^" + spaces + "]"
        } else {
          output.unicodeScalars.append(scalar)
          output.unicodeScalars.append(next)
        }
        continue
      }
      if scalar == "[" { inClass = true }
      if scalar == "]" { inClass = false }
      output.unicodeScalars.append(scalar)
    }
    return output
  }

  /// The non-empty matches in valid UTF-8, in order. An empty match advances by one scalar and is left out.
  /// - Throws: `Diagnostic` (`tokenizer-pattern-too-costly`) when the pattern backtracks beyond pcre2's limits.
  func matches(in text: UnsafeBufferPointer<UInt8>) throws -> [Range<Int>] {
    guard let base = text.baseAddress, !text.isEmpty else { return [] }
    guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else { return [] }
    defer { pcre2_match_data_free_8(data) }
    guard let context = pcre2_match_context_create_8(nil) else { return [] }
    defer { pcre2_match_context_free_8(context) }
    pcre2_set_match_limit_8(context, 5_000_000)
    var result: [Range<Int>] = []
    var position = 0
    while position < text.count {
      // The text is valid UTF-8 by contract, and checking it again at each call would be quadratic.
      let status = pcre2_match_8(code, base, text.count, position, UInt32(PCRE2_NO_UTF_CHECK), data, context)
      if status == PCRE2_ERROR_NOMATCH { break }
      guard status > 0, let vector = pcre2_get_ovector_pointer_8(data) else {
        throw Diagnostic(
          code: "tokenizer-pattern-too-costly", "the tokenizer's pattern gives up on this text (pcre2 error \(status))")
      }
      let start = max(vector[0], position)
      let end = vector[1]
      if end > start {
        result.append(start..<end)
        position = end
      } else {
        position = start + decodeScalar(base, start).length
        if start >= text.count { break }
      }
    }
    return result
  }
}
