import Conversations
import Datasets
import Diagnostics
import Platform
import TestSupport
import Testing

@Suite struct DatasetSelectionTests {
  private func mixed(_ folder: TemporaryFolder) throws -> (DatasetSelection, [Digest: String]) {
    try folder.folder("g")
    var csv = "instruction,input,output\n"
    for index in 0..<30 { csv += "task \(index),\"in\nput\",out\n" }
    try folder.write("g/a.csv", csv)
    try folder.write("g/b.csv", "instruction,input,output\nlast,,one\nbad row\n")
    let rows = (0..<10).map { "{\"query\":\"你是谁 \($0)\",\"response\":\"我\"}\n" }.joined()
    let domain = try folder.write("d.jsonl", rows)
    var options = MixOptions()
    options.validation = 0.2
    options.onBadRow = .drop
    let result = try Mix.run(
      [
        MixInput(name: "persona", role: .domain, digest: SHA256.hash("dd"), files: try DatasetFiles(path: domain)),
        MixInput(
          name: "general", role: .general, digest: SHA256.hash("gg"), files: try DatasetFiles(path: folder.path + "/g")),
      ], options: options)
    return (result.selection, [SHA256.hash("dd"): domain, SHA256.hash("gg"): folder.path + "/g"])
  }

  @Test func everyRowComesBackWithItsProvenance() throws {
    let folder = try TemporaryFolder()
    let (selection, paths) = try mixed(folder)
    for split in DatasetSelection.Split.allCases {
      let rows = try selection.rows(split) { try #require(paths[$0]) }
      #expect(rows.map(\.reference) == selection.references(split))
      for row in rows {
        let text = row.conversation.messages[0].text
        switch row.provenance.source {
        case "domain 1":
          #expect(row.provenance.role == .domain && row.provenance.file == "*.jsonl")
          #expect(text == "你是谁 \(row.provenance.row - 1)")
        default:
          #expect(row.provenance.source == "general 1" && row.provenance.role == .general)
          #expect(text == (row.provenance.file == "b.csv" ? "last" : "task \(row.provenance.row - 1)\nin\nput"))
        }
      }
    }
    #expect(selection.train.count + selection.validation.count == 41)
  }

  @Test func chosenRowsComeInTheOrderAskedFor() throws {
    let folder = try TemporaryFolder()
    let (selection, paths) = try mixed(folder)
    let wanted = [selection.train[5], selection.train[0], selection.train[9]]
    let rows = try selection.rows(wanted) { try #require(paths[$0]) }
    let all = try selection.rows(.train) { try #require(paths[$0]) }
    #expect(rows.map(\.reference) == wanted)
    #expect(rows.map(\.conversation) == [all[5], all[0], all[9]].map(\.conversation))
  }

  @Test func fileIsTheSameBytesAndReadsBackEqual() throws {
    let folder = try TemporaryFolder()
    let (selection, paths) = try mixed(folder)
    try folder.folder("out")
    try selection.write(to: folder.path + "/out") { try #require(paths[$0]) }
    #expect(try folder.read("out/selection.json") == selection.bytes)
    #expect(DatasetSelection.isSelection(folder.path + "/out"))
    #expect(try DatasetSelection(folder: folder.path + "/out") == selection)
    let sample = String(decoding: try folder.read("out/sample.jsonl"), as: UTF8.self)
    #expect(sample.split(separator: "\n").count == 16)
    #expect(!sample.contains(folder.path))
  }

  @Test func aChangedSourceIsNoticed() throws {
    let folder = try TemporaryFolder()
    let (selection, paths) = try mixed(folder)
    let rows = (0..<10).map { "{\"query\":\"你是谁 \($0)!\",\"response\":\"我\"}\n" }.joined()
    try folder.write("d.jsonl", rows)
    let error = try #require(throws: Diagnostic.self) { try selection.rows(.train) { try #require(paths[$0]) } }
    #expect(error.code == "source-changed")
  }

  @Test func truncationAtEveryByteIsAnErrorNotATrap() throws {
    let folder = try TemporaryFolder()
    let bytes = try mixed(folder).0.bytes
    for length in stride(from: 0, to: bytes.count - 2, by: 7) {
      let error = try #require(throws: Diagnostic.self) {
        _ = try DatasetSelection(parsing: Array(bytes.prefix(length)), label: "selection.json")
      }
      #expect(error.code == "bad-selection")
    }
  }

  @Test(arguments: [
    "{\"format\":\"lorapipe-selection\",\"version\":2}", "{\"format\":\"x\"}",
    "{\"format\":\"lorapipe-selection\",\"version\":1,\"sources\":[],\"train\":[[0,1,\"a\"]],\"validation\":[]}",
    "{\"format\":\"lorapipe-selection\",\"version\":1,\"sources\":[{\"name\":\"a\",\"role\":\"domain\",\"digest\":\"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\","
      + "\"on_bad_row\":\"error\",\"files\":[{\"name\":\"f\",\"rows\":9223372036854775807},"
      + "{\"name\":\"g\",\"rows\":9223372036854775807}]}],\"train\":[],\"validation\":[]}",
    "{\"format\":\"lorapipe-selection\",\"version\":1,\"sources\":[{\"name\":\"a\",\"role\":\"domain\",\"digest\":\"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\","
      + "\"on_bad_row\":\"error\",\"files\":[{\"name\":\"f\",\"rows\":3}]}],\"train\":[[0,4,\"a\"]],\"validation\":[]}",
  ])
  func selectionThatDoesNotHoldTogetherIsRefused(text: String) {
    #expect(throws: Diagnostic.self) { try DatasetSelection(parsing: Array(text.utf8), label: "selection.json") }
  }

  @Test func everythingSelectsInOrder() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x.csv", "query,response\na,b\nc,d\n")
    let selection = try DatasetSelection.everything(in: DatasetFiles(path: path), name: "x", digest: SHA256.hash("x"))
    #expect(selection.train.map(\.row) == [1, 2])
    #expect(try selection.rows(.train) { _ in path }.map { $0.conversation.messages[0].text } == ["a", "c"])
  }

  @Test func differenceCountsByContent() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x.csv", "query,response\na,b\nc,d\n")
    let old = try DatasetSelection.everything(in: DatasetFiles(path: path), name: "x", digest: SHA256.hash("x"))
    try folder.write("x.csv", "query,response\nc,d\ne,f\ng,h\n")
    let new = try DatasetSelection.everything(in: DatasetFiles(path: path), name: "x", digest: SHA256.hash("y"))
    #expect(new.difference(from: old) == (added: 2, removed: 1))
  }
}
