import Diagnostics
import Glibc
import TestSupport
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
    let folder = try TemporaryFolder()
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
    let qwen = try TemporaryFolder()
    try writeGGUF("qwen3-tied", to: qwen.file("m.gguf"))
    let other = try ModelSource.open(qwen.path)
    let shared = try #require(other.gguf?.tensors.first?.memory)
    for name in other.tensorNames { #expect(try other.tensor(name).memory === shared, "\(name)") }
  }

  @Test func quantizedRowsAreReorderedWhole() throws {
    let folder = try TemporaryFolder()
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
    let folder = try TemporaryFolder()
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
    let folder = try TemporaryFolder()
    let model = try ModelSource.open(Fixture.path("llama-tied")).configuration
    try Adapter.read(Fixture.path("llama-tied/adapter")).writeGGUF(to: folder.file("a.gguf"), model: model)
    #expect(code { _ = try ModelSource.open(folder.path) } == "unsupported-model")
    #expect(code { _ = try Adapter.read(Fixture.path("llama-tied")) } == "missing-model-file")
    #expect(code { _ = try ModelSource.open(Fixture.path("llama-tied/adapter")) } == "missing-model-file")
  }

  /// Writes a part of a model: every `count`-th tensor from `index` on.
  private func writePart(
    _ name: String, _ index: Int, of count: Int, to path: String, saying said: [(String, GGUFWriteValue)]? = nil,
    repeating extra: Int? = nil
  ) throws {
    let source = try ModelSource.open(Fixture.path(name))
    let names = source.configuration.expectedTensors.enumerated().filter {
      $0.offset % count == index || $0.offset % count == extra
    }.map(\.element)
    let split: [(String, GGUFWriteValue)] =
      said ?? [
        ("split.no", .uint32(UInt32(index))), ("split.count", .uint32(UInt32(count))),
        ("split.tensors.count", .uint32(UInt32(source.configuration.expectedTensors.count))),
      ]
    let writer = try GGUFWriter(
      path, metadata: (index == 0 ? source.configuration.ggufMetadata(name: "m", dtype: .f32) : []) + split,
      tensors: names.map {
        TensorSpecification(
          name: try #require(GGUFTensorNames(source.configuration).gguf(canonical: $0.name)), shape: $0.shape,
          dtype: .f32)
      })
    for (name, _) in names { try source.tensor(name).withBytes { try writer.append($0) } }
    try writer.finish()
  }

  @Test func modelInPartsOpensAsOneByFolderOrAnyPart() throws {
    let folder = try TemporaryFolder()
    // qwen2: no rows change places between the containers.
    for index in 0..<3 {
      try writePart("qwen2-tied", index, of: 3, to: folder.file("m-0000\(index + 1)-of-00003.gguf"))
    }
    let whole = try ModelSource.open(Fixture.path("qwen2-tied"))
    for path in [folder.path, folder.file("m-00001-of-00003.gguf"), folder.file("m-00003-of-00003.gguf")] {
      let source = try ModelSource.open(path)
      #expect(source.path == folder.file("m-00001-of-00003.gguf"))
      #expect(source.tensorNames == whole.tensorNames)
      for name in whole.tensorNames { #expect(try source.tensor(name).floats() == whole.tensor(name).floats()) }
    }
  }

  @Test func missingAndForeignPartsAreNamed() throws {
    func refusal(_ second: (TemporaryFolder) throws -> Void) throws -> (code: String, file: String?, message: String) {
      let folder = try TemporaryFolder()
      try writePart("qwen2-tied", 0, of: 2, to: folder.file("m-00001-of-00002.gguf"))
      try second(folder)
      do {
        _ = try ModelSource.open(folder.path)
        return ("opened", nil, "")
      } catch let error as Diagnostic {
        return (error.code, (error.location?.file).map { String($0.dropFirst(folder.path.count + 1)) }, error.message)
      }
    }
    let other = "m-00002-of-00002.gguf"
    var found = try refusal { _ in }
    #expect(found.code == "missing-model-file" && found.file == other)
    found = try refusal { try writePart("qwen2-tied", 1, of: 2, to: $0.file(other), repeating: 0) }
    #expect(found.code == "mixed-model-parts" && found.file == other && found.message.contains("is in part 1, too"))
    found = try refusal { try writePart("qwen2-untied", 1, of: 2, to: $0.file(other)) }
    #expect(found.code == "mixed-model-parts" && found.file == other && found.message.contains("split.tensors.count"))
    found = try refusal { try writePart("qwen2-tied", 1, of: 3, to: $0.file(other)) }
    #expect(found.code == "mixed-model-parts" && found.file == other && found.message.contains("split.count is 3"))
    found = try refusal {
      try writePart(
        "qwen2-tied", 1, of: 2, to: $0.file(other),
        saying: [("split.no", .uint32(0)), ("split.count", .uint32(2))])
    }
    #expect(found.code == "mixed-model-parts" && found.file == other && found.message.contains("split.no is 0"))
  }

  @Test func partWithAForeignNameSaysHowPartsAreNamed() throws {
    let folder = try TemporaryFolder()
    try writePart("qwen2-tied", 0, of: 3, to: folder.file("m.gguf"))
    do {
      _ = try ModelSource.open(folder.path)
      Issue.record("opened")
    } catch let error as Diagnostic {
      #expect(error.code == "unsupported-model")
      #expect(error.remedy?.contains("NAME-00001-of-00003.gguf") == true)
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
