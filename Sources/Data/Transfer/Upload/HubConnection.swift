import Diagnostics
import JSON
import Platform

/// Requests of an upload to one hub: retried, with the errors of writing, and with the token kept out of every message.
final class HubConnection {
  let hub: FetchSource.Hub
  let endpoint: String
  private let secrets: [String]
  private let token: String
  private let client: HTTPClient
  let report: (UploadEvent) -> Void

  /// Longest wait that a hub may ask for before a request is tried again, in seconds.
  private static let longestWait = 300.0

  init(
    _ hub: FetchSource.Hub, endpoint: String, token: String, client: HTTPClient, report: @escaping (UploadEvent) -> Void
  ) {
    self.hub = hub
    self.endpoint = endpoint
    self.token = token
    // ModelScope's own client sends both: older servers read the cookie, newer ones the header.
    secrets =
      ["Authorization: Bearer \(token)"] + (hub == .modelScope ? ["Cookie: m_session_id=\(token)"] : [])
    self.client = client
    self.report = report
  }

  private final class Collected: BodyConsumer {
    var bytes: [UInt8] = []
    func begin(_ response: HTTPResponse) -> Bool {
      bytes = []
      return true
    }
    func consume(_ more: UnsafeRawBufferPointer) -> Bool {
      guard bytes.count + more.count <= 64 << 20 else { return false }
      bytes.append(contentsOf: more)
      return true
    }
  }

  struct Answer {
    var response: HTTPResponse
    var body: [UInt8]
    var isSuccess: Bool { (200..<300).contains(response.status) }
    /// The body as JSON, of a refusal too.
    var json: JSONValue? {
      try? JSONValue(parsing: body.isEmpty ? Array(response.errorText.utf8) : body)
    }
  }

  /// Where a token goes: to the hub, and to a host of the same domain that the hub names for its files.
  private func trusts(_ url: String) -> Bool {
    guard let there = WebAddress.origin(url), let here = WebAddress.origin(endpoint) else { return false }
    if there == here { return true }
    func domain(_ origin: String) -> Substring? {
      guard origin.hasPrefix("https://") else { return nil }
      let host = origin.dropFirst(8).prefix { $0 != ":" }
      let labels = host.split(separator: ".")
      // Of an address in numbers no two are of one domain.
      guard labels.count >= 2, labels.last?.first?.isLetter == true else { return nil }
      return host.suffix(labels.suffix(2).reduce(1) { $0 + $1.count })
    }
    guard hub == .modelScope, let mine = domain(here), let other = domain(there) else { return false }
    return mine == other
  }

  /// One request, tried again while that may help.
  /// - Parameters:
  ///   - sendsToken: whether the hub's own addresses get the token; no other host ever does.
  ///   - what: what is sent, for messages.
  ///   - retries: whether a refusal besides the usual ones is worth another try.
  /// - Throws: when there is no answer. A refusal is an answer.
  func perform(
    _ request: HTTPRequest, sendsToken: Bool = true, _ what: String, retries: (Answer) -> Bool = { _ in false },
    onSent: @escaping (Int64) -> Void = { _ in }
  ) throws(Diagnostic) -> Answer {
    var request = request
    request.headers.append("Expect:")
    if sendsToken, trusts(request.url) { request.secretHeaders += secrets }
    var failures = 0
    while true {
      let collected = Collected()
      var problem: String
      var last: Answer?
      var asked: Double?
      do throws(HTTPFailure) {
        let response = try client.session.perform(
          request, consumer: collected, isCancelled: client.isCancelled, onSent: onSent)
        let answer = Answer(response: response, body: collected.bytes)
        guard RetryPolicy.isTransient(status: response.status) || retries(answer) else { return answer }
        problem = "the server answers \(response.status)"
        asked = Self.wait(response)
        last = answer
      } catch {
        switch error {
        case .cancelled: throw Diagnostic(code: "cancelled", "the upload was cancelled")
        case .stopped: throw Diagnostic(code: "answer-too-large", "the answer to \(what) is too large")
        case .redirect(let text): throw Diagnostic(code: "bad-redirect", "cannot send \(what): \(text)")
        case .transport(let text, let isTransient):
          guard isTransient else { throw unreachable(request.url, what, text) }
          problem = text
        }
      }
      failures += 1
      guard failures < client.retry.attempts, asked ?? 0 <= Self.longestWait else {
        if let last { throw refused(last, what) }
        throw unreachable(request.url, what, problem)
      }
      let seconds = max(client.retry.delay(after: failures), asked ?? 0)
      report(.waiting(seconds: seconds, reason: problem))
      try client.wait(seconds)
    }
  }

