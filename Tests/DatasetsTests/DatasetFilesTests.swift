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
      // A file of the user's may be called so; a selection's sample repeats rows of other files.
      (["sample.jsonl", "b.jsonl"], ["b.jsonl", "sample.jsonl"]),
      (["b.jsonl", "mix/sample.jsonl", "mix/selection.json"], ["b.jsonl"]),
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

  @Test(arguments: [
    "rows.parquet.gz", "rows.gz", "rows.csv.zip", "sheet.xlsx", "data.arrow", "all.tar",
  ])
  func whatIsNotReadIsNamed(name: String) throws {
    let unread = try #require(UnreadFile(fileName: name))
    let (only, more, given) = (
      try folder([name, "README.md"]), try folder([name, "rows.jsonl", "test.jsonl"]), try folder([name, "rows.jsonl"])
    )
    defer { withExtendedLifetime((only, more, given)) {} }
    let alone = try #require(throws: Diagnostic.self) { try DatasetFiles(path: only.path) }
    #expect(alone.code == "no-data-files" && alone.message.contains("\(name) (\(unread.form))"))
    #expect(alone.remedy == unread.remedy)
    let beside = try DatasetFiles(path: more.path)
    #expect(beside.warnings.map(\.code) == ["files-left-out", "files-not-read"])
    #expect(beside.warnings.last?.message.contains(name) == true)
    #expect(try DatasetFiles(path: given.path, include: ["rows.jsonl"]).warnings.isEmpty)
    #expect(UnreadFile.objection(to: [name, "rows.jsonl"], label: "x") == nil)
    #expect(UnreadFile.objection(to: ["README.md"], label: "x") == nil)
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

  /// What of a folder is not looked into is named, beside rows and where nothing else is there.
  @Test func whatIsNotFollowedIsNamed() throws {
    let other = try folder(["rows.jsonl"])
    let deep = (0..<17).map { "f\($0)" }.joined(separator: "/")
    for (link, target, name) in [
      ("part", other.path, "part (a link to a folder)"),
      ("gone.jsonl", "nowhere", "gone.jsonl (a broken link)"),
      ("", "", "(too deep)"),
    ] {
      for beside in [true, false] {
        let folder = try folder((beside ? ["a.csv"] : []) + (link.isEmpty ? [deep + "/b.csv"] : []))
        if !link.isEmpty { symlink(target, folder.path + "/" + link) }
        if beside {
          let files = try DatasetFiles(path: folder.path)
          #expect(files.files.map(\.name) == ["a.csv"])
          #expect(files.warnings.map(\.code) == ["files-not-read"] && files.warnings[0].message.contains(name))
          #expect(files.each.flatMap(\.warnings).count == 1)
        } else {
          let error = try #require(throws: Diagnostic.self) { try DatasetFiles(path: folder.path) }
          #expect(error.code == "no-data-files" && error.remedy?.contains(name) == true, "\(error)")
        }
      }
    }
    // A link to a file is that file.
    let folder = try folder([])
    symlink(other.path + "/rows.jsonl", folder.path + "/linked.jsonl")
    let files = try DatasetFiles(path: folder.path)
    #expect(files.files.map(\.name) == ["linked.jsonl"] && files.warnings.isEmpty)
  }

  @Test(arguments: ["../x.csv", "/etc/x.csv", "a/../../x.csv"])
  func namesInASelectionCannotLeaveTheFolder(name: String) throws {
    let folder = try folder(["a.csv"])
    #expect(throws: Diagnostic.self) { try DatasetFiles(path: folder.path, names: [name]) }
  }
}
