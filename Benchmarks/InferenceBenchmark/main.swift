// Rates of the generation engine on one model file, as one line of JSON.
//
//   InferenceBenchmark MODEL [--threads N] [--prefill N] [--decode N] [--streams N] [--repeat N]
//                            [--activations int16|int8]
//   … --arranged FOLDER                     weights from the arranged copy in FOLDER, which is written when it is not there;
//                                           with int16 only
//   InferenceBenchmark MODEL --score N [--activations int16|int8]
//                                           log-probabilities of a fixed row of N tokens, each after those before it
//   InferenceBenchmark MODEL --contexts "1024 8192" [--kv-cache f32|f16|q8_0] [--decode N]
//                                           what a conversation of so many tokens costs: the next 256 tokens of a prompt,
//                                           and a reply. The cache is filled with repetitions of 256 computed tokens.
import BenchmarkSupport
import Glibc
import Inference
import JSON
import ModelFiles
import Platform

let arguments = BenchmarkArguments()
let threads = arguments.integer("threads") ?? 2
let prefill = arguments.integer("prefill") ?? 512
let decode = arguments.integer("decode") ?? 128
let streams = arguments.integer("streams") ?? 8
let repeats = arguments.integer("repeat") ?? 3
let scored = arguments.integer("score") ?? 0
let contexts = (arguments.text("contexts") ?? "").split(separator: " ").compactMap { Int($0) }
let type = arguments.text("kv-cache").map { KeyValueType(rawValue: $0) } ?? .usual
let rounding = arguments.text("activations").map { ActivationType(rawValue: $0) } ?? .usual

do {
  guard let path = arguments.words.first else {
    quit("usage: InferenceBenchmark MODEL [--threads N] [--prefill N] [--decode N] [--streams N] [--repeat N]")
  }
  guard let activations = rounding else { quit("--activations is int16 or int8") }
  if arguments.text("arranged") != nil, !activations.readsArranged {
    quit("--arranged goes with int16 only: inputs of 8 bits are multiplied by weights as stored")
  }
  let began = SystemClock.monotonic()
  let source = try ModelSource.open(path)
  // With a folder, weights are read from the arranged copy in it, which is written first when it is not there.
  let arranged = try arguments.text("arranged").map { folder in
    let layout = try ArrangedLayout(source)
    if !FileSystem.exists(folder + "/" + ArrangedLayout.fileName) { try layout.write(to: folder, threads: threads) }
    return try layout.open(in: folder)
  }
  let model = try InferenceModel(source, threads: threads, arranged: arranged)
  let opened = SystemClock.monotonic() - began

  @MainActor func generator(_ sequences: Int, prefillTokens: Int) throws -> Generator {
    try Generator(
      model,
      options: GeneratorOptions(
        threads: threads, contextLength: prefill + decode + 64, cacheByteCount: 4 << 30, activations: activations,
        maximumSequences: sequences, prefillTokens: prefillTokens, speculation: .off))
  }
  /// Different prompts, so that no prefix is shared.
  func prompt(_ count: Int, _ salt: Int) -> [Int32] { (0..<count).map { Int32(100 + ($0 * 7 + salt * 31) % 40000) } }

  if scored > 0 {
    let scoring = try Generator(
      model,
      options: GeneratorOptions(
        threads: threads, contextLength: scored + 1, activations: activations, maximumSequences: 1))
    _ = try scoring.add(
      GenerationRequest(prompt: prompt(scored, 0), maximumTokens: 0, topProbabilities: 0, scoresPrompt: true))
    var scores: [JSONValue] = []
    while !scoring.isIdle {
      for case .prompt(_, let tokens) in scoring.step() {
        scores += tokens.map { .number(Double($0.logProbability ?? .nan)) }
      }
    }
    print(JSONValue.array(scores).text())
    exit(0)
  }

  if let longest = contexts.max() {
    guard let type else { quit("--kv-cache is f32, f16 or q8_0") }
    var results: [JSONValue] = []
    for context in contexts {
      let talking = try Generator(
        model,
        options: GeneratorOptions(
          threads: threads, contextLength: longest + 512 + decode, cacheByteCount: .max, keyValueType: type,
          maximumSequences: 1, prefillTokens: 256, speculation: .off))
      _ = try talking.add(GenerationRequest(prompt: prompt(512, 0), maximumTokens: longest + 512 + decode))
      _ = talking.step()
      guard let filled = talking.repeatComputed(upTo: context) else { quit("the cache cannot be filled") }
      var start = SystemClock.monotonic()
      _ = talking.step()
      let reading = 256 / (SystemClock.monotonic() - start)
      _ = talking.step()
      var steps: [Double] = []
      for _ in 0..<decode {
        start = SystemClock.monotonic()
        _ = talking.step()
        steps.append(SystemClock.monotonic() - start)
      }
      // Other programs only ever add time: the tenth that was fastest tells best what a token takes.
      let fast = steps.sorted().prefix(max(decode / 10, 1))
      results.append([
        "context": .integer(Int64(filled)), "prefill": .number(reading),
        "decode": .number(Double(fast.count) / fast.reduce(0, +)),
        "decode_mean": .number(Double(decode) / steps.reduce(0, +)),
      ])
    }
    let result: JSONValue = [
      "type": .string(type.rawValue), "bytes_per_token": .integer(Int64(type.bytesPerToken(of: model.configuration))),
      "packed_bytes": .integer(Int64(model.packedByteCount)), "contexts": .array(results),
      // The mapped file counts in the peak as far as it was read; the rest is this process's own.
      "peak_bytes": .integer(Int64(ProcessMemory.peak ?? 0)),
    ]
    print(result.text())
    exit(0)
  }

  // What a person waits for who starts the program: a prompt of 32 tokens, and the first of the reply.
  let starting = try generator(1, prefillTokens: 32)
  _ = try starting.add(GenerationRequest(prompt: prompt(32, 0), maximumTokens: 1))
  while !starting.isIdle { _ = starting.step() }
  let firstToken = SystemClock.monotonic() - began

  var best: (prefill: Double, decode: Double, streams: Double) = (0, 0, 0)
  for round in 0..<repeats {
    let reading = try generator(1, prefillTokens: prefill)
    _ = try reading.add(GenerationRequest(prompt: prompt(prefill, round + 1), maximumTokens: 1))
    var start = SystemClock.monotonic()
    while !reading.isIdle { _ = reading.step() }
    best.prefill = max(best.prefill, Double(prefill) / (SystemClock.monotonic() - start))

    for count in [1, streams] {
      let writing = try generator(count, prefillTokens: 16)
      for stream in 0..<count {
        _ = try writing.add(
          GenerationRequest(prompt: prompt(16, stream + count), maximumTokens: decode + 8))
      }
      // All prompts are read, and a few tokens written, before the clock starts.
      for _ in 0..<count + 4 { _ = writing.step() }
      start = SystemClock.monotonic()
      for _ in 0..<decode / 2 { _ = writing.step() }
      let rate = Double(count * (decode / 2)) / (SystemClock.monotonic() - start)
      if count == 1 { best.decode = max(best.decode, rate) } else { best.streams = max(best.streams, rate) }
    }
  }
  let result: JSONValue = [
    "open_seconds": .number(opened), "first_token_seconds": .number(firstToken),
    "prefill": .number(best.prefill), "decode": .number(best.decode),
    "streams": .number(best.streams), "packed_bytes": .integer(Int64(model.packedByteCount)),
  ]
  print(result.text())
} catch {
  complain("\(error)")
  exit(1)
}
