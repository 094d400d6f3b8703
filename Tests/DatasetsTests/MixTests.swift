import Conversations
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Datasets

@Suite struct MixTests {
  /// Rows `prefix 1`…; `copies` of the first come at the end.
  private func input(
    _ folder: TemporaryFolder, _ name: String, _ role: RowRole, rows: Int, cap: Int? = nil, copies: Int = 0,
    text: String? = nil
  ) throws -> MixInput {
    let prefix = text ?? name
    var lines = (0..<rows).map { "{\"query\":\"\(prefix) \($0)\",\"response\":\"r\"}\n" }
    lines += [String](repeating: lines.first ?? "", count: copies)
    let path = try folder.write(name + ".jsonl", lines.joined())
    return MixInput(
      name: name, role: role, digest: SHA256.hash("digest-" + name), files: try DatasetFiles(path: path), rowCap: cap)
  }

  private func options(_ change: (inout MixOptions) -> Void) -> MixOptions {
    var options = MixOptions()
    change(&options)
    return options
  }

  private func counts(_ result: MixResult) -> [String: [Int]] {
    var counts: [String: [Int]] = [:]
    for source in result.metrics.sources { counts[source.name] = [source.train, source.validation] }
    return counts
  }

  @Test func theArticlesRunKeepsItsRows() throws {
    // 2,000 + 2,000 + 108 rows, a tenth for validation of each.
    let count = try Mix.count(
      [("own", .domain, 108, nil), ("zh", .general, 48_818, 2000), ("en", .general, 52_049, 2000)],
      options: options { $0.validation = 0.1 })
    #expect(count.train == 98 + 1800 + 1800)
    #expect(count.validation == 10 + 200 + 200)
  }

  @Test func capTakesDistinctRowsAndAboveTheCountWholeCopies() throws {
    let folder = try TemporaryFolder()
    let few = try Mix.run([try input(folder, "a", .domain, rows: 100, cap: 30)], options: MixOptions())
    #expect(Set(few.selection.train.map(\.row)).count == 30)
    #expect(few.warnings.isEmpty)
    let many = try Mix.run([try input(folder, "a", .domain, rows: 100, cap: 250)], options: MixOptions())
    var times: [Int: Int] = [:]
    for reference in many.selection.train { times[reference.row, default: 0] += 1 }
    #expect(many.selection.train.count == 250)
    #expect(times.values.filter { $0 == 3 }.count == 50 && times.values.filter { $0 == 2 }.count == 50)
    #expect(many.warnings.map(\.code) == ["cap-above-rows"])
    #expect(many.metrics.duplicates == 0)
  }

  @Test(arguments: [
    (10, (1, 5), 50), (10, (1, 3), 30), (10, (3, 10), 33), (7, (1, 2.5), 17), (3, (3, 1), 1),
  ])
  func ratioByRowsSamplesGeneralDown(domain: Int, ratio: (Double, Double), general: Int) throws {
    let folder = try TemporaryFolder()
    let result = try Mix.run(
      [
        try input(folder, "d", .domain, rows: domain), try input(folder, "zh", .general, rows: 60),
        try input(folder, "en", .general, rows: 40),
      ],
      options: options { $0.ratio = MixRatio(domain: ratio.0, general: ratio.1) })
    #expect(result.metrics.domain.rows == domain)
    #expect(result.metrics.general.rows == general)
    // In proportion, to within one row.
    let zh = result.metrics.sources[1].train
    #expect(abs(Double(zh) - 0.6 * Double(general)) < 1)
    #expect(Set(result.selection.train.map { [$0.source, $0.row] }).count == domain + general)
  }

  @Test func aSmallerRatioTakesFromTheSameRows() throws {
    let folder = try TemporaryFolder()
    let inputs = [try input(folder, "d", .domain, rows: 10), try input(folder, "g", .general, rows: 200)]
    func rows(_ general: Double) throws -> Set<Int> {
      let result = try Mix.run(inputs, options: options { $0.ratio = MixRatio(domain: 1, general: general) })
      return Set(result.selection.train.filter { $0.source == 1 }.map(\.row))
    }
    #expect(try rows(5).isSubset(of: rows(8)))
  }

