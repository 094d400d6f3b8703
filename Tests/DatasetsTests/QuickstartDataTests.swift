import Conversations
import Datasets
import JSON
import TestSupport
import Testing

/// The rows the quickstart trains on and measures by, as they lie in recipes/data.
@Suite struct QuickstartDataTests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/recipes/data/"

  private func rows(_ name: String) throws -> [JSONObject] {
    let reader = try DatasetReader(path: Self.folder + name, label: name)
    var rows: [JSONObject] = []
    while let record = try reader.next() {
      guard case .row(let row) = record else {
        Issue.record("a bad row in \(name)")
        continue
      }
      rows.append(row.fields)
    }
    return rows
  }

  private static let training = ["identity.jsonl", "identity-more.jsonl", "general.jsonl", "general-zh.jsonl"]

  private func trained() throws -> [String] { try Self.training.flatMap { try rows($0).map(question) } }

  /// What a row asks; a probe's is under `ask`.
  private func question(_ row: JSONObject) -> String {
    row["query"]?.stringValue ?? row["ask"]?.stringValue ?? ""
  }

  /// A question without case, spaces and punctuation.
  private func plain(_ question: String) -> String { question.lowercased().filter { $0.isLetter || $0.isNumber } }

  private func count(_ rows: [JSONObject], _ tag: String) -> Int { rows.count { $0["tag"]?.stringValue == tag } }

  @Test(arguments: ["identity-probes.jsonl", "probes.jsonl"])
  func probesAreNeverTrainedOn(name: String) throws {
    let probes = try rows(name)
    let asked = Set(probes.map { plain(question($0)) })
    #expect(asked.isDisjoint(with: try trained().map(plain)))
    #expect(asked.count == probes.count)
    #expect(count(probes, "en") >= 20 && count(probes, "zh") >= 10)
  }

  /// Not only another punctuation or order: at least three words (in Chinese, characters) lie between each probe and the
  /// nearest question that is trained on.
  @Test func probesAreNoNearCopiesOfWhatIsTrained() throws {
    let training = try trained().map(words)
    for probe in try rows("identity-probes.jsonl") + rows("probes.jsonl") {
      let probeWords = words(question(probe))
      let nearest = training.map { distance($0, probeWords) }.min() ?? .max
      #expect(nearest >= 3, "\(question(probe)) differs from a trained question by \(nearest) words")
    }
  }

  /// How often each word is in a question; a Han character is a word.
  private func words(_ question: String) -> [String: Int] {
    var counts: [String: Int] = [:]
    var word = ""
    let text = question.lowercased().replacing("'s", with: " is")
    for character in text + " " {
      let isHan = character.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
      if !isHan, character.isLetter || character.isNumber {
        word.append(character)
        continue
      }
      if !word.isEmpty { counts[word, default: 0] += 1 }
      word = ""
      if isHan { counts[String(character), default: 0] += 1 }
    }
    return counts
  }

  /// Words of one question that the other lacks, both ways.
  private func distance(_ left: [String: Int], _ right: [String: Int]) -> Int {
    Set(left.keys).union(right.keys).reduce(0) { $0 + abs((left[$1] ?? 0) - (right[$1] ?? 0)) }
  }

  @Test func thereAreEnoughRowsForTheRatio() throws {
    let identity = try rows("identity.jsonl")
    #expect(identity.count >= 160 && count(identity, "en") >= 90)
    #expect(try rows("general.jsonl").count >= 2 * identity.count)
  }

  @Test(arguments: training)
  func rowsPassTheirOwnLint(name: String) throws {
    let report = try DatasetReport(DatasetFiles(path: Self.folder + name, label: name))
    let problems = report.findings.filter { $0.level != .pass }.map(\.code)
    // A small file is mixed with others.
    let few = name == "general-zh.jsonl" ? ["enough-rows"] : []
    #expect(problems == few + (name.hasPrefix("general") ? [] : ["placeholders"]))
  }

  @Test func everyPlaceholderIsFilled() throws {
    let folder = try TemporaryFolder()
    let source = DatasetSource(files: try DatasetFiles(path: Self.folder + "identity.jsonl"))
    let substitution = Substitution(
      values: ["NAME": .byTag(["zh": "小猫", "en": "Grace"]), "AUTHOR": .scalar("Tang Yin")], tagColumn: "tag")
    let tally = try substitution.rewrite(source, to: folder.path + "/out.jsonl")
    #expect(tally.warnings.isEmpty && tally.replaced.values.allSatisfy { $0 > 50 })
  }

  @Test func rowsOfTheTagAreInItsLanguage() throws {
    for row in try rows("identity.jsonl") + rows("identity-more.jsonl") {
      let language = RowLanguage(try Conversation.mapping(row).conversation)
      #expect(language.rawValue == row["tag"]?.stringValue, "\(row["query"]?.stringValue ?? "")")
    }
  }
}
