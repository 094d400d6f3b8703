import Diagnostics
import HTTPService
import JSON

/// All members that requests of OpenAI's, vLLM's and llama.cpp's chat and completions have, and what becomes of each here.
///
/// Nothing is ignored in silence: a member is heeded, or harmless because leaving it out changes no reply, or refused by
/// its name. A member that nobody knows is refused too, with what was probably meant.
///
/// Sources: OpenAI's API reference; vLLM's `ChatCompletionRequest` and `CompletionRequest`; the README of llama.cpp's
/// server.
enum RequestMembers {
  enum Route: Hashable, CaseIterable {
    case chat, text, simple, tokenize, detokenize, loadAdapter, unloadAdapter
  }

  private enum Treatment {
    case heeded
    /// It asks for nothing that could be missed in the reply.
    case harmless
    /// Refused, but for values that ask for what happens anyway.
    case refused(unless: [JSONValue] = [], instead: String? = nil)
  }

  /// - Throws: `APIError` 400 naming the first member that is refused or not known.
  static func check(_ object: JSONObject, _ route: Route) throws {
    for (name, value) in object where !value.isNull {
      guard let treatment = table(route)[name] else { throw unknown(name, route) }
      guard case .refused(let values, let instead) = treatment, !values.contains(where: { isSame($0, value) }) else {
        continue
      }
      throw APIError.invalid(
        "'\(name)' is not offered" + (instead.map { "; \($0)" } ?? ""), name, code: "unsupported_parameter")
    }
  }

