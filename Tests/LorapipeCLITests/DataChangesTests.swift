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
}
