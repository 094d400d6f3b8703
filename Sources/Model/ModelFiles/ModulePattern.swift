import CPCRE2
import Diagnostics

/// A regular expression over the paths of a model's modules, such as `model.layers.3.self_attn.q_proj`, as peft's
/// `target_modules`, `rank_pattern` and `alpha_pattern` have them: it must match a whole path.
///
/// Two patterns of equal text are equal.
public struct ModulePattern: Sendable, Hashable {
  public let text: String
  private let code: Code
  /// Bytes: the paths of every linear layer of a large model have room.
  private static let longest = 1 << 18

  /// The compiled pattern.
  ///
  /// `@unchecked Sendable`: it is read-only after `init`; each match makes match data of its own.
  private final class Code: @unchecked Sendable {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { pcre2_code_free_8(pointer) }
  }

  /// - Parameters:
  ///   - text: matched against whole paths; with `matchesEnds`, against their ends that begin a component.
  /// - Throws: `Diagnostic` (`bad-module-pattern`) with the offset pcre2 reports.
  public init(_ text: String, matchesEnds: Bool = false) throws {
    self.text = text
    var number: CInt = 0
    var offset = 0
    // As peft does it: the path's beginning may be anything that ends in a dot.
    let before = matchesEnds ? "(.*\\.)?(" : "("
    let bytes = Array((before + text + ")").utf8)
    let options =
      UInt32(PCRE2_UTF) | UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_ENDANCHORED) | UInt32(PCRE2_NEVER_BACKSLASH_C)
    guard text.utf8.count <= Self.longest,
      let code = pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil)
    else {
      var message = [UInt8](repeating: 0, count: 256)
      let length = pcre2_get_error_message_8(number, &message, message.count)
      let reason = String(decoding: message.prefix(Int(max(length, 0))), as: UTF8.self)
      let place = min(max(offset - before.utf8.count, 0), text.utf8.count)
      throw Diagnostic(
        code: "bad-module-pattern",
        "the pattern '\(text.prefix(80))' is not understood: "
          + (text.utf8.count > Self.longest ? "it is longer than \(Self.longest) bytes" : "\(reason) at byte \(place)"),
        remedy: #"write a regular expression over module paths, such as '.*\.[0-3]\.self_attn\.(q|v)_proj'"#)
    }
    self.code = Code(code)
  }

  /// Whether a module's path matches. A pattern that backtracks beyond all measure matches nothing.
  public func matches(_ path: String) -> Bool {
    guard let data = pcre2_match_data_create_from_pattern_8(code.pointer, nil) else { return false }
    defer { pcre2_match_data_free_8(data) }
    guard let context = pcre2_match_context_create_8(nil) else { return false }
    defer { pcre2_match_context_free_8(context) }
    pcre2_set_match_limit_8(context, 100_000)
    let bytes = Array(path.utf8)
    return pcre2_match_8(code.pointer, bytes, bytes.count, 0, 0, data, context) > 0
  }

  public static func == (left: ModulePattern, right: ModulePattern) -> Bool { left.text == right.text }

  public func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// Whether a text is a plain path, which as a pattern means itself.
  static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { !"*+?[](){}|\\^$".utf8.contains($0) }
  }
}
