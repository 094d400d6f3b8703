import JSON
import Recipes

/// The graph of a recipe in the notations people paste elsewhere.
struct GraphReport {
  var recipe: Recipe
  /// Words to add to a node, by id: its state.
  var states: [String: String] = [:]

  private var edges: [(from: String, to: String, label: String, isData: Bool)] {
    recipe.stages.flatMap { stage in
      stage.inputs.compactMap { input in input.stageID.map { (from: $0, to: stage.id, label: input.role, isData: true) }
      }
        + stage.after.map { (from: $0, to: stage.id, label: "after", isData: false) }
    }
  }

  /// Stages in an order in which they can run, each with what it reads.
  func text() -> String {
    var table = Table([(say("stage"), .left), (say("kind"), .left), (say("gives"), .left), (say("reads"), .left)])
    for stage in ordered {
      let reads = stage.inputs.map { input in
        let cap = input.rowCap.map { "#\($0)" } ?? ""
        return "\(input.role): \(input.stageID ?? input.text)\(cap)"
      }
      let after = stage.after.isEmpty ? [] : ["after: \(stage.after.joined(separator: ", "))"]
      table.add(
        stage.id + (states[stage.id].map { " (\($0))" } ?? ""), stage.kind, said(stage.output.rawValue),
        (reads + after).joined(separator: "  "))
    }
    let plain = Console(
      output: MemorySink(), error: MemorySink(), outputIsTerminal: false, errorIsTerminal: false, color: .never)
    return table.text(plain)
  }

  var json: JSONValue {
    .array(
      ordered.map { stage in
        [
          "stage": .string(stage.id), "kind": .string(stage.kind), "output": .string(stage.output.rawValue),
          "inputs": .array(
            stage.inputs.map { input in
              [
                "role": .string(input.role), "stage": input.stageID.map { .string($0) } ?? .null,
                "file": input.stageID == nil ? .string(input.text) : .null,
                "rows": input.rowCap.map { .integer(Int64($0)) } ?? .null,
              ]
            }),
          "after": .array(stage.after.map { .string($0) }),
        ]
      })
  }

  func mermaid() -> String {
    var text = "flowchart LR\n"
    for stage in ordered {
      let state = states[stage.id].map { "<br/>\($0)" } ?? ""
      text += "  \(node(stage.id))[\"\(escaped(stage.id))<br/><small>\(stage.kind)\(state)</small>\"]\n"
    }
    for edge in edges {
      text += "  \(node(edge.from)) \(edge.isData ? "-->" : "-.->")|\(edge.label)| \(node(edge.to))\n"
    }
    return text
  }

  func dot() -> String {
    var text = "digraph \"\(escaped(recipe.name))\" {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n"
    for stage in ordered {
      let state = states[stage.id].map { "\\n\($0)" } ?? ""
      text += "  \"\(escaped(stage.id))\" [label=\"\(escaped(stage.id))\\n\(stage.kind)\(state)\"];\n"
    }
    for edge in edges {
      let style = edge.isData ? "" : ", style=dashed"
      text += "  \"\(escaped(edge.from))\" -> \"\(escaped(edge.to))\" [label=\"\(edge.label)\"\(style)];\n"
    }
    return text + "}\n"
  }

  /// Dependencies first, otherwise the file's order.
  private var ordered: [RecipeStage] { DependencyOrder(recipe.dependencies).order.map { recipe.stages[$0] } }

  private func node(_ id: String) -> String {
    String(id.map { $0.isLetter && $0.isASCII || $0.isNumber && $0.isASCII ? $0 : "_" })
      + "_\(recipe.index(of: id) ?? 0)"
  }

  private func escaped(_ text: String) -> String {
    Console.visible(String(text.flatMap { $0 == "\"" || $0 == "\\" ? "'" : String($0) }))
  }
}
