import JSON

/// A route of the service, as the router knows it and `/docs` shows it.
struct Route: Sendable {
  let method: String
  /// `NAME` stands for a model's name.
  let path: String
  let summary: String
  /// A body that works, with `MODEL` in place of the usual model's name and `QUESTION` in place of a question.
  var example: JSONValue?

  private init(_ method: String, _ path: String, _ summary: String, _ example: JSONValue? = nil) {
    self.method = method
    self.path = path
    self.summary = summary
    self.example = example
  }

  /// What the examples ask.
  static let question = "Who are you?"

  static let all: [Route] = [
    Route("GET", "/", "The chat page."),
    Route("GET", "/docs", "This page."),
    Route(
      "POST", "/v1/chat/completions", "Replies to a conversation, whole or streamed; with tools and JSON schemas.",
      ["model": "MODEL", "messages": [["role": "user", "content": "QUESTION"]], "stream": true]),
    Route(
      "POST", "/v1/completions", "Continues text or tokens; with echo and logprobs it scores them.",
      ["model": "MODEL", "prompt": "The capital of France is", "max_tokens": 8, "logprobs": 1]),
    Route(
      "POST", "/chat", "One message and its history; replies with response and model.",
      ["message": "QUESTION", "history": [], "max_tokens": 64]),
    Route("GET", "/v1/models", "The base and every adapter, with digest and lineage."),
    Route("GET", "/v1/models/NAME", "One of them."),
    Route(
      "POST", "/v1/load_lora_adapter", "Offers one more adapter: a folder, a stage or a run of this machine.",
      ["lora_name": "grace", "lora_path": "runs/latest/train"]),
    Route(
      "POST", "/v1/unload_lora_adapter", "Withdraws an adapter; replies begun with it are finished.",
      ["lora_name": "grace"]),
    Route("POST", "/tokenize", "The tokens of a text.", ["prompt": "Hello", "add_special_tokens": true]),
    Route("POST", "/detokenize", "The text of tokens.", ["tokens": [0, 1]]),
    Route("GET", "/tokenizer_info", "Special tokens and the size of the vocabulary."),
    Route("GET", "/health", "200 while requests are taken, and the model that answers when none is named."),
    Route("GET", "/metrics", "Counters in Prometheus' text format."),
    Route("GET", "/v1/service", "What the chat page starts from."),
  ]

  static let methods = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0.method) })

  /// What to type to use it.
  func command(address: String, model: String, asking question: String = Route.question) -> String {
    let place = address + path.replacing("NAME", with: model)
    guard let example else { return "curl \(place)" }
    // A single quote ends the shell's word and is put back in between.
    let body = Self.filled(example, ["MODEL": model, "QUESTION": question]).text().replacing("'", with: "'\\''")
    return "curl -N \(place) -H 'Content-Type: application/json' -d '\(body)'"
  }

  /// The example with its placeholders, such as `MODEL`, replaced by their texts.
  private static func filled(_ value: JSONValue, _ texts: [String: String]) -> JSONValue {
    switch value {
    case .string(let text): .string(texts[text] ?? text)
    case .array(let elements): .array(elements.map { filled($0, texts) })
    case .object(let members): .object(JSONObject(members.map { ($0.0, filled($0.1, texts)) }))
    default: value
    }
  }
}
