public import Conversations
public import Inference
public import Tokenization

/// Many replies in one process: a conversation whose turns cost only what is new in them, or a batch of questions
/// answered several at a time.
///
/// Not thread-safe: one thread owns a session.
public final class ChatSession {
  public let chat: ChatModel
  private let generator: Generator

  /// - Parameters:
  ///   - cacheByteCount: memory of the KV cache.
  ///   - keyValueType: how the KV cache stores keys and values.
  ///   - activations: how inputs of products with quantized weights are rounded.
  ///   - contextLength: tokens of the longest conversation; what fits into the cache unless given.
  ///   - sequences: replies generated at once.
  ///   - speculation: speculative decoding; it changes no reply.
  public init(
    _ chat: ChatModel, threads: Int = 2, cacheByteCount: Int = 1 << 30, keyValueType: KeyValueType = .usual,
    activations: ActivationType = .usual, contextLength: Int? = nil, sequences: Int = 1,
    speculation: Speculation = .auto
  ) throws {
    self.chat = chat
    generator = try Generator(
      chat.model,
      options: GeneratorOptions(
        threads: threads,
        contextLength: contextLength
          ?? max(Generator.positions(of: chat.model, in: cacheByteCount, keyValueType, sequences: sequences), 1),
        cacheByteCount: cacheByteCount, keyValueType: keyValueType, activations: activations,
        maximumSequences: sequences, speculation: speculation))
  }

  /// The draft tokens so far.
  public var speculation: SpeculationCounts { generator.speculation }

  /// How replies are made.
  public struct Options: Sendable {
    public var usesAdapter: Bool
    public var sampling: SamplingParameters
    public var maximumTokens: Int
    public var stops: [String]

    public init(
      usesAdapter: Bool = true, sampling: SamplingParameters = .greedy,
      maximumTokens: Int = GenerationRequest.usualMaximumTokens, stops: [String] = []
    ) {
      self.usesAdapter = usesAdapter
      self.sampling = sampling
      self.maximumTokens = maximumTokens
      self.stops = stops
    }
  }

  /// One reply to a conversation.
  /// - Parameters:
  ///   - onText: called with each piece of text as it becomes certain.
  ///   - isStopped: asked at every step, while the conversation is read too; true ends the reply where it is.
  /// - Throws: `Diagnostic` when the conversation does not fit the context or the template refuses it.
  public func reply(
    to conversation: Conversation, _ options: Options = Options(), isStopped: () -> Bool = { false },
    onText: (String) -> Void = { _ in }
  ) throws -> ChatModel.Reply {
    try reply(toPrompt: chat.prompts.encode(conversation), options, isStopped: isStopped, onText: onText)
  }

  /// One reply to tokens.
  func reply(
    toPrompt prompt: [TokenID], _ options: Options, isStopped: () -> Bool = { false },
    onText: (String) -> Void = { _ in }
  ) throws -> ChatModel.Reply {
    var result: Result<ChatModel.Reply, any Error>?
    let unfinished = run(1, { _ in prompt }, { _ in options }, isStopped: isStopped, onText: onText) { _, reply in
      result = reply
      return true
    }
    return try result?.get() ?? unfinished[0]?.reply
      ?? ChatModel.Reply(text: "", end: .cancelled, promptTokens: prompt.count, replyTokens: 0)
  }

  /// Replies to many conversations, several at a time, handed out in their order. Each is what it would be alone.
  /// - Parameters:
  ///   - onReply: row and reply, or why there is none; `false` ends the batch.
  public func replies(
    to rows: [Conversation], _ options: Options = Options(), isStopped: () -> Bool = { false },
    onReply: (Int, Result<ChatModel.Reply, any Error>) -> Bool
  ) {
    _ = run(
      rows.count, { try self.chat.prompts.encode(rows[$0]) }, { _ in options }, isStopped: isStopped, onReply: onReply)
  }

  /// Replies to many conversations, each in its own way, handed out as they end. Each is what it would be alone.
  /// - Parameters:
  ///   - options: of a row.
  ///   - onReply: row and reply, or why there is none; `false` ends the batch.
  public func repliesAsTheyEnd(
    to rows: [Conversation], _ options: (Int) -> Options, isStopped: () -> Bool = { false },
    onReply: (Int, Result<ChatModel.Reply, any Error>) -> Bool
  ) {
    _ = run(
      rows.count, { try self.chat.prompts.encode(rows[$0]) }, options, inOrder: false, isStopped: isStopped,
      onReply: onReply)
  }

  /// Generates replies to `count` prompts, as many at a time as there are places.
  /// - Returns: replies that were on their way when `isStopped` or `onReply` ended it, by row.
  private func run(
    _ count: Int, _ prompt: (Int) throws -> [TokenID], _ options: (Int) -> Options, inOrder: Bool = true,
    isStopped: () -> Bool, onText: (String) -> Void = { _ in },
    onReply: (Int, Result<ChatModel.Reply, any Error>) -> Bool
  ) -> [Int: GrowingReply] {
    let places = generator.options.maximumSequences
    var active: [GenerationID: (row: Int, reply: GrowingReply)] = [:]
    var done: [Int: Result<ChatModel.Reply, any Error>] = [:]
    var (next, given) = (0, 0)
    defer { for id in active.keys { generator.cancel(id) } }
    while given < count, !isStopped() {
      // How far a batch runs ahead of its first unfinished row is bounded, and so is what is held back for order.
      while active.count < places, next < count, !inOrder || next - given < places * 16 {
        do {
          let (id, reply) = try begin(prompt(next), options(next))
          active[id] = (next, reply)
        } catch {
          done[next] = .failure(error)
        }
        next += 1
      }
      for event in active.isEmpty ? [] : generator.step() {
        guard let row = active[event.id]?.row, let piece = active[event.id]?.reply.take(event),
          let reply = active[event.id]?.reply
        else { continue }
        onText(piece.text)
        guard let end = reply.end else { continue }
        if reply.isCut { generator.cancel(event.id) }
        active[event.id] = nil
        done[row] = end.failure.map { .failure($0) } ?? .success(reply.reply)
      }
      guard inOrder else {
        for (row, result) in done {
          given += 1
          if !onReply(row, result) { return [:] }
        }
        done = [:]
        continue
      }
      while let result = done.removeValue(forKey: given) {
        given += 1
        if !onReply(given - 1, result) { return [:] }
      }
    }
    return Dictionary(uniqueKeysWithValues: active.values.map { ($0.row, $0.reply) })
  }

  private func begin(_ prompt: [TokenID], _ options: Options) throws -> (GenerationID, GrowingReply) {
    let id = try generator.add(
      GenerationRequest(
        prompt: prompt, adapter: options.usesAdapter ? chat.adapter : nil, sampling: options.sampling,
        maximumTokens: options.maximumTokens, stopTokens: chat.prompts.stopTokens))
    let reply = GrowingReply(
      promptTokens: prompt.count, tokenizer: chat.prompts.tokenizer, stopTokens: chat.prompts.stopTokens,
      stops: options.stops)
    return (id, reply)
  }
}
