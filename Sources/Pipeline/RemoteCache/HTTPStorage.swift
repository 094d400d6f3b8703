import Artifacts
import Glibc
import Platform
import Synchronization
import Transfer

/// What identifies this program to a server.
protocol RequestSigner: Sendable {
  /// Headers that only the server itself may see.
  /// - Parameter payload: SHA-256 of the request's body.
  func headers(method: String, url: String, payload: String) -> [String]

  /// Told of an answer 401 or 403.
  /// - Returns: whether the same request, signed anew, is worth a try.
  func learn(from response: HTTPResponse) -> Bool
}

/// A cache behind `GET`, `HEAD` and `PUT`, as Bazel's HTTP protocol has it, or S3.
final class HTTPStorage: RemoteStorage {
  private let base: String
  private let signer: any RequestSigner
  private let timeouts: HTTPTimeouts
  private let usesNetrc: Bool
  /// Idle connections.
  private let sessions = Mutex<[Session]>([])
  private static let attempts = 3

  /// A session is used by one thread at a time: whoever took it out of the list.
  private final class Session: @unchecked Sendable {
    let http: HTTPSession
    init(_ timeouts: HTTPTimeouts) { http = HTTPSession(timeouts: timeouts) }
  }

  /// - Parameter base: the address before `/ac/…`.
  init(base: String, signer: any RequestSigner, timeout: Int, usesNetrc: Bool) {
    self.base = base
    self.signer = signer
    self.usesNetrc = usesNetrc
    // Below a kilobyte a second a server is as good as silent.
    timeouts = HTTPTimeouts(connect: timeout, stall: timeout, slowest: 1024)
  }

  func get(
    _ name: String, into receiver: BlobReceiver, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> Bool {
    var failures = 0
    while true {
      var request = HTTPRequest(url: "\(base)/\(name)")
      if receiver.received > 0 { request.headers.append("Range: bytes=\(receiver.received)-") }
      let before = receiver.received
      let problem: RemoteFailure
      do throws(RemoteFailure) {
        let response = try send(request, payload: Self.empty, receiver, isCancelled)
        switch response.status {
        case 200, 206: return true
        case 404, 410: return false
        case 416 where before > 0:
          _ = receiver.restart()
          problem = .unavailable("its answers contradict each other")
        default: problem = Self.failure(response)
        }
      } catch {
        problem = error
      }
      // A try that brought something is no failure in a row.
      failures = receiver.received > before ? 1 : failures + 1
      guard Self.isTransient(problem), failures < Self.attempts else { throw problem }
      try Self.wait(failures, isCancelled)
    }
  }

  func has(_ name: String, isCancelled: @escaping @Sendable () -> Bool) throws(RemoteFailure) -> Bool {
    let request = HTTPRequest(url: "\(base)/\(name)", isHead: true)
    let response = try retrying(request, payload: Self.empty, isCancelled)
    switch response.status {
    case 200..<300: return true
    // Not every server knows HEAD.
    case 404, 405, 410, 501: return false
    default: throw Self.failure(response)
    }
  }

  func put(
    _ name: String, _ body: HTTPRequest.Body, sha256: Digest, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) {
    var request = HTTPRequest(url: "\(base)/\(name)", body: body)
    request.headers = ["Content-Type: application/octet-stream"]
    let response = try retrying(request, payload: sha256.hex, isCancelled)
    guard (200..<300).contains(response.status) else { throw Self.failure(response) }
  }

  func remove(_ name: String, isCancelled: @escaping @Sendable () -> Bool) throws(RemoteFailure) -> Bool {
    var request = HTTPRequest(url: "\(base)/\(name)", body: .bytes([]))
    request.method = "DELETE"
    let response = try retrying(request, payload: Self.empty, isCancelled)
    switch response.status {
    case 200..<300, 404, 410: return true
    // Many servers let nobody remove anything.
    case 400, 401, 403, 405, 501: return false
    default: throw Self.failure(response)
    }
  }

  // MARK: Requests

  private static let empty = SHA256.hash("").hex

  /// Takes no body.
  private final class Nothing: BodyConsumer {
    func begin(_ response: HTTPResponse) -> Bool { true }
    func consume(_ bytes: UnsafeRawBufferPointer) -> Bool { true }
  }

  private func retrying(
    _ request: HTTPRequest, payload: String, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> HTTPResponse {
    var failures = 0
    while true {
      let problem: RemoteFailure
      do throws(RemoteFailure) {
        let response = try send(request, payload: payload, Nothing(), isCancelled)
        guard Self.isTransient(status: response.status) else { return response }
        problem = Self.failure(response)
      } catch {
        problem = error
      }
      failures += 1
      guard Self.isTransient(problem), failures < Self.attempts else { throw problem }
      try Self.wait(failures, isCancelled)
    }
  }

  /// One request, or two where the first showed how to sign.
  private func send(
    _ request: HTTPRequest, payload: String, _ consumer: any BodyConsumer, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> HTTPResponse {
    let session = sessions.withLock { $0.popLast() } ?? Session(timeouts)
    defer { sessions.withLock { $0.append(session) } }
    var request = request
    request.usesNetrc = usesNetrc
    let method = request.method ?? (request.body != nil ? "PUT" : request.isHead ? "HEAD" : "GET")
    var isSecondTry = false
    while true {
      request.secretHeaders = signer.headers(method: method, url: request.url, payload: payload)
      let response: HTTPResponse
      do throws(HTTPFailure) {
        response = try session.http.perform(request, consumer: consumer, isCancelled: isCancelled)
      } catch {
        throw Self.failure(error, consumer)
      }
      guard response.status == 401 || response.status == 403, !isSecondTry, signer.learn(from: response) else {
        return response
      }
      isSecondTry = true
    }
  }

  private static func failure(_ failure: HTTPFailure, _ consumer: any BodyConsumer) -> RemoteFailure {
    switch failure {
    case .transport(let text, _), .redirect(let text): .unavailable(text)
    case .cancelled: .cancelled
    case .stopped: (consumer as? BlobReceiver)?.failure ?? .damaged("its answer is too large")
    }
  }

  private static func failure(_ response: HTTPResponse) -> RemoteFailure {
    let text = "it answers \(response.status)" + (errorCode(response.errorText).map { " (\($0))" } ?? "")
    switch response.status {
    case 401, 403: return .denied(text)
    case 400..<500 where !isTransient(status: response.status), 507: return .refused(text)
    default: return .unavailable(text)
    }
  }

  /// What S3 calls the error.
  private static func errorCode(_ text: String) -> String? {
    let parts = text.split(separator: "<Code>", maxSplits: 1)
    guard parts.count == 2, let code = parts[1].split(separator: "<").first, code.utf8.count < 80 else { return nil }
    return String(code.unicodeScalars.filter { $0.isASCII && $0.value > 0x20 }.map(Character.init))
  }

  private static func isTransient(status: Int) -> Bool {
    [408, 425, 429, 500, 502, 503, 504].contains(status)
  }

  private static func isTransient(_ failure: RemoteFailure) -> Bool {
    if case .unavailable = failure { return true }
    return false
  }

  private static func wait(_ failures: Int, _ isCancelled: () -> Bool) throws(RemoteFailure) {
    for _ in 0..<(4 << failures) {
      if isCancelled() { throw .cancelled }
      usleep(25_000)
    }
  }
}

/// A bearer token of the environment.
struct BearerSigner: RequestSigner {
  let token: String?

  func headers(method: String, url: String, payload: String) -> [String] {
    token.map { ["Authorization: Bearer \($0)"] } ?? []
  }

  func learn(from response: HTTPResponse) -> Bool { false }
}