  @Test func tooFewGeneralRowsSaysHowManyAreMissing() throws {
    let folder = try TemporaryFolder()
    let inputs = [try input(folder, "d", .domain, rows: 20), try input(folder, "g", .general, rows: 30)]
    let error = try #require(throws: Diagnostic.self) {
      try Mix.run(inputs, options: options { $0.ratio = MixRatio(domain: 1, general: 5) })
    }
    #expect(error.code == "too-few-general")
    #expect(error.message.contains("there are 30, 70 are missing"))
    let accepted = try Mix.run(
      inputs,
      options: options {
        $0.ratio = MixRatio(domain: 1, general: 5)
        $0.whenShort = .accept
      })
    #expect(accepted.metrics.general.rows == 30)
    #expect(accepted.warnings.map(\.code) == ["too-few-general"])
    let repeated = try Mix.run(
      inputs,
      options: options {
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
      options: options {
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
      options: options {
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
        options: options {
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
        [try input(folder, "d", .domain, rows: 10), try input(folder, "g", .general, rows: 300, cap: cap)],
        options: options { $0.ratio = ratio.map { MixRatio(domain: 1, general: $0) } })
      let source = result.selection.sources[1]
      #expect((source.draw != nil) == (result.selection.train.filter { $0.source == 1 }.count * 2 < 300))
      return Set(result.selection.train.filter { $0.source == 1 }.map(\.row))
    }
    let sizes = [20, 50, 100, 299]
    for (small, large) in zip(sizes, sizes.dropFirst()) { #expect(try drawn(small).isSubset(of: drawn(large))) }
    #expect(try drawn(nil, 5) == drawn(50))
    #expect(try drawn(200, 5) == drawn(50))
    let selection = try Mix.run([try input(folder, "g", .general, rows: 300, cap: 7)], options: MixOptions()).selection
    let order = try #require(selection.sources[0].draw)
    #expect(Set(order.ordinals(300).prefix(7)) == Set(selection.train.map(\.row)))
    #expect(DrawOrder(order.text) == order)
    #expect(try DatasetSelection(parsing: selection.bytes, label: "s") == selection)
  }

  @Test(arguments: [(0.29, 100, 29), (0.57, 100, 57), (0.1, 10, 1), (0.3, 10, 3), (0.07, 100, 7)])
  func theShareOfValidationIsWhatWasAsked(share: Double, rows: Int, kept: Int) throws {
    let folder = try TemporaryFolder()
    let result = try Mix.run([try input(folder, "d", .domain, rows: rows)], options: options { $0.validation = share })
    #expect(result.metrics.validation == kept)
  }

  @Test func copiesThatACapMakesAreNoDuplicates() throws {
    let folder = try TemporaryFolder()
    let result = try Mix.run(
      [try input(folder, "d", .domain, rows: 10, cap: 33, copies: 2)], options: options { $0.deduplicate = .exact })
    // Twelve rows of which two are copies: 33 is two whole rounds and nine, less the copies in them.
    #expect(Set(result.selection.train.map(\.fingerprint)).count == 10)
    #expect(result.metrics.train + result.metrics.duplicatesRemoved == 33)
    #expect(result.metrics.duplicates == 2)
    #expect(result.metrics.train > 25)
  }

  @Test func duplicatesAreCountedAndRemovedOnRequest() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try input(folder, "d", .domain, rows: 20, copies: 3), try input(folder, "g", .general, rows: 25, text: "d"),
    ]
    let kept = try Mix.run(inputs, options: MixOptions())
    #expect(kept.metrics.duplicates == 3 + 20)
    #expect(kept.metrics.train == 48)
    let removed = try Mix.run(inputs, options: options { $0.deduplicate = .exact })
    #expect(removed.metrics.duplicates == 23 && removed.metrics.duplicatesRemoved == 23)
    #expect(removed.metrics.train == 25)
    #expect(Set(removed.selection.train.map(\.fingerprint)).count == 25)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func equalRowsStayOnOneSide(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try input(folder, "d", .domain, rows: 30, copies: 6), try input(folder, "g", .general, rows: 60, text: "d"),
      try input(folder, "h", .general, rows: 10, cap: 45),
    ]
    let result = try Mix.run(
      inputs,
      options: options {
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
    let inputs = [try input(folder, "d", .domain, rows: rows), try input(folder, "g", .general, rows: 100)]
    let result = try Mix.run(inputs, options: options { $0.validation = 0.1 })
    #expect(counts(result)["d"] == [train, validation])
  }

  @Test func splitThatLeavesNothingToTrainIsRefused() throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: Diagnostic.self) {
      try Mix.run([try input(folder, "d", .domain, rows: 1)], options: options { $0.validation = 0.1 })
    }
    #expect(error.code == "nothing-to-train")
  }

