import Diagnostics
import Glibc
import Testing

@testable import ModelFiles

@Suite struct ModelContainerTests {
  private func writeGGUF(_ name: String, to path: String, dtype: TensorDType = .f32) throws {
    var writer = GGUFModelWriter(source: try ModelSource.open(Fixture.path(name)), dtype: dtype)
    writer.requiresTokenizer = false
    try writer.write(to: path)
  }

  private func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? Diagnostic)?.code
    }
  }

  @Test func weightsAreViewsIntoTheMappedFile() throws {
    let folder = TemporaryFolder()
    try writeGGUF("llama-tied", to: folder.file("m.gguf"))
    let source = try ModelSource.open(folder.file("m.gguf"))
    let mapping = try #require(source.gguf?.tensors.first?.memory)
    for name in source.tensorNames {
      let tensor = try source.tensor(name)
      let reordered = name.contains("q_proj") || name.contains("k_proj")
      #expect((tensor.memory === mapping) != reordered, "\(name)")
      // A copy in canonical order is made once.
      #expect(try source.tensor(name).memory === tensor.memory)
    }
    let qwen = TemporaryFolder()
    try writeGGUF("qwen3-tied", to: qwen.file("m.gguf"))
    let other = try ModelSource.open(qwen.path)
    let shared = try #require(other.gguf?.tensors.first?.memory)
    for name in other.tensorNames { #expect(try other.tensor(name).memory === shared, "\(name)") }
  }

  @Test func quantisedRowsAreReorderedWhole() throws {
    let folder = TemporaryFolder()
    try writeGGUF("llama-tied", to: folder.file("m.gguf"), dtype: .q80)
    let source = try ModelSource.open(folder.path)
    let stored = try #require(source.gguf?.tensor("blk.0.attn_k.weight"))
    let tensor = try source.tensor("model.layers.0.self_attn.k_proj.weight")
    #expect(tensor.dtype == .q80 && stored.dtype == .q80)
    // Head dimension 8: canonical row 4j + i is row 2i + j there.
    for (row, from) in [(0, 0), (4, 1), (1, 2), (5, 3), (8, 8), (15, 15)] {
      #expect(Array(tensor.rowBytes(row)) == Array(stored.rowBytes(from)))
    }
  }

  @Test func folderWithOneGGUFAtSomeDepthOpensAndWithTwoNamesThem() throws {
    let folder = TemporaryFolder()
    mkdir(folder.file("package"), 0o755)
    try writeGGUF("qwen2-tied", to: folder.file("package/m.gguf"))
    #expect(try ModelSource.open(folder.path).configuration.family == "qwen2")
    try writeGGUF("qwen2-tied", to: folder.file("other.gguf"))
    do {
      _ = try ModelSource.open(folder.path)
      Issue.record("opened")
    } catch let error as Diagnostic {
      #expect(error.code == "ambiguous-model-file")
      #expect(error.notes == [folder.file("other.gguf"), folder.file("package/m.gguf")])
    }
  }

  @Test func adapterIsNotTakenForAModel() throws {
    let folder = TemporaryFolder()
    let model = try ModelSource.open(Fixture.path("llama-tied")).configuration
    try Adapter.read(Fixture.path("llama-tied/adapter")).writeGGUF(to: folder.file("a.gguf"), model: model)
    #expect(code { _ = try ModelSource.open(folder.path) } == "unsupported-model")
    #expect(code { _ = try Adapter.read(Fixture.path("llama-tied")) } == "missing-model-file")
    #expect(code { _ = try ModelSource.open(Fixture.path("llama-tied/adapter")) } == "missing-model-file")
  }

  @Test func partOfASplitModelSaysHowToJoinIt() throws {
    let folder = TemporaryFolder()
    let source = try ModelSource.open(Fixture.path("llama-tied"))
    let metadata = try source.configuration.ggufMetadata(name: "m", dtype: .f32) + [("split.count", .uint32(3))]
    try GGUFWriter(folder.file("m.gguf"), metadata: metadata, tensors: []).finish()
    do {
      _ = try ModelSource.open(folder.path)
      Issue.record("opened")
    } catch let error as Diagnostic {
      #expect(error.code == "unsupported-model")
      #expect(error.remedy?.contains("--merge") == true)
    }
  }

  @Test func fullDiskIsSaidAndNotMistakenForSuccess() throws {
    let source = try ModelSource.open(Fixture.path("llama-tied"))
    var writer = GGUFModelWriter(source: source, dtype: .f32)
    writer.requiresTokenizer = false
    #expect(code { try writer.write(to: "/dev/full") } == "disk-full")
    #expect(code { try writer.write(to: "/nonexistent/m.gguf") } == "cannot-write-file")
  }
}