  /// Numbers are the same however they are written: 1, 1.0 and 1.00.
  private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    if let one = one.doubleValue, let other = other.doubleValue { return one == other }
    return one == other
  }

  /// Every name of a route, for tests and for documents.
  static func names(_ route: Route) -> [String] { table(route).keys.sorted() }

  private static func unknown(_ name: String, _ route: Route) -> APIError {
    let shown = String(name.unicodeScalars.prefix(80).map { $0.value < 0x20 ? " " : Character($0) })
    let known = table(route)
    // Half a name is the commonest mistake: max_token, top_logprob, stop_token.
    let near =
      didYouMean(name, among: known.keys.sorted())
      ?? known.keys.sorted().first { name.utf8.count > 3 && $0.hasPrefix(name.lowercased()) }
    return APIError.invalid(
      "there is no parameter '\(shown)'" + (near.map { "; did you mean '\($0)'?" } ?? ""), shown,
      code: "unknown_parameter")
  }

  private static func table(_ route: Route) -> [String: Treatment] {
    switch route {
    case .chat: chat
    case .text: text
    case .simple: simple
    case .tokenize: tokenize
    case .detokenize: ["tokens": .heeded, "model": .heeded]
    case .loadAdapter:
      [
        "lora_name": .heeded, "lora_path": .heeded,
        "load_inplace": .refused(unless: [false], instead: "unload the adapter first"),
        "base_model_name": .refused(instead: "an adapter belongs to the base that is served"),
        "is_3d_lora_weight": .refused(unless: [false]),
      ]
    // vLLM's clients send the number that loading gave.
    case .unloadAdapter: ["lora_name": .heeded, "lora_int_id": .harmless]
    }
  }

  private static let chat = merged([
    sampling, openAI, openAIChat, vLLM, vLLMChat, llamaCpp, strangers,
    questions(instead: "write it in 'messages': [{\"role\": \"user\", \"content\": …}]"),
  ])
  private static let text = merged([
    sampling, openAI, openAIText, vLLM, vLLMText, llamaCpp, llamaCppText, strangers,
    questions(instead: "use 'prompt', or /v1/chat/completions for a conversation"),
  ])
  private static let simple = merged([
    sampling,
    [
      "model": .heeded, "message": .heeded, "history": .heeded, "n": .refused(unless: [1]), "user": .harmless,
      "stream": .refused(unless: [false], instead: "use /v1/chat/completions"),
    ],
    questions(instead: "use 'message'"),
  ])

  /// What people call the question, each route having its own name for it.
  private static func questions(instead: String) -> [String: Treatment] {
    Dictionary(
      uniqueKeysWithValues: [
        "query", "prompt", "question", "input", "inputs", "text", "content", "msg", "message", "messages",
        "instruction",
        "问题", "提问",
      ].map { ($0, .refused(instead: instead)) })
  }

  /// vLLM's and llama.cpp's routes of this name.
  private static let tokenize: [String: Treatment] = [
    "prompt": .heeded, "add_special_tokens": .heeded, "model": .heeded,
    "content": .refused(instead: "use 'prompt'"), "messages": .refused(instead: "use 'prompt' with the rendered text"),
    "return_token_strs": .refused(unless: [false]), "with_pieces": .refused(unless: [false]),
    "add_special": .refused(instead: "use 'add_special_tokens'"), "parse_special": .refused(unless: [true]),
    "add_generation_prompt": .harmless,
  ]

  private static func merged(_ parts: [[String: Treatment]]) -> [String: Treatment] {
    parts.reduce(into: [:]) { all, part in all.merge(part) { first, _ in first } }
  }

  /// How tokens are chosen: the same on every route.
  private static let sampling: [String: Treatment] = [
    "temperature": .heeded, "top_p": .heeded, "top_k": .heeded, "min_p": .heeded, "max_tokens": .heeded,
    "min_tokens": .heeded, "stop": .heeded, "stop_token_ids": .heeded, "seed": .heeded, "frequency_penalty": .heeded,
    "presence_penalty": .heeded, "repetition_penalty": .heeded, "logit_bias": .heeded, "ignore_eos": .heeded,
  ]

  private static let openAI: [String: Treatment] = [
    "model": .heeded, "n": .heeded, "stream": .heeded, "stream_options": .heeded, "user": .harmless,
    "metadata": .harmless,
  ]

  private static let openAIChat: [String: Treatment] = [
    "messages": .heeded, "max_completion_tokens": .heeded, "logprobs": .heeded, "top_logprobs": .heeded,
    "tools": .heeded, "tool_choice": .heeded, "parallel_tool_calls": .heeded, "response_format": .heeded,
    "reasoning_effort": .heeded, "safety_identifier": .harmless, "prompt_cache_key": .harmless,
    "prompt_cache_retention": .harmless, "prompt_cache_options": .harmless, "service_tier": .harmless,
    "prediction": .harmless,
    "store": .refused(unless: [false], instead: "nothing is kept here"),
    "functions": .refused(unless: [[]], instead: "use 'tools'"),
    "function_call": .refused(unless: ["none"], instead: "use 'tool_choice'"),
    "modalities": .refused(unless: [["text"]]), "audio": .refused(), "web_search_options": .refused(),
    "verbosity": .refused(unless: ["medium"]), "moderation": .refused(),
  ]

  /// What other services and libraries call things.
  private static let strangers: [String: Treatment] = [
    "enable_thinking": .refused(instead: "give it in 'chat_template_kwargs'"),
    "thinking": .refused(instead: "use 'chat_template_kwargs'"),
    "thinking_budget": .refused(instead: "use 'max_tokens'"),
    "extra_body": .refused(instead: "put its members into the request itself"),
    "max_new_tokens": .refused(instead: "use 'max_tokens'"), "num_predict": .refused(instead: "use 'max_tokens'"),
    "options": .refused(instead: "put its members into the request itself"),
  ]

  private static let openAIText: [String: Treatment] = [
    "prompt": .heeded, "echo": .heeded, "logprobs": .heeded, "suffix": .refused(unless: [""]), "best_of": .heeded,
    "response_format": .heeded,
  ]

  private static let vLLM: [String: Treatment] = [
    "guided_json": .heeded, "guided_choice": .heeded, "structured_outputs": .heeded,
    "guided_regex": .refused(instead: "use 'guided_json' or 'guided_choice'"),
    "guided_grammar": .refused(instead: "use 'guided_json' or 'guided_choice'"),
    "guided_decoding_backend": .harmless, "guided_whitespace_pattern": .refused(), "structural_tag": .refused(),
    "use_beam_search": .refused(unless: [false]), "length_penalty": .refused(unless: [1, 1.0]),
    "early_stopping": .refused(unless: [false]), "include_stop_str_in_output": .refused(unless: [false]),
    "skip_special_tokens": .refused(unless: [true]), "spaces_between_special_tokens": .harmless,
    "truncate_prompt_tokens": .refused(instead: "shorten the conversation"), "truncation_side": .refused(),
    "prompt_logprobs": .refused(unless: [0]), "allowed_token_ids": .refused(), "bad_words": .refused(unless: [[]]),
    "priority": .refused(unless: [0]), "request_id": .harmless,
    "return_tokens_as_token_ids": .refused(unless: [false]), "return_token_ids": .refused(unless: [false]),
    "logits_processors": .refused(unless: [[]]), "cache_salt": .harmless, "kv_transfer_params": .refused(),
    "vllm_xargs": .refused(), "thinking_token_budget": .refused(), "repetition_detection": .refused(),
  ]

  private static let vLLMChat: [String: Treatment] = [
    "chat_template_kwargs": .heeded, "add_special_tokens": .refused(unless: [false]),
    "add_generation_prompt": .refused(unless: [true]),
    "continue_final_message": .refused(unless: [false], instead: "use /v1/completions with the text so far"),
    "chat_template": .refused(instead: "the model is served under the template it was trained with"),
    "echo": .refused(unless: [false]), "documents": .refused(unless: [[]]), "mm_processor_kwargs": .refused(),
    "media_io_kwargs": .refused(), "include_reasoning": .refused(unless: [true]),
  ]

  private static let vLLMText: [String: Treatment] = ["prompt_embeds": .refused(), "add_special_tokens": .heeded]

  private static let llamaCpp: [String: Treatment] = [
    "cache_prompt": .refused(unless: [true]), "id_slot": .refused(unless: [-1]), "json_schema": .heeded,
    "grammar": .refused(unless: [""], instead: "use 'json_schema'"), "grammar_lazy": .refused(unless: [false]),
    "n_predict": .refused(instead: "use 'max_tokens'"), "n_probs": .refused(unless: [0], instead: "use 'logprobs'"),
    "repeat_penalty": .refused(instead: "use 'repetition_penalty'"), "repeat_last_n": .refused(unless: [-1]),
    "n_keep": .refused(unless: [0]), "n_discard": .refused(unless: [0]), "n_indent": .refused(unless: [0]),
    "min_keep": .refused(unless: [0]), "typical_p": .refused(unless: [1, 1.0]),
    "top_n_sigma": .refused(unless: [-1, -1.0]), "tfs_z": .refused(unless: [1, 1.0]),
    "dynatemp_range": .refused(unless: [0, 0.0]), "dynatemp_exponent": .harmless,
    "mirostat": .refused(unless: [0]), "mirostat_tau": .harmless, "mirostat_eta": .harmless,
    "xtc_probability": .refused(unless: [0, 0.0]), "xtc_threshold": .harmless,
    "dry_multiplier": .refused(unless: [0, 0.0]), "dry_base": .harmless, "dry_allowed_length": .harmless,
    "dry_penalty_last_n": .harmless, "dry_sequence_breakers": .harmless,
    "samplers": .refused(), "t_max_predict_ms": .refused(unless: [0]),
    "post_sampling_probs": .refused(unless: [false]), "return_tokens": .refused(unless: [false]),
    "return_progress": .refused(unless: [false]), "timings_per_token": .refused(unless: [false]),
    "response_fields": .refused(), "lora": .refused(unless: [[]], instead: "name the adapter as 'model'"),
    "penalize_nl": .refused(unless: [false]), "thinking_forced_open": .refused(unless: [false]),
    "reasoning_format": .refused(unless: ["none"]), "reasoning_in_content": .refused(unless: [false]),
    "parse_tool_calls": .refused(unless: [true]), "preserved_tokens": .refused(unless: [[]]),
    "speculative.n_max": .harmless, "speculative.n_min": .harmless, "speculative.p_min": .harmless,
    "backend_sampling": .harmless, "generation_prompt": .refused(), "verbose": .harmless,
    "reasoning_budget_tokens": .refused(),
  ]

  private static let llamaCppText: [String: Treatment] = [
    "input_prefix": .refused(unless: [""]), "input_suffix": .refused(unless: [""]), "input_extra": .refused(),
    "image_data": .refused(unless: [[]]), "multimodal_data": .refused(),
  ]
}
