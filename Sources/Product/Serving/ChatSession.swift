public import Conversations
public import Inference
import Tokenization

/// Many replies in one process: a conversation whose turns cost only what is new in them, or a batch of questions
/// answered several at a time.
///
/// Not thread-safe: one thread owns a session.
public final class ChatSession {
  public let chat: ChatModel
  private let generator: Generator

  /// - Parameters:
  ///   - cacheByteCount: memory for what was read; the longest conversation is what fits into it.
  ///   - sequences: replies generated at once.
  public init(_ chat: ChatModel, threads: Int = 2, cacheByteCount: Int = 1 << 30, sequences: Int = 1) throws {
    self.chat = chat
    generator = try Generator(
      chat.model,
      options: GeneratorOptions(
        threads: threads, contextLength: max(Generator.positions(of: chat.model, in: cacheByteCount), 1),
        cacheByteCount: cacheByteCount, maximumSequences: sequences))
  }

  /// How replies are made.
  public struct Options: Sendable {
    public var usesAdapter: Bool
    public var sampling: SamplingParameters
    public var maximumTokens: Int
    public var stops: [String]

    public init(
      usesAdapter: Bool = true, sampling: SamplingParameters = .greedy, maximumTokens: Int = 512, stops: [String] = []
    ) {
      self.usesAdapter = usesAdapter
      self.sampling = sampling
      self.maximumTokens = maximumTokens
      self.stops = stops
    }
  }

  /// A reply on its way.
  private struct Growing {
    var row: Int
    var assembler: TextAssembler
    var text = ""
    var promptTokens: Int
    var count = 0
    var end: GenerationEnd?
  }

  /// One reply to a conversation.
  /// - Parameters:
  ///   - onText: called with each piece of text as it becomes certain.
  ///   - isStopped: asked at every step, while the conversation is read too; true ends the reply where it is.
  /// - Throws: `Diagnostic` when the conversation does not fit the context or the template refuses it.
  public func reply(
    to messages: [Message], _ options: Options = Options(), isStopped: () -> Bool = { false },
    onText: (String) -> Void = { _ in }
  ) throws -> ChatModel.Reply {
    var growing = Growing(
      row: 0, assembler: TextAssembler(chat.prompts.tokenizer, stops: options.stops), promptTokens: 0)
    let id = try add(messages, options, &growing)
    while growing.end == nil, !isStopped() {
      for event in generator.step() { onText(take(event, &growing)) }
    }
    if growing.end == nil || growing.assembler.stopped { generator.cancel(id) }
    if let failure = growing.end?.failure { throw failure }
    return Self.reply(growing)
  }

  /// Replies to many conversations, several at a time, handed out in their order. Each is what it would be alone.
  /// - Parameters:
  ///   - onReply: row and reply, or why there is none; `false` ends the batch.
  public func replies(
    to rows: [[Message]], _ options: Options = Options(), isStopped: () -> Bool = { false },
    onReply: (Int, Result<ChatModel.Reply, any Error>) -> Bool
  ) {
    let places = generator.options.maximumSequences
    var active: [GenerationID: Growing] = [:]
    var done: [Int: Result<ChatModel.Reply, any Error>] = [:]
    var (next, given) = (0, 0)
    defer { for id in active.keys { generator.cancel(id) } }
    while given < rows.count, !isStopped() {
      // How far a batch runs ahead of its first unfinished row is bounded, and so is what is held back for order.
      while active.count < places, next < rows.count, next - given < places * 16 {
        var growing = Growing(
          row: next, assembler: TextAssembler(chat.prompts.tokenizer, stops: options.stops), promptTokens: 0)
        do {
          active[try add(rows[next], options, &growing)] = growing
        } catch {
          done[next] = .failure(error)
        }
        next += 1
      }
      if !active.isEmpty {
        for event in generator.step() {
          let id = Self.id(of: event)
          guard var growing = active[id] else { continue }
          _ = take(event, &growing)
          guard growing.end != nil else {
            active[id] = growing
            continue
          }
          if growing.assembler.stopped { generator.cancel(id) }
          active[id] = nil
          done[growing.row] =
            growing.end?.failure.map { .failure($0) } ?? .success(Self.reply(growing))
        }
      }
      while let result = done.removeValue(forKey: given) {
        if !onReply(given, result) { return }
        given += 1
      }
    }
  }

  private func add(
    _ messages: [Message], _ options: Options, _ growing: inout Growing
  ) throws -> GenerationID {
    let prompt = try chat.prompts.encode(Conversation(messages: messages))
    growing.promptTokens = prompt.count
    return try generator.add(
      GenerationRequest(
        prompt: prompt, adapter: options.usesAdapter ? chat.adapter : nil, sampling: options.sampling,
        maximumTokens: options.maximumTokens, stopTokens: chat.prompts.stopTokens))
  }

  private static func id(of event: GenerationEvent) -> GenerationID {
    switch event {
    case .prompt(let id, _), .token(let id, _), .finished(let id, _, _): id
    }
  }

  /// - Returns: the text that became certain.
  private func take(_ event: GenerationEvent, _ growing: inout Growing) -> String {
    guard growing.end == nil else { return "" }
    var piece = ""
    switch event {
    case .prompt: break
    case .token(_, let token):
      growing.count += 1
      if chat.prompts.stopTokens.contains(token.token) { break }
      piece = growing.assembler.push(token.token)
      if growing.assembler.stopped { growing.end = .stop }
    case .finished(_, let end, _):
      piece = growing.assembler.finish()
      growing.end = end
    }
    growing.text += piece
    return piece
  }

  private static func reply(_ growing: Growing) -> ChatModel.Reply {
    ChatModel.Reply(
      text: growing.text, end: growing.end ?? .cancelled, promptTokens: growing.promptTokens,
      replyTokens: growing.count)
  }
}