  @Test func unusualRatioWarnsOnlyWhenNobodyChoseIt() throws {
    let folder = try TemporaryFolder()
    let inputs = [try input(folder, "d", .domain, rows: 10), try input(folder, "g", .general, rows: 370)]
    #expect(try Mix.run(inputs, options: MixOptions()).warnings.map(\.code) == ["ratio-unusual"])
    #expect(try Mix.run(inputs, options: options { $0.ratio = MixRatio(domain: 1, general: 20) }).warnings.isEmpty)
  }

  @Test func namesDoNotEnterTheSelection() throws {
    let folder = try TemporaryFolder()
    var inputs = [
      try input(folder, "d", .domain, rows: 50), try input(folder, "g", .general, rows: 100, cap: 60),
    ]
    let settings = options {
      $0.validation = 0.1
      $0.ratio = MixRatio(domain: 1, general: 1)
    }
    let first = try Mix.run(inputs, options: settings).selection
    inputs[0].name = "other"
    inputs[1].name = "another"
    let second = try Mix.run(inputs, options: settings).selection
    #expect(first == second)
  }

  @Test func anotherSourceLeavesTheSamplesOfTheFirstAlone() throws {
    let folder = try TemporaryFolder()
    let a = try input(folder, "a", .general, rows: 100, cap: 40)
    let b = try input(folder, "b", .general, rows: 100, cap: 40)
    func rows(_ inputs: [MixInput], _ name: String) throws -> Set<Int> {
      let selection = try Mix.run(inputs, options: MixOptions()).selection
      let index = try #require(selection.sources.firstIndex { $0.digest == SHA256.hash("digest-" + name) })
      return Set(selection.train.filter { $0.source == index }.map(\.row))
    }
    #expect(try rows([a], "a") == rows([b, a], "a"))
  }

  @Test func seedChangesTheOrderAndNothingElseDoes() throws {
    let folder = try TemporaryFolder()
    let inputs = [try input(folder, "d", .domain, rows: 200)]
    let first = try Mix.run(inputs, options: MixOptions()).selection
    #expect(try Mix.run(inputs, options: MixOptions()).selection == first)
    #expect(try Mix.run(inputs, options: options { $0.seed = 43 }).selection.train != first.train)
  }

