import Conversations
import Datasets
import Diagnostics
import TestSupport
import Testing

/// Mutated files must end in rows or errors, never in a trap, a hang or a row out of order.
@Suite struct DatasetFuzzTests {
  private static let seeds: [String: String] = [
    "x.jsonl": """
    {"query": "你是谁?", "response": "我是\\u732b{{NAME}}", "tag": "zh"}
    {"messages": [{"role": "user", "content": "a\\n"}, {"role": "assistant", "content": [{"type": "text", "text": "b"}]}]}

    {"instruction": "i", "input": "x", "output": "o", "history": [["a", "b"]]}
    """,
    "x.json": """
    [{"query": "a", "response": 1.5e3}, {"conversations": [{"from": "human", "value": "}]"}, {"from": "gpt", "value": "ok"}]},
    {"prompt": "p", "answers": ["x", null]}]
    """,
    "x.csv": "instruction,input,output\r\n\"a, \"\"b\"\"\nc\",,\"d\"\r\nplain,x,猫\r\n\"\",\"\",\"\"\r\n",
    "x.tsv": "query\tresponse\ttag\na\t\"b\tc\"\ten\nd\te\tzh\n",
  ]

  @Test(arguments: ["x.jsonl", "x.json", "x.csv", "x.tsv"])
  func mutatedFilesNeverTrap(name: String) throws {
    let folder = try TemporaryFolder()
    let original = Array(try #require(Self.seeds[name]).utf8)
    let interesting = Array("\"\\,\t\r\n[]{}:0-eu".utf8) + [0x00, 0x80, 0xC3, 0xEF, 0xFF]
    var random = Xoshiro256StarStar(seed: 2024, purpose: name)
    var outOfOrder = 0
    var outcomes = (rows: 0, bad: 0, stopped: 0)
    for round in 0..<1000 {
      var bytes = original
      if round % 5 == 0 { bytes.removeLast(random.below(bytes.count)) }
      for _ in 0..<(1 + random.below(4)) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes[place] = interesting[random.below(interesting.count)]
        case 2: bytes.remove(at: place)
        default: bytes.insert(interesting[random.below(interesting.count)], at: place)
        }
      }
      let path = try folder.write(name, bytes)
      var last = 0
      do {
        let reader = try DatasetReader(path: path)
        while let record = try reader.next() {
          switch record {
          case .row(let row):
            if row.number != last + 1 { outOfOrder += 1 }
            last = row.number
            outcomes.rows += 1
            _ = try? Conversation.mapping(row.fields)
          case .bad(let number, _):
            if number != last + 1 { outOfOrder += 1 }
            last = number
            outcomes.bad += 1
          }
          if last > bytes.count + 1 { break }
        }
        _ = try DatasetReport(DatasetFiles(path: path)).json
      } catch is Diagnostic {
        outcomes.stopped += 1
      }
    }
    #expect(outOfOrder == 0)
    // The mutations must reach all three ends, or they test nothing.
    #expect(outcomes.rows > 300 && outcomes.bad > 30)
    #expect(name == "x.jsonl" || outcomes.stopped > 10)
  }
}
