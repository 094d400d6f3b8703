import Platform
import TestSupport
import Testing

@testable import Stages

@Suite struct RowLossesTests {
  private func row(_ number: Int, source: Int = 0) -> TokenRow {
    TokenRow(ids: [1, 2, 3], labels: [false, true, true], source: source, number: number)
  }

  @Test func theHighestComesFirstAndARowThatWasNotSeenIsNotThere() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    try RowLosses([0.5, nil, 2.000_04, 0.5], of: [row(4), row(5), row(6, source: 1), row(7)]).write(folder: folder.path)
    let read = try #require(try RowLosses.read(folder: folder.path))
    #expect(read.rows.map(\.number) == [6, 4, 7])
    #expect(read.rows.first == RowLosses.Row(source: 1, number: 6, labels: 2, loss: 2))
  }

  @Test func theFileStaysSmall() throws {
    let count = RowLosses.limit + 500
    let losses = RowLosses((0..<count).map { Float($0) }, of: (0..<count).map { row($0 + 1) })
    #expect(losses.rows.count == RowLosses.limit)
    #expect(losses.rows.first?.number == count)
  }

  @Test func aFolderWithoutTheFileHasNoneAndATornLineIsPassedOver() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    #expect(try RowLosses.read(folder: folder.path) == nil)
    let text =
      "{\"source\":0,\"row\":3,\"labels\":2,\"loss\":1.5}\n{\"source\":-1,\"row\":3,\"loss\":1}\n{\"source\":0,\"ro"
    try FileSystem.replace(folder.path + "/" + RowLosses.fileName, with: Array(text.utf8))
    #expect(try RowLosses.read(folder: folder.path)?.rows.map(\.number) == [3])
  }
}
