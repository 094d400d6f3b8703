// Our side of Benchmarks/tokenizer.sh.
//   TokenizerBenchmark encode TOKENIZER TEXTS     ids of each text (a JSON array of strings), with the tokens put around
//                                                 it, and the text they decode to: one JSON array [ids, text] a line
//   TokenizerBenchmark decode TOKENIZER IDS       the text of each array of ids, one JSON string a line
//   TokenizerBenchmark chat TOKENIZER LISTS TEMPLATE   ids of the prompt each list of messages makes, one JSON array a line
//   TokenizerBenchmark time TOKENIZER TEXTS N     milliseconds to open, then the best of N rounds in MB/s
import Conversations
import Glibc
import JSON
import ModelFiles
import Platform
import Tokenization

func run(_ arguments: [String]) throws {
  guard arguments.count >= 4 else {
    print("usage: TokenizerBenchmark encode|decode|chat|time TOKENIZER FILE [ROUNDS|TEMPLATE]")
    return
  }
  let start = SystemClock.monotonic()
  let tokenizer = try Tokenizer.open(path: arguments[2])
  let opened = SystemClock.monotonic() - start
  let file = try MappedFile(arguments[3])
  let items = try JSONValue(parsing: file.contents()).arrayValue ?? []
  if arguments[1] == "decode" {
    for item in items {
      let ids = (item.arrayValue ?? []).compactMap(\.intValue).map { TokenID($0) }
      print(JSONValue.string(tokenizer.decode(ids)).text())
    }
    return
  }
  if arguments[1] == "chat", arguments.count > 4 {
    var names = JSONObject()
    if let begin = tokenizer.beginToken { names["bos_token"] = .string(tokenizer.decode([begin])) }
    let text = try String(decoding: MappedFile(arguments[4]).contents(), as: UTF8.self)
    let template = try ChatTemplate(text, origin: arguments[4], specialTokens: names)
    let encoder = ConversationEncoder(tokenizer: tokenizer, template: template)
    for item in items {
      print(
        JSONValue.array(
          try encoder.encodePrompt(Conversation(messages: Message.list(item.arrayValue ?? []))).map {
            .integer(Int64($0))
          }
        ).text())
    }
    return
  }
  let texts = items.compactMap(\.stringValue)
  if arguments[1] == "encode" {
    for text in texts {
      let ids = try tokenizer.encode(text, addSpecialTokens: true)
      let line: JSONValue = [
        .array(ids.map { .integer(Int64($0)) }), .string(tokenizer.decode(ids, skipsSpecialTokens: true)),
      ]
      print(line.text())
    }
    return
  }
  let bytes = texts.reduce(0) { $0 + $1.utf8.count }
  var best = Double.infinity
  var tokens = 0
  for _ in 0..<(arguments.count > 4 ? Int(arguments[4]) ?? 3 : 3) {
    let start = SystemClock.monotonic()
    tokens = 0
    for text in texts { tokens += try tokenizer.encode(text).count }
    best = min(best, SystemClock.monotonic() - start)
  }
  let rate = Double(bytes) / best / 1e6
  let result: JSONValue = [
    "open_ms": .number(opened * 1000), "mb_per_s": .number(rate), "tokens": .integer(Int64(tokens)),
    "bytes": .integer(Int64(bytes)),
  ]
  print(result.text())
}

do {
  try run(CommandLine.arguments)
} catch {
  print("failed: \(error)")
  exit(1)
}
