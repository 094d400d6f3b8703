import Diagnostics
import Glibc

/// When to try again, and how long to wait before.
public struct RetryPolicy: Sendable, Hashable {
  /// Tries in a row that bring nothing.
  public var attempts = 5
  /// Seconds before the second try; each further one waits twice as long.
  public var firstDelay = 0.5
  public var maximumDelay = 30.0

  public init() {}

  /// Seconds to wait after the given number of failed tries.
  func delay(after failures: Int, retryAfter: Double? = nil) -> Double {
    var delay = firstDelay
    for _ in 1..<max(failures, 1) where delay < maximumDelay { delay *= 2 }
    return min(max(delay, retryAfter ?? 0), max(maximumDelay, min(retryAfter ?? 0, 120)))
  }

  static func isTransient(status: Int) -> Bool {
    status == 408 || status == 425 || status == 429 || status == 500 || (502...504).contains(status)
  }
}

/// Small requests with retries: the hubs' APIs.
final class HTTPClient {
  let session: HTTPSession
  let retry: RetryPolicy
  let isCancelled: () -> Bool

  init(timeouts: HTTPTimeouts = HTTPTimeouts(), retry: RetryPolicy, isCancelled: @escaping () -> Bool) {
    session = HTTPSession(timeouts: timeouts)
    self.retry = retry
    self.isCancelled = isCancelled
  }

  /// A body that fits in memory.
  private final class Buffer: BodyConsumer {
    static let limit = 64 << 20
    var bytes: [UInt8] = []
    func begin(_ response: HTTPResponse) -> Bool {
      bytes = []
      return true
    }
    func consume(_ more: UnsafeRawBufferPointer) -> Bool {
      guard bytes.count + more.count <= Self.limit else { return false }
      bytes.append(contentsOf: more)
      return true
    }
  }

  /// The answer to a request, whatever its status unless that is worth another try.
  /// - Parameter what: what is asked for, for messages.
  func get(_ request: HTTPRequest, what: String) throws(Diagnostic) -> (response: HTTPResponse, body: [UInt8]) {
    var failures = 0
    while true {
      let buffer = Buffer()
      var problem: String
      var status: Int?
      var retryAfter: Double?
      do throws(HTTPFailure) {
        let response = try session.perform(request, consumer: buffer, isCancelled: isCancelled)
        guard RetryPolicy.isTransient(status: response.status) else { return (response, buffer.bytes) }
        problem = "the server answers \(response.status)"
        status = response.status
        retryAfter = response.headers["retry-after"].flatMap(Double.init)
      } catch {
        problem = try Self.transientProblem(error, request.url, what)
      }
      failures += 1
      guard failures < retry.attempts else { throw Self.unreachable(request.url, what, problem, status: status) }
      try wait(retry.delay(after: failures, retryAfter: retryAfter))
    }
  }

  /// Sleeps in small steps, so that a cancelled run does not wait.
  func wait(_ seconds: Double) throws(Diagnostic) {
    var left = seconds
    while left > 0 {
      if isCancelled() { throw Self.cancelled }
      let step = min(left, 0.05)
      usleep(UInt32(step * 1_000_000))
      left -= step
    }
  }

  static let cancelled = Diagnostic(code: "cancelled", "the download was cancelled")

  /// What a failure that is worth another try says; throws for the others.
  static func transientProblem(_ failure: HTTPFailure, _ url: String, _ what: String) throws(Diagnostic) -> String {
    switch failure {
    case .cancelled: throw cancelled
    case .stopped: throw Diagnostic(code: "answer-too-large", "the answer to \(what) is too large")
    case .redirect(let text): throw Diagnostic(code: "bad-redirect", "cannot get \(what): \(text)")
    case .transport(let text, let isTransient):
      guard isTransient else { throw unreachable(url, what, text) }
      return text
    }
  }

  /// - Parameter status: what the server answers, when it answers.
  static func unreachable(_ url: String, _ what: String, _ problem: String, status: Int? = nil) -> Diagnostic {
    let place = WebAddress.displayed(url)
    let message = "cannot get \(what) from '\(place)': \(problem)"
    switch status {
    case 429?:
      return Diagnostic(
        code: "rate-limited", "cannot get \(what) from '\(place)': \(problem) (too many requests)",
        remedy:
          "Wait some minutes and run again. A token (HF_TOKEN or MODELSCOPE_API_TOKEN) allows more requests, and a "
          + "revision that is a commit needs none.")
    case _?:
      return Diagnostic(
        code: "unreachable", message, remedy: "The server has a fault: run again later, or set a mirror by HF_ENDPOINT."
      )
    case nil:
      return Diagnostic(
        code: "unreachable", message,
        remedy: "Check the network; proxies come from https_proxy, mirrors from HF_ENDPOINT or MODELSCOPE_DOMAIN.")
    }
  }

  /// What an answer other than success means.
  /// - Parameter tokenName: the variable that would hold a token for this server.
  static func refused(_ response: HTTPResponse, _ what: String, tokenName: String?) -> Diagnostic {
    let place = WebAddress.displayed(response.url)
    // The hubs say in a header what a person can do: accept a license, ask for access.
    let notes = response.headers["x-error-message"].map { [String($0.prefix(300))] } ?? []
    switch response.status {
    case 401, 403:
      return Diagnostic(
        code: "access-denied", "\(what) may not be read (\(response.status) from '\(place)')",
        remedy: tokenName.map { "Set \($0) to a token that may read it, and accept its license on the hub." }
          ?? "Check the address and your rights.", notes: notes)
    case 404, 410:
      return Diagnostic(
        code: "not-on-server", "\(what) does not exist (\(response.status) from '\(place)')",
        remedy: tokenName.map { "Check the name and the revision; a private one needs \($0)." }
          ?? "Check the name and the revision.",
        notes: notes)
    default:
      return Diagnostic(
        code: "bad-answer", "cannot get \(what): '\(place)' answers \(response.status)", notes: notes)
    }
  }
}
