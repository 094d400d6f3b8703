public import Diagnostics
public import JSON
import YAML

/// Reads recipes: YAML, variables, pipelines, matrices, overrides and the checks of every stage's schema.
///
/// All errors of a recipe are found in one go and thrown together, each with its place.
public struct RecipeLoader: Sendable {
  /// Makes a kind's own value of parameters that have passed their types, and so checks what types cannot say, such as
  /// one parameter against another.
  ///
  /// It throws `Diagnostic` or `DiagnosticList`. A diagnostic without a location gets the stage's; one whose location has
  /// no line and a `file` that is a parameter's path gets the place of that parameter.
  public typealias Decode = @Sendable (_ kind: String, _ parameters: JSONObject) throws -> any Sendable

  public var registry: StageRegistry
  public var environment: [String: String]
  public var files: RecipeFiles
  public var decode: Decode?
  /// What is known of words that are no names here.
  public var words: BroughtWords
  /// Whether files that inputs name must exist.
  public var checksFiles = true
  /// The largest recipe read.
  public static let maximumBytes = 10_000_000

  public init(
    registry: StageRegistry, environment: [String: String] = [:], files: RecipeFiles = .disk,
    decode: Decode? = nil, words: BroughtWords = BroughtWords()
  ) {
    self.registry = registry
    self.environment = environment
    self.files = files
    self.decode = decode
    self.words = words
  }

  /// Reads a recipe (or a pipeline whose parameters all have values).
  /// - Parameters:
  ///   - path: shown in messages as given.
  ///   - overrides: the values of `-S`, such as `train.lora.rank=16`, `vars.system=…`, `with.rank=8`, `seed=7`.
  /// - Throws: `DiagnosticList` with every error found.
  public func load(path: String, overrides: [String] = []) throws(DiagnosticList) -> LoadedRecipes {
    let bytes: [UInt8]
    do {
      bytes = try files.read(files.absolute(path), Self.maximumBytes)
    } catch {
      var diagnostic = error
      diagnostic.location = SourceLocation(file: path)
      throw DiagnosticList([diagnostic])
    }
    return try load(bytes: bytes, path: path, overrides: overrides)
  }

  /// Reads a recipe whose bytes are at hand; `path` names it and places its relative paths.
  /// - Throws: `DiagnosticList` with every error found.
  public func load(bytes: [UInt8], path: String, overrides: [String] = []) throws(DiagnosticList) -> LoadedRecipes {
    let session = LoadSession(
      registry: registry, environment: environment, files: files, decode: decode, words: words)
    let assembly = RecipeAssembly(session: session, checksFiles: checksFiles)
    let recipes = assembly.load(bytes: bytes, path: path, overrides: overrides)
    if session.hasErrors {
      if let foreign = Self.foreign(bytes, path) { throw DiagnosticList([foreign]) }
      throw session.finish()
    }
    return LoadedRecipes(recipes: recipes, group: recipes.first?.group, warnings: session.warnings)
  }
}

extension RecipeLoader {
  /// A name beside the file that is imported: its own name is taken.
  public static func imported(_ path: String) -> String {
    let stem = path.hasSuffix(".yaml") ? path.dropLast(5) : path.hasSuffix(".yml") ? path.dropLast(4) : path[...]
    return "\(stem)-recipe.yaml"
  }

  /// One error instead of one per key, for a file that another tool would read.
  private static func foreign(_ bytes: [UInt8], _ path: String) -> Diagnostic? {
    guard let pairs = YAMLDocument(parsing: bytes, file: path).root?.pairs,
      let tool = ForeignTool(writing: Set(pairs.map(\.key)))
    else { return nil }
    return Diagnostic(
      code: "foreign-configuration", "this is a configuration of \(tool.rawValue), not a recipe",
      remedy: "turn it into a recipe: lorapipe import \(path) -o \(Self.imported(path))",
      location: SourceLocation(file: path))
  }
}

/// What a recipe file holds: one recipe, or one for each combination of its matrix.
public struct LoadedRecipes: Sendable {
  /// Never empty.
  public var recipes: [Recipe]
  /// The name the runs of a recipe-level matrix share.
  public var group: String?
  public var warnings: [Diagnostic]
}
