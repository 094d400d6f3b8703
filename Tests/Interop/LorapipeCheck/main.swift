import Diagnostics
import Glibc
import JSON
import ModelFiles
import Models
import Training

// Our side of exchange.py: reads and writes models and adapters, and prints what the engine computes from them.
// Not part of the product.

let usage = """
  LorapipeCheck logits MODEL IDS.json OUT.safetensors [ADAPTER]
  LorapipeCheck write MODEL OUT folder|gguf DTYPE [ADAPTER]
  LorapipeCheck adapter MODEL ADAPTER OUT folder|gguf
  LorapipeCheck train MODEL ADAPTER ROWS.json OPTIONS.json OUT
  """

func json(_ path: String) throws -> JSONValue { try JSONValue(parsing: MappedFile(path).contents()) }

func ids(_ value: JSONValue?) -> [Int32] {
  (value?.arrayValue ?? []).compactMap { $0.intValue.flatMap { Int32(exactly: $0) } }
}

func adapterParameters(_ path: String, _ model: TransformerModel) throws -> AdapterParameters {
  try AdapterParameters(model.source.withoutCopies(Adapter.read(path)), model: model.configuration)
}

func logits(_ arguments: [String]) throws {
  let opened = try ModelSource.open(arguments[0])
  let changed = try arguments.count > 3 ? opened.applying(Adapter.read(arguments[3])) : nil
  let model = try TransformerModel(changed?.base ?? opened)
  let adapter = try changed.map { try AdapterParameters($0.adapter, model: model.configuration) }
  let sequences = (try json(arguments[1]).arrayValue ?? []).map { ids($0) }
  let vocabulary = model.configuration.vocabularySize
  let writer = try SafetensorsWriter(
    arguments[2],
    tensors: sequences.enumerated().map {
      TensorSpecification(name: "\($0.offset)", shape: [$0.element.count, vocabulary], dtype: .f32)
    })
  for sequence in sequences { try writer.append(model.logits(sequence, adapter: adapter)) }
  try writer.finish()
}

func write(_ arguments: [String]) throws {
  let opened = try ModelSource.open(arguments[0])
  let changed = try arguments.count > 4 ? opened.applying(Adapter.read(arguments[4])) : nil
  let source = changed?.base ?? opened
  guard let dtype = TensorDType(rawValue: arguments[3]) else { throw Diagnostic(code: "usage", "no such dtype") }
  let merged = try changed.map { try MergedWeights(source: source, adapter: $0.adapter) }
  let observer = ModelWriteObserver(tile: { merged?.observe($0) })
  if arguments[2] == "folder" {
    mkdir(arguments[1], 0o755)
    var writer = HuggingFaceModelWriter(source: source, dtype: dtype)
    writer.requiresTokenizer = false
    try writer.write(to: arguments[1], rows: merged?.rows, observer: observer)
  } else {
    var writer = GGUFModelWriter(source: source, dtype: dtype)
    // The golden models have none.
    writer.requiresTokenizer = false
    try writer.write(to: arguments[1], rows: merged?.rows, observer: observer)
  }
  print(#"{"lost_share": \#(merged?.lostShare ?? 0)}"#)
}

func adapter(_ arguments: [String]) throws {
  let model = try TransformerModel(ModelSource.open(arguments[0]))
  let adapter = try Adapter.read(arguments[1])
  if arguments[3] == "gguf" {
    try model.source.withoutCopies(adapter).writeGGUF(to: arguments[2], model: model.configuration)
  } else {
    mkdir(arguments[2], 0o755)
    try Adapter.write(
      to: arguments[2], configuration: adapter.configuration, model: model.configuration,
      modules: adapter.modules.map { try AdapterModuleValues($0) }, changes: adapter.changes)
  }
}

func train(_ arguments: [String]) throws {
  let model = try TransformerModel(ModelSource.open(arguments[0]))
  let initial = try adapterParameters(arguments[1], model)
  let rows = (try json(arguments[2]).arrayValue ?? []).enumerated().map {
    TrainingRow(ids: ids($0.element["ids"]), labels: ids($0.element["labels"]), number: $0.offset)
  }
  let options = try json(arguments[3])
  func number(_ key: String) -> Double { options[key]?.doubleValue ?? 0 }
  var configuration = TrainingConfiguration(adapter: initial.configuration)
  configuration.learningRate = number("learning_rate")
  configuration.schedule = LearningRateSchedule(kind: .cosine, warmupSteps: options["warmup"]?.intValue ?? 0)
  configuration.weightDecay = number("weight_decay")
  configuration.maximumGradientNorm = number("clip")
  configuration.batchSize = options["window"]?.intValue ?? 1
  configuration.gradientAccumulation = 1
  configuration.epochs = number("epochs")
  configuration.shuffles = false
  configuration.evaluateEvery = 0
  configuration.loadsBest = false
  configuration.saveEvery = 0
  let trainer = try Trainer(model: model, rows: rows, configuration: configuration, initialAdapter: initial)
  var steps: [JSONValue] = []
  let result = try trainer.run { event in
    if case .step(let step) = event {
      steps.append([
        "loss": .number(step.loss), "gradient_norm": .number(step.gradientNorm),
        "learning_rate": .number(step.learningRate),
      ])
    }
  }
  mkdir(arguments[4], 0o755)
  try Adapter.write(
    to: arguments[4], configuration: initial.configuration, model: model.configuration, modules: result.adapter.modules,
    changes: result.adapter.changes())
  print(JSONValue.array(steps).text())
}

func fail(_ message: String) -> Never {
  let text = Array((message + "\n").utf8)
  _ = text.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  exit(2)
}

let arguments = Array(CommandLine.arguments.dropFirst(2))
do {
  switch (CommandLine.arguments.dropFirst().first, arguments.count) {
  case ("logits", 3...4): try logits(arguments)
  case ("write", 4...5): try write(arguments)
  case ("adapter", 4): try adapter(arguments)
  case ("train", 5): try train(arguments)
  default: fail("usage:\n" + usage)
  }
} catch let error as Diagnostic {
  fail("\(error.location?.file ?? ""): \(error.message)")
} catch let error as DiagnosticList {
  fail(error.diagnostics.map(\.message).joined(separator: "\n"))
} catch {
  fail("\(error)")
}
