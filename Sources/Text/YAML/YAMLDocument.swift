public import Diagnostics

/// Bounds on what a document may ask of its reader.
public struct YAMLLimits: Sendable, Hashable {
  public var maximumBytes: Int
  /// How deep collections may nest, aliases followed.
  public var maximumDepth: Int
  /// How many nodes aliases and merge keys may bring in: what stops `&a [*b, *b, …]` of growing without end.
  public var maximumAliasedNodes: Int

  public init(maximumBytes: Int = 10_000_000, maximumDepth: Int = 64, maximumAliasedNodes: Int = 250_000) {
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
    self.maximumAliasedNodes = maximumAliasedNodes
  }
}

/// One YAML document, read as far as it could be.
public struct YAMLDocument: Sendable {
  /// The root; `nil` for an empty document, or when `isComplete` is false.
  public var root: YAMLNode?
  /// Everything wrong with the document: duplicate keys and the like do not end the reading, syntax errors do.
  public var diagnostics: [Diagnostic]
  /// False when a syntax error ended the reading.
  public var isComplete: Bool
  public var text: SourceText

  /// Reads the one document of a UTF-8 text; a byte order mark and CR LF are fine.
  ///
  /// Never throws: what is wrong is in `diagnostics`, located, so that a caller can report it beside its own findings.
  /// - Parameters:
  ///   - file: the name shown to people.
  ///   - source: stored in every mark.
  public init(parsing bytes: [UInt8], file: String, source: Int32 = 0, limits: YAMLLimits = YAMLLimits()) {
    var bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    diagnostics = []
    isComplete = false
    guard bytes.count <= limits.maximumBytes else {
      text = SourceText(file: file, bytes: [])
      diagnostics = [
        Diagnostic(
          code: "file-too-large",
          "the file has \(bytes.count) bytes; at most \(limits.maximumBytes) are read",
          remedy: "a recipe describes an experiment: keep the data in files of its own",
          location: SourceLocation(file: file))
      ]
      return
    }
    text = SourceText(file: file, bytes: bytes)
    if let problem = Self.encodingProblem(text) {
      diagnostics = [problem]
      return
    }
    var builder = YAMLTreeBuilder(text: text, source: source, limits: limits)
    root = builder.build()
    diagnostics = builder.diagnostics
    isComplete = builder.isComplete
  }

  private static func encodingProblem(_ text: SourceText) -> Diagnostic? {
    let bytes = text.bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return Diagnostic(
        code: "not-utf8", "the file is UTF-16", remedy: "save it as UTF-8", location: SourceLocation(file: text.file))
    }
    guard let offset = firstInvalidByte(bytes) else { return nil }
    let location = text.location(ofByte: offset)
    return Diagnostic(
      code: "not-utf8", "invalid UTF-8: byte 0x\(String(bytes[offset], radix: 16))", remedy: "save the file as UTF-8",
      location: location, sourceLine: location.line.flatMap { text.excerpt($0) })
  }

  /// Offset of the first byte that is not part of well-formed UTF-8.
  private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return min(offset, bytes.count - 1)
      }
    }
  }
}
