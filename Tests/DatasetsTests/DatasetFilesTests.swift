import Datasets
import Diagnostics
import Glibc
import TestSupport
import Testing

@Suite struct DatasetFilesTests {
  private func folder(_ names: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in names {
      try folder.write(name, "")
    }
    return folder
  }

  @Test(
    arguments: [
      (["train.csv", "README.md", "dataset_infos.json", ".hidden.csv"], ["train.csv"]),
      (["b.jsonl", "a.jsonl", "data/c.ndjson"], ["a.jsonl", "b.jsonl", "data/c.ndjson"]),
      (["train.jsonl", "test.jsonl", "valid_1.jsonl", "validation-00000-of-00001.jsonl"], ["train.jsonl"]),
      (["test.jsonl"], ["test.jsonl"]),
      (["data.csv", "config.json", "selection-notes.txt"], ["data.csv"]),
    ] as [([String], [String])])
  func folderIsReadByRule(names: [String], expected: [String]) throws {
    let folder = try folder(names)
    #expect(try DatasetFiles(path: folder.path).files.map(\.name) == expected)
  }

  @Test func mixedFormatsNeedInclude() throws {
    let folder = try folder(["train.csv", "train.jsonl", "test.csv"])
    let error = try #require(throws: Diagnostic.self) { try DatasetFiles(path: folder.path) }
    #expect(error.code == "mixed-data-formats")
    #expect(error.remedy == "Say which to read, for example include: [\"train.csv\"].")
    #expect(try DatasetFiles(path: folder.path, include: ["*.csv"]).files.map(\.name) == ["test.csv", "train.csv"])
    #expect(throws: Diagnostic.self) { try DatasetFiles(path: folder.path, include: ["*.tsv"]) }
  }

  @Test func folderWithoutDataSaysWhatIsRead() throws {
    let folder = try folder(["model.safetensors", "config.json"])
    #expect(try #require(throws: Diagnostic.self) { try DatasetFiles(path: folder.path) }.code == "no-data-files")
  }

  @Test func aMixIsNoRows() throws {
    let folder = try folder(["selection.json", "sample.jsonl"])
    #expect(try #require(throws: Diagnostic.self) { try DatasetFiles(path: folder.path) }.code == "selection-as-rows")
  }

  @Test func linkLoopsAreNotFollowed() throws {
    let folder = try folder(["a.csv"])
    symlink(".", folder.path + "/loop")
    symlink("b", folder.path + "/b")
    #expect(try DatasetFiles(path: folder.path).files.map(\.name) == ["a.csv"])
    #expect(throws: Diagnostic.self) { try DatasetFiles(path: folder.path + "/b") }
  }

  @Test(arguments: ["../x.csv", "/etc/x.csv", "a/../../x.csv"])
  func namesInASelectionCannotLeaveTheFolder(name: String) throws {
    let folder = try folder(["a.csv"])
    #expect(throws: Diagnostic.self) { try DatasetFiles(path: folder.path, names: [name]) }
  }
}
