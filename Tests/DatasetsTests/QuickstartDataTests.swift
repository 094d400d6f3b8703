import Conversations
import Datasets
import JSON
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

  /// A question without case, spaces and punctuation.
  private func plain(_ row: JSONObject) -> String {
    (row["query"]?.stringValue ?? "").lowercased().filter { $0.isLetter || $0.isNumber }
  }

  private func count(_ rows: [JSONObject], _ tag: String) -> Int { rows.count { $0["tag"]?.stringValue == tag } }

  @Test func probesAreNeverTrainedOn() throws {
    let probes = try rows("identity-probes.jsonl")
    let training = try rows("identity.jsonl") + rows("general.jsonl")
    #expect(Set(probes.map(plain)).isDisjoint(with: training.map(plain)))
    #expect(Set(probes.map(plain)).count == probes.count)
    #expect(count(probes, "en") >= 25 && count(probes, "zh") >= 10)
  }

  @Test func thereAreEnoughRowsForTheRatio() throws {
    let identity = try rows("identity.jsonl")
    #expect(identity.count >= 160 && count(identity, "en") >= 90)
    #expect(try rows("general.jsonl").count >= 2 * identity.count)
  }

  @Test(arguments: ["identity.jsonl", "general.jsonl"])
  func rowsPassTheirOwnLint(name: String) throws {
    let report = try DatasetReport(DatasetFiles(path: Self.folder + name, label: name))
    let problems = report.findings.filter { $0.level != .pass }.map(\.code)
    #expect(problems == (name == "identity.jsonl" ? ["placeholders"] : []))
  }

  @Test func everyPlaceholderIsFilled() throws {
    let folder = try TemporaryFolder()
    let source = DatasetSource(files: try DatasetFiles(path: Self.folder + "identity.jsonl"))
    let substitution = try Substitution(
      values: ["NAME": ["zh": "小猫", "en": "Grace"], "AUTHOR": "Tang Yin"], by: "tag")
    let tally = try substitution.rewrite(source, to: folder.path + "/out.jsonl")
    #expect(tally.warnings.isEmpty && tally.replaced.values.allSatisfy { $0 > 50 })
  }

  @Test func rowsOfTheTagAreInItsLanguage() throws {
    for row in try rows("identity.jsonl") {
      let language = RowLanguage(try Conversation.mapping(row).conversation)
      #expect(language.rawValue == row["tag"]?.stringValue, "\(row["query"]?.stringValue ?? "")")
    }
  }
}
