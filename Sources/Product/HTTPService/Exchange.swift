import CMicroHTTPD
import Glibc
import Synchronization

/// One request on a connection: grows as bytes arrive, then is the sink its answer goes into.
///
/// The HTTP library's thread waits for an answer by suspending the connection; whoever has something to say resumes it.
/// Both happen under the lock, so that no wake-up is lost and none comes too early.
///
/// `@unchecked Sendable`: `state` is locked; `connection` is used only while the library has not completed the request,
/// which the lock also guards; `request` is written by the library's thread before anyone else sees it.
final class Exchange: ResponseSink, @unchecked Sendable {
  private struct State {
    var response: HTTPResponse?
    var isStream = false
    var buffer: [UInt8] = []
    var offset = 0
    var ended = false
    var suspended = false
    var completed = false
    /// The client left too much unread: the connection is cut, so that nobody takes the part for the whole.
    var overflowed = false
  }

  let connection: OpaquePointer
  private let languages: ServiceLanguages
  var request: HTTPRequest
  /// Set when the whole request has been handed to the service.
  var isSubmitted = false
  var isTooLarge = false
  /// Two statements of the body's length: servers that read such a request differently can be played against each other.
  var isAmbiguous = false
  private let state = Mutex(State())
  /// Bytes a client may leave unread before its reply is given up.
  private static let maximumBuffered = 4 << 20

  init(connection: OpaquePointer, request: HTTPRequest, languages: ServiceLanguages) {
    self.connection = connection
    self.request = request
    self.languages = languages
  }

  // MARK: - The service's side

  func worded(_ error: APIError) -> APIError { languages.worded(error, for: request) }

  func respond(_ response: HTTPResponse) {
    let response = worded(response)
    update { state in
      guard state.response == nil else { return }
      state.response = response
      state.ended = true
    }
  }

  func begin(status: Int, contentType: String) {
    update { state in
      guard state.response == nil else { return }
      state.response = HTTPResponse(
        status: status, contentType: contentType, headers: ["Cache-Control": "no-store", "X-Accel-Buffering": "no"])
      state.isStream = true
    }
  }

  func send(_ bytes: [UInt8]) {
    update { state in
      guard !state.completed, !state.ended, !state.overflowed else { return }
      if state.buffer.count - state.offset > Self.maximumBuffered {
        state.overflowed = true
        state.buffer = []
        state.offset = 0
      } else {
        state.buffer.append(contentsOf: bytes)
      }
    }
  }

  func end() { update { $0.ended = true } }

  /// Ends the exchange whatever the service still has to say: with `response`, or by breaking off a stream that began.
  func abandon(_ response: HTTPResponse) {
    let response = worded(response)
    update { state in
      if state.isStream, !state.ended { state.overflowed = true }
      if state.response == nil { state.response = response }
      state.ended = true
    }
  }

  /// The library does not look at a suspended connection, so this does: a closed one reads as an end.
  var isGone: Bool {
    state.withLock { state in
      if state.completed || state.overflowed { return true }
      let socket = lp_mhd_socket(connection)
      guard socket >= 0 else { return true }
      var byte: UInt8 = 0
      let count = recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
      return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    }
  }

  private func worded(_ response: HTTPResponse) -> HTTPResponse {
    response.error.map { worded($0).response } ?? response
  }

  private func update(_ body: (inout sending State) -> Void) {
    state.withLock { state in
      body(&state)
      if state.suspended, !state.completed {
        state.suspended = false
        lp_mhd_resume_connection(connection)
      }
    }
  }

  // MARK: - The library's side

  /// The answer's beginning, or `nil` after suspending the connection until there is one.
  func responseOrSuspend() -> (response: HTTPResponse, isStream: Bool)? {
    state.withLock { state in
      if let response = state.response { return (response, state.isStream) }
      state.suspended = true
      lp_mhd_suspend_connection(connection)
      return nil
    }
  }

  /// Copies what there is of a stream.
  /// - Returns: bytes copied; 0 after suspending the connection; -1 at the end; -2 when the stream is broken off.
  func read(into target: UnsafeMutablePointer<CChar>, capacity: Int) -> Int {
    state.withLock { state in
      if state.overflowed { return -2 }
      let available = min(state.buffer.count - state.offset, capacity)
      if available > 0 {
        target.withMemoryRebound(to: UInt8.self, capacity: available) { bytes in
          for index in 0..<available { bytes[index] = state.buffer[state.offset + index] }
        }
        state.offset += available
        if state.offset == state.buffer.count {
          state.buffer.removeAll(keepingCapacity: true)
          state.offset = 0
        }
        return available
      }
      if state.ended || state.completed { return -1 }
      state.suspended = true
      lp_mhd_suspend_connection(connection)
      return 0
    }
  }

  /// The library is done with the request, well or not.
  func complete() {
    state.withLock { state in
      state.completed = true
      state.suspended = false
    }
  }
}
