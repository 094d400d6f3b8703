import Conversations
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Datasets

/// Rows by the ratio of domain to general, counted in rows and in tokens.
@Suite struct MixRatioTests {
  @Test(arguments: [
    (10, (1, 5), 50), (10, (1, 3), 30), (10, (3, 10), 33), (7, (1, 2.5), 17), (3, (3, 1), 1),
  ])
  func ratioByRowsSamplesGeneralDown(domain: Int, ratio: (Double, Double), general: Int) throws {
    let folder = try TemporaryFolder()
    let result = try Mix.run(
      [
        try MixFixture.input(folder, "d", .domain, rows: domain),
        try MixFixture.input(folder, "zh", .general, rows: 60),
        try MixFixture.input(folder, "en", .general, rows: 40),
      ],
      options: MixFixture.options { $0.ratio = MixRatio(domain: ratio.0, general: ratio.1) })
    #expect(result.metrics.domain.rows == domain)
    #expect(result.metrics.general.rows == general)
    // In proportion, to within one row.
    let zh = result.metrics.sources[1].train
    #expect(abs(Double(zh) - 0.6 * Double(general)) < 1)
    #expect(Set(result.selection.train.map { [$0.source, $0.row] }).count == domain + general)
  }

  @Test func aSmallerRatioTakesFromTheSameRows() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try MixFixture.input(folder, "d", .domain, rows: 10), try MixFixture.input(folder, "g", .general, rows: 200),
    ]
    func rows(_ general: Double) throws -> Set<Int> {
      let result = try Mix.run(inputs, options: MixFixture.options { $0.ratio = MixRatio(domain: 1, general: general) })
      return Set(result.selection.train.filter { $0.source == 1 }.map(\.row))
    }
    #expect(try rows(5).isSubset(of: rows(8)))
  }

  @Test func tooFewGeneralRowsSaysHowManyAreMissing() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try MixFixture.input(folder, "d", .domain, rows: 20), try MixFixture.input(folder, "g", .general, rows: 30),
    ]
    let error = try #require(throws: Diagnostic.self) {
      try Mix.run(inputs, options: MixFixture.options { $0.ratio = MixRatio(domain: 1, general: 5) })
    }
    #expect(error.code == "too-few-general")
    #expect(error.message.contains("there are 30, 70 are missing"))
    let accepted = try Mix.run(
      inputs,
      options: MixFixture.options {
        $0.ratio = MixRatio(domain: 1, general: 5)
        $0.whenShort = .accept
      })
    #expect(accepted.metrics.general.rows == 30)
    #expect(accepted.warnings.map(\.code) == ["too-few-general"])
    let repeated = try Mix.run(
      inputs,
      options: MixFixture.options {
        $0.ratio = MixRatio(domain: 1, general: 5)
        $0.whenShort = .repeat
        $0.validation = 0.1
      })
    #expect(repeated.metrics.general.rows == 100)
  }

  /// Rows of the lengths given, as many tokens as their answers have letters.
  private func lengths(
    _ folder: TemporaryFolder, _ name: String, _ role: RowRole, _ lengths: [Int], cap: Int? = nil
  ) throws -> MixInput {
    let lines = lengths.enumerated().map {
      "{\"query\":\"\(name) \($0.offset)\",\"response\":\"\(String(repeating: "x", count: $0.element))\"}\n"
    }
    let path = try folder.write(name + ".jsonl", lines.joined())
    return MixInput(name: name, role: role, digest: SHA256.hash(name), files: try DatasetFiles(path: path), rowCap: cap)
  }

  private func count(_ inputs: [MixInput]) -> Mix.TokenCounts {
    { request in
      var counts: [Int: Int] = [:]
      let reader = SourceReader(inputs[request.input].files)
      while let row = try reader.next() { counts[row.ordinal] = row.conversation.messages.last?.text.utf8.count }
      return counts.filter { request.rows.contains($0.key) }
    }
  }

  /// Whatever the lengths: the ratio is met but for less than the shortest row that was left, or a warning says why not.
  @Test(arguments: UInt64(1)...24)
  func ratioByTokensIsMetWhateverTheLengths(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    var random = Xoshiro256StarStar(seed: seed)
    let shapes: [(inout Xoshiro256StarStar) -> Int] = [
      { Int.random(in: 1...23, using: &$0) }, { Int.random(in: 0..<20, using: &$0) == 0 ? 4000 : 10 }, { _ in 1000 },
      { 1 << Int.random(in: 0...11, using: &$0) },
    ]
    let shape = shapes[Int(seed % 4)]
    let domain = (0..<30).map { _ in Int.random(in: 5...15, using: &random) }
    let inputs = [
      try lengths(folder, "d", .domain, domain),
      try lengths(folder, "g", .general, (0..<300).map { _ in shape(&random) } + [3000]),
      try lengths(folder, "h", .general, (0..<100).map { _ in shape(&random) }),
    ]
    let result = try await Mix.run(
      inputs,
      options: MixFixture.options {
        $0.ratio = MixRatio(domain: 1, general: 2)
        $0.unit = .tokens
        $0.seed = seed
        $0.whenShort = .accept
      }, tokenCounts: count(inputs))
    let got = try #require(result.metrics.general.tokens)
    let wanted = 2 * domain.reduce(0, +)
    let isSaid = result.warnings.contains { ["ratio-missed", "too-few-general"].contains($0.code) }
    #expect(abs(got - wanted) * 20 <= wanted || isSaid, "\(got) for \(wanted)")
  }

  @Test func onlyWhatTheCapLeavesIsCounted() async throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try lengths(folder, "d", .domain, [5, 6, 7]),
      try lengths(folder, "g", .general, Array(repeating: 4, count: 500), cap: 20),
    ]
    let counting = count(inputs)
    _ = try await Mix.run(
      inputs,
      options: MixFixture.options {
        $0.ratio = MixRatio(domain: 1, general: 2)
        $0.unit = .tokens
      },
      tokenCounts: { request in
        #expect(request.rows.count == [3, 20][request.input])
        #expect((request.draw != nil) == (request.input == 1))
        return try await counting(request)
      })
    #expect(throws: Diagnostic.self) {
      try Mix.run(
        inputs,
        options: MixFixture.options {
          $0.ratio = MixRatio(domain: 1, general: 4)
          $0.unit = .tokens
        })
    }
  }

  /// A larger cap holds a smaller one, and a ratio takes the same rows first as a cap does.
  @Test func largerDrawsHoldSmallerOnes() throws {
    let folder = try TemporaryFolder()
    func drawn(_ cap: Int?, _ ratio: Double? = nil) throws -> Set<Int> {
      let result = try Mix.run(
        [
          try MixFixture.input(folder, "d", .domain, rows: 10),
          try MixFixture.input(folder, "g", .general, rows: 300, cap: cap),
        ],
        options: MixFixture.options { $0.ratio = ratio.map { MixRatio(domain: 1, general: $0) } })
      let source = result.selection.sources[1]
      #expect((source.draw != nil) == (result.selection.train.filter { $0.source == 1 }.count * 2 < 300))
      return Set(result.selection.train.filter { $0.source == 1 }.map(\.row))
    }
    let sizes = [20, 50, 100, 299]
    for (small, large) in zip(sizes, sizes.dropFirst()) { #expect(try drawn(small).isSubset(of: drawn(large))) }
    #expect(try drawn(nil, 5) == drawn(50))
    #expect(try drawn(200, 5) == drawn(50))
    let selection = try Mix.run([try MixFixture.input(folder, "g", .general, rows: 300, cap: 7)], options: MixOptions())
      .selection
    let order = try #require(selection.sources[0].draw)
    #expect(Set(order.ordinals(300).prefix(7)) == Set(selection.train.map(\.row)))
    #expect(DrawOrder(order.text) == order)
    #expect(try DatasetSelection(parsing: selection.bytes, label: "s") == selection)
  }

  @Test func unusualRatioWarnsOnlyWhenNobodyChoseIt() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try MixFixture.input(folder, "d", .domain, rows: 10), try MixFixture.input(folder, "g", .general, rows: 370),
    ]
    #expect(try Mix.run(inputs, options: MixOptions()).warnings.map(\.code) == ["ratio-unusual"])
    #expect(
      try Mix.run(inputs, options: MixFixture.options { $0.ratio = MixRatio(domain: 1, general: 20) }).warnings.isEmpty)
  }

  @Test(arguments: [(10, [3, 3, 3]), (7, [1, 1, 5]), (0, [4, 4]), (100, [0, 1])])
  func apportionAddsUp(total: Int, sizes: [Int]) {
    let parts = MixState.apportion(total, to: sizes)
    #expect(parts.reduce(0, +) == total)
    let sum = Double(sizes.reduce(0, +))
    for (part, size) in zip(parts, sizes) { #expect(abs(Double(part) - Double(total * size) / sum) < 1) }
  }
}
