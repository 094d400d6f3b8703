import Conversations
import Datasets
import Glibc
import JSON
import Serving
import Testing

@testable import LorapipeCLI

@Suite struct TalkingTests {
  private static func keys(_ text: String) -> [Key] {
    var reader = KeyReader()
    return reader.take(Array(text.utf8))
  }

  /// What a person typed, and what became of it.
  private static func edited(_ text: String) -> (outcomes: [LineEditor.Outcome], editor: LineEditor) {
    var (reader, editor) = (KeyReader(), LineEditor())
    editor.commands = ["/new", "/retry", "/quit"]
    let outcomes = reader.take(Array(text.utf8)).map { editor.take($0) }.filter { $0 != .typing }
    return (outcomes, editor)
  }

  @Test func charactersAndSequencesMayBeCutAnywhere() {
    let bytes = Array("你好\u{1B}[D\u{1B}[200~a\rb\u{1B}[201~é👨‍👩‍👧\u{1B}[3~".utf8)
    var whole = KeyReader()
    var expected = LineEditor()
    for key in whole.take(bytes) { _ = expected.take(key) }
    for cut in 1..<bytes.count {
      var (reader, editor) = (KeyReader(), LineEditor())
      for part in [bytes[..<cut], bytes[cut...]] { for key in reader.take(part) { _ = editor.take(key) } }
      #expect(editor.before == expected.before && editor.after == expected.after, "cut at \(cut)")
    }
    #expect(expected.before == "你a\nbé👨‍👩‍👧" && expected.after == "")
  }

  @Test func pastedLinesDoNotSend() {
    #expect(Self.keys("\u{1B}[200~one\r\ntwo\u{1B}[201~") == [.text("one\ntwo")])
    let (outcomes, editor) = Self.edited("\u{1B}[200~one\rtwo\r\u{1B}[201~")
    #expect(outcomes.isEmpty && editor.text == "one\ntwo\n")
  }

  @Test func aLongPasteComesWhole() {
    let text = String(repeating: "天地玄黄 ", count: 3000)
    var (reader, editor) = (KeyReader(), LineEditor())
    let bytes = Array("\u{1B}[200~\(text)\u{1B}[201~".utf8)
    for start in stride(from: 0, to: bytes.count, by: 1000) {
      for key in reader.take(bytes[start..<min(start + 1000, bytes.count)]) { _ = editor.take(key) }
    }
    #expect(editor.text == text)
  }

  @Test(arguments: [
    ("hello\r", "hello"), ("你好\u{7F}们\r", "你们"), ("e\u{301}x\u{7F}\u{7F}ok\r", "ok"), ("one\\\rtwo\r", "one\ntwo"),
    ("one\u{1B}\rtwo\r", "one\ntwo"), ("one\ntwo\r", "one\ntwo"), ("bc\u{01}a\u{05}d\r", "abcd"),
    ("one two\u{17}three\r", "one three"), ("abc\u{15}d\r", "d"), ("abc\u{1B}[D\u{1B}[D\u{0B}x\r", "ax"),
    ("ab\u{1B}[D\u{1B}[3~c\r", "ac"), ("/re\t\r", "/retry "), ("/x\t\r", "/x"), ("a\u{03}b\r", "b"),
    ("one two\u{1B}[1;5D\u{1B}[1;5DX\r", "Xone two"), ("a\nbc\u{10}X\r", "aX\nbc"),
  ])
  func keysEditAMessage(_ typed: String, _ sent: String) {
    #expect(Self.edited(typed).outcomes == [.submit(sent)], "\(typed)")
  }

  @Test func arrowsBringBackEarlierMessages() {
    let (outcomes, editor) = Self.edited("first\rsecond\rdraft\u{1B}[A\u{1B}[A\u{1B}[B\u{1B}[B")
    #expect(outcomes == [.submit("first"), .submit("second")])
    #expect(editor.text == "draft")
    #expect(Self.edited("first\rsecond\r\u{1B}[A\u{1B}[A\r").outcomes.last == .submit("first"))
  }

  @Test func endingIsOnlyForEmptyLines() {
    #expect(Self.edited("\u{04}").outcomes == [.end] && Self.edited("\u{03}").outcomes == [.interrupt])
    #expect(Self.edited("ab\u{1B}[D\u{04}").editor.text == "a")
  }

