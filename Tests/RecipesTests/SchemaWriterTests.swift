import Diagnostics
import JSON
import Recipes
import Testing

@Suite struct SchemaWriterTests {
  func writer() throws -> JSONSchemaWriter { JSONSchemaWriter(registry: try StageRegistry(TestKinds.all)) }

  @Test func everyKindParameterAndInputIsInTheEditorsSchema() throws {
    let schema = try writer().schema
    #expect(schema["$schema"] == "http://json-schema.org/draft-07/schema#")
    for kind in TestKinds.all {
      let definition = try #require(schema["definitions"]?["kind-\(kind.name)"])
      let properties = try #require(definition["properties"]?.objectValue)
      #expect(
        Set(properties.keys)
          == Set(["kind", "after", "matrix", "resources"] + kind.inputs.map(\.name) + kind.parameters.map(\.name)))
      #expect(definition["additionalProperties"] == false)
    }
    #expect(schema["definitions"]?["stage"]?["allOf"]?.arrayValue?.count == TestKinds.all.count)
    #expect(
      schema["definitions"]?["stage"]?["properties"]?["kind"]?["enum"]?.arrayValue?.compactMap(\.stringValue)
        == TestKinds.all.map(\.name))
  }

  @Test func boundsDefaultsAndHelpReachTheEditor() throws {
    let sft = try writer().schema["definitions"]?["kind-sft"]
    #expect(
      sft?["properties"]?["learning_rate"]?.text()
        == #"{"description":"Peak rate.","default":0.0001,"anyOf":[{"type":"number","exclusiveMinimum":0.0},"#
        + #"{"type":"string","pattern":"\\$\\{[^}]+\\}"}]}"#)
    #expect(sft?["required"] == ["kind", "model", "data"])
    let lora = sft?["properties"]?["lora"]?["anyOf"]?.arrayValue?.first
    #expect(lora?["properties"]?["rank"]?["anyOf"]?.arrayValue?.first?["maximum"] == 4096)
  }

  @Test func theReferenceHasEveryParameterWithItsDefault() throws {
    let text = ReferenceWriter(registry: try StageRegistry(TestKinds.all)).markdown
    #expect(text.contains("| [sft](#sft) | `model`, `data` | an adapter | Trains an adapter. |\n"))
    let section = ReferenceWriter(registry: try StageRegistry(TestKinds.all)).section(TestKinds.all[4])
    #expect(
      section == """
        ## sft

        Trains an adapter.

        Produces an adapter. Uses the recipe's `seed`. Version 1.

        | input | takes | |
        | --- | --- | --- |
        | `model` | a model or files | The base. |
        | `data` | tokens | What to learn. |

        | parameter | type | default | |
        | --- | --- | --- | --- |
        | `lora` | map |  | The adapter's shape. |
        | `lora.rank` | integer from 1 to 4096 | `8` | Rank. |
        | `lora.alpha` | number above 0 | `32` | Scale. |
        | `lora.targets` | `all-linear` or list of strings | `"all-linear"` | Which layers. |
        | `learning_rate` | number above 0 | `0.0001` | Peak rate. |
        | `batch_size` | integer of at least 1 | `2` | Rows a step. |
        | `epochs` | number above 0 | `3` | Passes. |
        | `optimizer` | `adamw`, `sgd` | `"adamw"` | Optimizer. |
        | `load_best` | true or false | `false` | Keep the best checkpoint. |
        | `eval_every` | integer of at least 1 |  | Steps between evaluations. |
        | `save_every` ¹ | integer of at least 1 |  | Steps between checkpoints. |

        ¹ does not change the output: changing it runs nothing again.

        `eval_every` changes the output only with `load_best`.

        """)
  }

  @Test func aSchemaThatContradictsItselfIsRefused() {
    let twice = StageKind(
      "x", version: 1, summary: "", inputs: [InputSpec("a", [], help: "")],
      parameters: [
        ParameterSpec("a", .string, help: ""), ParameterSpec("kind", .string, help: ""),
        ParameterSpec("n", .integer(1...2), default: 3, help: ""),
      ], output: .files)
    do {
      _ = try StageRegistry([twice, twice])
      Issue.record("accepted")
    } catch {
      let found = Set(error.diagnostics.map(\.message))
      #expect(
        found == [
          "x declares 'a' twice", "x declares 'kind', a word of the language",
          "the default of x's 'n' is not of its type",
          "the kind 'x' is declared twice",
        ])
    }
  }

  @Test func onlySemanticParametersReachTheKey() throws {
    let schema = try #require(TestKinds.all.first { $0.name == "sft" })
    let parameters = JSONObject([("epochs", 1), ("save_every", 5), ("eval_every", 7), ("load_best", false)])
    #expect(schema.semanticParameters(of: parameters).keys == ["epochs", "load_best"])
    var best = parameters
    best["load_best"] = true
    #expect(schema.semanticParameters(of: best).keys == ["epochs", "eval_every", "load_best"])
  }
}
