import Diagnostics
import YAML

/// The stage to add to a recipe in which an input names a model or a dataset of a hub, or a stage that nobody wrote.
struct MissingSource {
  let names: StageNames
  let registry: StageRegistry

  /// A kind that brings something into a recipe, with the parameter that says from where.
  private struct Source {
    var kind: StageKind
    var rule: OutputRule
  }

  /// What brings something that an input takes: by the hub that a recipe names first.
  private func source(for spec: InputSpec) -> Source? {
    for wanted in spec.accepts where wanted != .files {
      for kind in registry.kinds where kind.inputs.isEmpty {
        let rules = kind.outputRules.filter { $0.kind == wanted }
        if let rule = rules.first(where: { $0.prefix.hasPrefix("modelscope") }) ?? rules.first {
          return Source(kind: kind, rule: rule)
        }
      }
    }
    return nil
  }

  /// What to write for an address, `https://…` or `hf:ORG/NAME`; `nil` for any other text.
  func remedy(forAddress text: String, of spec: InputSpec) -> String? {
    guard let colon = text.firstIndex(of: ":"), let source = source(for: spec) else { return nil }
    let scheme = text[..<colon]
    guard scheme.utf8.count > 1, scheme.utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == 0x2D }),
      text.index(after: colon) < text.endIndex
    else { return nil }
    return added(text, source, spec)
  }

  /// What to write for the name of a repository, `ORG/NAME`, or of a model without its owner; `nil` for any other text.
  func remedy(forRepository text: String, of spec: InputSpec) -> String? {
    guard let source = source(for: spec) else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    func isName(_ part: Substring) -> Bool {
      !part.isEmpty
        && part.utf8.allSatisfy { byte in
          byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || "_-.".utf8.contains(byte)
        }
    }
    guard parts.allSatisfy(isName), let name = parts.last, !Self.isFile(name) else { return nil }
    if parts.count == 2 {
      guard source.rule.kind == .model else {
        return "a folder is written './\(text)'; for a dataset of a hub, "
          + added(source.rule.prefix + text, source, spec)
      }
      return added(source.rule.prefix + text, source, spec)
    }
    // `Qwen3-0.6B`: a size says that it is a model.
    guard parts.count == 1, source.rule.kind == .model, Self.hasSize(name) else { return nil }
    let owner = name.lowercased().hasPrefix("qwen") ? "Qwen" : "ORG"
    return added("\(source.rule.prefix)\(owner)/\(name)", source, spec)
  }

  /// What to add for a stage that is not there; `nil` if another stage may have been meant.
  /// - Parameter user: the stage that reads it.
  func remedy(forStage name: String, of spec: InputSpec, readBy user: String) -> String? {
    guard StageName.problem(name) == nil else { return nil }
    let missing = MissingInput(names: names, registry: registry)
    let others = names.definitions.filter { $0.name != user }
    let source = source(for: spec)
    let isMade = others.contains { other in
      guard let output = missing.output(of: other) else { return false }
      // What was fetched from a file or a package may be a model too.
      return output == .files ? source != nil && spec.accepts.contains(.files) : spec.accepts.contains(output)
    }
    guard !isMade else { return nil }
    if let source, source.rule.kind == .model {
      return "add the stage  \(line(name, "\(source.rule.prefix)Qwen/Qwen3-0.6B", source))"
    }
    let makers = registry.kinds.filter { kind in
      spec.accepts.contains { $0 != .files && ($0 == kind.output || kind.outputRules.map(\.kind).contains($0)) }
        && kind.outputRules.count < 4
    }
    guard !makers.isEmpty, names.definitions.count <= 20 else { return nil }
    return "add a stage '\(name)' of kind \(makers.map(\.name).listed(4)); "
      + "its stages are \(names.definitions.map(\.name).joined(separator: ", "))"
  }

  private func line(_ name: String, _ text: String, _ source: Source) -> String {
    "\(name): { kind: \(source.kind.name), \(source.rule.parameter): \"\(text)\" }"
  }

  /// A stage with this source: the one that is there, or one to add.
  private func added(_ text: String, _ source: Source, _ spec: InputSpec) -> String {
    let repository = text.split(separator: ":", maxSplits: 1).last.map { $0.lowercased() } ?? text
    let there = names.definitions.first { definition in
      let written = definition.pairs.first { $0.key == source.rule.parameter }?.value.scalar?.text.lowercased() ?? ""
      let tail = written.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
      return definition.pairs.contains { $0.key == "kind" && $0.value.scalar?.text == source.kind.name }
        && tail.contains("/") && repository.hasSuffix(tail)
    }
    if let there { return "'\(there.name)' brings it: write \(spec.name): \(there.name)" }
    let taken = Set(names.definitions.map(\.name))
    let plain = source.rule.kind == .model ? "base" : "rows"
    var name = plain
    var number = 2
    while taken.contains(name) {
      name = "\(plain)\(number)"
      number += 1
    }
    return "add the stage  \(line(name, text, source))  and write \(spec.name): \(name)"
  }

  private static func isFile(_ name: Substring) -> Bool {
    let endings = [
      "jsonl", "json", "csv", "tsv", "txt", "parquet", "xlsx", "gguf", "safetensors", "bin", "md", "yaml", "yml", "gz",
      "zip",
    ]
    return name.split(separator: ".").count > 1
      && endings.contains(name.split(separator: ".").last?.lowercased() ?? "")
  }

  /// Whether a name has a size in it, such as `0.6B` or `135M`.
  private static func hasSize(_ name: Substring) -> Bool {
    name.split { $0 == "-" || $0 == "_" }.contains { part in
      guard let unit = part.last, "bBmM".contains(unit), part.count > 1 else { return false }
      return part.dropLast().allSatisfy { $0.isNumber || $0 == "." }
    }
  }
}
