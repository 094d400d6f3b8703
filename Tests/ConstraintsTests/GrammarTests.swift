import Inference
import JSON
import Testing
import Tokenization

@testable import Constraints

@Suite struct GrammarTests {
  private func accepts(_ grammar: Grammar, _ text: String) -> Bool {
    var automaton = GrammarAutomaton(grammar)
    var state = automaton.start()
    for byte in text.utf8 {
      state = automaton.step(state, byte)
      if state == GrammarAutomaton.dead { return false }
    }
    return automaton.isAccepting(state)
  }

  @Test(arguments: [
    "{}", #"{"a":1}"#, #"{ "a" : [ 1, -2.5e+10, true, false, null, "x\"\\\né\u0041" ] }"#, #"{"天":{"b":{"c":[[[]]]}}}"#,
    "{\n  \"a\": 1,\n  \"b\": []\n}",
  ])
  func anObjectIsAnyObject(_ text: String) {
    #expect(accepts(.jsonObject, text))
  }

  @Test(arguments: [
    "", "[]", "1", "{", "}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":01}"#, #"{"a":1.}"#, #"{"a":+1}"#,
    #"{"a":'x'}"#, #"{"a":"\x"}"#, #"{"a":"\ud800"}"#, "{\"a\":\"\n\"}", "{}{}", " {}", "{} ", #"{"a":nul}"#,
    "{\n\n\n}",
  ])
  func whatIsNoObjectIsNot(_ text: String) {
    #expect(!accepts(.jsonObject, text))
  }

  /// Bytes that are no UTF-8 never come into a string.
  @Test(
    arguments: [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xE0, 0x80, 0x80]] as [[UInt8]])
  func stringsAreUTF8(_ bytes: [UInt8]) {
    var automaton = GrammarAutomaton(.jsonObject)
    var state = automaton.start()
    for byte in Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8) { state = automaton.step(state, byte) }
    #expect(state == GrammarAutomaton.dead)
  }

  /// Schema, texts it takes, texts it does not.
  private static let schemas: [(String, [String], [String])] = [
    (
      #"{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name"]}"#,
      [#"{"name":"x"}"#, #"{"name": "x", "age": -3}"#],
      [#"{"age":3}"#, #"{"name":1}"#, #"{"name":"x","age":1.5}"#, #"{"name":"x","more":1}"#, #"{"age":1,"name":"x"}"#]
    ),
    (
      #"{"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":{"type":"boolean"}}"#,
      ["{}", #"{"a":null}"#, #"{"a":null,"b":true}"#, #"{"ab":false,"猫":true}"#, #"{"":true}"#],
      [#"{"a":true}"#, #"{"b":1}"#, #"{"a":null,"a":true}"#]
    ),
    (#"{"type":"object"}"#, ["{}", #"{"x":[1]}"#], ["[]"]),
    (#"{"enum":["red","grün",3,null]}"#, [#""red""#, #""grün""#, "3", "null"], [#""re""#, "4", "red"]),
    (#"{"type":"string","enum":["a",1]}"#, [#""a""#], ["1"]),
    (#"{"const":{"a":[1,2]}}"#, [#"{"a":[1,2]}"#], [#"{"a":[1]}"#]),
    (#"{"type":["integer","null"]}"#, ["0", "-12", "null"], ["1.0", #""1""#, "-", "00"]),
    (#"{"type":"number"}"#, ["1", "-0.5", "1e9"], ["e9", ".5", "NaN"]),
    (
      #"{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":3}"#,
      ["[true]", "[true, false,true]"], ["[]", "[true,true,true,true]", "[1]", "[true,]"]
    ),
    (#"{"type":"array","items":{"type":"integer"},"minItems":2}"#, ["[1,2]", "[1,2,3,4]"], ["[1]", "[]"]),
    (#"{"type":"array"}"#, ["[]", #"[1,"a",{}]"#], ["{}", "[,]"]),
    (
      #"{"prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}"#,
      [#"["a",1]"#, #"["a"]"#, "[]"], [#"["a",1,2]"#, "[1]"]
    ),
    (#"{"type":"string","minLength":2,"maxLength":3}"#, [#""ab""#, #""天地人""#, #""a\n""#], [#""a""#, #""abcd""#]),
    (
      #"{"anyOf":[{"type":"integer"},{"type":"string","maxLength":1}]}"#, ["7", #""x""#], [#""xy""#, "true"]
    ),
    (
      ##"{"$defs":{"node":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["next"]}},"$ref":"#/$defs/node"}"##,
      [#"{"next":null}"#, #"{"next":{"next":{"next":null}}}"#], ["null", #"{"next":{}}"#]
    ),
    (
      ##"{"oneOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/b"}],"$defs":{"a":{"type":"object","properties":{"k":{"const":"a"}},"required":["k"]},"b":{"type":"object","properties":{"k":{"const":"b"},"n":{"type":"integer"}},"required":["k","n"]}}}"##,
      [#"{"k":"a"}"#, #"{"k":"b","n":1}"#], [#"{"k":"b"}"#, #"{"k":"c"}"#]
    ),
    (
      ##"{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#"}}},"additionalProperties":false}"##,
      ["{}", #"{"kids":[{"kids":[]},{}]}"#], [#"{"kids":[1]}"#]
    ),
  ]

  @Test(arguments: 0..<schemas.count) func aSchemaTakesWhatItSays(_ index: Int) throws {
    let (schema, taken, refused) = Self.schemas[index]
    let grammar = try Grammar(schema: try JSONValue(parsing: schema))
    for text in taken { #expect(accepts(grammar, text), "\(schema) does not take \(text)") }
    for text in refused { #expect(!accepts(grammar, text), "\(schema) takes \(text)") }
  }

  @Test(arguments: [
    (#"{"type":"string","pattern":"a+"}"#, "#", "'pattern'"), (#"{"type":"integer","minimum":3}"#, "#", "'minimum'"),
    (#"{"properties":{"a":{"format":"email","type":"string"}}}"#, "#/properties/a", "'format'"),
    (#"{"allOf":[{"type":"object"},{"type":"object"}]}"#, "#", "'allOf'"),
    (#"{"oneOf":[{"type":"object"},{"type":"object"}]}"#, "#", "'oneOf'"),
    (#"{"not":{}}"#, "#", "'not'"), (#"{"type":"array","uniqueItems":true}"#, "#", "'uniqueItems'"),
    (#"{"type":"text"}"#, "#", "'type'"), (##"{"$ref":"#/$defs/none"}"##, "#", "not there"),
    (#"{"$ref":"http://x"}"#, "#", "'$ref'"), (##"{"$ref":"#"}"##, "#", "itself"),
    (#"{"type":"array","minItems":3,"maxItems":2}"#, "#", "below"),
    (#"{"type":"array","minItems":99999999}"#, "#", "'minItems'"), (#"{"enum":[]}"#, "#", "'enum'"),
    (#"{"type":"string","enum":[1]}"#, "#", "no value"), ("5", "#", "no schema"), ("false", "#", "no schema"),
    (#"{"required":["a"],"additionalProperties":false}"#, "#", "'a'"),
    (#"{"anyOf":[{"type":"string"}],"minLength":3}"#, "#", "beside"),
  ])
  func whatCannotBeFollowedIsNamed(_ schema: String, _ place: String, _ word: String) throws {
    let problem = try #require(throws: SchemaProblem.self) { try Grammar(schema: try JSONValue(parsing: schema)) }
    #expect(problem.place == place && problem.what.contains(word), "\(problem)")
  }

  @Test func callsAndChoicesAreSpelledOut() throws {
    let grammar = try Grammar(
      calls: [
        ("f", ["type": "object", "properties": ["x": ["type": "integer"]], "required": ["x"]]),
        ("g", ["type": "object", "additionalProperties": false]),
      ], spelling: .json(argumentsName: "arguments"), open: "<tool_call>\n", close: "\n</tool_call>")
    #expect(accepts(grammar, "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>"))
    #expect(accepts(grammar, "<tool_call>\n{\"name\":\"g\",\"arguments\":{}}\n</tool_call>"))
    #expect(!accepts(grammar, "<tool_call>\n{\"name\":\"g\",\"arguments\":{\"x\":1}}\n</tool_call>"))
    #expect(!accepts(grammar, "<tool_call>\n{\"name\":\"h\",\"arguments\":{}}\n</tool_call>"))
    #expect(accepts(Grammar(choices: ["yes", "yesterday"]), "yes"))
    #expect(accepts(Grammar(choices: ["yes", "yesterday"]), "yesterday"))
    #expect(!accepts(Grammar(choices: ["yes", "yesterday"]), "yest"))
  }

  /// Elements hold texts as they are, and everything else as JSON.
  @Test func callsAreSpelledAsElements() throws {
    let grammar = try Grammar(
      calls: [
        (
          "f",
          [
            "type": "object",
            "properties": [
              "text": ["type": "string"], "n": ["type": "integer"], "unit": ["enum": ["c", "f"]],
              "list": ["type": "array", "items": ["type": "string"]],
            ], "required": ["text", "unit"],
          ]
        )
      ], spelling: .elements, open: "<tool_call>\n", close: "\n</tool_call>")
    func call(_ arguments: [(String, String)]) -> String {
      let elements = arguments.map { "<parameter=\($0.0)>\n\($0.1)\n</parameter>\n" }
      return "<tool_call>\n<function=f>\n\(elements.joined())</function>\n</tool_call>"
    }
    for text in ["", "Oslo", "a\n\"b\"\n天 <b>c</b> </para", "<<</parameter", "</parameter</parameter"] {
      #expect(accepts(grammar, call([("text", text), ("unit", "c")])), "\(text)")
    }
    #expect(accepts(grammar, call([("text", "a"), ("n", "12"), ("unit", "f"), ("list", "[\"a\", \"b\"]")])))
    #expect(!accepts(grammar, call([("text", "a</parameter>b"), ("unit", "c")])))
    #expect(!accepts(grammar, call([("text", "<</parameter>"), ("unit", "c")])))
    #expect(!accepts(grammar, call([("text", "a"), ("unit", "k")])))
    #expect(!accepts(grammar, call([("text", "a"), ("n", "x"), ("unit", "c")])))
    #expect(!accepts(grammar, call([("unit", "c")])) && !accepts(grammar, call([("text", "a")])))
    let named = try Grammar(calls: [("g", ["type": "object"])], spelling: .nameFirst, open: "", close: "")
    #expect(accepts(named, "g{\"x\": 1}") && !accepts(named, "h{}"))
  }

  // MARK: - Tokens

  private static func tokenizer() throws -> Tokenizer {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return try Tokenizer.open(path: "/\(folder)/Fixtures/Tokenization/qwen2.tokenizer.json")
  }

  /// The mask is right for each single token: it allows exactly those that the grammar can go on with.
  @Test func theMaskIsWhatEachTokenAloneWouldSay() throws {
    let tokenizer = try Self.tokenizer()
    let vocabulary = SortedVocabulary(tokenizer)
    let stop = try #require(tokenizer.endToken ?? tokenizer.token("<|im_end|>"))
    let schema: JSONValue = [
      "type": "object", "properties": ["name": ["type": "string"], "n": ["type": "integer"]], "required": ["name"],
    ]
    var constraint = GrammarConstraint(
      try Grammar(schema: schema), vocabulary: vocabulary, stopTokens: [stop])
    for text in ["", "{", "\"name", "\": \"a ", "天\\", "n", "\"", ", \"n\":", " 1", "2", "}"] {
      for token in try tokenizer.encode(text) { constraint.advance(token) }
      var logits = [Float](repeating: 0, count: tokenizer.vocabularySize)
      logits.withUnsafeMutableBufferPointer { constraint.mask($0) }
      for token in 0..<Int32(tokenizer.vocabularySize) {
        #expect((logits[Int(token)] == 0) == constraint.allows(token), "\(token) after \(text)")
      }
    }
    #expect(constraint.isFinished && constraint.allows(stop))
  }

  /// Whatever the model would like to say, what comes out is what the schema asks for.
  @Test(arguments: UInt64(1)...30) func randomRepliesFollowTheSchema(_ seed: UInt64) throws {
    let tokenizer = try Self.tokenizer()
    let vocabulary = SortedVocabulary(tokenizer)
    let stop = try #require(tokenizer.endToken ?? tokenizer.token("<|im_end|>"))
    let schema: JSONValue = [
      "type": "object",
      "properties": [
        "title": ["type": "string", "maxLength": 12],
        "tags": ["type": "array", "items": ["enum": ["a", "b"]], "maxItems": 3],
        "size": ["type": ["integer", "null"]],
      ], "required": ["title", "size"], "additionalProperties": false,
    ]
    var constraint = GrammarConstraint(try Grammar(schema: schema), vocabulary: vocabulary, stopTokens: [stop])
    var random = seed
    var bytes: [UInt8] = []
    for _ in 0..<400 where !constraint.isFinished {
      var logits = [Float](repeating: 0, count: tokenizer.vocabularySize)
      logits.withUnsafeMutableBufferPointer { constraint.mask($0) }
      let allowed = logits.indices.filter { logits[$0] == 0 }
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let token = Int32(try #require(allowed.isEmpty ? nil : allowed[Int(random >> 33) % allowed.count]))
      if token == stop { break }
      bytes += tokenizer.bytes(of: token)
      constraint.advance(token)
    }
    let value = try JSONValue(parsing: bytes)
    let keys = try #require(value.objectValue?.keys)
    #expect(keys == ["title", "size"] || keys == ["title", "tags", "size"])
    #expect((value["title"]?.stringValue?.unicodeScalars.count ?? 99) <= 12)
    #expect(value["size"]?.isNull == true || value["size"]?.intValue != nil)
    #expect((value["tags"]?.arrayValue ?? []).allSatisfy { $0 == "a" || $0 == "b" })
  }
}
