import Synchronization

/// Counters of a running service, in Prometheus' text format.
final class ServiceMetrics: Sendable {
  struct Values {
    var requests: [Int: Int] = [:]
    var promptTokens = 0
    var cachedPromptTokens = 0
    var generatedTokens = 0
    var running = 0
    var waiting = 0
    var cacheUse = 0.0
    var firstTokenSeconds = 0.0
    var firstTokens = 0
  }

  private let values = Mutex(Values())

  func update(_ body: (inout sending Values) -> Void) { values.withLock { body(&$0) } }

  var snapshot: Values { values.withLock { $0 } }

  var text: String {
    let v = snapshot
    var lines: [String] = []
    func metric(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      lines.append("# HELP lorapipe_\(name) \(help)")
      lines.append("# TYPE lorapipe_\(name) \(kind)")
      for sample in samples { lines.append("lorapipe_\(name)\(sample.labels) \(sample.value)") }
    }
    metric(
      "requests_total", "counter", "Answered requests by status.",
      v.requests.sorted { $0.key < $1.key }.map { ("{status=\"\($0.key)\"}", String($0.value)) })
    metric("prompt_tokens_total", "counter", "Tokens of prompts.", [("", String(v.promptTokens))])
    metric(
      "prompt_tokens_cached_total", "counter", "Tokens of prompts found computed.", [("", String(v.cachedPromptTokens))]
    )
    metric("generated_tokens_total", "counter", "Tokens of replies.", [("", String(v.generatedTokens))])
    metric("requests_running", "gauge", "Replies being generated.", [("", String(v.running))])
    metric("requests_waiting", "gauge", "Replies waiting for a place.", [("", String(v.waiting))])
    metric("cache_usage_ratio", "gauge", "Share of the key/value cache in use.", [("", String(v.cacheUse))])
    metric(
      "time_to_first_token_seconds", "summary", "From the request to its first token.",
      [("_sum", String(v.firstTokenSeconds)), ("_count", String(v.firstTokens))])
    return lines.joined(separator: "\n") + "\n"
  }
}
