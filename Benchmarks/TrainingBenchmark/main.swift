import BenchmarkSupport
import Diagnostics
import Glibc
import JSON
import ModelFiles
import Models
import Platform
import Tensors
import Training

// Trains on tokenized rows and prints what it took: the side of Benchmarks/training.sh that is ours.
//
//   TrainingBenchmark train MODEL ROWS.jsonl [--workers N] [--steps N] [--adapter FOLDER] [--pack-tokens N] [--no-share]
//   TrainingBenchmark folder MODEL FOLDER                      # the model as a folder of f32 weights
//   TrainingBenchmark logits MODEL IDS [--adapter FOLDER]      # f32 logits to standard output, ids separated by commas

func readRows(_ path: String) throws -> [TrainingRow] {
  try MappedFile(path).withBytes { bytes in
    try bytes.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      let json = try JSONValue(parsing: line)
      func ids(_ key: String) -> [Int32] { (json[key]?.arrayValue ?? []).map { Int32($0.intValue ?? 0) } }
      return TrainingRow(ids: ids("ids"), labels: ids("labels"), source: path, number: index + 1)
    }
  }
}

func train(_ arguments: BenchmarkArguments) throws {
  let model = try TransformerModel(ModelSource.open(arguments.words[1]))
  let rows = try readRows(arguments.words[2])
  var configuration = TrainingConfiguration(
    adapter: AdapterConfiguration(rank: 8, alpha: 32), learningRate: 1e-3,
    schedule: LearningRateSchedule(kind: .constant, warmupRatio: 0), weightDecay: 0.1, batchSize: 2,
    gradientAccumulation: 16,
    epochs: 1,
    maximumSteps: arguments.integer("steps"), packTokens: arguments.integer("pack-tokens") ?? 320,
    sharesPrefixes: !arguments.has("no-share"), shuffles: false)
  var initial: AdapterParameters?
  if let folder = arguments.text("adapter") {
    let adapter = try Adapter.read(folder)
    configuration.adapter = adapter.configuration
    initial = try AdapterParameters(adapter, model: model.configuration)
  }
  let resources = TrainingResources(
    workers: arguments.integer("workers") ?? TrainingResources.processorCount,
    memoryBudget: arguments.integer("memory").map { $0 << 20 })
  let trainer = try Trainer(
    model: model, rows: rows, configuration: configuration, resources: resources, initialAdapter: initial)
  let start = SystemClock.monotonic()
  var tokens = 0
  _ = try trainer.run { event in
    guard case .step(let step) = event else { return }
    tokens += step.tokens
    print(
      "step \(step.step) loss \(step.loss) norm \(step.gradientNorm) tokens \(step.tokens) tok/s \(step.tokensPerSecond)"
    )
    fflush(nil)
  }
  let seconds = SystemClock.monotonic() - start
  let plan = trainer.plan
  let result: JSONValue = [
    "tokens": .integer(Int64(tokens)), "computed_tokens": .integer(Int64(plan.computedTokens)),
    "labeled_tokens": .integer(Int64(plan.labeledTokens)), "seconds": .number(seconds),
    "tokens_per_second": .number(Double(tokens) / seconds),
    "gigaflops_per_second": .number(plan.flops / seconds * 1e-9),
    "peak_memory": .integer(Int64(ProcessMemory.peak ?? 0)), "planned_memory": .integer(Int64(plan.peakMemory)),
    "workers": .integer(Int64(plan.workers)), "kernels": .string(Kernels.best.name),
  ]
  print(result.text())
}

func logits(_ arguments: BenchmarkArguments) throws {
  let model = try TransformerModel(ModelSource.open(arguments.words[1]))
  let ids = arguments.words[2].split(separator: ",").compactMap { Int32($0) }
  let adapter = try arguments.text("adapter").map {
    try AdapterParameters(Adapter.read($0), model: model.configuration)
  }
  let values = try model.logits(ids, adapter: adapter)
  values.withUnsafeBytes { writeAll($0, to: STDOUT_FILENO) }
}

func folder(_ arguments: BenchmarkArguments) throws {
  mkdir(arguments.words[2], 0o755)
  try HuggingFaceModelWriter(source: ModelSource.open(arguments.words[1]), dtype: .f32).write(
    to: arguments.words[2])
}

func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
  var rest = bytes
  while rest.count > 0 {
    let written = write(descriptor, rest.baseAddress, rest.count)
    guard written > 0 else { return }
    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
  }
}

let arguments = BenchmarkArguments(flags: ["no-share"])
do {
  switch (arguments.words.first, arguments.words.count) {
  case ("train", 3): try train(arguments)
  case ("folder", 3): try folder(arguments)
  case ("logits", 3): try logits(arguments)
  default:
    quit(
      "usage: TrainingBenchmark train MODEL ROWS.jsonl [options] | folder MODEL FOLDER | logits MODEL IDS [--adapter FOLDER]"
    )
  }
} catch {
  complain("\(error)")
  exit(1)
}
