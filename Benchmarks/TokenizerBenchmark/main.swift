// Our side of Benchmarks/tokenizer.sh.
//   TokenizerBenchmark encode TOKENIZER TEXTS     ids of each text (a JSON array of strings), one JSON array a line
//   TokenizerBenchmark time TOKENIZER TEXTS N     milliseconds to open, then the best of N rounds in MB/s
import Glibc
import JSON
import ModelFiles
import Tokenization

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func run(_ arguments: [String]) throws {
  guard arguments.count >= 4 else {
    print("usage: TokenizerBenchmark encode|time TOKENIZER TEXTS [ROUNDS]")
    return
  }
  let start = now()
  let tokenizer = try Tokenizer.open(path: arguments[2])
  let opened = now() - start
  let file = try MappedFile(arguments[3])
  let texts = try JSONValue(parsing: file.contents()).arrayValue?.compactMap(\.stringValue) ?? []
  if arguments[1] == "encode" {
    for text in texts {
      let ids = try tokenizer.encode(text)
      print("[" + ids.map(String.init).joined(separator: ",") + "]")
      let decoded = tokenizer.decode(ids)
      if decoded.utf8.count != text.utf8.count { print("decode differs") }
    }
    return
  }
  let bytes = texts.reduce(0) { $0 + $1.utf8.count }
  var best = Double.infinity
  var tokens = 0
  for _ in 0..<(arguments.count > 4 ? Int(arguments[4]) ?? 3 : 3) {
    let start = now()
    tokens = 0
    for text in texts { tokens += try tokenizer.encode(text).count }
    best = min(best, now() - start)
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
