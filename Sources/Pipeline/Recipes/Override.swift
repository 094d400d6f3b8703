import Diagnostics
import YAML

/// One value given from outside a stage's text: `-S train.lora.rank=16`, or a coordinate of a recipe-level matrix.
struct Override {
  enum Target: Hashable {
    case seed, name
    case variable(String)
    case parameter(String)
    /// A stage by name, or one instance by id.
    case stage(String)
  }

  var target: Target
  /// Keys below the target: `lora`, `rank`.
  var path: [String]
  /// As written, for messages.
  var text: String
  var value: YAMLNode
  /// The place of the path.
  var mark: YAMLMark

  /// Reads `path=value`; reports what is wrong with it.
  static func parse(_ argument: String, session: LoadSession) -> Override? {
    let source = session.addSource("-S \(argument)", directory: session.files.workingDirectory, text: nil)
    let mark = YAMLMark(source: source, line: 0, column: 0)
    var depth = 0
    var equals: String.Index?
    for index in argument.indices {
      switch argument[index] {
      case "[": depth += 1
      case "]": depth -= 1
      case "=" where depth <= 0: equals = index
      default: break
      }
      if equals != nil { break }
    }
    guard let equals else {
      session.report("bad-override", "an override is written path=value", at: mark, remedy: "-S train.lora.rank=16")
      return nil
    }
    let text = String(argument[argument.index(after: equals)...])
    var value = YAMLNode(.scalar(YAMLScalar(text)), mark: mark)
    if let first = text.first, "[{\"'".contains(first) {
      let document = YAMLDocument(parsing: Array(text.utf8), file: "-S \(argument)", source: source)
      guard document.diagnostics.isEmpty, let root = document.root else {
        for var diagnostic in document.diagnostics {
          diagnostic.location = SourceLocation(file: "-S \(argument)")
          diagnostic.sourceLine = nil
          session.add(diagnostic)
        }
        return nil
      }
      value = root.moved(to: mark)
    }
    return Override(path: String(argument[..<equals]), value: value, mark: mark, session: session)
  }

  /// Takes a dotted path apart; reports a path that names nothing.
  init?(path text: String, value: YAMLNode, mark: YAMLMark, session: LoadSession) {
    var head = Substring(text)
    var rest: Substring?
    let search = text.firstIndex(of: "]").map { text.index(after: $0) } ?? text.startIndex
    if let dot = text[search...].firstIndex(of: ".") {
      head = text[..<dot]
      rest = text[text.index(after: dot)...]
    }
    var keys = rest.map { $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init) } ?? []
    guard !head.isEmpty, !keys.contains("") else {
      session.report(
        "bad-override", "'\(text)' is not a path", at: mark, remedy: "write a path such as train.lora.rank")
      return nil
    }
    switch head {
    case "seed" where keys.isEmpty: target = .seed
    case "name" where keys.isEmpty: target = .name
    case "vars" where !keys.isEmpty: target = .variable(keys.removeFirst())
    case "with" where !keys.isEmpty: target = .parameter(keys.removeFirst())
    default:
      guard !keys.isEmpty else {
        session.report(
          "bad-override", "'\(text)' names no parameter", at: mark,
          remedy: Self.choice(session.places(ofParameter: text), value)
            ?? "write STAGE.PARAMETER, vars.NAME, with.NAME or seed")
        return nil
      }
      target = .stage(String(head))
    }
    path = keys
    self.text = text
    self.value = value
    self.mark = mark
  }

  /// What to write instead: the only place, or one of several.
  static func choice(_ places: [String], _ value: YAMLNode) -> String? {
    guard let first = places.first else { return nil }
    guard places.count > 1 else { return "write \(first)=\(shown(value))" }
    return "write one of \(places.prefix(4).map { "\($0)=\(shown(value))" }.joined(separator: ", "))"
  }

  /// A value as it is typed again: words between commas as a list.
  private static func shown(_ value: YAMLNode) -> String {
    guard let text = value.scalar?.text, !text.isEmpty, text.utf8.count <= 80 else { return "…" }
    guard text.contains(",") else { return text }
    let parts = text.split(separator: ",").map { $0.trimmingPrefix(" ") }
    return "'[\(parts.joined(separator: ", "))]'"
  }

  /// The pairs with this override's value put at its path, maps made where there are none.
  func apply(to pairs: [YAMLPair], path: ArraySlice<String>? = nil) -> [YAMLPair] {
    var pairs = pairs
    let path = path ?? self.path[...]
    guard let key = path.first else { return pairs }
    let index = pairs.firstIndex { $0.key == key }
    var pair = index.map { pairs[$0] } ?? YAMLPair(key: key, keyMark: mark, value: YAMLNode(.mapping([]), mark: mark))
    if path.count == 1 {
      pair.value = value
    } else {
      let inner = pair.value.pairs ?? []
      pair.value = YAMLNode(
        .mapping(apply(to: inner, path: path.dropFirst())), mark: pair.value.pairs == nil ? mark : pair.value.mark)
    }
    pair.keyMark = index == nil || path.count == 1 ? mark : pair.keyMark
    if let index { pairs[index] = pair } else { pairs.append(pair) }
    return pairs
  }
}

extension YAMLNode {
  /// The same value with every node at one mark.
  func moved(to mark: YAMLMark) -> YAMLNode {
    switch content {
    case .scalar: YAMLNode(content, mark: mark)
    case .sequence(let elements): YAMLNode(.sequence(elements.map { $0.moved(to: mark) }), mark: mark)
    case .mapping(let pairs):
      YAMLNode(
        .mapping(pairs.map { YAMLPair(key: $0.key, keyMark: mark, value: $0.value.moved(to: mark)) }), mark: mark)
    }
  }
}
