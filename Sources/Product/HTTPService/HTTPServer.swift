import CMicroHTTPD
import Diagnostics
import Glibc
import Synchronization

/// Limits of the HTTP front.
public struct HTTPLimits: Sendable, Hashable {
  public var bodyByteCount: Int
  /// Request line and headers, and the library's own state.
  public var headByteCount: Int
  public var connections: Int
  /// Seconds to a whole request.
  public var requestSeconds: Double

  public init(
    bodyByteCount: Int = 4 << 20, headByteCount: Int = 32 << 10, connections: Int = 1000, requestSeconds: Double = 20
  ) {
    self.bodyByteCount = bodyByteCount
    self.headByteCount = headByteCount
    self.connections = connections
    self.requestSeconds = requestSeconds
  }
}

/// A handler on a socket.
///
/// ```swift
/// let server = try HTTPServer.start(handler, host: "127.0.0.1", port: 8000)
/// // … until SIGTERM
/// server.stop()
/// ```
///
/// `@unchecked Sendable`: `daemon` is set once before the object is shared and stopped once, under `stopped`'s lock.
public final class HTTPServer: @unchecked Sendable {
  public let handler: any HTTPHandler
  /// As bound: a request for port 0 gets one of the system's choice.
  public let port: Int
  public let host: String
  /// Where it answers on this machine.
  public var url: String {
    url(of: NetworkAddresses.isEvery(host) ? host.contains(":") ? "::1" : "127.0.0.1" : host)
  }
  /// Where it answers other machines, if it listens on every address.
  public var urlsForOthers: [String] {
    NetworkAddresses.isEvery(host) ? NetworkAddresses.ofThisMachine().map { url(of: $0) } : []
  }
  private func url(of host: String) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
  let limits: HTTPLimits
  let access: HTTPAccess
  let watch: ConnectionWatch
  private let listener: Int32
  private var daemon: OpaquePointer?
  private let stopped = Mutex(false)
  private let work = Mutex(Work())

  private struct Work {
    /// Exchanges the library has not completed.
    var open: [ObjectIdentifier: Exchange] = [:]
    /// Nothing more is handed to the service.
    var isOver = false
  }

  /// Begins to answer.
  /// - Parameter port: 0 takes a free one, which `port` of the result names.
  /// - Parameter access: who may ask; pages of this machine alone unless given, and whether that is right for `host` is
  ///   the caller's to say.
  /// - Throws: `Diagnostic` (`cannot-listen`) when the address cannot be had.
  public static func start(
    _ handler: any HTTPHandler, host: String = "127.0.0.1", port: Int, limits: HTTPLimits = HTTPLimits(),
    access: HTTPAccess = HTTPAccess()
  ) throws -> HTTPServer {
    let (listener, bound) = try ListeningSocket.open(host: host, port: port)
    let server = HTTPServer(handler, host: host, port: bound, limits: limits, access: access, listener: listener)
    try server.begin()
    return server
  }

  private init(
    _ handler: any HTTPHandler, host: String, port: Int, limits: HTTPLimits, access: HTTPAccess, listener: Int32
  ) {
    self.handler = handler
    self.host = host
    self.port = port
    self.limits = limits
    self.access = access
    self.listener = listener
    watch = ConnectionWatch(limit: limits.requestSeconds)
  }

  private func begin() throws {
    signal(SIGPIPE, SIG_IGN)
    let context = Unmanaged.passUnretained(self).toOpaque()
    var options = [
      lp_mhd_option(.LISTEN_SOCKET, Int(listener), nil),
      lp_mhd_option(.CONNECTION_LIMIT, limits.connections, nil),
      lp_mhd_option(.CONNECTION_MEMORY_LIMIT, limits.headByteCount, nil),
      lp_mhd_option(.CONNECTION_TIMEOUT, 60, nil),
      lp_mhd_option(.STRICT_FOR_CLIENT, 1, nil),
      lp_mhd_notify_completed(
        { context, connection, state, _ in HTTPServer.completed(context, connection, state) }, context),
      lp_mhd_notify_connection(
        { context, connection, _, event in HTTPServer.notified(context, connection, event) }, context),
      lp_mhd_option(.END, 0, nil),
    ]
    let flags =
      MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_EPOLL.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
    guard lp_mhd_is_here() != 0 else {
      close(listener)
      watch.stop()
      throw Diagnostic(
        code: "no-libmicrohttpd", "libmicrohttpd is not installed", remedy: "apt-get install libmicrohttpd12")
    }
    daemon = lp_mhd_start(
      flags,
      { context, connection, url, method, _, upload, uploadSize, state in
        HTTPServer.access(context, connection, url, method, upload, uploadSize, state)
      }, context, &options)
    guard daemon != nil else {
      close(listener)
      watch.stop()
      throw Diagnostic(code: "cannot-listen", "the HTTP server does not start")
    }
  }