  @Test func noiseNeitherTrapsNorHangs() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var (reader, editor) = (KeyReader(), LineEditor())
      for _ in 0..<30 {
        let bytes = (0..<Int.random(in: 0...9, using: &random)).map { _ in
          Bool.random(using: &random)
            ? UInt8.random(in: 0...255, using: &random) : Array("\u{1B}[~0;2O".utf8).randomElement(using: &random) ?? 0
        }
        for key in reader.take(bytes) { _ = editor.take(key) }
        let layout = EditorLayout(before: editor.before, after: editor.after, promptWidth: 2, columns: 10)
        #expect(layout.cursorRow <= layout.lastRow && layout.cursorColumn < 10)
      }
    }
  }

  @Test func wideCharactersWrapWhole() {
    // Two columns of prompt leave three characters of two columns in the first of seven-column rows.
    let layout = EditorLayout(before: "喵星人你", after: "好", promptWidth: 2, columns: 7)
    #expect(layout.output == "喵星\r\n人你好")
    #expect(layout.lastRow == 1 && layout.cursorRow == 1 && layout.cursorColumn == 4)
    let full = EditorLayout(before: "abcde", after: "", promptWidth: 2, columns: 7)
    #expect(full.cursorRow == 1 && full.cursorColumn == 0)
    let lines = EditorLayout(before: "a\nb", after: "", promptWidth: 2, columns: 20)
    #expect(lines.output == "a\r\n  b" && lines.cursorRow == 1 && lines.cursorColumn == 3)
    #expect(EditorLayout(before: "\u{1B}[2J", after: "", promptWidth: 2, columns: 20).output == "␛[2J")
  }

  @Test(arguments: [
    (#"{"prompt": "a"}"#, ["user:a"]), (#"{"instruction": "a", "input": "b"}"#, ["user:a\nb"]),
    (#"{"query": "a", "system": "s", "history": [["q", "r"]]}"#, ["system:s", "user:q", "assistant:r", "user:a"]),
    (
      #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "expected"}]}"#, ["user:a"]
    ),
  ])
  func rowsAskWhatTheySay(_ line: String, _ asked: [String]) throws {
    let row = try QuestionRow(Array(line.utf8)[...], place: "x")
    #expect(row.conversation.messages.map { "\($0.role):\($0.content)" } == asked && row.unseenColumns.isEmpty)
  }

  /// What a row to train on tells the model, a row to answer tells it too, or it is named.
  @Test func everyColumnOfAQuestionIsAskedOrNamed() throws {
    func read(_ line: String) throws -> QuestionRow { try QuestionRow(Array(line.utf8)[...], place: "x") }
    let tool: JSONValue = ["type": "function", "function": ["name": "f"]]
    for ask in [#""query": "a""#, #""messages": [{"role": "user", "content": "a"}]"#] {
      for column in ["tools", "functions"] {
        let list = #"[{"type": "function", "function": {"name": "f"}}]"#
        for value in [list, JSONValue.string(list).text()] {
          let row = try read("{\(ask), \"\(column)\": \(value)}")
          #expect(row.conversation.tools == [tool] && row.unseenColumns.isEmpty, "\(row)")
        }
      }
      for name in ["system", "System_prompt"] {
        let row = try read("{\(ask), \"\(name)\": \"s\"}")
        #expect(row.conversation.messages.map(\.role) == ["system", "user"] && row.unseenColumns.isEmpty)
      }
      for column in ["context", "images", "reasoning"] {
        #expect(try read("{\(ask), \"\(column)\": \"c\"}").unseenColumns == [column])
      }
    }
    let history = try read(#"{"ask": "a", "history": "[[\"q\", \"r\"]]"}"#)
    #expect(history.conversation.messages.map(\.text) == ["q", "r", "a"])
    #expect(try read(#"{"query": "a", "question": "b"}"#).unseenColumns == ["question"])
    // What the row calls as an answer does, it keeps under another name.
    let own = try read(#"{"query": "a", "answer": "right", "end": 1, "id": 12345678901234567890, "x": 1.50}"#)
    let kept = #"{"query":"a","given_answer":"right","given_end":1,"id":12345678901234567890,"x":1.50}"#
    #expect(JSONValue.object(own.fields).text() == kept && own.unseenColumns.isEmpty)
    for line in [
      #"{"prompt": "a", "question": "b"}"#, #"{"query": "a", "query": "b"}"#, #"{"query": ["a"]}"#,
      #"{"query": "a", "system": ["s"]}"#, #"{"query": "a", "history": {"q": "r"}}"#, #"{"query": "a", "tools": 1}"#,
      #"{"query": "a", "answer": "b", "given_answer": "c"}"#,
    ] { #expect(throws: RowProblem.self, "\(line)") { try read(line) } }
  }

  @Test(arguments: [
    ("nonsense", "not JSON"), ("[]", "not a JSON object"), ("{}", "has no column for the question"),
    (#"{"messages": []}"#, "no message to answer"), (#"{"messages": [{"content": "a"}]}"#, "message 1 has no role"),
    (#"{"query": "a", "history": [["q"]]}"#, "pairs"),
  ])
  func badRowsSayWhy(_ line: String, _ why: String) throws {
    let error = try #require(throws: RowProblem.self) { try QuestionRow(Array(line.utf8)[...], place: "x") }
    #expect(error.message.contains(why))
  }
}
