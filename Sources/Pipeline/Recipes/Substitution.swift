import Diagnostics
import YAML

/// What `${…}` may name at one place of a file.
struct SubstitutionScope {
  /// Resolved already.
  var vars: [String: YAMLNode] = [:]
  var env: [String: YAMLNode] = [:]
  /// Only in a pipeline.
  var params: [String: YAMLNode]?
  /// Only in a stage that has a matrix.
  var matrix: [String: YAMLNode]?
}

extension LoadSession {
  /// The node with every `${…}` replaced, or `nil` after reporting what could not be.
  ///
  /// A scalar that is one `${…}` becomes the value, with its type and its place; inside a longer text the value's text
  /// goes in. `$${` stands for `${`.
  ///
  /// `depth` says how deep the node lies in what is substituted: values put into values must not nest without end.
  func substitute(_ node: YAMLNode, _ scope: SubstitutionScope, depth: Int = 0) -> YAMLNode? {
    switch node.content {
    case .scalar(let scalar):
      guard scalar.text.utf8.contains(UInt8(ascii: "$")) else { return node }
      return substitute(scalar, node, scope, depth: depth)
    case .sequence(let elements):
      guard elements.contains(where: \.mayNeedSubstitution) else { return node }
      var isWhole = true
      var result: [YAMLNode] = []
      result.reserveCapacity(elements.count)
      for element in elements {
        if let value = substitute(element, scope, depth: depth + 1) { result.append(value) } else { isWhole = false }
      }
      return isWhole ? YAMLNode(.sequence(result), mark: node.mark) : nil
    case .mapping(var pairs):
      guard pairs.contains(where: { $0.value.mayNeedSubstitution }) else { return node }
      var isWhole = true
      for index in pairs.indices {
        if let value = substitute(pairs[index].value, scope, depth: depth + 1) {
          pairs[index].value = value
        } else {
          isWhole = false
        }
      }
      return isWhole ? YAMLNode(.mapping(pairs), mark: node.mark) : nil
    }
  }

  private func substitute(
    _ scalar: YAMLScalar, _ node: YAMLNode, _ scope: SubstitutionScope, depth: Int
  ) -> YAMLNode? {
    let text = scalar.text
    guard text.contains("${") else { return node }
    var pieces = ""
    var rest = Substring(text)
    var mark = node.mark
    while let dollar = rest.firstIndex(of: "$") {
      pieces += rest[..<dollar]
      let after = rest[rest.index(after: dollar)...]
      if after.hasPrefix("${") {
        pieces += "${"
        rest = after.dropFirst(2)
        continue
      }
      guard after.hasPrefix("{") else {
        pieces += "$"
        rest = after
        continue
      }
      guard let close = after.firstIndex(of: "}") else {
        report(
          "unclosed-reference", "'${' without a '}'", at: node.mark, remedy: "close it, or write '$${' for a plain '${'"
        )
        return nil
      }
      let name = String(after[after.index(after: after.startIndex)..<close])
      guard let value = lookUp(name, scope, at: node.mark) else { return nil }
      guard charge(value, depth: depth, at: node.mark) else { return nil }
      let tail = after[after.index(after: close)...]
      if dollar == text.startIndex {
        if tail.isEmpty { return value }
        // A path that begins with the value belongs to the file the value was written in.
        mark = value.mark
      }
      guard let inserted = value.scalar, inserted.value != .null else {
        report(
          "not-a-text", "'${\(name)}' is \(value.description) and cannot stand inside a text", at: node.mark,
          remedy: "use it as the whole value")
        return nil
      }
      pieces += inserted.text
      rest = tail
      guard pieces.utf8.count <= 1_000_000 else {
        report("text-too-long", "the text grows past 1 MB", at: node.mark, remedy: "use fewer nested '${…}'")
        return nil
      }
    }
    pieces += rest
    return YAMLNode(.scalar(YAMLScalar(pieces, style: .doubleQuoted)), mark: mark)
  }

  /// How deep a value may nest once everything is put in.
  private static let maximumDepth = 64

  private func charge(_ value: YAMLNode, depth: Int, at mark: YAMLMark) -> Bool {
    var room = max(substitutedNodes, 0) + 1
    let before = room
    let fits = value.fits(in: &room, depth: Self.maximumDepth - depth)
    substitutedNodes -= before - room
    guard fits || room <= 0 else {
      report("too-deep", "'${…}' nests deeper than \(Self.maximumDepth) levels", at: mark)
      return false
    }
    substitutedBytes -= value.scalar?.text.utf8.count ?? 0
    guard substitutedNodes < 0 || substitutedBytes < 0 else { return true }
    report("too-much-substitution", "'${…}' produces too much", at: mark, remedy: "use fewer nested '${…}'")
    return false
  }

