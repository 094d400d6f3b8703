import PipelineEngine
import Recipes
import Testing

@testable import LorapipeCLI

/// What `help KIND` prints at a terminal.
@Suite struct KindHelpTests {
  @Test func whatIsAWordOrAMapHasARowOfItsOwn() throws {
    let kind = try #require(try Lorapipe.catalog.registry().kind("sft"))
    let text = KindHelp(kind: kind).text
    #expect(text.contains("lora.targets = all-linear") && text.contains("lora.layers = all"), "\(text)")
    // Written only with the map, so nobody has to give them.
    #expect(text.contains("lora.targets.pattern  ") && text.contains("lora.layers.last  "), "\(text)")
    #expect(text.contains("model (required)"))
  }
}
