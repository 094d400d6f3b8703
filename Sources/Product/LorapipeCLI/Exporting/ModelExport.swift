import Conversations
import Diagnostics
import JSON
import ModelFiles
import Platform
import Serving
import Stages
import Tokenization

/// Writes a model, with its adapter added in if it has one, in another container and dtype.
struct ModelExport {
  let choice: ModelChoice
  let source: ModelSource
  private let adapter: Adapter?

  /// - Throws: `Diagnostic` when the model or adapter cannot be read.
  init(_ choice: ModelChoice) throws {
    self.choice = choice
    let base = try ModelSource.open(choice.modelPath)
    guard let path = choice.adapterPath else {
      source = base
      adapter = nil
      return
    }
    let applied = try base.applying(Adapter.read(path))
    source = applied.base
    adapter = applied.adapter
  }

  /// Names of precisions, with those that other tools use.
  static let dtypes: [(name: String, dtype: TensorDType)] = [
    ("float32", .f32), ("f32", .f32), ("float16", .f16), ("f16", .f16), ("bfloat16", .bf16), ("bf16", .bf16),
    ("q8_0", .q80), ("q4_0", .q40),
  ]

  /// A GGUF file.
  /// - Parameters:
  ///   - dtype: of the matrices; q8_0 by default. A single GGUF file that nothing is added to is copied as it is.
  ///   - saysChat: whether the file must say how the model is talked to; a Modelfile beside it says it too.
  func writeGGUF(to path: String, dtype: TensorDType?, saysChat: Bool = true) throws {
    if dtype == nil, adapter == nil, source.container == .gguf, LocalText.isFile(choice.modelPath),
      try !saysChat || choice.chat == nil || choice.chat == ChatContext.read(folder: choice.modelPath)
    {
      try FileSystem.copy(choice.modelPath, to: path, mode: 0o644)
      return
    }
    var writer = GGUFModelWriter(
      source: source, dtype: dtype ?? .q80, name: choice.name, chatTemplate: try choice.chat?.templateSource())
    writer.chatContext = choice.chat?.json.text()
    let merged = try adapter.map { try MergedWeights(source: source, adapter: $0) }
    try writer.write(to: path, rows: merged.map { $0.rows }, observer: observer(merged))
  }

  /// A folder with config.json and safetensors.
  func writeFolder(to path: String, dtype: TensorDType) throws {
    try FileSystem.makeDirectory(path)
    let writer = HuggingFaceModelWriter(
      source: source, dtype: dtype, chatTemplate: try choice.chat?.templateSource())
    let merged = try adapter.map { try MergedWeights(source: source, adapter: $0) }
    try writer.write(to: path, rows: merged.map { $0.rows }, observer: observer(merged))
    try choice.chat?.write(folder: path)
  }

  private func observer(_ merged: MergedWeights?) -> ModelWriteObserver {
    merged.map { ModelWriteObserver(tile: $0.observe) } ?? ModelWriteObserver()
  }

  /// A folder from which `ollama create` makes the model: model.gguf and a Modelfile.
  func writeOllama(to folder: String, dtype: TensorDType?) throws {
    let encoder = try ConversationEncoder.open(source, context: choice.chat ?? ChatContext())
    // The system prompt is a line of its own, so the template is looked at without it.
    var context = encoder.context
    context.system = nil
    let bare = try ConversationEncoder.open(source, context: context, tokenizer: encoder.tokenizer)
    var template = try TurnTemplate { messages, addsPrompt in
      try bare.renderPrompt(
        Conversation(messages: messages.map { Message(role: $0.role, content: $0.content) }),
        addGenerationPrompt: addsPrompt)
    }
    try FileSystem.makeDirectory(folder)
    let weights = "model.gguf"
    try writeGGUF(to: folder + "/" + weights, dtype: dtype, saysChat: false)
    let written = try ModelSource.open(folder + "/" + weights)
    // The begin token is added by whoever tokenizes, where the file says so; twice is once too often.
    let addsBegin = written.gguf?.metadata["tokenizer.ggml.add_bos_token"]?.boolValue ?? false
    if addsBegin, let begin = encoder.template.specialTokens["bos_token"]?.stringValue, !begin.isEmpty,
      template.opening.hasPrefix(begin)
    {
      template.opening.removeFirst(begin.count)
    }
    let stops = encoder.stopTokens.map { encoder.tokenizer.decode([$0]) }.filter { !$0.isEmpty }
    let modelfile = OllamaModelfile(
      weights: weights, template: template, system: encoder.context.system, stops: stops,
      generation: try choice.generation(),
      contextLength: min(source.configuration.maximumPositions, OllamaModelfile.maximumContext))
    try FileSystem.replace(folder + "/Modelfile", with: Array(try modelfile.text().utf8))
  }
}
