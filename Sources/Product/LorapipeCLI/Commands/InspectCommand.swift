import Diagnostics
import Inference
import JSON
import Stages

extension Command {
  static let inspect = Command(
    "inspect", .use, abstract: "Describe a model: family, size, template, whether and how fast it trains here",
    discussion: """
      Nothing is run. A model of a hub is downloaded first. Time and memory are estimates for a LoRA adapter of rank 8 on \
      300 rows of 120 tokens, three times.
      """,
    options: [RunSession.threads.spec, RunSession.memory.spec, CommonOptions.json.spec],
    positionals: [ModelChoice.positional],
    examples: [
      .init("inspect models/any.gguf", "describes a file"),
      .init("inspect modelscope:Qwen/Qwen3-0.6B", "brings a model, then describes it"),
    ]
  ) { invocation in
    let choice = try await ModelChoice.named(invocation)
    let threads = invocation[RunSession.threads] ?? Machine.allowedCores()
    let memory = invocation[RunSession.memory]?.bytes ?? Machine.availableMemory()
    let found: ModelInspection
    do {
      found = try ModelInspection(path: choice.modelPath, threads: threads, memoryLimit: memory)
    } catch {
      throw CommandFailure(cause: error, status: .failed)
    }
    if invocation.wantsJSON {
      invocation.console.print(json(found).text(.pretty))
      return .done
    }
    var lines: [(String, String)] = []
    lines.append(
      (
        say("family"), say("\(found.family), \(found.layers) layers of \(found.hiddenSize), \(found.vocabulary) tokens")
      ))
    let all = Quantity.count(found.parameters)
    let head = Quantity.count(found.headParameters)
    lines.append(
      (
        say("parameters"),
        found.headParameters == 0 ? all : say("\(all), \(head) of them in an output layer that is stored separately")
      ))
    lines.append((say("weights"), "\(Quantity.bytes(UInt64(clamping: found.bytes))), \(found.precision)"))
    lines.append((say("context"), say("\(Quantity.count(found.context)) tokens")))
    let (f32, f16, q80) = (found.cacheBytes(.f32), found.cacheBytes(.f16), found.cacheBytes(.q80))
    lines.append(
      (
        say("KV cache"),
        say("\(Quantity.count(f32)) bytes per token; \(Quantity.count(f16)) in f16, \(Quantity.count(q80)) in q8_0")
      ))
    lines.append((say("chat template"), found.template ?? found.templateProblem.map(reworded) ?? say("unknown")))
    let percent = Double(found.trainableParameters) / Double(max(found.parameters, 1)) * 100
    let share = percent < 0.1 ? Quantity.figure(percent) : Quantity.fixed(percent, 2)
    lines.append(
      (
        say("LoRA, rank 8"), say("\(Quantity.count(found.trainableParameters)) trainable parameters (\(share) %)")
      ))
    if let training = found.training {
      lines.append((say("trains here"), say("yes, in \(Quantity.bytes(UInt64(clamping: training.memory))) of memory")))
      lines.append(
        (
          say("time"),
          say(
            "\(Quantity.forecast(training.seconds)) for \(ModelInspection.rows) rows of \(ModelInspection.tokensPerRow) tokens, 3 epochs"
          )
        ))
    } else {
      lines.append((say("trains here"), say("no: memory is too small")))
    }
    let load = found.training.flatMap { PlanReport.noteOfLoad($0.seconds, alone: $0.secondsAlone) }
    let width = lines.map { DisplayWidth.of($0.0) }.max() ?? 0
    for (name, text) in lines { invocation.console.print("\(DisplayWidth.pad(name, width))  \(text)") }
    if let load { invocation.console.print(invocation.console.styled(load, .dim)) }
    return .done
  }

  private static func json(_ found: ModelInspection) -> JSONValue {
    [
      "family": .string(found.family), "layers": .integer(Int64(found.layers)),
      "hidden_size": .integer(Int64(found.hiddenSize)), "vocabulary": .integer(Int64(found.vocabulary)),
      "context": .integer(Int64(found.context)),
      "kv_cache_bytes_per_token": .object(
        JSONObject(KeyValueType.allCases.map { ($0.rawValue, JSONValue.integer(Int64(found.cacheBytes($0)))) })),
      "parameters": .integer(Int64(found.parameters)),
      "head_parameters": .integer(Int64(found.headParameters)),
      "bytes": .integer(found.bytes), "precision": .string(found.precision),
      "template": found.template.map { .string($0) } ?? .null,
      "trainable_parameters": .integer(Int64(found.trainableParameters)),
      "memory_bytes": found.training.map { .integer($0.memory) } ?? .null,
      "seconds": found.training.map { .number($0.seconds) } ?? .null,
      "seconds_alone": found.training.map { .number($0.secondsAlone) } ?? .null,
    ]
  }
}
