import Inference
import Synchronization

/// Counters of a running service, in Prometheus' text format.
final class ServiceMetrics: Sendable {
  /// How many observations were at most each bound, and their sum.
  struct Histogram {
    static let bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    private(set) var sum = 0.0

    mutating func add(_ seconds: Double) {
      counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
      sum += seconds
    }

    /// The samples of Prometheus' histogram type, cumulative.
    var samples: [(labels: String, value: String)] {
      var total = 0
      var result: [(labels: String, value: String)] = []
      for (index, count) in counts.enumerated() {
        total += count
        let bound = index < Self.bounds.count ? String(Self.bounds[index]) : "+Inf"
        result.append(("_bucket{le=\"\(bound)\"}", String(total)))
      }
      return result + [("_sum", String(sum)), ("_count", String(total))]
    }
  }

  struct Values {
    /// Finished requests by status; 499 is a client that went away.
    var requests: [Int: Int] = [:]
    /// Tokens of replies by model.
    var generatedTokens: [String: Int] = [:]
    var promptTokens = 0
    var cachedPromptTokens = 0
    var speculation = SpeculationCounts()
    var running = 0
    var waiting = 0
    var cacheUse = 0.0
    var cacheBytes = 0
    var cacheType = KeyValueType.usual
    var adapters = 0
    var firstToken = Histogram()
    var request = Histogram()
  }

  private let values = Mutex(Values())

  func update(_ body: (inout sending Values) -> Void) { values.withLock { body(&$0) } }

  var snapshot: Values { values.withLock { $0 } }

  /// The text format's escapes inside a label's value.
  private static func label(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result
  }

  var text: String {
    let v = snapshot
    var lines: [String] = []
    func metric(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      lines.append("# HELP lorapipe_\(name) \(help)")
      lines.append("# TYPE lorapipe_\(name) \(kind)")
      for sample in samples { lines.append("lorapipe_\(name)\(sample.labels) \(sample.value)") }
    }
    metric(
      "requests_total", "counter", "Finished requests by status; 499: the client went away.",
      v.requests.sorted { $0.key < $1.key }.map { ("{status=\"\($0.key)\"}", String($0.value)) })
    metric("prompt_tokens_total", "counter", "Tokens of prompts.", [("", String(v.promptTokens))])
    metric(
      "prompt_tokens_cached_total", "counter", "Prompt tokens served from the KV cache.",
      [("", String(v.cachedPromptTokens))]
    )
    metric(
      "generated_tokens_total", "counter", "Tokens of replies by model.",
      v.generatedTokens.sorted { $0.key < $1.key }.map { ("{model=\"\(Self.label($0.key))\"}", String($0.value)) })
    metric(
      "draft_tokens_total", "counter", "Draft tokens of speculative decoding.", [("", String(v.speculation.proposed))])
    metric(
      "draft_tokens_accepted_total", "counter", "Draft tokens that were accepted.",
      [("", String(v.speculation.accepted))])
    metric("requests_running", "gauge", "Replies being generated.", [("", String(v.running))])
    metric("requests_waiting", "gauge", "Replies waiting for a place.", [("", String(v.waiting))])
    metric("cache_usage_ratio", "gauge", "Share of the key/value cache in use.", [("", String(v.cacheUse))])
    metric(
      "cache_bytes", "gauge", "Memory of the key/value cache when it is full, by its type.",
      [("{type=\"\(v.cacheType.rawValue)\"}", String(v.cacheBytes))])
    metric("adapters_loaded", "gauge", "Adapters offered.", [("", String(v.adapters))])
    metric(
      "time_to_first_token_seconds", "histogram", "From a request to its first token.", v.firstToken.samples)
    metric("request_seconds", "histogram", "From a request to its last token.", v.request.samples)
    return lines.joined(separator: "\n") + "\n"
  }
}
