import Diagnostics
import Recipes
import Testing

@Suite struct ForeignConfigurationTests {
  private func errors(_ text: String) throws -> [Diagnostic] {
    let loader = RecipeLoader(registry: try StageRegistry([]), files: .memory(["/work/f.yaml": text]))
    let error = #expect(throws: DiagnosticList.self) { _ = try loader.load(path: "f.yaml") }
    return error?.diagnostics ?? []
  }

  @Test(arguments: [
    ("model_name_or_path: a/b\nstage: sft\nlora_rank: 8\n", "LLaMA-Factory"),
    ("base_model: a/b\nadapter: lora\n", "Axolotl"),
    ("model: a/b\ntrain_type: lora\ndataset: c/d\n", "ms-swift"),
  ])
  func anotherToolsFileIsOneError(_ text: String, _ tool: String) throws {
    let errors = try errors(text)
    #expect(errors.map(\.code) == ["foreign-configuration"])
    #expect(errors.first?.message.contains(tool) ?? false)
    #expect(errors.first?.remedy == "turn it into a recipe: lorapipe import f.yaml -o f-recipe.yaml")
  }

  @Test func aRecipeWithForeignKeysKeepsItsErrors() throws {
    #expect(try errors("stages: {}\nbase_model: a/b\n").allSatisfy { $0.code != "foreign-configuration" })
  }
}