  /// The value of `vars.a.b`, `env.X`, `params.x` or `matrix.x`, or `nil` after reporting why there is none.
  private func lookUp(_ reference: String, _ scope: SubstitutionScope, at mark: YAMLMark) -> YAMLNode? {
    let path = reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let table: [String: YAMLNode]
    switch path[0] {
    case "vars": table = scope.vars
    case "env": table = scope.env
    case "params":
      guard let params = scope.params else {
        report(
          "unknown-reference", "'${\(reference)}': only a pipeline has parameters", at: mark,
          remedy: "declare it under 'vars:' and write '${vars.…}'")
        return nil
      }
      table = params
    case "matrix":
      guard let matrix = scope.matrix else {
        report(
          "unknown-reference", "'${\(reference)}': this place has no matrix", at: mark,
          remedy: "add 'matrix:' to the stage")
        return nil
      }
      table = matrix
    default:
      report(
        "unknown-reference", "'${\(reference)}' names nothing", at: mark,
        remedy: path[0] == "stages"
          ? "values do not flow between stages; use the stage as an input"
          : meant(by: reference, scope).map { "write '${\($0)}'" }
            ?? (isEnvironment(reference) ? "write '${env.\(reference)}', and env: [\(reference)] at the top" : nil)
            ?? "write '${vars.…}', '${env.…}', '${params.…}' or '${matrix.…}', or '$${' for a plain '${'")
      return nil
    }
    if path.count > 1, path[0] == "vars" || path[0] == "params" { usedNames.insert("\(path[0]).\(path[1])") }
    guard path.count > 1, var value = table[path[1]] else {
      let name = path.count > 1 ? path[1] : ""
      // A variable that failed is in the table as a hole: it was reported where it stands.
      if path[0] == "env" {
        report(
          "undeclared-env", "the environment variable '\(name)' is not declared", at: mark,
          remedy: "add it under 'env:'", notes: ["declared variables are recorded with the run"])
      } else if !(path[0] == "vars" && failedVars.contains(name)) && !(path[0] == "params" && failedParams) {
        report(
          "unknown-reference", "'${\(reference)}': there is no '\(name)' under '\(path[0])'", at: mark,
          remedy: didYouMean(name, among: table.keys.sorted()).map { "did you mean '${\(path[0]).\($0)}'?" })
      }
      return nil
    }
    for member in path.dropFirst(2) {
      guard let next = value[member] else {
        report(
          "unknown-reference", "'${\(reference)}': there is no '\(member)' in it", at: mark,
          remedy: value.pairs.flatMap { didYouMean(member, among: $0.map(\.key)) }.map { "did you mean '\($0)'?" })
        return nil
      }
      value = next
    }
    return value
  }
}

extension LoadSession {
  /// The reference that was meant by one that names nothing: with spaces or braces around it, or without `vars.`.
  private func meant(by reference: String, _ scope: SubstitutionScope) -> String? {
    let name = reference.filter { $0 != " " && $0 != "{" && $0 != "}" }
    if scope.vars[name] != nil { return "vars.\(name)" }
    if scope.params?[name] != nil { return "params.\(name)" }
    if scope.env[name] != nil { return "env.\(name)" }
    let table = name.prefix { $0 != "." }
    return name != reference && ["vars", "env", "params", "matrix"].contains(table) ? name : nil
  }

  /// Whether a name is written as those of environment variables are.
  private func isEnvironment(_ name: String) -> Bool {
    name.utf8.count > 2
      && name.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x5F }
  }
}

extension YAMLNode {
  fileprivate var mayNeedSubstitution: Bool {
    guard case .scalar(let scalar) = content else { return true }
    return scalar.text.utf8.contains(UInt8(ascii: "$"))
  }

  /// Takes the nodes this stands for out of `room`; false when there are more, or when they nest deeper than `depth`.
  fileprivate func fits(in room: inout Int, depth: Int) -> Bool {
    room -= 1
    guard room > 0, depth > 0 else { return false }
    switch content {
    case .scalar: return true
    case .sequence(let elements): return elements.allSatisfy { $0.fits(in: &room, depth: depth - 1) }
    case .mapping(let pairs): return pairs.allSatisfy { $0.value.fits(in: &room, depth: depth - 1) }
    }
  }
}
