import Diagnostics
import JSON
import YAML

extension StageReader {
  /// A reference as read.
  struct Reading {
    var reference: InputReference
    /// The node it reads; `nil` for a file.
    var node: Int?
    var mark: YAMLMark
  }

  /// The nodes a reference names; none after reporting what is wrong with it.
  /// - Parameter spec: the input that refers; `nil` for `after`.
  private func targets(_ text: String, _ mark: YAMLMark, _ spec: InputSpec? = nil) -> [Int] {
    let user = StageNames.User(
      own: node.point.coordinates, input: spec, choosesFiles: choosesFiles, stage: definition.name)
    return names.nodes(named: text, by: user, at: mark, session) ?? []
  }

  /// Whether the stage takes files by patterns.
  private var choosesFiles: Bool { kind.parameters.contains { $0.name == "include" } }

  mutating func after(_ node: YAMLNode) -> [String] {
    var ids: [String] = []
    for element in node.elements ?? [node] {
      guard let text = session.expectString(element, "'after' of stage '\(name)'") else { continue }
      for target in targets(text, element.mark) {
        ids.append(names.nodes[target].id)
        edges.append((target, element.mark))
      }
    }
    return ids
  }

  mutating func references(_ node: YAMLNode, _ spec: InputSpec) -> [Reading] {
    let path = "'\(spec.name)' of stage '\(name)'"
    switch spec.cardinality {
    case .named:
      guard let pairs = node.pairs else {
        session.report(
          "wrong-type", "\(path) must be a map of names to stages or files, not \(node.description)", at: node.mark,
          remedy: "\(spec.name): { data: mixed }")
        return []
      }
      return pairs.flatMap { pair in
        reference(
          pair.value, spec, role: "\(spec.name).\(pair.key)", path: "'\(spec.name).\(pair.key)' of stage '\(name)'")
      }
    case .many:
      if node.scalar?.value == .null { return [] }
      let elements = node.elements ?? [node]
      var found: [Reading] = []
      var index = 0
      while index < elements.count {
        if let split = SplitQuote(in: elements, from: index), split.range.lowerBound == index {
          session.report(
            "typographic-quotes", "\(path): \(split.problem)", at: elements[index].mark, remedy: split.remedy)
          index = split.range.upperBound
        } else {
          found += reference(elements[index], spec, role: spec.name, path: path)
          index += 1
        }
      }
      return found
    case .one, .optional:
      if spec.cardinality == .optional, node.scalar?.value == .null { return [] }
      if let elements = node.elements {
        session.report(
          "too-many-inputs", "\(path) takes one stage or file, not a list", at: node.mark,
          remedy: elements.count == 1 ? "remove the brackets" : nil)
        return []
      }
      let found = reference(node, spec, role: spec.name, path: path)
      if found.count > 1 {
        session.report(
          "too-many-inputs", "\(path) takes one stage, but \(node.description) names \(found.count)", at: node.mark,
          remedy: "name one: '\(found[0].reference.stageID ?? "")'")
      }
      return found
    }
  }

  /// Whether a text is made of digits, as a cap is, however many.
  private func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// Whether a value that names a file names one that is there.
  private func exists(_ value: String, _ node: YAMLNode) -> Bool {
    guard let local = LocalPath(value) else { return false }
    return session.files.exists(session.files.absolute(local.text, in: session.source(node.mark)?.directory))
  }

  private mutating func reference(
    _ node: YAMLNode, _ spec: InputSpec, role: String, path: String
  ) -> [Reading] {
    guard case .string(let written)? = node.scalar?.value else {
      session.report(
        "wrong-type", "\(path) must name a stage or a file, not \(node.description)", at: node.mark,
        remedy: node.scalar.flatMap { $0.text.isEmpty ? nil : "quote it: \"\($0.text)\"" })
      return []
    }
    var (text, capText) = StageReference.splitCap(written)
    let isFile = LocalPath(written) != nil
    var cap: Int?
    if let capText {
      if let value = Int(capText), value > 0, capText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
        cap = value
      } else if isFile, !isNumber(capText) || exists(written, node) {
        // A '#' may be part of a file's name.
        text = written
      } else {
        let isZero = !capText.isEmpty && capText.allSatisfy { $0 == "0" }
        session.report(
          "bad-cap",
          isZero ? "\(path): '#\(capText)' takes no row" : "\(path): '#\(capText)' is not a number of rows",
          at: node.mark,
          remedy: FullWidth.remedy(inReference: written)
            ?? (isZero
              ? "remove the source, or write '\(text)#2000' to take 2000 rows"
              : "write '\(text)#2000' to take 2000 rows, or '\(text)' to take all"))
        return []
      }
    }
    if cap != nil, !spec.allowsRowCap {
      session.report("bad-cap", "\(path) takes no '#N'", at: node.mark, remedy: "remove '#\(capText ?? "")'")
    }
    if let local = LocalPath(text) {
      if local.beginsAtHome {
        session.reportHomeFolder(local, at: node.mark)
        return []
      }
      let absolute = session.files.absolute(local.text, in: session.source(node.mark)?.directory)
      if checksFiles, !session.files.exists(absolute) {
        session.report(
          "no-such-file", "\(path): there is no file '\(text)'", at: node.mark,
          remedy: session.remedy(forMissing: local, at: node.mark, input: spec.name, hasPatterns: choosesFiles),
          notes: ["looked for \(absolute)"])
      }
      let reference = InputReference(
        role: role, source: .file(absolute), text: text, rowCap: cap, kind: spec.accepts.first ?? .files,
        location: session.location(node.mark))
      return [Reading(reference: reference, node: nil, mark: node.mark)]
    }
    return targets(text, node.mark, spec).map { target in
      edges.append((target, node.mark))
      let id = names.nodes[target].id
      let reference = InputReference(
        role: role, source: .stage(id), text: id, rowCap: cap, kind: spec.accepts.first ?? .files,
        location: session.location(node.mark))
      return Reading(reference: reference, node: target, mark: node.mark)
    }
  }
}
