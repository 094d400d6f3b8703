import Glibc
import Testing

@testable import LorapipeCLI

@Suite struct DataChangesTests {
  private func rows(_ contents: [String]) -> [DataChanges.Row] {
    contents.enumerated().map { .init(place: String($0.offset), content: $0.element) }
  }

  private func changes(_ old: [String], _ new: [String]) -> [Int] {
    let changes = DataChanges(old: rows(old), new: rows(new))
    return [changes.added, changes.removed, changes.changed]
  }

  @Test func rowsAreCountedAsAddedRemovedAndChanged() {
    #expect(changes(["a", "b"], ["a", "b"]) == [0, 0, 0])
    #expect(changes(["a", "b"], ["b", "a"]) == [0, 0, 0])
    #expect(changes(["a", "b"], ["a", "b", "c"]) == [1, 0, 0])
    #expect(changes(["a", "b"], ["a"]) == [0, 1, 0])
    #expect(changes(["a", "b"], ["a", "x"]) == [0, 0, 1])
    #expect(changes(["a", "a"], ["a"]) == [0, 1, 0])
    #expect(changes([], ["a", "a"]) == [2, 0, 0])
  }

  /// The same rows in any format, and only where rows are.
  @Test(arguments: [
    (
      "data.csv", "query,response\nhi,hello\n\"two\nlines\",yes\n",
      "query,response\nhi,hello\n\"two\nlines\",no\nnew,row\n"
    ),
    ("data.tsv", "query\tresponse\nhi\thello\nyou\tyes\n", "query\tresponse\nhi\thello\nyou\tno\nnew\trow\n"),
    ("rows.json", #"[{"a": 1}, {"a": 2}]"#, #"[{"a": 1}, {"a": 3}, {"a": 4}]"#),
    ("deep/rows.jsonl", "{\"a\": 1}\n{\"a\": 2}\n", "{\"a\":1}\n{\"a\":3}\n{\"a\":4}\n"),
  ])
  func rowsOfEveryFormatAreCompared(file: String, old: String, new: String) throws {
    let program = try Program()
    defer { program.remove() }
    for folder in ["old", "new", "old/deep", "new/deep"] { mkdir(program.folder + "/" + folder, 0o755) }
    program.write("old/" + file, old)
    program.write("new/" + file, new)
    let changes = DataChanges(
      old: try #require(DataChanges.rows(at: program.folder + "/old")),
      new: try #require(DataChanges.rows(at: program.folder + "/new")))
    #expect([changes.added, changes.removed, changes.changed] == [1, 0, 1])
    program.write("new/config.json", "{}")
    #expect(DataChanges.rows(at: program.folder + "/new") == nil)
  }
}