  /// Finishes accepted requests within `seconds`, then closes. Returns when all is closed.
  public func stop(drainSeconds seconds: Double = 30) {
    let first = stopped.withLock { stopped in
      defer { stopped = true }
      return !stopped
    }
    guard first else { return }
    handler.drain(seconds: seconds)
    // What the handler does not wait for, an adapter being read for example, is cut off here: the library ends the whole
    // process when it is stopped while a connection still waits.
    let open = work.withLock { work in
      work.isOver = true
      return Array(work.open.values)
    }
    for exchange in open { exchange.abandon(Self.ending) }
    if let daemon {
      // What is answered may still have to be sent.
      usleep(100_000)
      lp_mhd_stop_daemon(daemon)
    }
    daemon = nil
    watch.stop()
  }

  deinit { stop(drainSeconds: 0) }

  /// What of a request's head is read.
  private static let headers = [
    "accept", "accept-language", "access-control-request-headers", "access-control-request-method", "authorization",
    "content-encoding",
    "content-length", "content-type", "host", "origin", "x-lorapipe-token",
  ]

  private static let ending = APIError(
    status: 503, type: "server_error", "the service is shutting down", retryAfter: 5
  ).response

  // MARK: - The library's calls

  private static func server(_ context: UnsafeMutableRawPointer?) -> HTTPServer? {
    context.map { Unmanaged<HTTPServer>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func notified(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ event: MHD_ConnectionNotificationCode
  ) {
    guard let server = server(context), let connection else { return }
    let socket = lp_mhd_socket(connection)
    if event == .CONNECTION_NOTIFY_STARTED { server.watch.opened(socket) } else { server.watch.closed(socket) }
  }

  private static func completed(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) {
    if let server = server(context), let connection { server.watch.answered(lp_mhd_socket(connection)) }
    guard let state, let held = state.pointee else { return }
    let exchange = Unmanaged<Exchange>.fromOpaque(held).takeRetainedValue()
    server(context)?.work.withLock { $0.open[ObjectIdentifier(exchange)] = nil }
    exchange.complete()
    state.pointee = nil
  }

  private static func access(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ upload: UnsafePointer<CChar>?, _ uploadSize: UnsafeMutablePointer<Int>?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> MHD_Result {
    guard let server = server(context), let connection, let url, let method, let uploadSize, let state else {
      return .NO
    }
    guard let held = state.pointee else {
      let exchange = server.exchange(connection, url: url, method: method)
      server.work.withLock { $0.open[ObjectIdentifier(exchange)] = exchange }
      state.pointee = Unmanaged.passRetained(exchange).toOpaque()
      return .YES
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
    if uploadSize.pointee > 0, !exchange.isSubmitted {
      server.take(upload, uploadSize.pointee, exchange)
      uploadSize.pointee = 0
      return .YES
    }
    if !exchange.isSubmitted {
      exchange.isSubmitted = true
      server.watch.requestComplete(lp_mhd_socket(connection))
      if let answer = server.access.answer(to: exchange.request) {
        exchange.respond(answer)
      } else if exchange.isTooLarge {
        exchange.respond(
          APIError(
            status: 413, "the request's body is larger than \(server.limits.bodyByteCount) bytes",
            code: "request_too_large"
          ).response)
      } else if exchange.isAmbiguous {
        exchange.respond(
          APIError(status: 400, "the request states its body's length more than once", code: "ambiguous_length")
            .response)
      } else if let encoding = exchange.request.headers["content-encoding"], encoding.lowercased() != "identity" {
        exchange.respond(
          APIError(
            status: 415, "a body with 'Content-Encoding: \(encoding.prefix(40))' is not read; send it uncompressed",
            code: "unsupported_encoding"
          ).response)
      } else if server.work.withLock({ $0.isOver }) {
        exchange.respond(ending)
      } else {
        server.handler.handle(exchange.request, exchange)
      }
    }
    guard let (response, isStream) = exchange.responseOrSuspend() else { return .YES }
    return server.queue(response, isStream: isStream, exchange, held)
  }

  private func exchange(
    _ connection: OpaquePointer, url: UnsafePointer<CChar>, method: UnsafePointer<CChar>
  ) -> Exchange {
    var request = HTTPRequest(
      method: String(validatingCString: method) ?? "", path: String(validatingCString: url) ?? "",
      client: ListeningSocket.peer(lp_mhd_socket(connection)))
    for name in Self.headers {
      if let value = lp_mhd_lookup_connection_value(connection, .HEADER_KIND, name) {
        request.headers[name] = String(validatingCString: value) ?? ""
      }
    }
    lp_mhd_get_connection_values(
      connection, .GET_ARGUMENT_KIND,
      { context, _, name, value in
        if let context, let name = name.flatMap({ String(validatingCString: $0) }) {
          context.assumingMemoryBound(to: HTTPRequest.self).pointee.query[name] =
            value.flatMap { String(validatingCString: $0) } ?? ""
        }
        return .YES
      }, &request)
    let exchange = Exchange(connection: connection, request: request, languages: handler.languages)
    var statements = 0
    lp_mhd_get_connection_values(
      connection, .HEADER_KIND,
      { context, _, name, _ in
        if let context, let name, ["content-length", "transfer-encoding"].contains(String(cString: name).lowercased()) {
          context.assumingMemoryBound(to: Int.self).pointee += 1
        }
        return .YES
      }, &statements)
    exchange.isAmbiguous = statements > 1
    if let length = request.headers["content-length"].flatMap({ Int($0) }), length > limits.bodyByteCount {
      exchange.isTooLarge = true
    }
    return exchange
  }

  private func take(_ bytes: UnsafePointer<CChar>?, _ count: Int, _ exchange: Exchange) {
    guard let bytes, !exchange.isTooLarge else { return }
    guard exchange.request.body.count + count <= limits.bodyByteCount else {
      exchange.isTooLarge = true
      exchange.request.body = []
      return
    }
    exchange.request.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
  }

  private func queue(
    _ answer: HTTPResponse, isStream: Bool, _ exchange: Exchange, _ held: UnsafeMutableRawPointer
  ) -> MHD_Result {
    var response: OpaquePointer?
    if isStream {
      // The response keeps the exchange until the library frees it.
      let retained = Unmanaged<Exchange>.fromOpaque(held).retain().toOpaque()
      response = lp_mhd_create_response_from_callback(
        lp_mhd_size_unknown, 4096,
        { context, _, target, capacity in
          guard let context, let target else { return Int(lp_mhd_end_of_stream) }
          let count = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue().read(
            into: target, capacity: capacity)
          return count == -2 ? Int(lp_mhd_broken_stream) : count < 0 ? Int(lp_mhd_end_of_stream) : count
        }, retained,
        { context in
          if let context { Unmanaged<Exchange>.fromOpaque(context).release() }
        })
    } else {
      var body = answer.body
      response = lp_mhd_create_response_from_buffer(body.count, &body, .RESPMEM_MUST_COPY)
    }
    guard let response else { return .NO }
    defer { lp_mhd_destroy_response(response) }
    lp_mhd_add_response_header(response, "Content-Type", answer.contentType)
    lp_mhd_add_response_header(response, "X-Content-Type-Options", "nosniff")
    let headers = answer.headers.merging(access.headers(for: exchange.request)) { _, allowed in allowed }
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
      lp_mhd_add_response_header(response, name, value)
    }
    if exchange.isTooLarge || exchange.isAmbiguous { lp_mhd_add_response_header(response, "Connection", "close") }
    return lp_mhd_queue_response(exchange.connection, UInt32(answer.status), response)
  }
}
