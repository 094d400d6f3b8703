import Diagnostics
public import JSON

/// What a template may use up. Templates come with models from strangers.
public struct JinjaLimits: Sendable, Hashable {
  /// Evaluated nodes and loop turns, with long strings counted by their length.
  public var steps: Int
  /// Bytes of all strings and lists made on the way.
  public var allocatedBytes: Int
  /// Bytes of output.
  public var outputBytes: Int
  /// How deep expressions, blocks and macro calls may nest while running.
  public var depth: Int

  public init(
    steps: Int = 5_000_000, allocatedBytes: Int = 512 << 20, outputBytes: Int = 64 << 20, depth: Int = 250
  ) {
    self.steps = steps
    self.allocatedBytes = allocatedBytes
    self.outputBytes = outputBytes
    self.depth = depth
  }
}

/// A moment on the calendar, for `strftime_now`.
public struct JinjaDate: Sendable, Hashable {
  public var year: Int
  public var month: Int
  public var day: Int
  public var hour: Int
  public var minute: Int
  public var second: Int

  public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }
}

/// What a rendering gives: the text, and which parts of it stand inside `{% generation %}`.
public struct JinjaOutput: Sendable, Hashable {
  public var text: String
  /// Ranges of UTF-8 offsets into `text`, in order.
  public var generated: [Range<Int>]
}

/// A parsed template in the part of Jinja2 that chat templates use, rendered exactly as Jinja2 renders it inside
/// transformers: `trim_blocks`, `lstrip_blocks`, immutable values, `tojson` as `json.dumps` writes, `raise_exception`,
/// `strftime_now`, `break`, `continue` and `generation`.
///
/// Left out, with an error that says so: `include`, `import`, `extends`, `block`, `autoescape`, and filters that make
/// HTML. Nothing a template does reaches outside: no files, no clock but the given one, no unbounded loop.
public struct JinjaTemplate: Sendable {
  /// What errors call the template.
  public let name: String
  public let source: String
  let body: [Statement]

  /// Longest source taken, in bytes.
  public static let maximumSourceBytes = 1 << 20

  /// - Throws: `Diagnostic` (`template-syntax`) naming the line.
  public init(_ source: String, name: String = "template") throws {
    self.name = name
    self.source = source
    do {
      guard source.utf8.count <= Self.maximumSourceBytes else {
        throw Failure("the template is longer than \(Self.maximumSourceBytes) bytes")
      }
      var lexer = Lexer(source)
      var parser = Parser(try lexer.tokens())
      body = try parser.parseTemplate()
    } catch let failure as Failure {
      throw Self.diagnostic("template-syntax", failure, name, source)
    }
  }

  /// Whether the template reads a variable of this name anywhere.
  public func reads(_ variable: String) -> Bool {
    var found = false
    for statement in body { statement.forEachName { if $0 == variable { found = true } } }
    return found
  }

  /// Renders the template.
  /// - Parameters:
  ///   - context: the variables; objects keep the order of their members.
  ///   - date: what `strftime_now` tells; without it the function is not defined.
  /// - Throws: `Diagnostic`: `template-error` for a failure of the template, naming the line; `template-exception` for
  ///   what it raises itself; `template-limit` when it uses more than `limits`.
  public func render(
    _ context: JSONObject, date: JinjaDate? = nil, limits: JinjaLimits = JinjaLimits()
  ) throws -> JinjaOutput {
    let interpreter = Interpreter(limits: limits, date: date)
    defer { interpreter.releaseCycles() }
    do {
      return try interpreter.run(body, context)
    } catch var failure as Failure {
      if failure.line == nil { failure.line = interpreter.line }
      throw Self.diagnostic(failure.code ?? "template-error", failure, name, source)
    }
  }

  private static func diagnostic(_ code: String, _ failure: Failure, _ name: String, _ source: String) -> Diagnostic {
    var text: String?
    if let line = failure.line {
      let lines = source.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
      if line >= 1, line <= lines.count { text = String(lines[line - 1]) }
    }
    return Diagnostic(
      code: code, failure.message, location: SourceLocation(file: name, line: failure.line), sourceLine: text)
  }
}

/// A failure inside this module; the template turns it into a `Diagnostic`.
struct Failure: Error {
  var message: String
  var line: Int?
  var code: String?

  init(_ message: String, line: Int? = nil, code: String? = nil) {
    self.message = message
    self.line = line
    self.code = code
  }
}
