/// A place in a file a person can open: 1-based line and column, counted in Unicode scalars.
public struct SourceLocation: Sendable, Hashable {
  /// Path as the user gave it, or as found; never made absolute for display.
  public var file: String
  /// 1-based line; `nil` when only the file (or a row) is known.
  public var line: Int?
  /// 1-based column in Unicode scalars.
  public var column: Int?
  /// How many scalars the caret underlines.
  public var length: Int

  public init(file: String, line: Int? = nil, column: Int? = nil, length: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
    self.length = length
  }
}

/// One problem, as data: what is wrong, where, and what to do about it. `DiagnosticRenderer` writes the prose.
public struct Diagnostic: Error, Sendable, Hashable {
  public enum Severity: String, Sendable, Hashable {
    case error, warning, note
  }

  public var severity: Severity
  /// A stable identifier in kebab case, such as `unknown-key`, that tests and programs match on.
  public var code: String
  /// What is wrong, one sentence, no trailing full stop.
  public var message: String
  /// What the reader can do about it, one sentence.
  public var remedy: String?
  public var location: SourceLocation?
  /// The text of the source line at `location`, when it is known.
  public var sourceLine: String?
  /// Further lines: causes, other places.
  public var notes: [String]

  public init(
    _ severity: Severity = .error, code: String, _ message: String, remedy: String? = nil,
    location: SourceLocation? = nil, sourceLine: String? = nil, notes: [String] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.remedy = remedy
    self.location = location
    self.sourceLine = sourceLine
    self.notes = notes
  }
}

/// Several diagnostics thrown together, because a person would rather see all errors at once.
public struct DiagnosticList: Error, Sendable, Hashable {
  public var diagnostics: [Diagnostic]

  public init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }
}
