import Conversations
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Datasets

@Suite struct MixTests {
  @Test func theArticlesRunKeepsItsRows() throws {
    // 2,000 + 2,000 + 108 rows, a tenth for validation of each.
    let count = try Mix.count(
      [("own", .domain, 108, nil), ("zh", .general, 48_818, 2000), ("en", .general, 52_049, 2000)],
      options: MixFixture.options { $0.validation = 0.1 })
    #expect(count.train == 98 + 1800 + 1800)
    #expect(count.validation == 10 + 200 + 200)
  }

  @Test func capTakesDistinctRowsAndAboveTheCountWholeCopies() throws {
    let folder = try TemporaryFolder()
    let few = try Mix.run([try MixFixture.input(folder, "a", .domain, rows: 100, cap: 30)], options: MixOptions())
    #expect(Set(few.selection.train.map(\.row)).count == 30)
    #expect(few.warnings.isEmpty)
    let many = try Mix.run([try MixFixture.input(folder, "a", .domain, rows: 100, cap: 250)], options: MixOptions())
    var times: [Int: Int] = [:]
    for reference in many.selection.train { times[reference.row, default: 0] += 1 }
    #expect(many.selection.train.count == 250)
    #expect(times.values.filter { $0 == 3 }.count == 50 && times.values.filter { $0 == 2 }.count == 50)
    #expect(many.warnings.map(\.code) == ["cap-above-rows"])
    #expect(many.metrics.duplicates == 0)
  }

  @Test func namesDoNotEnterTheSelection() throws {
    let folder = try TemporaryFolder()
    var inputs = [
      try MixFixture.input(folder, "d", .domain, rows: 50),
      try MixFixture.input(folder, "g", .general, rows: 100, cap: 60),
    ]
    let settings = MixFixture.options {
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
    let a = try MixFixture.input(folder, "a", .general, rows: 100, cap: 40)
    let b = try MixFixture.input(folder, "b", .general, rows: 100, cap: 40)
    func rows(_ inputs: [MixInput], _ name: String) throws -> Set<Int> {
      let selection = try Mix.run(inputs, options: MixOptions()).selection
      let index = try #require(selection.sources.firstIndex { $0.digest == SHA256.hash("digest-" + name) })
      return Set(selection.train.filter { $0.source == index }.map(\.row))
    }
    #expect(try rows([a], "a") == rows([b, a], "a"))
  }

  @Test func seedChangesTheOrderAndNothingElseDoes() throws {
    let folder = try TemporaryFolder()
    let inputs = [try MixFixture.input(folder, "d", .domain, rows: 200)]
    let first = try Mix.run(inputs, options: MixOptions()).selection
    #expect(try Mix.run(inputs, options: MixOptions()).selection == first)
    #expect(try Mix.run(inputs, options: MixFixture.options { $0.seed = 43 }).selection.train != first.train)
  }

  @Test func aMixNeverDrifts() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      try MixFixture.input(folder, "d", .domain, rows: 6),
      try MixFixture.input(folder, "g", .general, rows: 40, cap: 30),
    ]
    let result = try Mix.run(
      inputs,
      options: MixFixture.options {
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
    let dropped = try Mix.run(inputs, options: MixFixture.options { $0.onBadRow = .drop })
    #expect(dropped.metrics.sources.first?.bad == 2)
    #expect(dropped.selection.train.map(\.row).sorted() == [1, 4])
    try folder.write("y.jsonl", "not json\n")
    let empty = MixInput(
      name: "y", role: .domain, digest: SHA256.hash("y"), files: try DatasetFiles(path: folder.path + "/y.jsonl"))
    let error = try #require(throws: Diagnostic.self) {
      try Mix.run([empty], options: MixFixture.options { $0.onBadRow = .drop })
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

  /// A file that is an input by itself is known by its bytes: another name gives the same rows, and the same file.
  @Test func aRenamedFileIsTheSameInput() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<100).map { "{\"query\":\"q\($0)\",\"response\":\"a\($0)\"}\n" }.joined()
    var results: [[UInt8]] = []
    for name in ["rows.jsonl", "other.JSONL", "deep/er/data.jsonl"] {
      let path = try folder.write(name, rows)
      let input = MixInput(
        name: name, role: .domain, digest: SHA256.hash("same"), files: try DatasetFiles(path: path), rowCap: 30)
      let selection = try Mix.run([input], options: MixFixture.options { $0.validation = 0.2 }).selection
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
      folders.append(try Mix.run([input], options: MixFixture.options { _ in }).selection.bytes)
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
        options: MixFixture.options {
          $0.ratio = MixRatio(domain: 1, general: Double(Mix.maximumCopies))
          $0.whenShort = .repeat
        })
    }
    #expect(ratio.code == "too-many-rows")
    #expect(try Mix.run([try input(.domain, 250)], options: MixOptions()).selection.train.count == 250)
  }
}
