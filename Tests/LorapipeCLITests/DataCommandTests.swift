import JSON
import Testing

/// `data convert`, by the built program.
@Suite struct DataCommandTests {
  private func program() throws -> Program {
    let program = try Program()
    program.shell("mkdir data")
    program.write("data/own.csv", "咨询,客服\n你好,很高兴见到你\n你是谁,\"我是小猫，\n很高兴\"\n")
    program.write("data/chat.jsonl", "{\"query\": \"hi\", \"response\": \"hello<|im_end|>\"}\n")
    program.write("data/broken.csv", "query,response\nhi,\"never closed\n")
    return program
  }

  @Test func rowsOfAnyFormatBecomeJSONLines() throws {
    let program = try program()
    defer { program.remove() }
    #expect(
      program.run("data convert data/own.csv").output
        == "{\"咨询\":\"你好\",\"客服\":\"很高兴见到你\"}\n{\"咨询\":\"你是谁\",\"客服\":\"我是小猫，\\n很高兴\"}\n")
    #expect(program.run("data convert data/own.csv -o -").output == program.run("data convert data/own.csv").output)
    #expect(Files.read(program.folder + "/-").isEmpty)
    program.shell("iconv -f UTF-8 -t GB18030 data/own.csv > data/gbk.csv")
    #expect(program.run("data convert data/gbk.csv").error.contains("--encoding gb18030"))
    let named = "--encoding gb18030 --columns 咨询=query --columns 客服=response --as messages -o rows.jsonl"
    let done = program.run("data convert data/gbk.csv \(named)")
    #expect(done.status == 0 && done.output == "2 rows in rows.jsonl\n", "\(done.error)")
    let first = try JSONValue(parsing: String(Files.read(program.folder + "/rows.jsonl").split(separator: "\n")[0]))
    #expect(first["messages"]?.arrayValue?.compactMap { $0["content"]?.stringValue } == ["你好", "很高兴见到你"])
    // What is not in the messages, and what of a folder is not read, is said.
    program.write("data/told.jsonl", #"{"query": "a", "response": "b", "context": "c", "id": 7}"# + "\n")
    let told = program.run("data convert data/told.jsonl --as messages")
    #expect(told.status == 0 && told.error.contains("columns are not part of the messages: context\n"), "\(told.error)")
    #expect(!program.run("data convert data/told.jsonl").error.contains("context"))
    program.shell("mkdir parts")
    program.write("parts/a.jsonl", #"{"query": "a", "response": "b"}"# + "\n")
    program.write("parts/test.jsonl", #"{"query": "a", "response": "b"}"# + "\n")
    #expect(program.run("data convert parts").error.contains("test.jsonl"))
    for line in [
      "data convert data/own.csv --columns 咨询=query --columns 咨询=answer",
      "data convert data/own.csv --columns '{\"咨询\": \"query\", \"咨询\": \"answer\"}'",
    ] { #expect(program.run(line).status == 2, "\(line)") }
    // A file that cannot be read whole leaves none under its name.
    #expect(program.run("data convert data/broken.csv -o broken.jsonl").status != 0)
    #expect(Files.read(program.folder + "/broken.jsonl").isEmpty)
  }
}
