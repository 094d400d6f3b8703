import Diagnostics
import JSON
import YAML

/// The state of one call of the loader: the sources that marks point into, and all errors so far.
final class LoadSession {
  /// A file, or a value of the command line, that nodes come from.
  struct Source {
    /// As errors show it: a path, or `-S train.lora.rank=abc`.
    var name: String
    /// Absolute folder that paths written here are relative to.
    var directory: String
    var text: SourceText?
  }

  let registry: StageRegistry
  let environment: [String: String]
  let files: RecipeFiles
  let decode: RecipeLoader.Decode?
  /// What to say of words that are no names here, such as `report_to` or `学习率`.
  let words: BroughtWords
  var sources: [Source] = []
  private(set) var problems: [Diagnostic] = []
  private(set) var warnings: [Diagnostic] = []
  private var reported: Set<Diagnostic> = []
  private var unshown = 0
  /// Errors beyond these are counted, not kept: a file of ten million mistakes must not need ten million messages.
  private static let maximumProblems = 100

  /// What is left of the text and the values that substitution may produce, over the whole load.
  var substitutedBytes = 64 << 20
  var substitutedNodes = 250_000

  init(
    registry: StageRegistry, environment: [String: String], files: RecipeFiles, decode: RecipeLoader.Decode?,
    words: BroughtWords = BroughtWords()
  ) {
    self.registry = registry
    self.environment = environment
    self.files = files
    self.decode = decode
    self.words = words
  }

  /// Variables and parameters that were reported where they stand: not reported again where they are used.
  var failedVars: Set<String> = []
  var failedParams = false
  /// The stages as they are written, with their kinds, for help with overrides.
  var writtenStages: [(name: String, kind: String)] = []
  /// What was read: `vars.x`, `params.x`.
  var usedNames: Set<String> = []

  var hasErrors: Bool { !problems.isEmpty }

  func addSource(_ name: String, directory: String, text: SourceText?) -> Int32 {
    sources.append(Source(name: name, directory: directory, text: text))
    return Int32(clamping: sources.count - 1)
  }

  func source(_ mark: YAMLMark) -> Source? {
    sources.indices.contains(Int(mark.source)) ? sources[Int(mark.source)] : nil
  }

  func location(_ mark: YAMLMark) -> SourceLocation {
    let file = source(mark)?.name ?? ""
    guard mark.line > 0 else { return SourceLocation(file: file) }
    return SourceLocation(file: file, line: Int(mark.line), column: Int(mark.column), length: Int(mark.length))
  }

  /// Reports one problem. What it says is made only when it will be shown: looking for a near name costs time.
  func report(
    _ code: String, _ message: @autoclosure () -> String, at mark: YAMLMark,
    remedy: @autoclosure () -> String? = nil, notes: @autoclosure () -> [String] = [],
    severity: Diagnostic.Severity = .error
  ) {
    guard problems.count < Self.maximumProblems || severity != .error else {
      unshown += 1
      return
    }
    add(
      Diagnostic(
        severity, code: code, message(), remedy: remedy(), location: location(mark),
        sourceLine: mark.line > 0 ? source(mark)?.text?.excerpt(Int(mark.line)) : nil, notes: notes()))
  }

  /// Where a parameter lies whose name was given without its stage, as `-S` would write it: in each stage of the recipe that
  /// has it.
  func places(ofParameter name: String) -> [String] {
    let found = registry.parameters(named: name)
    let here = writtenStages.compactMap { stage in
      found.first { $0.kind == stage.kind }.map { "\(stage.name).\($0.path)" }
    }
    return here.isEmpty ? found.prefix(1).map { "STAGE.\($0.path)" } : here
  }

  /// The same with the text of the line it points at.
  func located(_ diagnostic: Diagnostic) -> Diagnostic {
    var diagnostic = diagnostic
    if diagnostic.sourceLine == nil, let place = diagnostic.location, let line = place.line {
      diagnostic.sourceLine = sources.first { $0.name == place.file }?.text?.excerpt(line)
    }
    return diagnostic
  }

  /// Keeps a diagnostic unless the same one is there: the runs of a matrix make the same mistakes.
  func add(_ diagnostic: Diagnostic) {
    guard reported.insert(diagnostic).inserted else { return }
    if diagnostic.severity == .error { problems.append(diagnostic) } else { warnings.append(diagnostic) }
  }

  /// All errors in the order of the places they are in, files in the order they were read.
  func finish() -> DiagnosticList {
    var order: [String: Int] = [:]
    for (index, source) in sources.enumerated() where order[source.name] == nil { order[source.name] = index }
    func place(_ diagnostic: Diagnostic) -> (Int, Int, Int) {
      let location = diagnostic.location
      return (location.flatMap { order[$0.file] } ?? Int.max, location?.line ?? 0, location?.column ?? 0)
    }
    var sorted = problems.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
      .map(\.element)
    if unshown > 0 {
      sorted.append(Diagnostic(code: "more-errors", "\(unshown) more errors are not shown", remedy: "fix these first"))
    }
    return DiagnosticList(sorted)
  }
}

private func < (left: ((Int, Int, Int), Int), right: ((Int, Int, Int), Int)) -> Bool {
  left.0 == right.0 ? left.1 < right.1 : left.0 < right.0
}
