import Diagnostics
import YAML

/// The top level of a recipe or pipeline file, taken apart but not interpreted.
struct RecipeFile {
  var source: Int32
  var start: YAMLMark
  var name: YAMLNode?
  var seed: YAMLNode?
  var vars: [YAMLPair] = []
  var env: YAMLNode?
  var pipeline: YAMLNode?
  var with: [YAMLPair] = []
  var matrix: YAMLNode?
  var parameters: [YAMLPair]?
  var stages: [YAMLPair] = []

  static let keys = [
    "name", "help", "seed", "vars", "env", "pipeline", "with", "parameters", "matrix", "stages",
  ]

  init(root: YAMLNode?, source: Int32, isPipeline: Bool, session: LoadSession) {
    self.source = source
    start = YAMLMark(source: source, line: 1, column: 1, length: 1)
    guard let root else {
      session.report(
        "empty-recipe", "the file is empty", at: start, remedy: "a recipe needs 'stages:' or 'pipeline:'")
      return
    }
    start = root.mark
    guard let pairs = root.pairs else {
      session.report(
        "not-a-recipe", "a recipe is a map of keys and values", at: root.mark,
        remedy: "begin with 'name:' and 'stages:'")
      return
    }
    if !isPipeline { session.writtenStages = session.kinds(of: root["stages"]?.pairs ?? []) }
    var hasStages = false
    for pair in pairs {
      switch pair.key {
      case "name": name = pair.value
      case "help": session.expectString(pair.value, "'help'")
      case "seed": seed = pair.value
      case "vars":
        vars = session.expectMap(pair.value, "'vars'")
        for pair in vars {
          guard let remedy = session.commaRemedy(of: pair, among: vars) else { continue }
          session.report("no-value", "'\(pair.key)' under 'vars' has no value", at: pair.keyMark, remedy: remedy)
        }
      case "env": env = pair.value
      case "pipeline":
        pipeline = pair.value
        if isPipeline {
          session.report("nested-pipeline", "a pipeline cannot use another pipeline", at: pair.keyMark)
        }
      case "with": with = session.expectMap(pair.value, "'with'")
      case "parameters": parameters = session.expectMap(pair.value, "'parameters'")
      case "matrix":
        matrix = pair.value
        if isPipeline {
          session.report(
            "matrix-in-pipeline", "a pipeline cannot have a matrix of runs", at: pair.keyMark,
            remedy: "write it in the recipe that uses the pipeline")
        }
      case "stages":
        hasStages = true
        if let elements = pair.value.elements {
          session.report(
            "wrong-type", "'stages' must be a map, not a list", at: pair.value.mark,
            remedy: Self.remedy(forStageList: elements))
        } else {
          stages = session.expectMap(pair.value, "'stages'")
        }
      default:
        // A place for anchors: what begins with 'x-' is not read.
        guard !pair.key.hasPrefix("x-") else { continue }
        session.report(
          "unknown-key", "unknown key '\(pair.key)' in a recipe", at: pair.keyMark,
          remedy: session.punctuationRemedy(of: pair, among: pairs) { Self.keys.contains($0) }
            ?? Self.remedy(for: pair, session))
      }
    }
    if !hasStages, pipeline == nil {
      session.report(
        "no-stages", "the recipe has no stages", at: start, remedy: "add 'stages:', or 'pipeline:' with the name of one"
      )
    }
    if let pipeline, parameters != nil {
      session.report(
        "parameters-in-recipe", "a recipe that uses a pipeline has no parameters of its own", at: pipeline.mark,
        remedy: "use 'vars:'")
    }
    if !with.isEmpty, pipeline == nil, parameters == nil {
      session.report(
        "with-without-pipeline", "'with' gives values to a pipeline, but the recipe names none",
        at: with[0].keyMark, remedy: "add 'pipeline: NAME'")
    }
  }

  /// How the first stage of a list is written as a map.
  private static func remedy(forStageList elements: [YAMLNode]) -> String {
    let pairs = elements.first?.pairs ?? []
    func text(_ key: String) -> String? { pairs.first { $0.key == key }?.value.scalar?.text }
    let inner = pairs.count == 1 ? pairs[0].value["kind"]?.scalar?.text : nil
    let name = text("name") ?? text("id") ?? (inner == nil ? nil : pairs[0].key) ?? "NAME"
    let kind = text("kind") ?? inner ?? "…"
    return "write the stage's name in place of the dash:  \(name): { kind: \(kind), … }"
  }

  private static func remedy(for pair: YAMLPair, _ session: LoadSession) -> String {
    if let near = didYouMean(pair.key, among: keys) { return "did you mean '\(near)'?" }
    if pair.value["kind"] != nil { return "a stage belongs under 'stages:'" }
    if let brought = session.remedy(forBrought: pair.key, in: nil, isKnown: { keys.contains($0) }) {
      return brought
    }
    return "known keys are \(keys.joined(separator: ", ")); 'x-…' keeps a place for anchors"
  }
}

extension LoadSession {
  /// Stages as they are written, with their kinds.
  func kinds(of stages: [YAMLPair]) -> [(name: String, kind: String)] {
    stages.compactMap { pair in pair.value["kind"]?.scalar.map { (pair.key, $0.text) } }
  }

  /// The pairs of a map; reports anything else. Null stands for an empty map.
  func expectMap(_ node: YAMLNode, _ what: String) -> [YAMLPair] {
    if let pairs = node.pairs { return pairs }
    if node.scalar?.value != .null {
      report("wrong-type", "\(what) must be a map, not \(node.description)", at: node.mark)
    }
    return []
  }

  /// The text of a string; reports anything else.
  @discardableResult
  func expectString(_ node: YAMLNode, _ what: String) -> String? {
    if case .string(let text)? = node.scalar?.value { return text }
    report(
      "wrong-type", "\(what) must be a string, not \(node.description)", at: node.mark,
      remedy: node.scalar.flatMap { $0.text.isEmpty ? nil : "quote it: \"\($0.text)\"" })
    return nil
  }
}

extension YAMLNode {
  /// The node in a message: as written when short.
  var description: String {
    switch content {
    case .mapping: return "a map"
    case .sequence: return "a list"
    case .scalar(let scalar):
      let text = scalar.text.count > 40 ? scalar.text.prefix(40) + "…" : scalar.text
      switch scalar.value {
      case .null: return scalar.text.isEmpty ? "nothing" : "null"
      case .string: return "\"\(text)\""
      default: return text
      }
    }
  }
}
