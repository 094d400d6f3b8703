import Diagnostics
import JSON
import Recipes
import Testing

/// Every form that a parameter can have.
private struct Everything: ParameterSet, Equatable {
  enum Flavor: String, ParameterChoice {
    case sweet, sour

    static var foreignWords: [String: Flavor] { ["acid": .sour] }
  }

  struct Item: ParameterSet, Equatable {
    var name = ""
    var count = 1

    static let fields: [Field<Item>] = [
      Field("name", \.name, required: true, help: "Its name."),
      Field("count", \.count, .integer(1...9), help: "How many."),
    ]
  }

  /// Knows nothing of recipes.
  struct Inner: Sendable, Equatable {
    var depth = 2.5
    var label: String?
  }

  var flag = true
  var count = 3
  var rate = 0.5
  var text = "a"
  var optional: Int?
  var flavor = Flavor.sweet
  var ratio: Ratio?
  var words: [String] = ["x"]
  var shares: [String: Double] = [:]
  var anything = JSONObject()
  var items: [Item] = []
  var first = Item()
  var inner = Inner()

  static let fields: [Field<Everything>] = [
    Field("flag", \.flag, help: "A flag."), Field("count", \.count, .integer(0...10), help: "A count."),
    Field("rate", \.rate, .number(exclusiveMinimum: 0), help: "A rate.", aliases: ["lr"]),
    Field("text", \.text, help: "A text."), Field("optional", \.optional, semantic: false, help: "May be missing."),
    Field("flavor", \.flavor, help: "A flavor."), Field("ratio", \.ratio, help: "A ratio."),
    Field("words", \.words, help: "Words."), Field("shares", \.shares, .map(.number(0...1)), help: "Shares."),
    Field("anything", \.anything, help: "Anything."), Field("items", \.items, help: "Items."),
    Field("first", \.first, help: "The first."),
    Field(
      "inner", \.inner, help: "In a value of another module.",
      members: [
        Field("depth", \.depth, .number(0...3), help: "A depth."), Field("label", \.label, help: "A label."),
      ]),
  ]

  static func == (left: Everything, right: Everything) -> Bool { left.parameter == right.parameter }
}

@Suite struct ParameterSetTests {
  private func decoded(_ json: JSONValue) throws -> Everything { try Everything(parameter: json) }

  @Test func nothingGivenIsEveryDefault() throws {
    #expect(try decoded([:]) == Everything())
    let kind = StageKind("x", version: 1, summary: "X.", parameters: Everything.self, output: .files)
    #expect(kind.parameters.first { $0.name == "count" }?.defaultValue == 3)
    #expect(kind.parameters.first { $0.name == "optional" }?.defaultValue == nil)
    #expect(kind.parameters.first { $0.name == "inner" }?.defaultValue == ["depth": 2.5])
    #expect(kind.parameters.first { $0.name == "rate" }?.aliases == ["lr"])
    _ = try StageRegistry([kind])
  }

  @Test func everyFormIsReadAndWrittenBack() throws {
    let json: JSONValue = [
      "flag": false, "count": 4, "rate": 1.5, "text": "b", "optional": 7, "flavor": "sour", "ratio": "1:2.5",
      "words": ["p", "q"], "shares": ["a": 0.25, "b": 1.0], "anything": ["n": nil, "m": [1, "two"]],
      "items": [["name": "i", "count": 2]], "first": ["name": "f", "count": 1], "inner": ["depth": 1.0, "label": "l"],
    ]
    let value = try decoded(json)
    #expect(value.parameter == json)
    #expect(value.inner == Everything.Inner(depth: 1, label: "l"))
    #expect(value.items == [Everything.Item(name: "i", count: 2)])
    #expect(value.ratio?.general == 2.5)
  }

  @Test func whatAnObjectLacksKeepsItsDefault() throws {
    #expect(try decoded(["inner": ["label": "l"]]).inner == Everything.Inner(depth: 2.5, label: "l"))
    #expect(try decoded(["items": [["name": "i"]]]).items == [Everything.Item(name: "i", count: 1)])
  }

  @Test(
    arguments: [
      (["count": 11], "'count' must be an integer from 0 to 10, not 11"),
      (["rate": 0], "'rate' must be a number above 0, not 0"),
      (["flag": "yes"], "'flag' must be true or false, not \"yes\""),
      (["flavor": "salty"], "'flavor' must be one of 'sweet', 'sour', not \"salty\""),
      (["words": ["a", 1]], "'words.1' must be a string, not 1"),
      (["shares": ["a": 2]], "'shares' must be a map of names to numbers, not {\"a\":2}"),
      (["items": [["name": "i"], ["count": 3]]], "'items.1.name' is missing"),
      (["items": [["name": "i", "count": 10]]], "'items.0.count' must be an integer from 1 to 9, not 10"),
      (["inner": ["depth": 4]], "'inner.depth' must be a number from 0 to 3, not 4"),
      (["inner": ["dept": 1]], "'inner.dept' is not a parameter"), (["text": nil], "'text' must be a string, not null"),
      (["ratio": "1:0"], "'ratio' must be a ratio such as \"1:5\", not \"1:0\""),
    ] as [(JSONValue, String)])
  func whatDoesNotFitIsNamedWithItsPath(_ json: JSONValue, _ message: String) throws {
    let error = #expect(throws: Diagnostic.self) { try Everything(decoding: json.objectValue ?? JSONObject()) }
    #expect(error?.message == message)
    #expect(error?.location?.file == message.split(separator: "'").first.map(String.init))
  }

  @Test(arguments: ["", "1", "1:", ":5", "0:5", "1:-5", "1:nan", "1:2:3", "a:b", "1:inf", "1:1e3"])
  func aRatioIsTwoPositiveNumbers(_ text: String) {
    #expect(Ratio(text) == nil)
  }

  @Test(arguments: [
    ("a.*", "a.b", true), ("a.*", "a.", false), ("*.b", "a.b", true), ("a", "a.b", false), ("a", "a", true),
  ])
  func aStarInAMetricsNameStandsForAnyText(_ pattern: String, _ name: String, _ covers: Bool) {
    #expect(MetricSpec(pattern, help: "").covers(name) == covers)
  }
}
