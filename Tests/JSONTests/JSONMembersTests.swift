import JSON
import Testing

@Suite struct JSONMembersTests {
  private static let text =
    #"{"a":{"x":[1,{"y":"]}"}]},"b":"c\"},","list":[1,[2,3],{}], "n" : -2.5e1 ,"e":{},"é":null,"last":[]}"#

  /// What is passed over changes nothing about what is read.
  @Test func everyMemberIsReadAsTheWholeTextHasIt() throws {
    let whole = try #require(try JSONValue(parsing: Self.text).objectValue)
    for name in whole.keys {
      let found = try JSONObject(members: [name], of: Array(Self.text.utf8))
      #expect(found == JSONObject([(name, try #require(whole[name]))]))
    }
    #expect(try JSONObject(members: ["last", "a", "none"], of: Array(Self.text.utf8)).keys == ["a", "last"])
    #expect(try JSONObject(members: ["a"], of: Array("{ }".utf8)).isEmpty)
  }

  @Test func aTextThatEndsWithinTheObjectIsRefused() {
    let bytes = Array(Self.text.utf8)
    for length in 0..<bytes.count {
      for name in ["a", "last", "none"] {
        #expect(throws: JSONParseError.self) { try JSONObject(members: [name], of: Array(bytes[..<length])) }
      }
    }
    #expect(throws: JSONParseError.self) { try JSONObject(members: ["a"], of: Array("[1]".utf8)) }
    #expect(throws: JSONParseError.self) { try JSONObject(members: ["a"], of: Array(#"{"b":"\"#.utf8)) }
  }

  /// Keys are told apart by their bytes: `é` in one code point and in two, and equal lengths.
  @Test func keysAreComparedByTheirBytes() {
    let object = JSONObject([("\u{E9}", 1), ("e\u{301}", 2), ("ab", 3), ("ba", 4), ("", 5)])
    #expect(object.count == 5)
    #expect(object["\u{E9}"] == 1 && object["e\u{301}"] == 2 && object["ba"] == 4 && object[""] == 5)
    // Equal to Unicode, of equal length, and of other bytes.
    let marks = JSONObject([("a\u{323}\u{307}", 1), ("a\u{307}\u{323}", 2)])
    #expect(marks.count == 2 && marks["a\u{307}\u{323}"] == 2)
  }

  @Test func everyByteThatNeedsAnEscapeGetsOne() throws {
    var text = "plain"
    for value in 0..<UInt8(0x80) { text += String(Unicode.Scalar(value)) + "é" }
    text += "\"\\"
    let written = JSONValue.string(text).text()
    #expect(try JSONValue(parsing: written).stringValue == text)
    #expect(written.utf8.allSatisfy { $0 >= 0x20 })
    #expect(JSONValue.string("").text() == #""""#)
  }
}
