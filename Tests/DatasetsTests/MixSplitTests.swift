import Conversations
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Datasets

/// Which rows are kept for validation, and how duplicates are treated.
@Suite struct MixSplitTests {
  private func counts(_ result: MixResult) -> [String: [Int]] {
    var counts: [String: [Int]] = [:]
    for source in result.metrics.sources { counts[source.name] = [source.train, source.validation] }
    return counts
  }

  @Test(arguments: [(0.29, 100, 29), (0.57, 100, 57), (0.1, 10, 1), (0.3, 10, 3), (0.07, 100, 7)])
  func theShareOfValidationIsWhatWasAsked(share: Double, rows: Int, kept: Int) throws {
    let folder = try TemporaryFolder()
    let result = try Mix.run(
      [try MixFixture.input(folder, "d", .domain, rows: rows)], options: MixFixture.options { $0.validation = share })
    #expect(result.metrics.validation == kept)
  }

  @Test func copiesThatACapMakesAreNoDuplicates() throws {
    let folder = try TemporaryFolder()
    let result = try Mix.run(
      [try MixFixture.input(folder, "d", .domain, rows: 10, cap: 33, copies: 2)],
      options: MixFixture.options { $0.deduplicate = .exact })
    // Twelve rows of which two are copies: 33 is two whole rounds and nine, less the copies in them.
    #expect(Set(result.selection.train.map(\.fingerprint)).count == 10)
    #expect(result.metrics.train + result.metrics.duplicatesRemoved == 33)
    #expect(result.metrics.duplicates == 2)
    #expect(result.metrics.train > 25)
  }

  @Test func duplicatesAreCountedAndRemovedOnRequest() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try MixFixture.input(folder, "d", .domain, rows: 20, copies: 3),
      try MixFixture.input(folder, "g", .general, rows: 25, text: "d"),
    ]
    let kept = try Mix.run(inputs, options: MixOptions())
    #expect(kept.metrics.duplicates == 3 + 20)
    #expect(kept.metrics.train == 48)
    let removed = try Mix.run(inputs, options: MixFixture.options { $0.deduplicate = .exact })
    #expect(removed.metrics.duplicates == 23 && removed.metrics.duplicatesRemoved == 23)
    #expect(removed.metrics.train == 25)
    #expect(Set(removed.selection.train.map(\.fingerprint)).count == 25)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func equalRowsStayOnOneSide(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try MixFixture.input(folder, "d", .domain, rows: 30, copies: 6),
      try MixFixture.input(folder, "g", .general, rows: 60, text: "d"),
      try MixFixture.input(folder, "h", .general, rows: 10, cap: 45),
    ]
    let result = try Mix.run(
      inputs,
      options: MixFixture.options {
        $0.validation = 0.2
        $0.seed = seed
      })
    let train = Set(result.selection.train.map(\.fingerprint))
    #expect(train.isDisjoint(with: result.selection.validation.map(\.fingerprint)))
    #expect(!result.selection.validation.isEmpty)
    #expect(result.selection.train.count + result.selection.validation.count == 36 + 60 + 45)
  }

  @Test(arguments: [(1, 0, 1), (5, 4, 1), (19, 18, 1), (20, 18, 2), (108, 98, 10)])
  func splitIsAtLeastOneRow(rows: Int, train: Int, validation: Int) throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try MixFixture.input(folder, "d", .domain, rows: rows), try MixFixture.input(folder, "g", .general, rows: 100),
    ]
    let result = try Mix.run(inputs, options: MixFixture.options { $0.validation = 0.1 })
    #expect(counts(result)["d"] == [train, validation])
  }

  @Test func splitThatLeavesNothingToTrainIsRefused() throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: Diagnostic.self) {
      try Mix.run(
        [try MixFixture.input(folder, "d", .domain, rows: 1)], options: MixFixture.options { $0.validation = 0.1 })
    }
    #expect(error.code == "nothing-to-train")
  }
}
