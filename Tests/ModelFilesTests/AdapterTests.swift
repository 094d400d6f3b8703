import Diagnostics
import JSON
import ModelFiles
import TestSupport
import Testing

@Suite struct AdapterTests {
  @Test(arguments: Fixture.cases)
  func peftAdapterReadsAndFitsItsBase(_ name: String) throws {
    let model = try ModelSource.open(Fixture.path(name)).configuration
    let adapter = try Adapter.read(Fixture.path(name + "/adapter"))
    try adapter.validate(for: model)
    let adapted = model.layers.reduce(0) { $0 + $1.projections.filter(adapter.configuration.adapts).count }
    #expect(adapter.modules.count == adapted)
    let stored = adapter.modules.reduce(0) { $0 + $1.a.elementCount + $1.b.elementCount }
    #expect(adapter.configuration.parameterCount(for: model) == stored)
  }

  @Test func patternsDecideRankAndScalePerModule() throws {
    let adapter = try Adapter.read(Fixture.path("qwen3-tied/adapter"))
    #expect(adapter.module(layer: 0, "k_proj")?.rank == 2)
    #expect(adapter.module(layer: 0, "k_proj")?.scale == 3)
    #expect(adapter.module(layer: 1, "up_proj")?.rank == 6)
    #expect(adapter.module(layer: 0, "up_proj")?.rank == 4)
    #expect(adapter.module(layer: 1, "o_proj")?.scale == 3)
    #expect(adapter.module(layer: 1, "q_proj")?.scale == 2)
    let stabilized = try Adapter.read(Fixture.path("llama-untied/adapter"))
    #expect(stabilized.module(layer: 0, "gate_proj")?.scale == 4)
  }

  @Test func writtenAdapterReadsBackAndIsDeterministic() throws {
    let model = try ModelSource.open(Fixture.path("qwen3-tied")).configuration
    let adapter = try Adapter.read(Fixture.path("qwen3-tied/adapter"))
    let values = try adapter.modules.map {
      AdapterModuleValues(layer: $0.layer, module: $0.module, a: try $0.a.floats(), b: try $0.b.floats())
    }
    let first = try TemporaryFolder()
    let second = try TemporaryFolder()
    for folder in [first, second] {
      try Adapter.write(to: folder.path, configuration: adapter.configuration, model: model, modules: values)
    }
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
      #expect(try Fixture.bytes(first.file(name)) == Fixture.bytes(second.file(name)))
    }
    let again = try Adapter.read(first.path)
    #expect(again.configuration == adapter.configuration)
    for (left, right) in zip(adapter.modules, again.modules) {
      #expect(try left.a.floats() == right.a.floats())
      #expect(try left.b.floats() == right.b.floats())
      #expect(left.scale == right.scale)
    }
  }

  @Test(arguments: [
    ("use_dora", "true"), ("modules_to_save", "[\"lm_head\"]"), ("bias", "\"all\""), ("fan_in_fan_out", "true"),
    ("peft_type", "\"LOHA\""), ("init_lora_weights", "\"pissa\""), ("layer_replication", "[[0, 1]]"),
    ("use_qalora", "true"), ("arrow_config", "{\"top_k\": 3}"), ("rank_pattern", "{\"^model.*k_proj\": 4}"),
    ("task_type", "\"SEQ_CLS\""), ("trainable_token_indices", "[1]"),
  ])
  func unsupportedAdapterOptionsAreRefused(_ key: String, _ value: String) throws {
    var json = try #require(try Fixture.json("llama-tied/adapter/adapter_config.json").objectValue)
    json[key] = try JSONValue(parsing: value)
    do {
      _ = try AdapterConfiguration(json: .object(json), path: "adapter_config.json")
      Issue.record("\(key) was accepted")
    } catch let error as Diagnostic {
      #expect(error.code == "unsupported-adapter")
    }
  }

  @Test func targetsGivenAsAPatternAreThoseOfTheFile() throws {
    var json = try #require(try Fixture.json("qwen2-untied/adapter/adapter_config.json").objectValue)
    json["target_modules"] = #"^(model(?=\.).*\.(q_proj|v_proj))$"#
    let configuration = try AdapterConfiguration(json: .object(json), path: "adapter_config.json")
    let file = try SafetensorsFile(Fixture.path("qwen2-untied/adapter/adapter_model.safetensors"))
    #expect(try Adapter(configuration: configuration, file: file).configuration.targets == ["q_proj", "v_proj"])
  }

  @Test func adapterOfAnotherBaseIsRefused() throws {
    let adapter = try Adapter.read(Fixture.path("qwen3-tied/adapter"))
    let other = try ModelSource.open(Fixture.path("llama-tied")).configuration
    #expect(throws: Diagnostic.self) { try adapter.validate(for: other) }
  }

  @Test func rankThatContradictsTheTensorsIsRefused() throws {
    let file = try SafetensorsFile(Fixture.path("llama-tied/adapter/adapter_model.safetensors"))
    #expect(throws: Diagnostic.self) { try Adapter(configuration: .init(rank: 5, alpha: 8), file: file) }
  }
}
