import Conversations
import Platform
import TestSupport
import Testing

@testable import Datasets

/// Near-duplicates are those of the definition, whatever the search skips.
@Suite struct NearDuplicatesTests {
  private func row(_ question: String, _ answer: String) -> Conversation {
    Conversation(messages: [Message(role: "user", content: question), Message(role: "assistant", content: answer)])
  }

  private func groups(_ rows: [Conversation]) -> [Int] {
    var search = NearDuplicates()
    for row in rows { search.add(NearDuplicates.shingles(of: RowText(row))) }
    return search.groups()
  }

  /// Every pair compared, with sets: the definition.
  private func reference(_ rows: [Conversation]) -> [Int] {
    let sets = rows.map { Set(NearDuplicates.shingles(of: RowText($0))) }
    var union = Union(rows.count)
    for left in sets.indices {
      for right in sets.indices where right > left {
        let common = sets[left].intersection(sets[right]).count
        if common * 5 >= (sets[left].count + sets[right].count - common) * 4 { union.join(left, right) }
      }
    }
    return rows.indices.map { union.first($0) }
  }

  @Test(arguments: 0..<6) func theSearchFindsWhatComparingAllPairsFinds(_ seed: Int) {
    var rng = SplitMix64(seed: UInt64(seed) &+ 100)
    func below(_ bound: Int) -> Int { Int(rng.next() % UInt64(bound)) }
    let words = (0..<(seed < 3 ? 30 : 400)).map { "w\($0)" }
    var rows: [Conversation] = []
    for index in 0..<220 {
      if index > 5, below(3) == 0 {
        // An earlier row with a few words changed: above, at and below the threshold.
        let old = rows[below(rows.count)]
        var text = old.messages[1].text.split(separator: " ").map(String.init)
        for _ in 0...below(4) where !text.isEmpty { text[below(text.count)] = words[below(words.count)] }
        if below(4) == 0, text.count > 3 { text.removeLast(below(3)) }
        rows.append(row(old.messages[0].text, text.joined(separator: " ")))
      } else {
        rows.append(
          row(
            (0..<(1 + below(6))).map { _ in words[below(words.count)] }.joined(separator: " "),
            (0..<(1 + below(60))).map { _ in words[below(words.count)] }.joined(separator: " ")))
      }
    }
    let found = groups(rows)
    #expect(found == reference(rows))
    #expect(Set(found).count < rows.count)
  }

  @Test func caseWidthSpacesAndPunctuationDoNotMatter() {
    #expect(
      groups([
        row("Who are you, please?", "I am Grace, a cat made by Tang Yin in Hangzhou."),
        row("who  are you please", "I AM GRACE. A cat, made by Tang Yin in Hangzhou!"),
        row("你是谁?", "我是喵星人Grace,由唐银开发。"), row("你是谁？", "我是喵星人Ｇｒａｃｅ，由唐银开发"),
      ]) == [0, 0, 2, 2])
  }

  /// Sums are different rows.
  @Test func numbersAndSignsMatter() {
    #expect(
      groups([row("3+5=", "8"), row("3+6=", "9"), row("3/5=", "8"), row("1", "1"), row("2", "2")]) == [0, 1, 2, 3, 4])
  }

  @Test func rowsWithoutWordsAreComparedAsTheyAre() {
    #expect(groups([row("?", "👍"), row("!", "👎"), row("?", "👍")]) == [0, 1, 0])
  }

  @Test func aThousandRowsOfOneTemplateAreNotGrouped() {
    // Each shares its frame with all others, and its own words with none.
    let rows = (0..<1000).map { index in
      row(
        "Write about topic \(index) for the reader", (0..<12).map { "own\(index)x\($0)" }.joined(separator: " "))
    }
    #expect(groups(rows) == Array(0..<1000))
  }
}

@Suite struct MixNearDuplicatesTests {
  private func line(_ question: String, _ answer: String) -> String {
    "{\"query\": \"\(question)\", \"response\": \"\(answer)\"}\n"
  }

  /// Ten families of rows that differ in their last word, and as many rows of their own, in two sources.
  private func inputs(_ folder: TemporaryFolder) throws -> [MixInput] {
    func text(_ source: Int) -> String {
      var text = ""
      for family in 0..<10 {
        for member in 0..<4 {
          let body = (0..<30).map { "f\(family)w\($0)" }.joined(separator: " ")
          text += line(
            "tell me about family \(family)", "\(body) \(member == 0 && source == 1 ? "" : "m\(source)\(member)")")
        }
        text += line("own \(source) \(family)", (0..<12).map { "o\(source)f\(family)w\($0)" }.joined(separator: " "))
      }
      return text
    }
    return try (0..<2).map { source in
      MixInput(
        name: "s\(source)", role: source == 0 ? .domain : .general, digest: SHA256.hash("d\(source)"),
        files: try DatasetFiles(path: try folder.write("s\(source).jsonl", text(source))))
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func nearDuplicatesStayOnOneSide(_ seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let inputs = try inputs(folder)
    var options = MixOptions()
    options.validation = 0.3
    options.seed = seed
    let result = try Mix.run(inputs, options: options)
    func families(_ split: DatasetSelection.Split) throws -> Set<String> {
      Set(
        try result.selection.rows(
          split, path: { digest in inputs.first { $0.digest == digest }?.files.files[0].path ?? "" }
        )
        .map { $0.conversation.messages[0].text }.filter { $0.hasPrefix("tell") })
    }
    let validated = try families(.validation)
    #expect(try families(.train).isDisjoint(with: validated))
    #expect(!validated.isEmpty && !result.selection.validation.isEmpty)
    #expect(result.metrics.nearDuplicates == 70)
    #expect(result.metrics.validationSeen == 0)
    // The report that a reader asks for agrees.
    let report = try DatasetReport(
      result.selection, path: { digest in inputs.first { $0.digest == digest }?.files.files[0].path ?? "" })
    #expect(report.findings.first { $0.code == "split-leak" }?.level == .pass)
    #expect(report.findings.first { $0.code == "near-duplicates" }?.rows == 70)
  }

  @Test func deduplicateNearKeepsOneOfEachGroupTheDomainsFirst() throws {
    let folder = try TemporaryFolder()
    var options = MixOptions()
    options.deduplicate = .near
    let result = try Mix.run(try inputs(folder), options: options)
    #expect(result.metrics.sources.map(\.train) == [20, 10])
    #expect(result.metrics.nearDuplicates == 70 && result.metrics.duplicatesRemoved == 70)
    #expect(Set(result.selection.train.filter { $0.source == 0 }.map(\.row)).isSuperset(of: [1, 6, 11]))
  }

  @Test func aSelectionThatSplitsNearDuplicatesIsAnError() throws {
    let folder = try TemporaryFolder()
    let inputs = try inputs(folder)
    var selection = try Mix.run([inputs[0]], options: MixOptions()).selection
    let moved = try #require(selection.train.firstIndex { $0.row == 2 })
    selection.validation = [selection.train.remove(at: moved)]
    let report = try DatasetReport(selection, path: { _ in inputs[0].files.files[0].path })
    #expect(report.findings.first { $0.code == "split-leak" }?.level == .error)
    #expect(report.findings.first { $0.code == "validation-seen" }?.level == .warning)
  }
}
