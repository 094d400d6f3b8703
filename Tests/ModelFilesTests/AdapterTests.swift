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
    let adapted = model.layers.enumerated().reduce(0) { sum, layer in
      sum + layer.element.projections.filter { adapter.configuration.adapts($0, layer: layer.offset, of: model) }.count
    }
    #expect(adapter.modules.count == adapted)
    let stored = adapter.modules.reduce(0) {
      $0 + $1.a.elementCount + $1.b.elementCount + ($1.magnitude?.elementCount ?? 0)
    }
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

  @Test(arguments: ["qwen3-tied", "qwen2-dora"])
  func writtenAdapterReadsBackAndIsDeterministic(_ name: String) throws {
    let model = try ModelSource.open(Fixture.path(name)).configuration
    let adapter = try Adapter.read(Fixture.path(name + "/adapter"))
    let values = try adapter.modules.map { try AdapterModuleValues($0) }
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
      #expect(try left.magnitude?.floats() == right.magnitude?.floats())
      #expect(left.scale == right.scale)
    }
  }

  @Test(arguments: [
    ("bias", "\"all\""), ("fan_in_fan_out", "true"),
    ("peft_type", "\"LOHA\""), ("init_lora_weights", "\"pissa\""), ("layer_replication", "[[0, 1]]"),
    ("use_qalora", "true"), ("arrow_config", "{\"top_k\": 3}"),
    ("task_type", "\"SEQ_CLS\""),
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

  /// As peft: the first pattern that matches a path's end, with `^` for its beginning.
  @Test func patternsMayBeRegularExpressions() throws {
    var json = try #require(try Fixture.json("qwen3-tied/adapter/adapter_config.json").objectValue)
    json["rank_pattern"] = ["^model.*0.*k_proj": 2, "(k|v)_proj": 3, #"layers\.\d\.mlp.*"#: 6]
    json["alpha_pattern"] = ["k_proj": 6, "(?!k)._proj": 12]
    let configuration = try AdapterConfiguration(json: .object(json), path: "adapter_config.json")
    func values(_ path: String) -> [Double] {
      let path = "model.layers." + path
      return [Double(configuration.rank(of: path)), configuration.alpha(of: path)]
    }
    #expect(values("0.self_attn.k_proj") == [2, 6])
    #expect(values("1.self_attn.k_proj") == [3, 6])
    #expect(values("1.self_attn.v_proj") == [3, 12])
    #expect(values("1.mlp.up_proj") == [6, 8])
    #expect(values("1.self_attn.o_proj") == [4, 12])
    json["rank_pattern"] = ["(k": 2]
    let error = #expect(throws: Diagnostic.self) {
      try AdapterConfiguration(json: .object(json), path: "adapter_config.json")
    }
    #expect(error?.code == "bad-module-pattern" && error?.location?.file == "adapter_config.json")
  }

  /// A pattern has to match the whole path of a module. The configuration that is written lists exactly the adapted modules.
  @Test func aPatternChoosesModulesByTheirPaths() throws {
    let model = try ModelSource.open(Fixture.path("qwen3-tied")).configuration
    let pattern = try ModulePattern(#".*\.1\.self_attn\.(q|v)_proj"#)
    var configuration = AdapterConfiguration(rank: 2, alpha: 4, targetPattern: pattern)
    func adapted(_ configuration: AdapterConfiguration) -> [String] {
      model.layers.enumerated().flatMap { index, layer in
        layer.projections.filter { configuration.adapts($0, layer: index, of: model) }.map { "\(index).\($0.name)" }
      }
    }
    #expect(adapted(configuration) == ["1.q_proj", "1.v_proj"])
    #expect(try configuration.resolved(for: model).targets == ["q_proj", "v_proj"])
    let modules = model.layers[1].projections.filter { ["q_proj", "v_proj"].contains($0.name) }.map {
      AdapterModuleValues(
        layer: 1, module: $0.module, a: [Float](repeating: 1, count: 2 * $0.inputs),
        b: [Float](repeating: 1, count: 2 * $0.outputs))
    }
    // A name alone would mean both layers.
    for named in [configuration, AdapterConfiguration(rank: 2, alpha: 4, targets: ["q_proj", "v_proj"])] {
      let folder = try TemporaryFolder()
      try Adapter.write(to: folder.path, configuration: named, model: model, modules: modules)
      let json = try JSONValue(parsing: Fixture.bytes(folder.file("adapter_config.json")))
      #expect(adapted(try AdapterConfiguration(json: json, path: "")) == ["1.q_proj", "1.v_proj"])
      #expect(try Adapter.read(folder.path).modules.map(\.path) == modules.map { model.path(layer: 1, $0.module) })
    }
    // As a search it would match.
    configuration.targetPattern = try ModulePattern("q_proj")
    let error = #expect(throws: Diagnostic.self) { try configuration.resolved(for: model) }
    #expect(error?.code == "bad-adapter-config" && error?.message.contains("matches no linear layer") == true)
  }

  /// Magnitudes without `use_dora` would be left out, and `use_dora` without magnitudes has none.
  @Test func magnitudesAndTheirConfigurationGoTogether() throws {
    for (name, other) in [("qwen2-dora", "qwen2-tied"), ("qwen2-tied", "qwen2-dora")] {
      let json = try Fixture.json(other + "/adapter/adapter_config.json")
      var configuration = try AdapterConfiguration(json: json, path: "adapter_config.json")
      configuration.rankOverrides = []
      let file = try SafetensorsFile(Fixture.path(name + "/adapter/adapter_model.safetensors"))
      let error = #expect(throws: Diagnostic.self) { try Adapter(configuration: configuration, file: file) }
      #expect(error?.message.contains("lora_magnitude_vector") == true)
    }
  }

  @Test func ggufHasNoPlaceForMagnitudes() throws {
    let folder = try TemporaryFolder()
    let adapter = try Adapter.read(Fixture.path("qwen2-dora/adapter"))
    let model = try ModelSource.open(Fixture.path("qwen2-dora")).configuration
    let error = #expect(throws: Diagnostic.self) { try adapter.writeGGUF(to: folder.file("a.gguf"), model: model) }
    #expect(error?.code == "unsupported-adapter" && error?.message.contains("DoRA") == true)
    #expect(folder.names.isEmpty)
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