  /// Seconds that a refusal asks to wait, as `Retry-After` or `RateLimit` (`"api";r=0;t=55`) say it.
  static func wait(_ response: HTTPResponse) -> Double? {
    if let seconds = response.headers["retry-after"].flatMap(Double.init), seconds.isFinite, seconds >= 0 {
      return seconds
    }
    guard response.status == 429, let limit = response.headers["ratelimit"] else { return nil }
    for part in limit.split(separator: ";") {
      let pair = part.split(separator: "=").map { $0.filter { !$0.isWhitespace } }
      // One second more, because the header's are whole.
      if pair.count == 2, pair[0] == "t", let seconds = Int(pair[1]), seconds >= 0 { return Double(seconds) + 1 }
    }
    return nil
  }

  /// A request whose body and answer are JSON.
  func json(
    _ method: String, _ url: String, _ what: String, body: JSONValue? = nil, type: String = "application/json",
    bytes: [UInt8]? = nil, retries: (Answer) -> Bool = { _ in false }
  ) throws(Diagnostic) -> Answer {
    var request = HTTPRequest(url: url, headers: ["Accept: \(type == Self.lfs ? type : "application/json")"])
    if let bytes = bytes ?? body?.bytes() {
      request.headers.append("Content-Type: \(type)")
      request.body = .bytes(bytes)
      request.method = method
    }
    return try perform(request, what, retries: retries)
  }

  static let lfs = "application/vnd.git-lfs+json"

  /// Sends a file, or a part of it, to where the hub stores large files.
  func put(
    _ file: PreparedFile, offset: Int64 = 0, size: Int64? = nil, to url: String, headers: [String] = [],
    sendsToken: Bool = false
  ) throws(Diagnostic) -> HTTPResponse {
    try file.requireUnchanged()
    let size = size ?? file.size
    var request = HTTPRequest(url: url, headers: headers)
    request.body = file.body(offset: offset, size: size)
    if case .file = file.content { request.bodyOffset = offset }
    let what = "'\(file.path)'"
    let answer: Answer
    do throws(Diagnostic) {
      let report = report
      answer = try perform(
        request, sendsToken: sendsToken, what, onSent: { report(.sending(file.path, offset + $0, file.size)) })
    } catch {
      // A file that became shorter ends the request: that is the cause worth naming.
      try file.requireUnchanged()
      throw error
    }
    try file.requireUnchanged()
    guard answer.isSuccess else { throw refused(answer, what) }
    if hub == .modelScope, let code = answer.json?["Code"]?.intValue, code != 200 { throw refused(answer, what) }
    return answer.response
  }

  // MARK: Errors

  /// A hub's own words without the token, should they repeat it.
  private func said(_ answer: Answer) -> [String] {
    let json = answer.json
    let text =
      json?["error"]?.stringValue ?? json?["Message"]?.stringValue ?? json?["message"]?.stringValue
      ?? answer.response.headers["x-error-message"]
    guard let text, !text.isEmpty else { return [] }
    return ["the hub says: " + String(text.prefix(400)).replacing(token, with: "…")]
  }

  private func unreachable(_ url: String, _ what: String, _ problem: String) -> Diagnostic {
    Diagnostic(
      code: "unreachable", "cannot send \(what) to '\(WebAddress.displayed(url))': \(problem)",
      remedy: "Check the network, then push again: what arrived is not sent again.")
  }

  /// What a refusal means.
  func refused(_ answer: Answer, _ what: String) -> Diagnostic {
    let place = WebAddress.displayed(answer.response.url)
    let name = HubEnvironment.tokenName(hub)
    let status = answer.response.status
    switch status {
    case 401:
      return Diagnostic(
        code: "access-denied", "the hub does not accept the token (401 from '\(place)')",
        remedy: "Make a token with the right to write on the hub's page of tokens, and set \(name) to it.",
        notes: said(answer))
    case 403:
      return Diagnostic(
        code: "access-denied", "the token may not write here (403 from '\(place)')",
        remedy: "Give the token the right to write, or push to a repository of your own.", notes: said(answer))
    case 404, 410:
      return Diagnostic(
        code: "not-on-server", "\(what) cannot be sent: the hub does not know the repository (\(status))",
        remedy: "Check the name; --create private or --create public makes the repository.", notes: said(answer))
    case 429:
      let seconds = Self.wait(answer.response).map { Int(min($0, 1e6).rounded(.up)) }
      return Diagnostic(
        code: "rate-limited", "the hub accepts no more requests for now (429 from '\(place)')",
        remedy: seconds.map { "Push again in \($0) s: what arrived is not sent again." }
          ?? "Push again later: what arrived is not sent again.", notes: said(answer))
    case 413:
      return Diagnostic(
        code: "file-too-large", "the hub says that \(what) is too large (413 from '\(place)')", notes: said(answer))
    default:
      return Diagnostic(
        code: "upload-refused", "the hub refuses \(what) (\(status) from '\(place)')", notes: said(answer))
    }
  }

  static func unexpected(_ what: String) -> Diagnostic {
    Diagnostic(
      code: "bad-answer", "the hub's answer lacks \(what)",
      remedy: "Check HF_ENDPOINT or MODELSCOPE_ENDPOINT: a mirror that only serves downloads may have answered.")
  }
}