  @Test func aMixNeverDrifts() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try input(folder, "d", .domain, rows: 6), try input(folder, "g", .general, rows: 40, cap: 30),
    ]
    let result = try Mix.run(
      inputs,
      options: options {
        $0.ratio = MixRatio(domain: 1, general: 2)
        $0.validation = 0.2
      })
    #expect(result.selection.train.map { "\($0.source)/\($0.row)" }.joined(separator: " ") == MixTests.goldenTrain)
    #expect(result.selection.validation.map { "\($0.source)/\($0.row)" }.joined(separator: " ") == MixTests.goldenRest)
  }

  private static let goldenTrain = "0/1 1/30 1/3 1/9 1/34 0/5 1/6 1/26 1/22 0/4 1/35 1/14 0/2 0/6 1/15"
  private static let goldenRest = "0/3 1/7 1/32"

  @Test func badRowsStopOrAreCounted() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "x.jsonl",
      "{\"query\":\"a\",\"response\":\"b\"}\nnot json\n{\"query\":\"x\"}\n{\"query\":\"c\",\"response\":\"d\"}\n")
    let inputs = [
      MixInput(
        name: "x", role: .domain, digest: SHA256.hash("x"), files: try DatasetFiles(path: path, label: "x.jsonl"))
    ]
    let errors = try #require(throws: DiagnosticList.self) { try Mix.run(inputs, options: MixOptions()) }
    #expect(errors.diagnostics.map(\.location?.line) == [2, 3])
    #expect(errors.diagnostics.map(\.code) == ["row-invalid-json", "row-shape"])
    let dropped = try Mix.run(inputs, options: options { $0.onBadRow = .drop })
    #expect(dropped.metrics.sources.first?.bad == 2)
    #expect(dropped.selection.train.map(\.row).sorted() == [1, 4])
    try folder.write("y.jsonl", "not json\n")
    let empty = MixInput(
      name: "y", role: .domain, digest: SHA256.hash("y"), files: try DatasetFiles(path: folder.path + "/y.jsonl"))
    let error = try #require(throws: Diagnostic.self) {
      try Mix.run([empty], options: options { $0.onBadRow = .drop })
    }
    #expect(error.code == "empty-dataset")
    #expect(error.message.contains("all 1 rows"))
  }

  @Test func languagesAndLengthsAreReported() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "x.jsonl",
      "{\"query\":\"你是谁?\",\"response\":\"我是助手 Grace\"}\n{\"query\":\"hello\",\"response\":\"Hi there.\"}\n"
        + "{\"query\":\"こんにちは\",\"response\":\"はい、世界\"}\n{\"query\":\"Say 'cat' in Chinese\",\"response\":\"猫\"}\n")
    let result = try Mix.run(
      [MixInput(name: "x", role: .domain, digest: SHA256.hash("x"), files: try DatasetFiles(path: path))],
      options: MixOptions())
    #expect(result.metrics.domain.languages == [.chinese: 1, .english: 2, .other: 1])
    #expect(result.metrics.lengths.maximum == 21)
    #expect(result.metrics.lengths.bins.reduce(0, +) == 4)
  }

  @Test(arguments: [(10, [3, 3, 3]), (7, [1, 1, 5]), (0, [4, 4]), (100, [0, 1])])
  func apportionAddsUp(total: Int, sizes: [Int]) {
    let parts = MixState.apportion(total, to: sizes)
    #expect(parts.reduce(0, +) == total)
    let sum = Double(sizes.reduce(0, +))
    for (part, size) in zip(parts, sizes) { #expect(abs(Double(part) - Double(total * size) / sum) < 1) }
  }

  /// A file that is an input by itself is known by its bytes: another name gives the same rows, and the same file.
  @Test func aRenamedFileIsTheSameInput() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<100).map { "{\"query\":\"q\($0)\",\"response\":\"a\($0)\"}\n" }.joined()
    var results: [[UInt8]] = []
    for name in ["rows.jsonl", "other.JSONL", "deep/er/data.jsonl"] {
      let path = try folder.write(name, rows)
      let input = MixInput(
        name: name, role: .domain, digest: SHA256.hash("same"), files: try DatasetFiles(path: path), rowCap: 30)
      let selection = try Mix.run([input], options: options { $0.validation = 0.2 }).selection
      results.append(selection.bytes)
      // What was chosen is found again under the name that the file has now.
      #expect(try selection.rows(.train) { _ in path }.count == 24)
      try selection.write(to: folder.path) { _ in path }
      results.append(try folder.read("sample.jsonl"))
    }
    #expect(Set([results[0], results[2], results[4]]).count == 1)
    #expect(Set([results[1], results[3], results[5]]).count == 1)
    // In a folder names are content.
    var folders: [[UInt8]] = []
    for name in ["a/rows.jsonl", "b/others.jsonl"] {
      let path = FileSystem.parent(of: try folder.write(name, rows))
      let input = MixInput(
        name: "f", role: .domain, digest: SHA256.hash(name), files: try DatasetFiles(path: path), rowCap: 30)
      folders.append(try Mix.run([input], options: options { _ in }).selection.bytes)
    }
    #expect(folders[0] != folders[1])
  }

  @Test(arguments: [Mix.maximumCopies + 101, .max])
  func absurdlyManyCopiesAreRefused(_ cap: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x.jsonl", (0..<100).map { "{\"query\":\"\($0)\",\"response\":\"b\"}\n" }.joined())
    func input(_ role: RowRole, _ cap: Int?) throws -> MixInput {
      MixInput(name: "x", role: role, digest: SHA256.hash("x\(role)"), files: try DatasetFiles(path: path), rowCap: cap)
    }
    let capped = try #require(throws: Diagnostic.self) {
      try Mix.run([try input(.domain, cap)], options: MixOptions())
    }
    #expect(capped.code == "too-many-rows")
    #expect(capped.remedy?.contains("#\(cap)") == true)
    let twice = try #require(throws: Diagnostic.self) {
      try Mix.run([try input(.domain, Mix.maximumCopies), try input(.general, cap / 2)], options: MixOptions())
    }
    #expect(twice.code == "too-many-rows", "copies of several sources add up")
    let ratio = try #require(throws: Diagnostic.self) {
      try Mix.run(
        [try input(.domain, nil), try input(.general, nil)],
        options: options {
          $0.ratio = MixRatio(domain: 1, general: Double(Mix.maximumCopies))
          $0.whenShort = .repeat
        })
    }
    #expect(ratio.code == "too-many-rows")
    #expect(try Mix.run([try input(.domain, 250)], options: MixOptions()).selection.train.count == 250)
  }
}
