import Diagnostics
import JSON
import YAML

/// One combination of a matrix.
struct MatrixPoint {
  var nodes: [(key: String, keyMark: YAMLMark, value: YAMLNode)] = []
  var coordinates = JSONObject()
}

extension LoadSession {
  /// The most combinations one matrix may make.
  static let maximumPoints = 1000

  /// Every combination of a matrix's values, the last key changing fastest; `nil` after reporting.
  /// - Parameters:
  ///   - scope: what values may use; `nil` leaves `${…}` in them.
  ///   - what: for messages, "stage 'train'".
  func matrixPoints(
    _ node: YAMLNode, _ scope: SubstitutionScope?, what: String
  ) -> [MatrixPoint]? {
    var node = node
    if let scope {
      guard let whole = substitute(node, scope) else { return nil }
      node = whole
    }
    guard let pairs = node.pairs, !pairs.isEmpty else {
      report(
        "bad-matrix", "the matrix of \(what) must be a map of names to lists, not \(node.description)", at: node.mark,
        remedy: "matrix: { category: [shoes, bags] }")
      return nil
    }
    var points = [MatrixPoint()]
    var isWhole = true
    for pair in pairs {
      if pair.value.elements?.isEmpty == true {
        report(
          "bad-matrix", "'\(pair.key)' in the matrix of \(what) has no value, so \(what) would not exist",
          at: pair.value.mark, remedy: "list at least one value, or remove '\(pair.key)'")
        isWhole = false
        continue
      }
      guard let values = pair.value.elements else {
        report(
          "bad-matrix",
          "'\(pair.key)' in the matrix of \(what) must be a list of values, not \(pair.value.description)",
          at: pair.value.mark, remedy: "write the values in brackets")
        isWhole = false
        continue
      }
      guard let axis = axis(pair, values, what: what) else {
        isWhole = false
        continue
      }
      guard points.count * axis.count <= Self.maximumPoints else {
        report(
          "matrix-too-large", "the matrix of \(what) has more than \(Self.maximumPoints) combinations", at: node.mark,
          remedy: "split it into several recipes")
        return nil
      }
      points = points.flatMap { point in
        axis.map { node, value in
          var point = point
          point.nodes.append((pair.key, pair.keyMark, node))
          point.coordinates[pair.key] = value
          return point
        }
      }
    }
    return isWhole ? points : nil
  }

  private func axis(_ pair: YAMLPair, _ values: [YAMLNode], what: String) -> [(YAMLNode, JSONValue)]? {
    var seen: Set<String> = []
    var axis: [(YAMLNode, JSONValue)] = []
    for value in values {
      guard let json = json(value, of: { "'\(pair.key)' in the matrix of \(what)" }) else { return nil }
      guard seen.insert(json.displayText).inserted else {
        report(
          "duplicate-value", "\(value.description) stands twice in the matrix of \(what)", at: value.mark,
          remedy: "keep one of them")
        continue
      }
      axis.append((value, json))
    }
    return axis
  }

  /// Whether the coordinates can be part of a stage's id; reports what cannot.
  func checkCoordinates(_ point: MatrixPoint, what: String) -> Bool {
    var isValid = true
    for (index, (key, value)) in point.coordinates.enumerated() {
      let text = value.displayText
      switch value {
      case .object, .array, .null:
        report(
          "bad-matrix",
          "a value in the matrix of \(what) must be a string, a number, true or false, not "
            + point.nodes[index].value.description, at: point.nodes[index].value.mark)
        isValid = false
      default:
        if text.isEmpty || text.utf8.count > 100
          || text.unicodeScalars.contains(where: { ",=[]#*/\"".unicodeScalars.contains($0) || $0.value < 0x21 })
        {
          report(
            "bad-matrix",
            "\(point.nodes[index].value.description) cannot be part of a stage's name, as a matrix value is",
            at: point.nodes[index].value.mark,
            remedy: "use a short word without spaces or any of , = [ ] # * / \", and look the rest up in 'vars:'")
          isValid = false
        }
      }
      if key.isEmpty
        || key.unicodeScalars.contains(where: { ",=[]#*/.\"".unicodeScalars.contains($0) || $0.value < 0x21 })
      {
        report("bad-matrix", "'\(key)' cannot name a coordinate", at: point.nodes[index].keyMark)
        isValid = false
      }
    }
    return isValid
  }
}
