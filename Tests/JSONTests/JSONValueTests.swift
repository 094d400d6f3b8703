import JSON
import Testing

@Suite struct JSONValueTests {
  @Test(arguments: [
    #"{"a":1,"b":[true,null,-2.5],"c":"é\n😀"}"#, "[]", "{}", "0", "-1", "1e+100", "12345678901234567890",
    "-9223372036854775809", #""""#,
  ])
  func textRoundTrips(text: String) throws {
    let value = try JSONValue(parsing: text)
    #expect(try JSONValue(parsing: value.text()) == value)
  }

  @Test func objectsKeepOrderAndFindManyKeys() throws {
    var object = JSONObject()
    for index in (0..<100).reversed() { object["k\(index)"] = .integer(Int64(index)) }
    #expect(object.keys.first == "k99")
    object["k50"] = nil
    #expect(object["k50"] == nil)
    #expect(object["k49"] == 49)
    #expect(object.count == 99)
  }

  @Test func canonicalTextSortsKeysByBytes() throws {
    let value = try JSONValue(parsing: #"{"b":1,"a":{"z":0,"é":1,"y":2}}"#)
    #expect(value.text(.canonical) == #"{"a":{"y":2,"z":0,"é":1},"b":1}"#)
  }

  @Test(arguments: [
    ("", "unexpected end of JSON"), ("[1,]", "a comma before ']'"), ("{\"a\" 1}", "expected ':'"),
    ("01", "a number cannot start with 0"), ("\"a", "unterminated string"), ("1e999", "number out of range"),
    ("nul", "unexpected end of JSON"), ("[1] 2", "unexpected text after the JSON value"),
    ("NaN", "NaN is not a JSON value"), ("x", "unexpected character"), ("[}", "unexpected character"),
  ])
  func badTextIsRefusedWithAMessage(text: String, message: String) {
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
    #expect(error?.message == message)
  }

  @Test(arguments: ["12345678901234567890", "-9223372036854775809", "100000000000000000000000000000000000000001"])
  func wholeNumbersKeepTheirDigits(digits: String) throws {
    let value = try JSONValue(parsing: "[\(digits)]")
    #expect(value.text() == "[\(digits)]")
    #expect(value.text(.canonical) == "[\(digits)]")
    #expect(value.arrayValue?.first?.intValue == nil)
    #expect(value.arrayValue?.first?.doubleValue == Double(digits))
  }

  @Test func depthIsBounded() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
  }

  @Test func errorNamesLineAndColumn() {
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: "{\n  \"a\": x\n}") }
    #expect(error?.line == 2)
    #expect(error?.column == 8)
  }

  @Test func surrogatePairsAndLoneSurrogates() throws {
    #expect(try JSONValue(parsing: #""\ud83d\ude00""#) == "😀")
    #expect(try JSONValue(parsing: #""\ud83dx""#) == "\u{FFFD}x")
  }
}
