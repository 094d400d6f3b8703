import Diagnostics
import JSON
import YAML

/// Puts a recipe together from its file, its pipeline and its overrides.
struct RecipeAssembly {
  let session: LoadSession
  let checksFiles: Bool

  init(session: LoadSession, checksFiles: Bool) {
    self.session = session
    self.checksFiles = checksFiles
  }

  /// All recipes of the file; meaningless when the session has errors.
  func load(bytes: [UInt8], path: String, overrides arguments: [String]) -> [Recipe] {
    let absolute = session.files.absolute(path)
    guard let file = read(bytes, name: path, directory: RecipeFiles.folder(of: absolute), isPipeline: false) else {
      return []
    }
    var pipeline: RecipeFile?
    if let node = file.pipeline { pipeline = loadPipeline(node, directory: RecipeFiles.folder(of: absolute)) }
    session.writtenStages = session.kinds(of: file.stages + (pipeline?.stages ?? []))
    let overrides = arguments.compactMap { Override.parse($0, session: session) }
    if file.pipeline != nil, pipeline == nil { return [] }
    var recipes: [Recipe] = []
    for variant in variants(of: file, overrides) {
      let builder = RecipeBuilder(
        session: session, main: file, pipeline: pipeline, overrides: variant.overrides, checksFiles: checksFiles)
      let stem = path.split(separator: "/").last.map { $0.split(separator: ".").first.map(String.init) ?? "recipe" }
      if var recipe = builder.build(path: path, directory: RecipeFiles.folder(of: absolute), stem: stem ?? "recipe") {
        recipe.variant = builder.coordinates(of: variant.point)
        recipe.group = file.matrix == nil ? nil : recipe.name
        recipes.append(recipe)
      }
    }
    for part in [file, pipeline].compactMap({ $0 }) {
      session.warnOfLiteralReferences(in: part)
      warnOfUnused(part)
    }
    return recipes
  }

  /// A variable nothing reads is most often a misspelled one.
  private func warnOfUnused(_ file: RecipeFile) {
    for (prefix, pairs) in [("vars", file.vars), ("params", file.parameters ?? [])] {
      for pair in pairs where !session.usedNames.contains("\(prefix).\(pair.key)") {
        session.report(
          "unused", "nothing reads '${\(prefix).\(pair.key)}'", at: pair.keyMark, remedy: "remove it, or use it",
          severity: .warning)
      }
    }
  }

  private func read(_ bytes: [UInt8], name: String, directory: String, isPipeline: Bool) -> RecipeFile? {
    let source = session.addSource(name, directory: directory, text: nil)
    let limits = YAMLLimits(maximumBytes: RecipeLoader.maximumBytes)
    let document = YAMLDocument(parsing: bytes, file: name, source: source, limits: limits)
    session.sources[Int(source)].text = document.text
    for diagnostic in document.diagnostics { session.add(diagnostic) }
    guard document.isComplete else { return nil }
    return RecipeFile(root: document.root, source: source, isPipeline: isPipeline, session: session)
  }

  /// The pipeline a recipe names: `pipelines/NAME.yaml` beside the recipe or in a folder above it, or a path.
  private func loadPipeline(_ node: YAMLNode, directory: String) -> RecipeFile? {
    guard let name = session.expectString(node, "'pipeline'") else { return nil }
    let files = session.files
    var candidates: [String] = []
    if let path = LocalPath(name) {
      if path.beginsAtHome {
        session.reportHomeFolder(path, at: node.mark)
        return nil
      }
      candidates = [files.absolute(path.text, in: directory)]
    } else if name.contains("/") || name.isEmpty {
      session.report(
        "unknown-pipeline", "'\(name)' is neither the name of a pipeline nor a path", at: node.mark,
        remedy: "write the name of a file in pipelines/, or a path that starts with ./")
      return nil
    } else {
      var folder = directory
      while true {
        candidates.append((folder == "/" ? "" : folder) + "/pipelines/\(name).yaml")
        guard folder != "/" else { break }
        folder = RecipeFiles.folder(of: folder)
      }
    }
    guard let path = candidates.first(where: { files.exists($0) }) else {
      let known = candidates.flatMap { files.list(RecipeFiles.folder(of: $0)) }.filter { $0.hasSuffix(".yaml") }
        .map { String($0.dropLast(5)) }
      session.report(
        "unknown-pipeline", "there is no pipeline '\(name)'", at: node.mark,
        remedy: didYouMean(name, among: known).map { "did you mean '\($0)'?" }
          ?? (known.isEmpty
            ? "pipelines lie in a folder pipelines/ beside recipes/"
            : "known pipelines are \(known.listed())"))
      return nil
    }
    do {
      let bytes = try files.read(path, RecipeLoader.maximumBytes)
      let prefix = files.workingDirectory + "/"
      let shown = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
      return read(bytes, name: shown, directory: RecipeFiles.folder(of: path), isPipeline: true)
    } catch {
      session.report(error.code, "pipeline '\(name)': \(error.message)", at: node.mark, remedy: error.remedy)
      return nil
    }
  }

  /// The runs a recipe-level matrix makes, each as the overrides it means; one without a matrix.
  ///
  /// What is given with `-S` wins, so an axis that `-S` sets has only that value.
  private func variants(
    of file: RecipeFile, _ overrides: [Override]
  ) -> [(point: MatrixPoint, overrides: [Override])] {
    guard let node = file.matrix, node.scalar?.value != .null else { return [(MatrixPoint(), overrides)] }
    let given = Set(overrides.map(\.text))
    var pairs = node.pairs ?? []
    pairs.removeAll { given.contains($0.key) }
    if pairs.isEmpty, node.pairs?.isEmpty == false { return [(MatrixPoint(), overrides)] }
    let left = node.pairs == nil ? node : YAMLNode(.mapping(pairs), mark: node.mark)
    // Values may use variables: they are put in where an override's are, once the variables are known.
    guard let points = session.matrixPoints(left, nil, what: "the recipe") else { return [] }
    return points.map { point in
      let own = point.nodes.compactMap { key, mark, value in
        Override(path: key, value: value, mark: mark, session: session)
      }
      return (point, own + overrides)
    }
  }
}
