import Diagnostics
import JSON
import TestSupport
import Testing

@testable import ModelFiles

/// Adapters on some of a model's layers, as peft's `layers_to_transform` names them.
@Suite struct AdaptedLayersTests {
  private func model(_ name: String = "qwen3-tied") throws -> ModelConfiguration {
    try ModelSource.open(Fixture.path(name)).configuration
  }

  private func configuration(_ layers: AdaptedLayers, targets: [String] = ["all-linear"]) -> AdapterConfiguration {
    var configuration = AdapterConfiguration(rank: 2, alpha: 4, targets: targets)
    configuration.layers = layers
    return configuration
  }

  /// What a configuration adapts: `1.q_proj`.
  private func adapted(_ configuration: AdapterConfiguration, _ model: ModelConfiguration) -> [String] {
    model.layers.enumerated().flatMap { index, layer in
      layer.projections.filter { configuration.adapts($0, layer: index, of: model) }.map { "\(index).\($0.name)" }
    }
  }

  private func modules(_ configuration: AdapterConfiguration, _ model: ModelConfiguration) -> [AdapterModuleValues] {
    model.layers.enumerated().flatMap { index, layer in
      layer.projections.filter { configuration.adapts($0, layer: index, of: model) }.map {
        AdapterModuleValues(
          layer: index, module: $0.module, a: [Float](repeating: 1, count: 2 * $0.inputs),
          b: [Float](repeating: 1, count: 2 * $0.outputs))
      }
    }
  }

  @Test func theLastLayersAreCountedFromTheHead() throws {
    let model = try model()
    #expect(adapted(configuration(.last(1), targets: ["q_proj"]), model) == ["1.q_proj"])
    #expect(try configuration(.last(1)).resolved(for: model).layers == .listed([1]))
    #expect(try configuration(.last(2)).resolved(for: model).layers == .all)
    #expect(try configuration(.last(1)).resolved(for: model).json["layers_to_transform"] == [1])
    #expect(try configuration(.all).resolved(for: model).json["layers_to_transform"] == .some(.null))
    let all = configuration(.all).parameterCount(for: model)
    #expect(configuration(.last(1)).parameterCount(for: model) * 2 == all)
  }

  @Test(arguments: [0, 3, 65_536]) func aNumberOutOfRangeIsRefusedWithTheNumberOfLayers(_ number: Int) throws {
    let model = try model()
    let error = #expect(throws: Diagnostic.self) { try configuration(.last(number)).resolved(for: model) }
    #expect(error?.code == "bad-adapter-config" && error?.message.contains("the base has 2") == true)
    #expect(error?.remedy?.contains("1 to 2") == true)
  }

  /// Names and numbers say exactly what is adapted; with a pattern, peft takes no numbers.
  @Test(arguments: [false, true]) func aFileNamesTheLayersThatAreThere(_ hasPattern: Bool) throws {
    let model = try model()
    var configuration = configuration(.last(1), targets: ["q_proj", "down_proj"])
    if hasPattern { configuration.targetPattern = try ModulePattern(#".*\.(q|down)_proj"#) }
    #expect(adapted(configuration, model) == ["1.q_proj", "1.down_proj"])
    let folder = try TemporaryFolder()
    try Adapter.write(
      to: folder.path, configuration: configuration, model: model, modules: modules(configuration, model))
    let json = try JSONValue(parsing: Fixture.bytes(folder.file("adapter_config.json")))
    #expect(json["layers_to_transform"] == (hasPattern ? .some(.null) : [1]))
    #expect((json["target_modules"]?.arrayValue == nil) == hasPattern)
    #expect(adapted(try AdapterConfiguration(json: json, path: ""), model) == ["1.q_proj", "1.down_proj"])
    // Written again from what was read, whatever the configuration said: the modules decide.
    let read = try Adapter.read(folder.path)
    let again = try TemporaryFolder()
    try Adapter.write(
      to: again.path, configuration: read.configuration, model: model, modules: try read.modules.map { try .init($0) })
    let second = try JSONValue(parsing: Fixture.bytes(again.file("adapter_config.json")))
    #expect(second["layers_to_transform"] == [1])
    #expect(adapted(try AdapterConfiguration(json: second, path: ""), model) == ["1.q_proj", "1.down_proj"])
  }

  /// With the output head adapted too, peft would look for it among the layers, so the file has a pattern.
  @Test func layersBesideTheHeadAreNamedByAPattern() throws {
    let model = try model("llama-tied")
    var configuration = configuration(.last(1), targets: ["q_proj"])
    configuration.tableTargets = ["lm_head"]
    let folder = try TemporaryFolder()
    try Adapter.write(
      to: folder.path, configuration: configuration, model: model, modules: modules(configuration, model))
    let json = try JSONValue(parsing: Fixture.bytes(folder.file("adapter_config.json")))
    #expect(json["layers_to_transform"] == .some(.null))
    let pattern = try ModulePattern(try #require(json["target_modules"]?.stringValue))
    #expect(pattern.matches("model.layers.1.self_attn.q_proj") && pattern.matches("lm_head"))
    #expect(!pattern.matches("model.layers.0.self_attn.q_proj"))
  }

  @Test func peftsOwnFormsAreRead() throws {
    func layers(_ value: JSONValue) throws -> AdaptedLayers {
      try AdapterConfiguration(json: ["r": 4, "layers_to_transform": value], path: "adapter_config.json").layers
    }
    #expect(try layers(.null) == .all && layers([]) == .all)
    #expect(try layers(3) == .listed([3]) && layers([5, 1, 5]) == .listed([1, 5]))
    for bad: JSONValue in ["1", [1, "2"], [-1], [1.5], 65_536, [:]] {
      let error = #expect(throws: Diagnostic.self) { try layers(bad) }
      #expect(error?.code == "bad-adapter-config" && error?.location?.file == "adapter_config.json")
    }
  }

  /// Three of four layers of the family have no attention of their own.
  @Test func aTargetThatTheChosenLayersLackIsNamed() throws {
    let model = try model("qwen3.5")
    let last = model.layerCount - 1
    let there = Set(model.layers[last].projections.map(\.name))
    let missing = try #require(model.layers.flatMap(\.projections).map(\.name).first { !there.contains($0) })
    #expect(throws: Never.self) { try configuration(.all, targets: [missing]).resolved(for: model) }
    let error = #expect(throws: Diagnostic.self) {
      try configuration(.last(1), targets: [missing]).resolved(for: model)
    }
    #expect(error?.message.contains("lora.layers") == true && error?.message.contains(missing) == true)
  }
}
