import Conversations
import Datasets
import Diagnostics
import JSON
import Platform
import TestSupport
import Testing

/// Columns that are called otherwise: Chinese headers are known, others are renamed.
@Suite struct ColumnsTests {
  private func rows(_ text: String, _ name: String, _ columns: [String: String] = [:]) throws -> (
    rows: [[String]], tally: SourceTally
  ) {
    let folder = try TemporaryFolder()
    let files = try DatasetFiles(
      path: try folder.write(name, text), reading: ReadingOptions(columns: columns))
    var rows: [[String]] = []
    let tally = try DatasetSource(files: files).forEach { row in
      rows.append(row.conversation.messages.map { "\($0.role): \($0.text)" })
      return true
    }
    return (rows, tally)
  }

  @Test(arguments: [
    ("问题,答案\n一,二\n", ["user: 一", "assistant: 二"]), ("提问,回答\n一,二\n", ["user: 一", "assistant: 二"]),
    ("問題,答覆\n一,二\n", ["user: 一", "assistant: 二"]), ("\u{FEFF}问题 ,答案\n一,二\n", ["user: 一", "assistant: 二"]),
    ("指令,输入,输出\n一,二,三\n", ["user: 一\n二", "assistant: 三"]), ("指令,输入,输出\n一,,三\n", ["user: 一", "assistant: 三"]),
    ("系统提示,问题,答案\n零,一,二\n", ["system: 零", "user: 一", "assistant: 二"]),
  ])
  func chineseHeadersAreKnown(_ table: String, _ expected: [String]) throws {
    #expect(try rows(table, "rows.csv").rows == [expected])
  }

  @Test func chineseTurnsAreKnown() throws {
    let text = """
      {"对话": [{"角色": "用户", "内容": "一"}, {"角色": "助手", "内容": "二"}]}
      """
    #expect(try rows(text, "rows.jsonl").rows == [["user: 一", "assistant: 二"]])
  }

  @Test func columnsAreRenamedBeforeRowsAreRead() throws {
    let (found, tally) = try rows(
      "id,咨询,客服说\n1,一,二\n", "rows.csv", ["咨询": "query", "客服说": "response", "没有": "system"])
    #expect(found == [["user: 一", "assistant: 二"]])
    #expect(tally.unusedColumns == ["id": 1])
    #expect(tally.renamedColumns == ["咨询", "客服说"])
    let warnings = DatasetFiles.columnWarnings(ReadingOptions(columns: ["咨询": "query", "没有": "a"]), found: ["咨询"])
    #expect(warnings.map(\.message) == ["columns: no row has a column '没有'"])
  }

  @Test func twoColumnsOfOneNameAreABadRow() throws {
    let error = try #require(throws: Diagnostic.self) {
      try rows("a,query,response\n1,2,3\n", "rows.csv", ["a": "query"])
    }
    #expect(error.code == "row-columns" && error.message.contains("two columns 'query'"))
  }

  @Test func aNameThatNobodyKnowsIsNamedWithTheWayOut() throws {
    let error = try #require(throws: Diagnostic.self) { try rows("咨询,客服\n一,二\n", "rows.csv") }
    #expect(error.message == "row 1: has no column for the question: only 咨询, 客服")
    #expect(error.remedy?.contains("columns: { 咨询: query, 客服: response }") == true, "\(error.remedy ?? "")")
    let several = try #require(throws: Diagnostic.self) { try rows("编号,咨询,客服\n1,一,二\n", "rows.csv") }
    #expect(
      several.remedy == "Write this in a mix stage that reads it: columns: { 咨询: query, 客服: response }.",
      "\(several.remedy ?? "")")
    // What sounds like an answer is offered as one, wherever it stands.
    let turned = try #require(throws: Diagnostic.self) { try rows("客服回复,日期,咨询内容\n一,2,三\n", "rows.csv") }
    #expect(turned.remedy?.contains("{ 咨询内容: query, 客服回复: response }") == true, "\(turned.remedy ?? "")")
    let answerless = try #require(throws: Diagnostic.self) { try rows("问题,客服回复\n一,二\n", "rows.csv") }
    #expect(answerless.remedy?.contains("columns: { 客服回复: response }") == true, "\(answerless.remedy ?? "")")
    let headless = try #require(throws: Diagnostic.self) { try rows("你是谁？,我是小白。\n你好,你好！\n", "rows.csv") }
    #expect(headless.remedy?.contains("'你是谁？', looks like a row") == true, "\(headless.remedy ?? "")")
  }

  @Test func aMixReadsItsRowsAgainAsItReadThem() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rows.csv", "咨询,客服\n一,二\n三,四\n")
    let reading = ReadingOptions(columns: ["咨询": "query", "客服": "response"], encoding: .gb18030)
    let input = MixInput(
      name: "own", role: .domain, digest: SHA256.hash("d"), files: try DatasetFiles(path: path, reading: reading))
    let selection = try Mix.run([input], options: MixOptions()).selection
    let again = try DatasetSelection(parsing: selection.bytes, label: "x")
    #expect(again == selection)
    let texts = try again.rows(.train, path: { _ in path }).map { $0.conversation.messages.map(\.text) }
    #expect(Set(texts) == [["一", "二"], ["三", "四"]])
  }
}
