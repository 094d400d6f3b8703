public import Conversations
import Diagnostics
public import Inference
public import ModelFiles
public import Tokenization

/// A model one can talk to: weights, tokenizer, template and adapters together.
///
/// ```swift
/// let model = try ChatModel.open("models/smollm2", adapter: "runs/latest/train")
/// let reply = try model.reply(to: [.init(role: "user", content: "What is the capital of France?")])
/// print(reply.text)
/// ```
public struct ChatModel: Sendable {
  public let model: InferenceModel
  public let prompts: PromptEncoder
  /// What `reply` uses unless told otherwise.
  public let adapter: InferenceAdapter?

  public init(model: InferenceModel, prompts: PromptEncoder, adapter: InferenceAdapter? = nil) {
    self.model = model
    self.prompts = prompts
    self.adapter = adapter
  }

  /// Opens a model folder or GGUF file, and an adapter's folder.
  /// - Parameters:
  ///   - context: the system prompt, template and arguments the model was trained with.
  ///   - activations: those that it will be talked to with.
  ///   - arranged: finds the model's arranged weights; `nil` for none. Asked only for activations that read them.
  public static func open(
    _ path: String, adapter: String? = nil, context: ChatContext = ChatContext(), threads: Int = 2,
    activations: ActivationType = .usual, arranged: (ModelSource) throws -> ArrangedWeights? = { _ in nil }
  ) throws -> ChatModel {
    let source = try ModelSource.open(path)
    let prompts = PromptEncoder(try ConversationEncoder.open(source, context: context), source.configuration)
    let model = try InferenceModel(
      source, threads: threads, arranged: activations.readsArranged ? arranged(source) : nil)
    return ChatModel(
      model: model, prompts: prompts,
      adapter: try adapter.map { try InferenceAdapter.open($0, for: model, threads: threads) })
  }

  public struct Reply: Sendable, Hashable {
    public var text: String
    public var end: GenerationEnd
    public var promptTokens: Int
    public var replyTokens: Int

    public init(text: String, end: GenerationEnd, promptTokens: Int, replyTokens: Int) {
      self.text = text
      self.end = end
      self.promptTokens = promptTokens
      self.replyTokens = replyTokens
    }
  }

  /// One reply.
  /// - Parameters:
  ///   - base: answers without the adapter.
  ///   - onText: called with each piece of text as it becomes certain; `false` ends the reply.
  /// - Throws: `Diagnostic` when the conversation does not fit the context or the template refuses it.
  public func reply(
    to messages: [Message], withoutAdapter base: Bool = false, sampling: SamplingParameters = .greedy,
    maximumTokens: Int = GenerationRequest.usualMaximumTokens, stops: [String] = [], threads: Int = 2,
    onText: (String) -> Bool = { _ in true }
  ) throws -> Reply {
    let prompt = try prompts.encode(Conversation(messages: messages))
    let room = prompt.count.addingReportingOverflow(maximumTokens)
    let session = try ChatSession(
      self, threads: threads, cacheByteCount: .max,
      contextLength: min(model.configuration.maximumPositions, room.overflow ? .max : room.partialValue))
    var isWanted = true
    return try session.reply(
      toPrompt: prompt,
      ChatSession.Options(usesAdapter: !base, sampling: sampling, maximumTokens: maximumTokens, stops: stops),
      isStopped: { !isWanted }
    ) { piece in
      if !piece.isEmpty, isWanted { isWanted = onText(piece) }
    }
  }
}
